// Drawing on a canvas of two dimensions, without a graphics card, in slices: paths of a few hundred places each, for one path of all
// never ends on browsers of 2020, and a pause between them, so that nothing that is clicked waits.
import type { Camera, Size } from "./camera";
import { seen } from "./camera";
import type { Classes } from "./classes";
import type { Shapes } from "./topology";

/** Some places, and which row of the values each is; -1 where it is none of the snapshot's. */
export interface Part {
  shapes: Shapes;
  rows: Int32Array;
}

export interface Scene {
  parts: Part[];
  classes: Classes | null;
  gap: Uint8Array | null;
  /** Which numbers they are: "conflict/4 town level"; empty where there are none. */
  shows: string;
  /** Borders drawn over it, thicker the higher. */
  over: { shapes: Shapes; color: string; width: number }[];
  /** Names are written into these places, where there is room. */
  names: { part: Part; of: readonly string[] } | null;
}

export type Pen = CanvasRenderingContext2D;
export type Ink = (name: string) => string;

const A_PATH = 250;
/** Places that are smaller on the screen are squares: nobody sees a corner of them. */
const SMALL = 2.2;
/** Corners that lie closer are left out. */
const CLOSE = 0.6;
/** From this size on the border of a place is drawn. */
const LINED = 11;
const DOT = 3;

/** Draw a scene; each step of the generator is one slice. */
export function* painted(pen: Pen, scene: Scene, camera: Camera, size: Size, ink: Ink): Generator<void> {
  pen.fillStyle = ink("map-ground");
  pen.fillRect(0, 0, size.width, size.height);
  pen.lineJoin = "round";
  yield;
  const { classes } = scene;
  const box = seen(camera, size, 4);
  const found = scene.parts.map((part) => ({ part, places: part.shapes.index?.search(...box) ?? [] }));
  const groups: { part: Part; place: number }[][] = (classes?.classes ?? [null]).map(() => []);
  const hatched: { part: Part; place: number }[] = [];
  const nothing = (classes?.classes.length ?? 1) - 1;
  for (const { part, places } of found) {
    for (const place of places) {
      if (!part.shapes.there[place]) continue;
      const row = part.rows[place] as number;
      const own = classes && row >= 0 ? (classes.of[row] as number) : nothing;
      (groups[own] as { part: Part; place: number }[]).push({ part, place });
      if (classes && row >= 0 && (scene.gap?.[row] || classes.classes[own]?.name === "unknown")) hatched.push({ part, place });
    }
  }
  const hatch = hatchOf(pen, ink);
  for (let at = groups.length - 1; at >= 0; at--) {
    pen.fillStyle = ink(classes?.classes[at]?.color ?? "map-untold");
    yield* filled(pen, groups[at] ?? [], camera, size, ink("map-line"));
  }
  if (hatch) {
    pen.fillStyle = hatch;
    yield* filled(pen, hatched, camera, size, null);
  }
  for (const { shapes, color, width } of scene.over) {
    pen.strokeStyle = ink(color);
    pen.lineWidth = width;
    let count = 0;
    pen.beginPath();
    for (const place of shapes.index?.search(...box) ?? []) {
      trace(pen, shapes, place, camera, size);
      if (++count % A_PATH === 0) {
        pen.stroke();
        yield;
        pen.beginPath();
      }
    }
    pen.stroke();
    yield;
  }
  if (scene.names) named(pen, scene.names, camera, size, ink);
}

function* filled(pen: Pen, places: readonly { part: Part; place: number }[], camera: Camera, size: Size, line: string | null): Generator<void> {
  const { scale, narrow } = camera;
  const left = size.width / 2 - camera.x * scale * narrow;
  const top = size.height / 2 + camera.y * scale;
  let count = 0;
  let lined = 0;
  pen.lineWidth = 0.7;
  if (line) pen.strokeStyle = line;
  pen.beginPath();
  for (const { part: { shapes }, place } of places) {
    const west = left + (shapes.boxes[4 * place] as number) * scale * narrow;
    const east = left + (shapes.boxes[4 * place + 2] as number) * scale * narrow;
    const north = top - (shapes.boxes[4 * place + 3] as number) * scale;
    const south = top - (shapes.boxes[4 * place + 1] as number) * scale;
    const large = Math.max(east - west, south - north);
    if (shapes.places[place] === shapes.places[place + 1]) {
      pen.rect(west - DOT, north - DOT, 2 * DOT, 2 * DOT);
    } else if (large < SMALL) {
      pen.rect(west, north, Math.max(east - west, 1), Math.max(south - north, 1));
    } else {
      trace(pen, shapes, place, camera, size);
      if (large > LINED) lined++;
    }
    if (++count % A_PATH === 0) {
      pen.fill();
      if (line && lined * 2 > A_PATH) pen.stroke();
      yield;
      lined = 0;
      pen.beginPath();
    }
  }
  pen.fill();
  if (line && lined * 2 > count % A_PATH) pen.stroke();
  yield;
}

/** The rings of a place, added to the path. */
export function trace(pen: Pen, shapes: Shapes, place: number, camera: Camera, size: Size): void {
  const { corners, rings, places } = shapes;
  const down = camera.scale;
  const right = down * camera.narrow;
  const left = size.width / 2 - camera.x * right;
  const top = size.height / 2 + camera.y * down;
  for (let ring = places[place] as number; ring < (places[place + 1] as number); ring++) {
    const end = 2 * (rings[ring + 1] as number);
    let at = 2 * (rings[ring] as number);
    const x0 = left + (corners[at] as number) * right;
    const y0 = top - (corners[at + 1] as number) * down;
    let [x, y] = [x0, y0];
    pen.moveTo(x, y);
    for (at += 2; at < end; at += 2) {
      const x1 = left + (corners[at] as number) * right;
      const y1 = top - (corners[at + 1] as number) * down;
      if (Math.abs(x1 - x) + Math.abs(y1 - y) < CLOSE) continue;
      pen.lineTo((x = x1), (y = y1));
    }
    // To close a path costs many times what a line costs.
    pen.lineTo(x0, y0);
  }
}

/** Lines from the lower left to the upper right: what should have been told and was not. */
function hatchOf(pen: Pen, ink: Ink): CanvasPattern | null {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const own = tile.getContext("2d");
  if (!own) return null;
  own.strokeStyle = ink("map-hatch");
  own.lineWidth = 1.6;
  own.beginPath();
  for (const from of [-8, 0, 8]) {
    own.moveTo(from - 1, 9);
    own.lineTo(from + 9, -1);
  }
  own.stroke();
  return pen.createPattern(tile, "repeat");
}

function named(pen: Pen, { part, of }: { part: Part; of: readonly string[] }, camera: Camera, size: Size, ink: Ink): void {
  const { shapes, rows } = part;
  pen.font = ink("map-font");
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineWidth = 3;
  pen.strokeStyle = ink("map-halo");
  pen.fillStyle = ink("ink");
  const taken: [number, number, number][] = [];
  for (const place of shapes.index?.search(...seen(camera, size)) ?? []) {
    const name = of[rows[place] as number];
    if (!name || !shapes.there[place]) continue;
    const [west, south, east, north] = shapes.boxes.subarray(4 * place, 4 * place + 4) as unknown as [number, number, number, number];
    const wide = (east - west) * camera.scale * camera.narrow;
    const high = (north - south) * camera.scale;
    const long = pen.measureText(name).width + 6;
    if (high < 26 || long > wide * 0.9) continue;
    const x = size.width / 2 + ((west + east) / 2 - camera.x) * camera.scale * camera.narrow;
    const y = size.height / 2 - ((south + north) / 2 - camera.y) * camera.scale;
    if (taken.some(([left, top, wider]) => Math.abs(left - x) < (wider + long) / 2 && Math.abs(top - y) < 15)) continue;
    taken.push([x, y, long]);
    pen.strokeText(name, x, y);
    pen.fillText(name, x, y);
  }
}
