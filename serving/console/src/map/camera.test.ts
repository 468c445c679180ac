import { expect, test } from "vitest";
import { below, fitted, moved, read, seen, written, zoomed } from "./camera";

const size = { width: 800, height: 600 };
const camera = fitted([1_060_000, 290_000, 1_062_000, 291_000], size);

test("a box that is fitted is seen whole", () => {
  const [west, south, east, north] = seen(camera, size);
  expect(west < 1_060_000 && south < 290_000 && east > 1_062_000 && north > 291_000).toBe(true);
});

test("what is zoomed at stays where it is, and what is moved follows the hand", () => {
  const held = below(camera, size, 100, 50);
  const closer = below(zoomed(camera, size, 3, 100, 50), size, 100, 50);
  expect([closer.x, closer.y].map(Math.round)).toEqual([held.x, held.y].map(Math.round));
  const after = below(moved(camera, 30, -20), size, 130, 30);
  expect([after.x, after.y].map(Math.round)).toEqual([held.x, held.y].map(Math.round));
});

test("a link leads to what was looked at", () => {
  const again = read(written(camera));
  expect(again && [again.x, again.y].map(Math.round)).toEqual([camera.x, camera.y].map(Math.round));
  expect(again?.scale).toBeCloseTo(camera.scale, 3);
  expect([read(undefined), read("somewhere"), read("106,29,0")]).toEqual([null, null, null]);
});
