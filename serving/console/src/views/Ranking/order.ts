import type { Item } from "../../api/types";

type Ranked = Pick<Item, "rank" | "rank_interval">;

/** Whether two neighbours in a ranking cannot be told apart: the ranks at which they may stand overlap. */
export function tied(higher: Ranked, lower: Ranked): boolean {
  const [, lowest] = higher.rank_interval ?? [];
  const [highest] = lower.rank_interval ?? [];
  return lowest !== undefined && highest !== undefined && highest <= lowest;
}

/** What bars are drawn to: the largest score of grids, or the highest end of an interval above them. */
export function mostOf(items: readonly Pick<Item, "unit" | "score" | "interval" | "expected_count">[]): number {
  return items.reduce((most, one) => Math.max(most, one.unit === "grid" ? (one.score ?? 0) : Math.max(one.interval[1] ?? 0, one.expected_count ?? 0)), 0);
}
