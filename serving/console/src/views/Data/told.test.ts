import { expect, test } from "vitest";
import { asCsv, given, ready, type Result } from "./told";

const none: Result = { accounts: [], skipped: [], failed: [], asked: [], missing: [], needed: [], targets: [] };
const account = { file: "a.csv" } as Result["accounts"][number];

test("what asks a question is not loaded before it is answered", () => {
  expect(ready(null)).toBe(false);
  expect(ready(none)).toBe(false);
  expect(ready({ ...none, accounts: [account] })).toBe(true);
  expect(ready({ ...none, accounts: [account], needed: [{ question: "district", field: null, of: [], likely: null, files: ["a.csv"] }] })).toBe(false);
});

test("only what was answered is sent", () => {
  expect(given({ district: " ", coordinates: "", exported_on: "", columns: { address: "" }, force: false })).toEqual({});
  expect(given({ district: " 江北区 ", columns: { address: "地址" } })).toEqual({ district: "江北区", columns: { address: "地址" } });
});

test("no cell of a list for the clerk is a formula", () => {
  expect(asCsv(["文件", "行"], [["=A1,b.csv", 3], ['say "x"', 4]])).toBe('\ufeff文件,行\r\n"\'=A1,b.csv",3\r\n"say ""x""",4\r\n');
});
