import { expect, test } from "vitest";
import { decoded, holds, placeAt, type Topology } from "./topology";

// Two squares beside each other, the first with a hole; a point, and a place of which nobody knows.
const told: Topology = {
  objects: {
    grid: {
      geometries: [
        { type: "Polygon", id: "a", arcs: [[0, 1], [3]] },
        { type: "Polygon", id: "b", arcs: [[~1, 2]] },
        { type: "Point", id: "c", coordinates: [90, 90] },
        { type: null, id: "d" },
      ],
    },
  },
  arcs: [
    [[10, 0], [-10, 0], [0, 10], [10, 0]],
    [[10, 10], [0, -10]],
    [[10, 10], [10, 0], [0, -10], [-10, 0]],
    [[3, 3], [4, 0], [0, 4], [-4, 0], [0, -4]],
  ],
};

test("arcs become rings, whichever way they are gone along", () => {
  const made = decoded(told, "grid");
  expect(made.codes).toEqual(["a", "b", "c", "d"]);
  expect([...made.corners.subarray(0, 8)]).toEqual([10, 0, 0, 0, 0, 10, 10, 10]);
  expect([...made.corners.subarray(16, 24)]).toEqual([10, 0, 10, 10, 20, 10, 20, 0]);
  expect([...made.boxes]).toEqual([0, 0, 10, 10, 10, 0, 20, 10, 90, 90, 90, 90, 0, 0, 0, 0]);
  expect([...made.there]).toEqual([1, 1, 1, 0]);
});

test("a place holds what lies inside, and no hole", () => {
  const made = decoded(told, "grid");
  expect([holds(made, 0, 1, 1), holds(made, 0, 5, 5), holds(made, 0, 12, 5), holds(made, 1, 12, 5)]).toEqual([true, false, false, true]);
  expect([placeAt(made, 1, 1, 1), placeAt(made, 15, 5, 1), placeAt(made, 91, 90, 3), placeAt(made, 95, 90, 3), placeAt(made, 0.5, 40, 3)]).toEqual([0, 1, 2, -1, -1]);
});

test("nothing is nothing", () => {
  const made = decoded({ objects: {}, arcs: [] }, "grid");
  expect([made.codes, made.index, placeAt(made, 0, 0, 9)]).toEqual([[], null, -1]);
});
