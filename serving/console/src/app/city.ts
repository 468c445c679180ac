// What is published: targets, horizons, snapshots. Polled, so that a new snapshot is known by itself.
import { createContext } from "preact";
import { useContext, useMemo, useRef } from "preact/hooks";
import type { Publication, Publications } from "../api/types";
import { useData, type Data } from "../api/watch";
import { useStore } from "../api/store";
import { capital } from "../parts/figures";
import { language } from "./preferences";
import { route } from "./route";
import { session } from "./session";

export interface City {
  /** Kept snapshots, the newest as-of first, one an as-of. */
  published: Publication[];
  current: Publication;
  /** Targets in the order of their declaration, with the horizons that are served. */
  targets: { name: string; zh: string; en: string; horizons: number[]; suspended: boolean }[];
  period: "day" | "week" | "month";
}

/** What the address asks for, and what is meant where it asks for nothing. */
export interface Chosen {
  target: string | undefined;
  horizon: number | undefined;
  /** A past day that was chosen; undefined for the newest, which goes on to the next that is published. */
  asOf: string | undefined;
  /** The snapshot that is looked at. */
  publication: Publication | undefined;
}

interface Known {
  city: City | null;
  data: Data<Publications>;
}

export const CityContext = createContext<Known>({ city: null, data: { value: null, trouble: null, again: () => undefined } });

/** The city as it is published; null while nothing is. */
export function useCity(): City | null {
  return useContext(CityContext).city;
}

/** Whether it is known that nothing is published yet. */
export function useNothing(): boolean {
  const { city, data } = useContext(CityContext);
  return city === null && data.value !== null;
}

/** Ask for it: once, by the shell. */
export function useKnownCity(reads: boolean): Known {
  const data = useData(reads ? "/v1/snapshots" : null, { limit: 100 });
  // While the server is gone what can be chosen stays: it is names, and no number.
  const last = useRef<City | null>(null);
  return useMemo(() => {
    if (data.value) last.current = cityOf(data.value);
    else if (data.trouble && !data.trouble.gone) last.current = null;
    return { city: last.current, data };
  }, [data.value, data.trouble]);
}

export function cityOf({ items, suspended }: Publications): City | null {
  const kept = items.filter((one) => one.kept && !one.withdrawn);
  const current = kept.find((one) => one.current);
  if (!current) return null;
  const days = new Map<string, Publication>();
  for (const one of [current, ...kept]) if (!days.has(one.as_of)) days.set(one.as_of, one);
  const served: Record<string, number[]> = {};
  for (const key of Object.keys(current.models)) {
    const [target = "", periods = ""] = key.split("/");
    (served[target] ??= []).push(Number(periods));
  }
  return {
    published: [...days.values()].sort((one, other) => (one.as_of < other.as_of ? 1 : -1)),
    current,
    targets: Object.entries(current.names)
      .filter(([name]) => name in served || suspended.includes(name))
      .map(([name, { zh, en }]) => ({ name, zh, en, horizons: (served[name] ?? []).sort((one, other) => one - other), suspended: suspended.includes(name) })),
    period: current.period,
  };
}

/** What is chosen. The server's own rule of what is usual is told again here, for the labels alone. */
export function useChosen(): Chosen {
  const city = useCity();
  const { query } = useStore(route);
  const named = query["target"];
  const asOf = query["as_of"] && query["as_of"] !== city?.current.as_of ? query["as_of"] : undefined;
  const target = named ?? city?.targets[0]?.name;
  const horizons = city?.targets.find((one) => one.name === target)?.horizons ?? [];
  const asked = Number(query["horizon"]);
  const horizon = asked ? asked : horizons.includes(4) ? 4 : horizons[0];
  const publication = asOf ? city?.published.find((one) => one.as_of === asOf) : city?.current;
  return { target, horizon, asOf, publication };
}

/** What of the address the API is asked for: nothing that it does not say. */
export function useAsked(): { target?: string; horizon?: number; as_of?: string } {
  const { query } = useStore(route);
  const { asOf } = useChosen();
  return {
    ...(query["target"] ? { target: query["target"] } : {}),
    ...(Number(query["horizon"]) ? { horizon: Number(query["horizon"]) } : {}),
    ...(asOf ? { as_of: asOf } : {}),
  };
}

/** What a target is called, as it begins a line. */
export function useTargetNames(): (target: string) => string {
  const city = useCity();
  const said = useStore(language);
  return (target) => capital(city?.targets.find((one) => one.name === target)?.[said] ?? target);
}

/** What a source is called. */
export function useSourceNames(): (source: string) => string {
  const who = useStore(session);
  const said = useStore(language);
  return (source) => (said === "zh" ? who?.sources[source] : undefined) ?? source.replace(/_/g, " ");
}
