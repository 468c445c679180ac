// Borders and numbers of a snapshot: borders are asked for once and kept, numbers whenever what is shown is another.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { address, fixed, fixedBytes, Trouble } from "../api/client";
import type { Answer, Unit } from "../api/types";
import { useData } from "../api/watch";
import { useAsked } from "../app/city";
import { read } from "./reading";
import { decoded, type Shapes } from "./topology";
import type { Box } from "./camera";
import type { Measure, Values } from "./classes";
import type { Part } from "./paint";

export type Layer = Exclude<Unit, "city">;
export type Index = Answer<"/v1/boundaries">;

export interface List {
  codes: string[];
  names: string[];
  rows: Map<string, number>;
}

const AT_ONCE = 4;
/** Milliseconds between two looks at what has come. */
const BETWEEN = 700;
/** Corners that are kept of what is no longer shown. */
const MOST_BYTES = 96_000_000;

/** What is being read: asked for once, by whoever comes first. */
const running = new Map<string, Promise<unknown>>();
const shapes = new Map<string, Record<string, Shapes>>();
const lists = new Map<string, List>();

function once<T>(name: string, begin: () => Promise<T>): Promise<T> {
  let found = running.get(name) as Promise<T> | undefined;
  if (!found) {
    found = begin();
    running.set(name, found);
    // What was read is kept as arrays, and what failed is asked again.
    const gone = () => void running.delete(name);
    found.then(gone, gone);
  }
  return found;
}

const addressOf = (name: string, asOf: string | undefined): string => address(`v1/boundaries/${name}`, { as_of: asOf });
const bytesOf = (layers: Record<string, Shapes>): number => Object.values(layers).reduce((all, one) => all + one.bytes, 0);

async function shapesOf(name: string, layer: Layer, asOf: string | undefined): Promise<Shapes> {
  const made = shapes.get(name) ?? (await once(name, async () => read(await fixedBytes(addressOf(name, asOf)))));
  shapes.delete(name);
  shapes.set(name, made);
  let bytes = [...shapes.values()].reduce((all, one) => all + bytesOf(one), 0);
  for (const [oldest, one] of shapes) {
    if (bytes <= MOST_BYTES || oldest === name) break;
    shapes.delete(oldest);
    bytes -= bytesOf(one);
  }
  return made[layer] ?? NOWHERE;
}

async function listOf(name: string, asOf: string | undefined): Promise<List> {
  const held = lists.get(name);
  if (held) return held;
  const told = await once(name, () => fixed<{ codes: string[]; names: string[] }>(addressOf(name, asOf)));
  const made = { ...told, rows: new Map(told.codes.map((code, row) => [code, row])) };
  for (const oldest of lists.keys()) {
    if (lists.size < 8) break;
    lists.delete(oldest);
  }
  lists.set(name, made);
  return made;
}

export interface Borders {
  index: Index | null;
  list: List | null;
  /** Those that are there already, of the layer that is shown. */
  parts: Part[];
  /** Towns and districts, of which outlines are drawn and one is found. */
  towns: Shapes | null;
  districts: Shapes | null;
  trouble: Trouble | null;
  again: () => void;
}

/** The borders of a layer. Of grids those of the districts that are `seen` come first; all come in the end. */
export function useBorders(layer: Layer, seen: Box | null): Borders {
  const { as_of } = useAsked();
  const data = useData("/v1/boundaries", as_of ? { as_of } : {});
  // Another day is asked for: until it answers places stay where they are. Borders are no numbers, and those are asked for by themselves.
  const last = useRef<Index | null>(null);
  if (data.value || data.trouble) last.current = data.value;
  const index = last.current;
  // Two answers that name the same files are one: nothing is drawn again for a new moment.
  const named = index ? JSON.stringify([index.towns, index.communities, index.grids, index.places]) : "";
  const [held, setHeld] = useState<{ of: string; list: List | null; parts: Part[]; towns: Shapes | null; districts: Shapes | null; trouble: Trouble | null }>(NOTHING);
  const [round, setRound] = useState(0);
  const where = useRef(seen);
  where.current = seen;
  const of = `${named}/${layer}`;
  useEffect(() => {
    if (!index) return;
    let stopped = false;
    const tell = (more: Partial<typeof held>) => void (stopped || setHeld((before) => ({ ...(before.of === of ? before : { ...NOTHING, of }), ...more })));
    const failed = (error: unknown) => {
      if (error instanceof Trouble) tell({ trouble: error });
      else throw error;
    };
    const readAll = async () => {
      const [towns, districts, list] = await Promise.all([
        shapesOf(index.towns, "town", as_of),
        shapesOf(index.towns, "district", as_of),
        listOf(index.places[layer], as_of),
      ]);
      if (stopped) return;
      const part = (own: Shapes): Part => ({ shapes: own, rows: Int32Array.from(own.codes, (code) => list.rows.get(code) ?? -1) });
      if (layer !== "grid") {
        const own = layer === "community" ? await shapesOf(index.communities, layer, as_of) : layer === "town" ? towns : districts;
        return tell({ towns, districts, list, parts: [part(own)] });
      }
      tell({ towns, districts, list, parts: [] });
      const waiting = [...index.grids];
      const parts: Part[] = [];
      let told = performance.now();
      const next = async (): Promise<void> => {
        while (waiting.length && !stopped) {
          const at = Math.max(waiting.findIndex(({ code }) => code === null || overlaps(districts, code, where.current)), 0);
          const [one] = waiting.splice(at, 1);
          if (!one) return;
          parts.push(part(await shapesOf(one.file, "grid", as_of)));
          // Not one by one: all that is there is drawn again each time.
          if (parts.length < index.grids.length && performance.now() - told < BETWEEN) continue;
          told = performance.now();
          tell({ parts: [...parts] });
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, next));
    };
    readAll().catch(failed);
    return () => {
      stopped = true;
    };
  }, [of, round]);
  const own = held.of === of ? held : NOTHING;
  return { index, list: own.list, parts: own.parts, towns: own.towns, districts: own.districts, trouble: data.trouble ?? own.trouble, again: () => (data.again(), setRound((one) => one + 1)) };
}

const NOWHERE = decoded({ objects: {}, arcs: [] }, "");
const NOTHING = { of: "", list: null, parts: [] as Part[], towns: null as Shapes | null, districts: null as Shapes | null, trouble: null as Trouble | null };

function overlaps(districts: Shapes, code: string, seen: Box | null): boolean {
  const place = districts.codes.indexOf(code);
  if (!seen || place < 0 || !districts.there[place]) return true;
  const box = districts.boxes;
  const at = 4 * place;
  return (box[at] as number) <= seen[2] && (box[at + 2] as number) >= seen[0] && (box[at + 1] as number) <= seen[3] && (box[at + 3] as number) >= seen[1];
}

/** The numbers of a layer, in the order of its list; null while they are asked for, and whenever they cannot be vouched for. */
export function useValues(layer: Layer, measure: Measure, list: string | null): { values: Values | null; told: Answer<"/v1/map"> | null; trouble: Trouble | null; again: () => void } {
  const asked = useAsked();
  const shown = measure === "level" ? (layer === "grid" ? "score" : "per_10000") : measure;
  const data = useData("/v1/map", { ...asked, unit: layer, measure: shown });
  const told = data.value;
  const values = useMemo(() => {
    if (!told) return null;
    const value = new Float64Array(told.value.length);
    told.value.forEach((one, row) => (value[row] = one === null ? NaN : one / told.scale));
    return { level: Int8Array.from(told.level), value, gap: Uint8Array.from(told.gap) };
  }, [told]);
  // Numbers of other places than those that are drawn belong to none of them.
  const fits = told !== null && told.places === list;
  return { values: fits ? values : null, told: fits ? told : null, trouble: data.trouble, again: data.again };
}
