import { expect, test } from "vitest";
import { Unbroken } from "./Unbroken";

/** What of a sentence is kept together. */
function kept(text: string): string[] {
  const told = Unbroken({ children: text }) as { props?: { children: unknown[] } } | string;
  if (typeof told === "string") return [];
  return ((told.props?.children ?? []) as unknown[]).filter((one) => typeof one === "object").map((one) => (one as { props: { children: string } }).props.children);
}

test("no line ends within a day or a range of numbers", () => {
  expect(kept("未化解纠纷4–7件，其中 1–2 件超期")).toEqual(["4–7", "1–2"]);
  expect(kept("11-08 – 11-14, of 1,000–2,000")).toEqual(["11-08 – 11-14", "1,000–2,000"]);
  expect(kept("as of 2026-11-08; 2026-11-08 – 2026-11-14")).toEqual(["2026-11-08", "2026-11-08 – 2026-11-14"]);
  expect(kept("建议上门调解，最迟12月7日")).toEqual(["12月7日"]);
});

test("what has neither is told as it stands", () => {
  expect(kept("12 weeks to half a year – and so on, conflict-4-v2")).toEqual([]);
  expect(Unbroken({ children: false })).toBe(false);
});
