// Data that stays true: polled with its ETag, asked again when the page is looked at, and gone when the server is.
import { useEffect, useState } from "preact/hooks";
import { language } from "../app/preferences";
import { address as written, connection, get, gone, recall, Trouble } from "./client";
import { useStore } from "./store";
import type { Answer, Path, Query } from "./types";

/** How often what is shown is asked again, and how soon after it failed. */
export const EVERY = 30_000;
const AFTER_TROUBLE = 5_000;

/** For so long what was told before is shown at once, while it is asked again. */
const STILL_TRUE = 60_000;

export interface Data<T> {
  /** What was told; null while it is asked for, and whenever it cannot be vouched for. */
  value: T | null;
  trouble: Trouble | null;
  /** Ask again now. */
  again: () => void;
}

export type Told<T> = { value: T | null; trouble: Trouble | null };

/** After how many milliseconds an answer is asked again: sooner than usual while something is still being done. */
export type Soon<T> = (value: T) => number;

/** Ask for an address until `stop`: `tell` is called with each answer that differs, and with each trouble. */
export function watch<T>(from: string, tell: (told: Told<T>) => void, soon: Soon<T> = () => EVERY): { stop: () => void; again: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | null = null;
  let stopped = false;
  let asking = false;
  let last: T | null = null;

  const later = (after: number, asks: () => void) => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(asks, after);
  };
  const ask = async () => {
    clearTimeout(timer);
    running?.abort();
    const own = (running = new AbortController());
    let next = EVERY;
    asking = true;
    try {
      const value = await get<T>(from, own.signal);
      if (own.signal.aborted) return;
      next = soon(value);
      if (value !== last) tell({ value: (last = value), trouble: null });
    } catch (error) {
      if (own.signal.aborted) return;
      last = null;
      next = AFTER_TROUBLE;
      if (!(error instanceof Trouble)) throw error;
      if (!error.gone && error.status < 500 && error.status !== 429) next = EVERY;
      tell({ value: null, trouble: error });
    }
    asking = false;
    later(next, looked);
  };
  const looked = () => void (document.hidden ? undefined : ask());
  // Whoever finds that the server is gone, or back, finds it for all that is shown.
  const unlisten = connection.listen(({ alive }) => {
    if (alive) {
      if (last === null && !asking) void ask();
      return;
    }
    last = null;
    tell({ value: null, trouble: gone() });
    later(AFTER_TROUBLE, () => void ask());
  });
  document.addEventListener("visibilitychange", looked);
  // While the server is gone nothing vouches for what was told before.
  const { alive } = connection.get();
  const before = alive ? recall<T>(from, STILL_TRUE) : null;
  if (before !== null) tell({ value: (last = before), trouble: null });
  if (!alive) tell({ value: null, trouble: gone() });
  void ask();
  return {
    again: () => void ask(),
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      running?.abort();
      unlisten();
      document.removeEventListener("visibilitychange", looked);
    },
  };
}

/** What an address tells; nothing of another address is ever given, and nothing while `from` is null. */
export function useAddress<T>(from: string | null, soon?: Soon<T>): Data<T> {
  const [held, setHeld] = useState<{ from: string | null } & Told<T>>({ from: null, value: null, trouble: null });
  const [round, setRound] = useState(0);
  const said = useStore(language); // sentences of problems are in it
  useEffect(() => {
    if (from === null) return;
    const watching = watch<T>(from, (told) => setHeld({ from, ...told }), soon);
    return watching.stop;
  }, [from, round, said]);
  const own = from !== null && held.from === from ? held : { value: null, trouble: null };
  return { value: own.value, trouble: own.trouble, again: () => setRound((one) => one + 1) };
}

/** What a path of the API tells, polled: `useData("/v1/scores", { unit: "town" })`. Null as a path asks nothing. */
export function useData<P extends Path>(path: P | null, query?: Query<P>, at?: Record<string, string>): Data<Answer<P>> {
  return useAddress<Answer<P>>(path === null ? null : written(path, query ?? {}, at));
}
