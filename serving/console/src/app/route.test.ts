import { beforeEach, expect, test } from "vitest";
import { go, here, parsed, route, to, written } from "./route";

beforeEach(() => go("#/ranking", "replace"));

test("a route is written as it is read, whatever characters an id has", () => {
  for (const id of ["WG0500222", "a/b", "甲 ?#%", "a%2Fb"]) {
    const one = { view: "grid", id, query: { target: "conflict", search: "甲&乙" } };
    expect(parsed(written(one))).toEqual(one);
  }
  expect(parsed("")).toEqual({ view: "ranking", id: null, query: {} });
  expect(parsed("#/grid/%E0%A4%A").id).toBe("%E0%A4%A");
});

test("links of the page that came before are understood", () => {
  expect(parsed("#lang=en&target=safety&grid=G1")).toEqual({ view: "grid", id: "G1", query: { lang: "en", target: "safety" } });
  expect(parsed("#unit=town&parent=D1")).toEqual({ view: "ranking", id: null, query: { unit: "town", parent: "D1" } });
  expect(parsed("#parent=T1").query).toEqual({ unit: "grid", parent: "T1" });
  expect(parsed("#lang=en").query).toEqual({ lang: "en" });
});

test("what is shared goes along to another view, and what is not stays", () => {
  go("#/ranking?lang=en&target=safety&as_of=2026-06-22&unit=grid&search=x");
  expect(to("map")).toBe("#/map?lang=en&target=safety&as_of=2026-06-22");
  expect(to("grid", "a/b", { as_of: null })).toBe("#/grid/a%2Fb?lang=en&target=safety");
  expect(here({ search: null, horizon: 12 })).toBe("#/ranking?lang=en&target=safety&as_of=2026-06-22&unit=grid&horizon=12");
});

test("those who listen are told of a step, and not of none", () => {
  const told: string[] = [];
  const stop = route.listen((one) => told.push(written(one)));
  go("#/map");
  go("#/map");
  go("#/data", "replace");
  stop();
  expect(told).toEqual(["#/map", "#/data"]);
});
