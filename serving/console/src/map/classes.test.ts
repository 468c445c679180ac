import { expect, test } from "vitest";
import { classified, type Values } from "./classes";

const values = (level: number[], value: (number | null)[]): Values => ({
  level: Int8Array.from(level),
  value: Float64Array.from(value, (one) => one ?? NaN),
  gap: new Uint8Array(level.length),
});

test("levels have their own colours, and what is unknown is never that of none", () => {
  const { classes, of } = classified(values([0, 3, 4, 5, -1], [null, null, null, null, null]), "level");
  expect([...of].map((one) => classes[one]?.name)).toEqual(["red", "blue", "none", "unknown", "untold"]);
  expect([...of].map((one) => classes[one]?.color)).toEqual(["red", "blue", "map-none", "map-gap", "map-untold"]);
});

test("a ramp has steps of round numbers; a gap is hatched whatever its number, and what is withheld is told apart", () => {
  const number = Array.from({ length: 100 }, (_, at) => at / 100);
  const { classes, of } = classified(values([...number.map(() => 4), 5, 4], [...number, 0.99, null]), "score");
  expect(classes.slice(0, 5).map((one) => one.from)).toEqual([null, 0.5, 0.75, 0.9, 0.97]);
  expect(classes.map((one) => one.color)).toEqual(["ramp-0", "ramp-1", "ramp-2", "ramp-3", "ramp-4", "map-gap", "map-untold"]);
  expect([of[0], of[50], of[99], of[100], of[101]]).toEqual([0, 1, 4, 5, 6]);
});

test("a change goes to both sides of nothing", () => {
  const { classes, of } = classified(values([4, 4, 4, 4, 4], [-0.4, -0.1, 0, 0.1, 0.4]), "change");
  const middle = classes.findIndex((one) => one.color === "turn-3");
  expect(of[2]).toBe(middle);
  expect((of[0] as number) < middle && (of[4] as number) > middle).toBe(true);
  expect((of[0] as number) + (of[4] as number)).toBe(2 * middle);
});

test("where all numbers are the same there is one colour", () => {
  expect(classified(values([4, 4], [0, 0]), "score").classes.map((one) => one.color)).toEqual(["ramp-0", "map-gap", "map-untold"]);
  expect(classified(values([], []), "change").classes.map((one) => one.color)).toEqual(["turn-3", "map-gap", "map-untold"]);
});
