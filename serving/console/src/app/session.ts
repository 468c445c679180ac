// Who asks, and what of: told once at the start, before anything is shown.
import { get, signedIn, signIn, type Trouble } from "../api/client";
import { store } from "../api/store";
import type { Account, Scope, Settings } from "../api/types";
import { setZone } from "../parts/moments";

export interface Session extends Settings {
  account: Account;
}

export const session = store<Session | null>(null);
export const startTrouble = store<Trouble | null>(null);

/** Ask who is there; who is not signed in goes to sign in, and comes back to what the link shows. */
export async function begin(): Promise<void> {
  startTrouble.set(null);
  try {
    const account = await get<Account>("sign-in/state");
    if (!account.local && !account.signed_in) return signIn();
    if (account.signed_in) signedIn();
    const settings = await get<Settings>("console/settings");
    setZone(settings.timezone);
    session.set({ ...settings, account });
  } catch (error) {
    startTrouble.set(error as Trouble);
    setTimeout(() => void begin(), 5_000);
  }
}

/** Whether who asks may do any of these. */
export function may(one: Session, ...scopes: Scope[]): boolean {
  return scopes.length === 0 || scopes.some((scope) => one.scopes.includes(scope));
}
