import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { render } from "preact";
import { ANEW_AFTER, anewWhenThere, ASK_EVERY, useLoaded, type Loaded } from "./lazily";

let alive = false;

beforeEach(() => {
  vi.useFakeTimers();
  sessionStorage.clear();
  alive = false;
  vi.stubGlobal("fetch", () => (alive ? Promise.resolve(new Response("{}")) : Promise.reject(new TypeError("Failed to fetch"))));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("a page whose files did not come is loaded anew when the server is back, and not before", async () => {
  const anew = vi.fn();
  anewWhenThere(anew);
  await vi.advanceTimersByTimeAsync(4 * ASK_EVERY);
  expect(anew).toHaveBeenCalledTimes(0);
  alive = true;
  await vi.advanceTimersByTimeAsync(ASK_EVERY);
  expect(anew).toHaveBeenCalledTimes(1);
});

test("where that did not help it waits, so that no page is loaded for ever", async () => {
  alive = true;
  const anew = vi.fn();
  anewWhenThere(anew);
  await vi.advanceTimersByTimeAsync(0);
  anewWhenThere(anew);
  await vi.advanceTimersByTimeAsync(ANEW_AFTER / 2);
  expect(anew).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(ANEW_AFTER);
  expect(anew).toHaveBeenCalledTimes(2);
});

test("what was left meanwhile is not loaded anew", async () => {
  const anew = vi.fn();
  const stop = anewWhenThere(anew);
  stop();
  alive = true;
  await vi.advanceTimersByTimeAsync(3 * ASK_EVERY);
  expect(anew).toHaveBeenCalledTimes(0);
});

test("a view whose files do not come is told once, where it is waited for", async () => {
  const unheard = vi.fn();
  process.on("unhandledRejection", unheard);
  const box = document.createElement("div");
  const load = () => Promise.reject<Loaded>(new Error("Unable to preload CSS"));
  const View = () => <p>{useLoaded(load).lost ? "lost" : "waits"}</p>;
  render(<View />, box);
  await vi.advanceTimersByTimeAsync(50);
  expect(box.textContent).toBe("lost");
  expect(unheard).not.toHaveBeenCalled();
  process.off("unhandledRejection", unheard);
  render(null, box);
});
