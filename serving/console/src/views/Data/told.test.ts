import { expect, test } from "vitest";
import { asCsv, counted, given, raises, ready, type Result } from "./told";

const none: Result = { accounts: [], skipped: [], failed: [], asked: [], missing: [], needed: [], targets: [] };
const account = { file: "a.csv" } as Result["accounts"][number];

test("what asks a question is not loaded before it is answered", () => {
  expect(ready(null)).toBe(false);
  expect(ready(none)).toBe(false);
  expect(ready({ ...none, accounts: [account] })).toBe(true);
  expect(ready({ ...none, accounts: [account], needed: [{ question: "district", field: null, of: [], likely: null, files: ["a.csv"] }] })).toBe(false);
});

test("rows that were not read have a column where there are some", () => {
  expect(counted([{ read: 3, left_out: 0 }, { read: null, left_out: null }])).toEqual(["read", "accepted", "duplicates", "corrected", "quarantined"]);
  expect(counted([{ left_out: 0 }, { left_out: 5 }]).slice(-2)).toEqual(["quarantined", "left_out"]);
  expect([raises("left_out", 5), raises("left_out", 0), raises("quarantined", 1), raises("accepted", 5), raises("left_out", null)]).toEqual([true, false, true, false, false]);
});

test("only what was answered is sent", () => {
  expect(given({ district: " ", coordinates: "", exported_on: "", columns: { address: "" }, force: false })).toEqual({});
  expect(given({ district: " 江北区 ", columns: { address: "地址" } })).toEqual({ district: "江北区", columns: { address: "地址" } });
});

test("no cell of a list for the clerk is a formula", () => {
  expect(asCsv(["文件", "行"], [["=A1,b.csv", 3], ['say "x"', 4]])).toBe('\ufeff文件,行\r\n"\'=A1,b.csv",3\r\n"say ""x""",4\r\n');
});
