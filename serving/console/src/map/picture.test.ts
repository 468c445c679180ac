import { expect, test, vi } from "vitest";
import { Picture } from "./picture";

/** A canvas that is wiped by another width, and says what was put on it since. */
function canvasOf(put: string[]) {
  const pen = { fillStyle: "", setTransform: vi.fn(), fillRect: () => put.push(pen.fillStyle) };
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
