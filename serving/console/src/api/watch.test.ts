import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { address, connection, forget, get, Trouble } from "./client";
import { EVERY, watch, type Told } from "./watch";

let answers: (() => Promise<Response>)[] = [];
let asked: { url: string; tag: string | undefined }[] = [];

const json = (body: unknown, tag = '"a"', status = 200) => () =>
  Promise.resolve(new Response(status === 304 ? null : JSON.stringify(body), { status, headers: { etag: tag, "content-type": "application/json" } }));
const gone = () => Promise.reject(new TypeError("Failed to fetch"));

beforeEach(() => {
  vi.useFakeTimers();
  forget();
  connection.set({ alive: true, since: 0 });
  [answers, asked] = [[], []];
  vi.stubGlobal("fetch", (url: string, options: RequestInit) => {
    asked.push({ url, tag: (options.headers as Record<string, string>)["If-None-Match"] });
    return (answers.shift() ?? gone)();
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const told = <T,>() => {
  const list: Told<T>[] = [];
  return { list, tell: (one: Told<T>) => void list.push(one) };
};

test("an address leaves out what is not asked, and writes an id as it is sent", () => {
  expect(address("/v1/scores", { target: "conflict", parent: null, search: "", limit: 50, as_of: undefined })).toBe("v1/scores?target=conflict&limit=50");
  expect(address("/v1/grids/{grid_id}/explanation", {}, { grid_id: "a/b c" })).toBe("v1/grids/a%2Fb%20c/explanation");
});

test("what has not changed is asked by its tag and told once", async () => {
  answers = [json({ rank: 1 }), json(null, '"a"', 304), json({ rank: 2 }, '"b"')];
  const { list, tell } = told<{ rank: number }>();
  const { stop } = watch<{ rank: number }>("v1/scores", tell);
  await vi.advanceTimersByTimeAsync(2 * EVERY + 100);
  stop();
  expect(asked.map((one) => one.tag)).toEqual([undefined, '"a"', '"a"']);
  expect(list.map((one) => one.value?.rank)).toEqual([1, 2]);
});

test("what is still being done is asked again sooner, also where it is told to be as it was", async () => {
  answers = [json({ done: false }), json(null, '"a"', 304), json(null, '"a"', 304), json({ done: true }, '"b"')];
  const { list, tell } = told<{ done: boolean }>();
  const { stop } = watch<{ done: boolean }>("console/uploads", tell, ({ done }) => (done ? EVERY : 1_500));
  await vi.advanceTimersByTimeAsync(4_600);
  expect(list.map((one) => one.value?.done)).toEqual([false, true]);
  await vi.advanceTimersByTimeAsync(EVERY / 2);
  stop();
  expect(asked.length).toBe(4);
});

test("numbers go when the server does, for all that is shown, and come back with it", async () => {
  answers = [json({ rank: 1 }), json({ rank: 7 })];
  const [one, other] = [told(), told()];
  const first = watch("v1/scores?unit=town", one.tell);
  const second = watch("v1/scores?unit=grid", other.tell);
  await vi.advanceTimersByTimeAsync(100);
  expect([one.list.length, other.list.length]).toEqual([1, 1]);
  await vi.advanceTimersByTimeAsync(EVERY + 1_100); // gone, and gone once more
  for (const { list } of [one, other]) {
    expect(list[list.length - 1]?.value).toBeNull();
    expect(list[list.length - 1]?.trouble?.gone).toBe(true);
  }
  expect(connection.get().alive).toBe(false);
  answers = [json({ rank: 1 }), json({ rank: 7 })];
  await vi.advanceTimersByTimeAsync(5_100);
  expect([one.list, other.list].map((list) => list[list.length - 1]?.trouble)).toEqual([null, null]);
  first.stop();
  second.stop();
});

test("a refusal is the server's own sentence, and a gateway's page is no answer", async () => {
  answers = [json({ type: "urn:riskwarn:target_suspended", detail: "It is suspended.", status: 409 }, "", 409)];
  await expect(get("v1/scores")).rejects.toMatchObject({ message: "It is suspended.", status: 409, code: "target_suspended" });
  answers = [() => Promise.resolve(new Response("<html>Bad gateway</html>", { status: 502 })), gone];
  const refused = get("v1/scores").catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(1_100);
  expect(await refused).toBeInstanceOf(Trouble);
  expect((await refused as Trouble).gone).toBe(true);
});

test("while the server is gone nothing of before is shown again, whoever comes back to it", async () => {
  answers = [json({ rank: 1 })];
  const before = told();
  const first = watch("v1/scores?target=one", before.tell);
  await vi.advanceTimersByTimeAsync(100);
  first.again();
  await vi.advanceTimersByTimeAsync(1_100); // nobody answers, twice
  expect(before.list.map(({ value }) => value)).toEqual([{ rank: 1 }, null, null]);
  first.stop();
  const after = told();
  const again = watch("v1/scores?target=one", after.tell);
  await vi.advanceTimersByTimeAsync(1_100);
  expect(after.list.length).toBeGreaterThan(0);
  expect(after.list.every(({ value, trouble }) => value === null && trouble?.gone)).toBe(true);
  again.stop();
});

test("who found that the server is gone, and was stopped, asks no more", async () => {
  const { list, tell } = told();
  const { stop } = watch("v1/scores?target=one", tell);
  await vi.advanceTimersByTimeAsync(1_100); // nobody answers, twice
  expect(connection.get().alive).toBe(false);
  stop();
  const before = [asked.length, list.length];
  answers = [json({ rank: 1 })];
  await vi.advanceTimersByTimeAsync(3 * EVERY);
  expect([asked.length, list.length]).toEqual(before);
});

test("after it was stopped nothing is asked or told any more", async () => {
  answers = [json({ rank: 1 })];
  const { list, tell } = told();
  watch("v1/scores", tell).stop();
  await vi.advanceTimersByTimeAsync(3 * EVERY);
  expect(list).toEqual([]);
  expect(asked.length).toBe(1);
});
