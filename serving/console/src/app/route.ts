// What is shown stands in the address behind the #, so that it can be sent to a colleague and each step is one back. It works below
// any path that a gateway shows the console under, and survives the page for signing in.
import { store } from "../api/store";

export interface Route {
  /** The view, and what of it where it is one of many (the code of a grid, the id of a notice). */
  view: string;
  id: string | null;
  query: Readonly<Record<string, string>>;
}

/** What goes along from view to view. */
const SHARED = ["lang", "target", "horizon", "as_of"];
const FIRST = "ranking";

/** The route of a hash. Links of the page that came before (#unit=town&grid=…) are understood. */
export function parsed(hash: string): Route {
  const text = hash.replace(/^#/, "");
  const query = (part: string): Record<string, string> => Object.fromEntries(new URLSearchParams(part));
  if (!text.startsWith("/")) {
    const { grid, ...rest } = query(text);
    // There grids were shown where no unit was named.
    if (grid) return { view: "grid", id: grid, query: rest };
    return { view: FIRST, id: null, query: text && !rest["unit"] && Object.keys(rest).some((name) => name !== "lang") ? { unit: "grid", ...rest } : rest };
  }
  const [path = "", asked = ""] = split(text.slice(1), "?");
  const [view, id] = split(path, "/");
  return { view: view || FIRST, id: id ? decoded(id) : null, query: query(asked) };
}

function split(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The hash of a route. */
export function written({ view, id, query }: Route): string {
  const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== "")).toString();
  return `#/${view}${id === null ? "" : `/${encodeURIComponent(id)}`}${asked ? `?${asked}` : ""}`;
}

export const route = store<Route>(parsed(location.hash));

// How far down each place was when it was left, so that who goes back finds it as it was. A place that was here before has a state.
const left = new Map<string, number>();
let returned: number | null = null;
history.scrollRestoration = "manual";
history.replaceState({ here: true }, "");

/** How far down the place is that one has gone back to; null where one has gone on. */
export const scrolled = (): number | null => returned;

function arrive(next: Route, back: boolean): void {
  left.set(written(route.get()), window.scrollY);
  returned = back ? (left.get(written(next)) ?? 0) : null;
  route.set(next);
}

addEventListener("popstate", (event) => {
  const back = event.state !== null;
  if (!back) history.replaceState({ here: true }, "");
  arrive(parsed(location.hash), back);
});

/** A link to a view: what is shared goes along, `query` adds to it or takes away (null). */
export function to(view: string, id: string | null = null, query: Record<string, string | number | null> = {}): string {
  const now = route.get().query;
  const kept = Object.fromEntries(SHARED.filter((name) => now[name] !== undefined).map((name) => [name, now[name] as string]));
  return written({ view, id, query: changed(kept, query) });
}

/** A link to the same view, asked otherwise. */
export function here(query: Record<string, string | number | null>): string {
  const now = route.get();
  return written({ ...now, query: changed(now.query, query) });
}

/** Go to a link; `replace` where it is no step that one goes back (typing, a slider that moves). */
export function go(link: string, how: "push" | "replace" = "push"): void {
  if (link === written(route.get())) return;
  if (how === "replace") history.replaceState({ here: true }, "", link);
  else history.pushState({ here: true }, "", link);
  arrive(parsed(link), false);
}

function changed(query: Readonly<Record<string, string>>, by: Record<string, string | number | null>): Record<string, string> {
  const made: Record<string, string> = { ...query };
  for (const [name, value] of Object.entries(by)) {
    if (value === null || value === "") delete made[name];
    else made[name] = String(value);
  }
  return made;
}
