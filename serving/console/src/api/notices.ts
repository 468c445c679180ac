// What is done with notices: each by its version, so that nobody overwrites what another did, and with a key, so that an answer that was
// lost on the way is not done twice.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { now, send } from "./client";
import { store, useStore } from "./store";
import type { Alert, Both, ChangedAlerts, Life, Said } from "./types";
import { useAddress, type Data } from "./watch";

/** The life of a notice, and what its parts are called. */
export function useLife(): Life | null {
  return useAddress<Life>("console/notices").value;
}

/** The verbs in the order in which they are offered: what leads on, what asks others, what is said. */
export const ORDER = ["acknowledge", "start", "close", "co_handle", "assign", "return", "refer", "extend", "note", "contest", "reopen"];

/** What leads a notice on. */
export const ONWARD = ["acknowledge", "start", "close"];

/** What may be done where a notice stands, in the order in which it is offered; what needs a team is not where there is none. */
export function verbsOf(life: Life, status: string): string[] {
  const there = life.life[status] ?? [];
  return ORDER.filter((verb) => there.includes(verb) && (life.needs[verb] !== "team_id" || life.teams.length > 0));
}

/** What a notice or a step is called in the language of the page. */
export function called(words: Record<string, Both>, name: string, said: (both: Both) => string): string {
  const both = words[name];
  return both ? said(both) : name.replace(/_/g, " ");
}

/** A text that nobody else has. */
export function ownKey(): string {
  const bytes = new Uint8Array(16);
  crypto.getRandomValues(bytes);
  return Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
}

// What a change answered: the list may tell for a second longer how it was before.
const changed = store<ReadonlyMap<string, Alert>>(new Map());

function heard(alerts: readonly Alert[]): void {
  const next = new Map(changed.get());
  for (const one of alerts) if ((next.get(one.id)?.version ?? 0) < one.version) next.set(one.id, one);
  changed.set(next);
}

/** Notices, each as it stands by the newest that was heard of it. */
export function useNewest(items: readonly Alert[]): readonly Alert[] {
  const known = useStore(changed);
  return useMemo(() => items.map((one) => ((known.get(one.id)?.version ?? 0) > one.version ? (known.get(one.id) as Alert) : one)), [items, known]);
}

/** Do something with a notice as it was read. Throws Trouble: 412 where somebody did something with it meanwhile. */
export async function act(alert: { id: string; version: number }, verb: string, said: Said, key: string): Promise<Alert> {
  const headers = { "If-Match": `"${alert.version}"`, "Idempotency-Key": key };
  const done = await send<Alert>("POST", `v1/alerts/${encodeURIComponent(alert.id)}/${verb}`, said, headers);
  heard([done]);
  return done;
}

const AT_ONCE = 200;

/** Do the same with several, each for itself. Throws Trouble. */
export async function actOnMany(ids: readonly string[], verb: string, said: Said, key: string): Promise<ChangedAlerts["items"]> {
  const done: ChangedAlerts["items"] = [];
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const part = { ...said, ids: ids.slice(from, from + AT_ONCE) };
    done.push(...(await send<ChangedAlerts>("POST", `v1/alerts/several/${verb}`, part, { "Idempotency-Key": `${key}-${from}` })).items);
  }
  heard(done.flatMap((one) => one.alert ?? []));
  return done;
}

/** A key for what is asked: the same as long as the same is tried again. */
export function useKey(): (asked: unknown) => string {
  const held = useRef<{ asked: string; key: string } | null>(null);
  return (asked) => {
    const text = JSON.stringify(asked);
    if (held.current?.asked !== text) held.current = { asked: text, key: ownKey() };
    return held.current.key;
  };
}

/** Whether it should be closed, or acknowledged, by now. */
export function overdue(alert: Alert, life: Life, at = now()): boolean {
  if (!life.live.includes(alert.status) || alert.paused) return false;
  const passed = (end: string | null) => end !== null && Date.parse(end) <= at;
  return passed(alert.due_at) || (life.asked.includes(alert.status) && passed(alert.acknowledge_by));
}

/** The unit of a kind that a notice lies in, or is about. */
export function unitOf(alert: Alert, unit: string): { code: string; name: string } | null {
  if (alert.unit === unit) return alert;
  return alert.above.find((one) => one.unit === unit) ?? null;
}

/** The time, looked at again every minute: ages grow while nobody asks. */
export function useMinute(): number {
  const [at, set] = useState(now);
  useEffect(() => {
    const timer = setInterval(() => set(now()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return at;
}

export type Notices = Data<{ items: readonly Alert[] }>;
