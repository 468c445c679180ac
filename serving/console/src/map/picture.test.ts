import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Scene } from "./paint";
import { Picture } from "./picture";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A canvas that is wiped by another width, and says what was put on it since. */
function canvasOf(put: string[]) {
  const pen = { fillStyle: "", setTransform: vi.fn(), fillRect: () => put.push(pen.fillStyle), drawImage: () => put.push("picture") };
  return { getContext: () => pen, height: 0, set width(_: number) { put.length = 0; } } as unknown as HTMLCanvasElement;
}

test("a map that gets another size is never black: its ground is there at once, before anything can be drawn", () => {
  const put: string[] = [];
  const picture = new Picture(canvasOf(put), (name) => name, () => undefined);
  picture.resize({ width: 300, height: 200 }, 1);
  expect(put).toEqual(["map-ground"]);
  picture.look({ x: 0, y: 0, scale: 1, narrow: 1 });
  picture.resize({ width: 310, height: 200 }, 1);
  expect(put).toEqual(["map-ground"]);
  picture.stop();
});

test("colours of one number are not seen while those of another are drawn", async () => {
  const put: string[] = [];
  const lower = canvasOf(put);
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(() => lower.getContext("2d") as never);
  const ended: string[] = [];
  const picture = new Picture(lower, (name) => name, ({ shows }) => void ended.push(shows));
  const scene = (shows: string): Scene => ({ parts: [], classes: { classes: [], of: new Uint8Array() }, gap: null, shows, over: [], names: null });
  picture.resize({ width: 300, height: 200 }, 1);
  picture.look({ x: 0, y: 0, scale: 1, narrow: 1 });
  const first = scene("conflict");
  picture.show(first);
  await vi.advanceTimersByTimeAsync(200);
  expect([ended, put[put.length - 1]]).toEqual([["conflict"], "picture"]);
  picture.show({ ...first, over: [] }); // more borders of the same numbers: what is there stays until they are drawn
  picture.resize({ width: 310, height: 200 }, 1);
  expect(put[put.length - 1]).toBe("picture");
  picture.show(scene("safety"));
  expect(put[put.length - 1]).toBe("map-ground");
  await vi.advanceTimersByTimeAsync(200);
  expect([ended[ended.length - 1], put[put.length - 1]]).toEqual(["safety", "picture"]);
  picture.stop();
  vi.restoreAllMocks();
});
