import { expect, test } from "vitest";
import { blocksOf } from "./Text";

test("lines become lists, as on the page of a notice that the server makes", () => {
  expect(blocksOf("一句。\n看什么：\n1. 甲\n2. 乙\n主要原因：\n· 丙\n末句。")).toEqual([
    { kind: "line", lines: ["一句。"] },
    { kind: "title", lines: ["看什么"] },
    { kind: "steps", lines: ["甲", "乙"] },
    { kind: "title", lines: ["主要原因"] },
    { kind: "points", lines: ["丙"] },
    { kind: "line", lines: ["末句。"] },
  ]);
});
