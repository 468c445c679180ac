// Who asks, and what of: told once at the start, before anything is shown.
import { get, setNow, signedIn, signIn, type Trouble } from "../api/client";
import { store, useStore } from "../api/store";
import type { Account, Scope, Settings } from "../api/types";
import { setZone } from "../parts/moments";
import { keep, token } from "./token";

export interface Session extends Omit<Settings, "now"> {
  account: Account;
}

export const session = store<Session | null>(null);
export const startTrouble = store<Trouble | null>(null);

/** How often it is asked again: rights change, and so do clocks. */
const AGAIN = 600_000;
const AFTER_TROUBLE = 5_000;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Ask who is there; who is not signed in goes to sign in, and comes back to what the link shows. */
export async function begin(): Promise<void> {
  clearTimeout(timer);
  startTrouble.set(null);
  try {
    const account = await get<Account>("sign-in/state");
    if (!account.local && !account.signed_in) return signIn();
    if (account.signed_in) signedIn();
    if (!account.local) keep(""); // it opens nothing any more
    const { now, ...settings } = await get<Settings>("console/settings");
    setNow(now);
    setZone(settings.timezone);
    const told = { ...settings, account };
    if (JSON.stringify(told) !== JSON.stringify(session.get())) session.set(told);
    timer = setTimeout(() => void begin(), AGAIN);
  } catch (error) {
    startTrouble.set(error as Trouble);
    timer = setTimeout(() => void begin(), AFTER_TROUBLE);
  }
}

/** Whether who asks may do any of these. */
export function may(one: Session, ...scopes: Scope[]): boolean {
  return scopes.length === 0 || scopes.some((scope) => one.scopes.includes(scope));
}

/** Whether who asks may change something of a scope, and has what that takes: on a machine without keys the token of this start. */
export function useMayChange(...scopes: Scope[]): "yes" | "no" | "token" {
  const who = useStore(session);
  const held = useStore(token);
  if (!who || !may(who, ...scopes)) return "no";
  return who.account.local && !held ? "token" : "yes";
}
