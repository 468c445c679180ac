// The token of this start, with which the local operator changes something while no key exists (docs/security.md). It comes behind the #
// of the link that `riskwarn serve` prints, is taken out of the address before anything else looks at it, and is kept for this tab alone.
import { store } from "../api/store";

const KEPT = "riskwarn.token";
const IN_LINK = /^#token=([0-9a-f]{16,128})(?:&(.*))?$/;

export const token = store<string>(kept());

take();
// A link that is opened in a page that is open already; it is asked before who looks at the address.
addEventListener("popstate", take);

/** Take a token out of the address: neither its history nor a bookmark has it then. */
function take(): void {
  const found = IN_LINK.exec(location.hash);
  if (!found) return;
  keep(found[1] as string);
  history.replaceState(history.state, "", found[2] ? `#${found[2]}` : `${location.pathname}${location.search}`);
}

/** Keep it, or forget it (""). */
export function keep(given: string): void {
  try {
    if (given) sessionStorage.setItem(KEPT, given);
    else sessionStorage.removeItem(KEPT);
  } catch {
    // A browser that keeps nothing has it until it is reloaded.
  }
  token.set(given);
}

function kept(): string {
  try {
    return sessionStorage.getItem(KEPT) ?? "";
  } catch {
    return "";
  }
}

/** What is shown with what changes anything; nothing where none is held. */
export function shown(): Record<string, string> {
  const held = token.get();
  return held ? { Authorization: `Bearer ${held}` } : {};
}
