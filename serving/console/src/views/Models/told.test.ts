import { expect, test } from "vitest";
import { ordered, type Version } from "./told";

const one = (version: string, horizon: number, alias: Version["alias"], trained_at: string, target = "conflict"): Version =>
  ({ version, horizon, alias, trained_at, target }) as Version;

test("of each horizon the champion stands first, then its challenger, then what was", () => {
  const items = [
    one("conflict-4-v1", 4, null, "2026-01-01"), one("conflict-4-v3", 4, "challenger", "2026-03-01"), one("conflict-4-v2", 4, "champion", "2026-02-01"),
    one("conflict-1-v1", 1, "champion", "2026-01-01"), one("safety-4-v1", 4, "champion", "2026-01-01", "safety"),
  ];
  expect([...ordered(items, "conflict")].map(([horizon, all]) => [horizon, all.map((each) => each.version)])).toEqual([
    [1, ["conflict-1-v1"]],
    [4, ["conflict-4-v2", "conflict-4-v3", "conflict-4-v1"]],
  ]);
});
