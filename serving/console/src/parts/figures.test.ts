import { expect, test } from "vitest";
import { count, percent, points, signed, span } from "./figures";

test("numbers are no more exact than they are", () => {
  expect(percent(0.1234)).toBe("12.3\u00a0%");
  expect(percent(null)).toBe("—");
  expect([count(0.456), count(17.7015), count(123.4), count(null)]).toEqual(["0.46", "17.7", "123", "—"]);
});

test("a difference has its sign, and one of nothing is neither more nor less", () => {
  expect([points(0.0123), points(-0.0451), points(0.0004), points(-0.0004)]).toEqual(["+1.2", "−4.5", "±0.0", "±0.0"]);
  expect(signed(-2.66, 1)).toBe("−2.7");
});

test("from and to", () => {
  expect([span(1, 4), span(3, 3)]).toEqual(["1–4", "3"]);
});
