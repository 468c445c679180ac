// Many small places, drawn by which of them each dot of the picture lies in: other numbers only colour the dots again, and places that
// come later are added to what is there. A path for each costs ten times as much, and most of all on browsers of 2020.
import type { Camera, Size } from "./camera";
import { seen } from "./camera";
import type { Shapes } from "./topology";

/** Places between two pauses. */
const AT_ONCE = 1_000;
/** Rows of dots between two pauses. */
const ROWS = 64;
/** Dots of a hatching: from one line to the next, and how thick a line is. */
const HATCH = 8;
const LINE = 2;

/** What the dots of a place are: colours as numbers of four bytes, as ImageData has them. */
export interface Tint {
  color: number;
  hatched: boolean;
}

export class Mosaic {
  width = 0;
  height = 0;
  /** Of each dot the place it lies in, counted through all files from 1; 0 where there is none. */
  of: Int32Array = new Int32Array(0);
  /** From which number on the places of a file are counted. */
  readonly from = new Map<Shapes, number>();
  private next = 1;
  private key = "";

  /** Lay what is not laid yet, as one looks now; each step is one slice. Whoever stops between two steps may lay again. */
  *laid(all: readonly Shapes[], camera: Camera, size: Size, dots: number): Generator<void> {
    const [width, height] = [Math.round(size.width * dots), Math.round(size.height * dots)];
    const key = [camera.x, camera.y, camera.scale, camera.narrow, width, height].join();
    const gone = [...this.from.keys()].some((one) => !all.includes(one));
    if (key !== this.key || gone) {
      if (width * height !== this.of.length) this.of = new Int32Array(width * height);
      else this.of.fill(0);
      [this.width, this.height, this.key, this.next] = [width, height, key, 1];
      this.from.clear();
    }
    for (const shapes of all) {
      if (this.from.has(shapes)) continue;
      let count = 0;
      for (const place of shapes.index?.search(...seen(camera, size, 4)) ?? []) {
        this.lay(shapes, place, this.next + place, camera, dots);
        if (++count % AT_ONCE === 0) yield;
      }
      this.from.set(shapes, this.next);
      this.next += shapes.codes.length;
      yield;
    }
  }

  /** Colour all dots, some rows a slice: `put` is given them and how many rows lie above. */
  *coloured(tints: ReadonlyMap<Shapes, (place: number) => Tint>, ground: number, hatch: number, line: number | null, dots: number, put: (rows: Uint32Array, above: number) => void): Generator<void> {
    const color = new Uint32Array(this.next).fill(ground);
    const hatched = new Uint8Array(this.next);
    for (const [shapes, from] of this.from) {
      const tint = tints.get(shapes);
      if (!tint) continue;
      for (let place = 0; place < shapes.codes.length; place++) {
        const own = tint(place);
        color[from + place] = own.color;
        if (own.hatched) hatched[from + place] = 1;
      }
    }
    const { width, height, of } = this;
    const [far, thick] = [Math.round(HATCH * dots), Math.round(LINE * dots)];
    for (let above = 0; above < height; above += ROWS) {
      const rows = Math.min(ROWS, height - above);
      const told = new Uint32Array(rows * width);
      for (let row = 0, at = above * width, to = 0; row < rows; row++) {
        for (let column = 0; column < width; column++, at++, to++) {
          const own = of[at] as number;
          const edge = line !== null && own > 0 && ((column + 1 < width && of[at + 1] !== own) || (at + width < of.length && of[at + width] !== own));
          if (edge) told[to] = line as number;
          else told[to] = hatched[own] && (above + row + column) % far < thick ? hatch : (color[own] as number);
        }
      }
      put(told, above);
      yield;
    }
  }

  /** The dots whose middle lies in a place, an odd number of its edges to the left of them; at least one. */
  private lay(shapes: Shapes, place: number, own: number, camera: Camera, dots: number): void {
    const { width, height, of } = this;
    const down = camera.scale * dots;
    const right = down * camera.narrow;
    const left = width / 2 - camera.x * right;
    const top = height / 2 + camera.y * down;
    const { corners, rings, places } = shapes;
    let count = 0;
    for (let ring = places[place] as number; ring < (places[place + 1] as number); ring++) {
      const first = rings[ring] as number;
      const end = rings[ring + 1] as number;
      if (end - first < 3) continue;
      let x0 = left + (corners[2 * end - 2] as number) * right;
      let y0 = top - (corners[2 * end - 1] as number) * down;
      for (let at = first; at < end; at++) {
        const x1 = left + (corners[2 * at] as number) * right;
        const y1 = top - (corners[2 * at + 1] as number) * down;
        const [from, upTo] = y0 < y1 ? [y0, y1] : [y1, y0];
        const last = Math.min(Math.ceil(upTo - 0.5), height);
        for (let row = Math.max(Math.ceil(from - 0.5), 0); row < last; row++) {
          const x = x0 + ((row + 0.5 - y0) / (y1 - y0)) * (x1 - x0);
          if (count === crossed.length) crossed = grown(crossed);
          crossed[count++] = row * WIDEST + Math.min(Math.max(x, 0), width);
        }
        [x0, y0] = [x1, y1];
      }
    }
    sort(count);
    let filled = false;
    for (let at = 0; at + 1 < count; at += 2) {
      const row = Math.floor((crossed[at] as number) / WIDEST);
      const before = row * WIDEST;
      const start = Math.ceil((crossed[at] as number) - before - 0.5);
      const stop = Math.ceil((crossed[at + 1] as number) - before - 0.5);
      if (stop > start) {
        of.fill(own, row * width + start, row * width + stop);
        filled = true;
      }
    }
    if (filled || places[place] === places[place + 1]) return;
    const { boxes } = shapes;
    const x = Math.floor(left + (((boxes[4 * place] as number) + (boxes[4 * place + 2] as number)) / 2) * right);
    const y = Math.floor(top - (((boxes[4 * place + 1] as number) + (boxes[4 * place + 3] as number)) / 2) * down);
    if (x >= 0 && x < width && y >= 0 && y < height) of[y * width + x] = own;
  }
}

/** No picture is so wide; a row and a place in it are one number, to be sorted by. */
const WIDEST = 65_536;

let crossed = new Float64Array(256);

function grown(before: Float64Array): Float64Array<ArrayBuffer> {
  const made = new Float64Array(2 * before.length);
  made.set(before);
  return made;
}

/** Sort the crossings: a few by hand, which is quickest. */
function sort(count: number): void {
  if (count > 48) {
    crossed.subarray(0, count).sort();
    return;
  }
  for (let at = 1; at < count; at++) {
    const one = crossed[at] as number;
    let to = at - 1;
    while (to >= 0 && (crossed[to] as number) > one) {
      crossed[to + 1] = crossed[to] as number;
      to--;
    }
    crossed[to + 1] = one;
  }
}
