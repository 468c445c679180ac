import { expect, test } from "vitest";
import type { Camera } from "./camera";
import { Mosaic, type Tint } from "./mosaic";
import { decoded, type Shapes, type Topology } from "./topology";

/** Two places beside each other, four steps high: the first with a hole of two. */
const two: Topology = {
  objects: { grid: { geometries: [{ type: "Polygon", id: "a", arcs: [[0, 1], [3]] }, { type: "Polygon", id: "b", arcs: [[~1, 2]] }] } },
  arcs: [
    [[4, 0], [-4, 0], [0, 4], [4, 0]],
    [[4, 4], [0, -4]],
    [[4, 4], [2, 0], [0, -4], [-2, 0]],
    [[1, 1], [2, 0], [0, 2], [-2, 0], [0, -2]],
  ],
};
const far: Topology = { objects: { grid: { geometries: [{ type: "Polygon", id: "c", arcs: [[0]] }] } }, arcs: [[[6, 0], [1, 0], [0, 4], [-1, 0], [0, -4]]] };
/** Of which no dot's middle is any part. */
const tiny: Topology = { objects: { grid: { geometries: [{ type: "Polygon", id: "d", arcs: [[0]] }] } }, arcs: [[[4, 2], [1, 0], [0, 1], [-1, 0], [0, -1]]] };

const size = { width: 8, height: 4 };
const camera: Camera = { x: 4, y: 2, scale: 1, narrow: 1 };

const run = (steps: Generator<void>) => [...steps].length;
const drawn = (mosaic: Mosaic) => Array.from({ length: mosaic.height }, (_, row) => [...mosaic.of.subarray(row * mosaic.width, (row + 1) * mosaic.width)].join(""));

test("each dot belongs to the place that its middle lies in: no gap between neighbours, none to a hole", () => {
  const mosaic = new Mosaic();
  run(mosaic.laid([decoded(two, "grid")], camera, size, 1));
  expect(drawn(mosaic)).toEqual(["11112200", "10012200", "10012200", "11112200"]);
});

test("what comes later is added, and what was laid is not laid again", () => {
  const [first, second] = [decoded(two, "grid"), decoded(far, "grid")];
  const mosaic = new Mosaic();
  run(mosaic.laid([first], camera, size, 1));
  mosaic.of[0] = 9; // a trace that only laying anew would wipe out
  run(mosaic.laid([first, second], camera, size, 1));
  expect(drawn(mosaic)).toEqual(["91112230", "10012230", "10012230", "11112230"]);
  run(mosaic.laid([second], camera, size, 1));
  expect(drawn(mosaic)).toEqual(["00000010", "00000010", "00000010", "00000010"]);
});

test("looked at from elsewhere all is laid anew, and what lies beyond is left out", () => {
  const first = decoded(two, "grid");
  const mosaic = new Mosaic();
  run(mosaic.laid([first], camera, size, 1));
  run(mosaic.laid([first], { ...camera, x: 7 }, size, 1));
  expect(drawn(mosaic)).toEqual(["12200000", "12200000", "12200000", "12200000"]);
  run(mosaic.laid([first], camera, { width: 4, height: 2 }, 2));
  expect([mosaic.width, mosaic.height]).toEqual([8, 4]);
});

test("a place that is smaller than a dot is a dot", () => {
  const mosaic = new Mosaic();
  run(mosaic.laid([decoded(tiny, "grid")], { ...camera, scale: 0.2, x: 5 }, size, 1));
  expect(drawn(mosaic).join("").replace(/0/g, "")).toBe("1");
});

test("other numbers colour the same dots again; a gap is hatched, and a line lies between places", () => {
  const shapes = decoded(two, "grid");
  const mosaic = new Mosaic();
  run(mosaic.laid([shapes], camera, size, 1));
  const told = (tint: (place: number) => Tint, line: number | null) => {
    const rows: number[] = [];
    run(mosaic.coloured(new Map<Shapes, (place: number) => Tint>([[shapes, tint]]), 7, 5, line, 1, (one) => rows.push(...one)));
    return rows.slice(0, 16).join("");
  };
  const plain = (place: number): Tint => ({ color: place + 1, hatched: false });
  expect(told(plain, null)).toBe("1111227717712277");
  expect(told((place) => ({ color: place + 3, hatched: false }), null)).toBe("3333447737734477");
  expect(told((place) => ({ color: place + 1, hatched: place === 0 }), null)).toBe("5511227757712277");
  expect(told(plain, 8)).toBe("1888287787782877");
});
