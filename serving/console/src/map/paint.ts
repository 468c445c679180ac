// Drawing on a canvas of two dimensions, without a graphics card, in slices: paths of a few hundred places each, for one path of all
// never ends on browsers of 2020, and a pause between them, so that nothing that is clicked waits. Many places are a mosaic of dots.
import type { Camera, Size } from "./camera";
import { seen } from "./camera";
import type { Classes } from "./classes";
import type { Mosaic, Tint } from "./mosaic";
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

/** So many places are a mosaic, and no paths. */
const MANY = 1_500;
const A_PATH = 250;
/** Places that are smaller on the screen are squares: nobody sees a corner of them. */
const SMALL = 2.2;
/** Corners that lie closer are left out. */
const CLOSE = 0.6;
/** From this size on the border of a place is drawn. */
const LINED = 11;
const DOT = 3;

interface Drawn {
  part: Part;
  place: number;
}

/** Draw a scene; each step of the generator is one slice. */
export function* painted(pen: Pen, scene: Scene, camera: Camera, size: Size, ink: Ink, mosaic: Mosaic, dots: number): Generator<void> {
  pen.fillStyle = ink("map-ground");
  pen.fillRect(0, 0, size.width, size.height);
  pen.lineJoin = "round";
  yield;
  const box = seen(camera, size, 4);
  const found = scene.parts.map((part) => ({ part, places: part.shapes.index?.search(...box) ?? [] }));
  const count = found.reduce((all, one) => all + one.places.length, 0);
  const many = count > MANY;
  if (many) yield* laid(pen, scene, camera, size, ink, mosaic, dots, Math.sqrt((size.width * size.height) / count) > LINED);
  const groups: Drawn[][] = (scene.classes?.classes ?? [null]).map(() => []);
  const hatched: Drawn[] = [];
  for (const { part, places } of found) {
    const look = looksOf(part, scene);
    for (const place of places) {
      if (!part.shapes.there[place] || (many && !isPoint(part.shapes, place))) continue;
      const { own, isHatched } = look(place);
      (groups[own] as Drawn[]).push({ part, place });
      if (isHatched) hatched.push({ part, place });
    }
  }
  const hatch = hatched.length ? hatchOf(pen, ink) : null;
  for (let at = groups.length - 1; at >= 0; at--) {
    if (!groups[at]?.length) continue;
    pen.fillStyle = colorOf(scene, at, ink);
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

const isPoint = ({ places }: Shapes, place: number): boolean => places[place] === places[place + 1];

const colorOf = ({ classes }: Scene, at: number, ink: Ink): string => ink(classes?.classes[at]?.color ?? "map-untold");

/** How a place looks: its class, the last of which is that of nothing told, and whether it is hatched. */
function looksOf({ rows }: Part, { classes, gap }: Scene): (place: number) => { own: number; isHatched: boolean } {
  const nothing = (classes?.classes.length ?? 1) - 1;
  return (place) => {
    const row = rows[place] as number;
    if (!classes || row < 0) return { own: nothing, isHatched: false };
    const own = classes.of[row] as number;
    return { own, isHatched: Boolean(gap?.[row]) || classes.classes[own]?.name === "unknown" };
  };
}

/** Places as a mosaic: where they lie is laid once, and only coloured for other numbers. */
function* laid(pen: Pen, scene: Scene, camera: Camera, size: Size, ink: Ink, mosaic: Mosaic, dots: number, isLined: boolean): Generator<void> {
  yield* mosaic.laid(scene.parts.map((one) => one.shapes), camera, size, dots);
  const bytes = bytesOf();
  const colors = (scene.classes?.classes ?? [null]).map((_, at) => bytes(colorOf(scene, at, ink)));
  const tints = new Map<Shapes, (place: number) => Tint>();
  for (const part of scene.parts) {
    const look = looksOf(part, scene);
    tints.set(part.shapes, (place) => {
      const { own, isHatched } = look(place);
      return { color: colors[own] as number, hatched: isHatched };
    });
  }
  const line = isLined ? bytes(ink("map-line")) : null;
  yield* mosaic.coloured(tints, bytes(ink("map-ground")), bytes(ink("map-hatch")), line, dots, (rows, above) =>
    pen.putImageData(new ImageData(new Uint8ClampedArray(rows.buffer as ArrayBuffer), mosaic.width), 0, above),
  );
}

/** What a colour of any writing is in the bytes of a picture. */
function bytesOf(): (color: string) => number {
  const dot = document.createElement("canvas");
  dot.width = dot.height = 1;
  const own = dot.getContext("2d");
  return (color) => {
    if (!own) return 0;
    own.fillStyle = color;
    own.fillRect(0, 0, 1, 1);
    return new Uint32Array(own.getImageData(0, 0, 1, 1).data.buffer)[0] as number;
  };
}

function* filled(pen: Pen, places: readonly Drawn[], camera: Camera, size: Size, line: string | null): Generator<void> {
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
    if (isPoint(shapes, place)) {
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
