import { expect, test, vi } from "vitest";
import { reading } from "./reading";
import { decodedAll, placeAt } from "./topology";

const text = (): ArrayBuffer =>
  new TextEncoder().encode(
    JSON.stringify({
      objects: { town: { geometries: [{ type: "Polygon", id: "t", arcs: [[0]] }] }, district: { geometries: [{ type: "Point", id: "d", coordinates: [2, 2] }] } },
      arcs: [[[0, 0], [4, 0], [0, 4], [-4, 0], [0, -4]]],
    }),
  ).buffer as ArrayBuffer;

/** A worker that does what it is told, or breaks. */
function made(breaks = false) {
  const own = {
    onmessage: null as ((told: unknown) => void) | null,
    onerror: null as (() => void) | null,
    terminate: vi.fn(),
    postMessage: (told: { number: number; text: ArrayBuffer }) =>
      void Promise.resolve().then(() => (breaks ? own.onerror?.() : own.onmessage?.({ data: { number: told.number, layers: structuredClone(decodedAll(told.text)) } }))),
  };
  return own;
}

const found = async (told: ReturnType<ReturnType<typeof reading>>) => {
  const { town, district } = await told;
  return [town && placeAt(town, 1, 1, 1), district && placeAt(district, 2, 2, 1), town?.codes[0], district?.codes[0]];
};

test("all layers of a file are read beside the page, and the worker ends when nothing is read any more", async () => {
  vi.useFakeTimers();
  const worker = made();
  const begin = vi.fn(() => worker as unknown as Worker);
  const read = reading(begin);
  expect(await Promise.all([found(read(text())), found(read(text()))])).toEqual([[0, 0, "t", "d"], [0, 0, "t", "d"]]);
  expect([begin.mock.calls.length, worker.terminate.mock.calls.length]).toEqual([1, 0]);
  vi.advanceTimersByTime(10_000);
  expect(worker.terminate.mock.calls.length).toBe(1);
  await found(read(text()));
  expect(begin.mock.calls.length).toBe(2);
  vi.useRealTimers();
});

test("where a worker breaks, or there is none, it is read here", async () => {
  const begin = vi.fn(() => made(true) as unknown as Worker);
  const read = reading(begin);
  expect(await found(read(text()))).toEqual([0, 0, "t", "d"]);
  expect(await found(read(text()))).toEqual([0, 0, "t", "d"]);
  expect(begin.mock.calls.length).toBe(1);
  const none = reading(() => {
    throw new Error("no worker");
  });
  expect(await found(none(text()))).toEqual([0, 0, "t", "d"]);
  await expect(none(new TextEncoder().encode("<html>").buffer as ArrayBuffer)).rejects.toThrow();
});
