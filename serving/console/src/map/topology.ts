// TopoJSON as the server writes it (serving/boundaries/topology.py) to flat arrays of whole steps of 0.0001 degrees.
import Flatbush from "flatbush";

interface Geometry {
  type: "Polygon" | "MultiPolygon" | "Point" | null;
  id: string;
  arcs?: number[][] | number[][][];
  coordinates?: [number, number];
}

export interface Topology {
  objects: Record<string, { geometries: Geometry[] }>;
  arcs: [number, number][][];
}

/** Places of one file: polygons, points, and those that lie nowhere that is known. */
export interface Shapes {
  codes: string[];
  /** Corners, x and y in turn: longitude and latitude in steps. */
  corners: Int32Array;
  /** Where each ring begins among the corners, and the end. */
  rings: Uint32Array;
  /** Where the rings of each place begin, and the end. A place without rings is a point, or nowhere. */
  places: Uint32Array;
  /** West, south, east, north of each place; of a point twice itself. */
  boxes: Int32Array;
  /** Whether each place is somewhere. */
  there: Uint8Array;
  index: Flatbush | null;
  bytes: number;
}

/** Shapes as they go from one thread to another: of the index its bytes. */
export type Packed = Omit<Shapes, "index"> & { index: ArrayBuffer | null };
export type Layers = Record<string, Packed>;

export const STEP = 1e-4;

/** All layers of a file, out of its text. */
export function decodedAll(text: ArrayBuffer): Layers {
  const topology = JSON.parse(new TextDecoder().decode(text)) as Topology;
  const arcs = topology.arcs.map(absolute);
  return Object.fromEntries(
    Object.entries(topology.objects).map(([layer, { geometries }]) => {
      const made = shapesOf(geometries, arcs);
      return [layer, { ...made, index: (made.index?.data as ArrayBuffer | undefined) ?? null }];
    }),
  );
}

export const indexed = (packed: Packed): Shapes => ({ ...packed, index: packed.index && Flatbush.from(packed.index) });

export const decoded = (topology: Topology, layer: string): Shapes => shapesOf(topology.objects[layer]?.geometries ?? [], topology.arcs.map(absolute));

function shapesOf(geometries: readonly Geometry[], arcs: readonly Int32Array[]): Shapes {
  let corners = 0;
  let rings = 0;
  const of = geometries.map(polygonsOf);
  for (const polygons of of) {
    for (const ring of polygons) {
      rings++;
      for (const arc of ring) corners += (arcs[arc < 0 ? ~arc : arc] as Int32Array).length / 2 - 1;
    }
  }
  const made: Shapes = {
    codes: geometries.map((one) => one.id),
    corners: new Int32Array(2 * corners),
    rings: new Uint32Array(rings + 1),
    places: new Uint32Array(geometries.length + 1),
    boxes: new Int32Array(4 * geometries.length),
    there: new Uint8Array(geometries.length),
    index: null,
    bytes: 0,
  };
  let at = 0;
  let ringAt = 0;
  geometries.forEach((geometry, place) => {
    const from = at;
    for (const ring of of[place] ?? []) {
      made.rings[ringAt++] = at / 2;
      for (const arc of ring) at = append(made.corners, at, arcs[arc < 0 ? ~arc : arc] as Int32Array, arc < 0);
    }
    made.places[place + 1] = ringAt;
    const own = geometry.coordinates ?? null;
    const box = own ? [own[0], own[1], own[0], own[1]] : boxOf(made.corners, from, at);
    made.there[place] = own || at > from ? 1 : 0;
    made.boxes.set(box, 4 * place);
  });
  made.rings[rings] = at / 2;
  if (geometries.length) {
    made.index = new Flatbush(geometries.length, 16, Int32Array);
    for (let place = 0; place < geometries.length; place++) {
      const [west, south, east, north] = made.boxes.subarray(4 * place, 4 * place + 4) as unknown as [number, number, number, number];
      made.index.add(west, south, east, north);
    }
    made.index.finish();
  }
  made.bytes = made.corners.byteLength + made.rings.byteLength + made.boxes.byteLength + (made.index?.data.byteLength ?? 0);
  return made;
}

/** All rings of a geometry: a hole is a ring like the others, and goes round the other way. */
function polygonsOf({ type, arcs }: Geometry): number[][] {
  if (type === "Polygon") return arcs as number[][];
  return type === "MultiPolygon" ? (arcs as number[][][]).reduce<number[][]>((all, one) => all.concat(one), []) : [];
}

function absolute(arc: [number, number][]): Int32Array {
  const made = new Int32Array(2 * arc.length);
  let x = 0;
  let y = 0;
  arc.forEach((step, at) => {
    made[2 * at] = x += step[0];
    made[2 * at + 1] = y += step[1];
  });
  return made;
}

/** An arc but for its last corner, with which the next begins. */
function append(corners: Int32Array, at: number, arc: Int32Array, backwards: boolean): number {
  if (!backwards) {
    corners.set(arc.subarray(0, arc.length - 2), at);
    return at + arc.length - 2;
  }
  for (let from = arc.length - 2; from > 0; from -= 2) {
    corners[at++] = arc[from] as number;
    corners[at++] = arc[from + 1] as number;
  }
  return at;
}

function boxOf(corners: Int32Array, from: number, upTo: number): [number, number, number, number] {
  if (upTo === from) return [0, 0, 0, 0];
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = from; at < upTo; at += 2) {
    const x = corners[at] as number;
    const y = corners[at + 1] as number;
    if (x < west) west = x;
    if (x > east) east = x;
    if (y < south) south = y;
    if (y > north) north = y;
  }
  return [west, south, east, north];
}

/** Whether a place holds a point: an odd number of its edges lie to the east of it. */
export function holds(shapes: Shapes, place: number, x: number, y: number): boolean {
  let inside = false;
  for (let ring = shapes.places[place] as number; ring < (shapes.places[place + 1] as number); ring++) {
    const first = shapes.rings[ring] as number;
    const end = shapes.rings[ring + 1] as number;
    for (let at = first, before = end - 1; at < end; before = at++) {
      const y0 = shapes.corners[2 * before + 1] as number;
      const y1 = shapes.corners[2 * at + 1] as number;
      if (y0 > y === y1 > y) continue;
      const x0 = shapes.corners[2 * before] as number;
      const x1 = shapes.corners[2 * at] as number;
      if (x < x0 + ((y - y0) / (y1 - y0)) * (x1 - x0)) inside = !inside;
    }
  }
  return inside;
}

/** The place that a point lies in; of points the nearest within `reach` steps; -1 where there is none. */
export function placeAt(shapes: Shapes, x: number, y: number, reach: number): number {
  const near = shapes.index?.search(x - reach, y - reach, x + reach, y + reach) ?? [];
  let best = -1;
  let away = Infinity;
  for (const place of near) {
    if (!shapes.there[place]) continue;
    if (shapes.places[place] !== shapes.places[place + 1]) {
      if (holds(shapes, place, x, y)) return place;
      continue;
    }
    const far = ((shapes.boxes[4 * place] as number) - x) ** 2 + ((shapes.boxes[4 * place + 1] as number) - y) ** 2;
    if (far < away && far <= reach * reach) [best, away] = [place, far];
  }
  return best;
}
