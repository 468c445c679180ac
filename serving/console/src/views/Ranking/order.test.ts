import { expect, test } from "vitest";
import { mostOf, tied } from "./order";

const at = (rank: number, rank_interval: [number, number] | null) => ({ rank, rank_interval });

test("places whose ranks overlap cannot be told apart", () => {
  expect(tied(at(6, [6, 7]), at(7, [7, 8]))).toBe(true);
  expect(tied(at(1, [1, 1]), at(2, [2, 2]))).toBe(false);
  expect(tied(at(1, [1, 2]), at(3, [3, 4]))).toBe(false);
  expect(tied(at(1, null), at(2, [1, 2]))).toBe(false);
});

test("bars are drawn to the largest score of grids, and to the highest end of an interval above them", () => {
  const one = (unit: "grid" | "town", score: number | null, interval: [number, number], expected_count: number) => ({ unit, score, interval, expected_count });
  expect(mostOf([one("grid", 0.2, [0, 9], 0.2), one("grid", 0.1, [0, 1], 0.1)])).toBe(0.2);
  expect(mostOf([one("town", null, [3, 9], 5), one("town", null, [1, 2], 1)])).toBe(9);
  expect(mostOf([])).toBe(0);
});
