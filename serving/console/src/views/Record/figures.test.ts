import { expect, test } from "vitest";
import { captures, ends, ofTen, usual, type Caught, type Summary } from "./figures";

test("what came is drawn from the least to the most that it may be", () => {
  expect([ends([3, 5]), ends([75, 149]), ends([]), ends(null)]).toEqual([[3, 5], [75, 149], null, null]);
});

test("of ten nothing that happens is none, and what is not all is not ten", () => {
  expect([0, 0.02, 0.137, 0.5, 0.965, 1].map(ofTen)).toEqual([0, 1, 1, 5, 9, 10]);
});

test("the list of attention is the usual one, where it is told", () => {
  const items = [{ level: "red", of_100_listed: 87 }, { level: "yellow", of_100_listed: 58 }] as Caught[];
  expect(usual(items)?.level).toBe("yellow");
  expect(usual([items[0] as Caught, { ...(items[1] as Caught), of_100_listed: null }])?.level).toBe("red");
  expect(usual([])).toBeUndefined();
});

test("baselines stand behind what was published, the best first", () => {
  const share = (mean: number | null) => ({ mean, lower: null, upper: null });
  const grid = { figures: { capture_10: share(0.34) }, baselines: { climatology: { capture_10: share(0.1) }, near_repeat: { capture_10: share(0.2) }, zero: { capture_10: null } }, gains: {} };
  expect(captures({ levels: { grid } } as unknown as Summary).map((one) => one.name)).toEqual(["", "near_repeat", "climatology"]);
  expect(captures({ levels: {} } as unknown as Summary)).toEqual([]);
});
