// What the record tells, as numbers that can be drawn.
import type { Answer } from "../../api/types";

export type Record = Answer<"/v1/track-record">;
export type Window = Record["rows"][number];
export type Summary = Record["summary"][number];
export type Caught = NonNullable<Answer<"/v1/levels">["items"]>[number];

/** The least and the most that came, as it is told; null where it is not. */
export function ends(told: readonly number[] | null | undefined): [number, number] | null {
  const [least, most] = told ?? [];
  return least === undefined || most === undefined ? null : [least, most];
}

/** Of ten, as a whole number: 0.863 is 9. Nothing that is there is none, and nothing that is not all is ten. */
export function ofTen(share: number): number {
  const rounded = Math.round(10 * share);
  if (share > 0 && rounded === 0) return 1;
  return share < 1 && rounded === 10 ? 9 : rounded;
}

/** The level whose list is shown where none is chosen: the one of attention, as in the plan of a week. */
export function usual(items: readonly Caught[]): Caught | undefined {
  const told = items.filter((one) => one.of_100_listed !== null);
  return told.find((one) => one.level === "yellow") ?? told[0];
}

export interface Beside {
  name: string;
  mean: number;
  lower: number | null;
  upper: number | null;
}

/** How much of all events the first tenth of grids catches: what was published first, then the baselines, the best first. */
export function captures(summary: Summary): Beside[] {
  const grids = summary.levels["grid"];
  const of = (name: string, one: { mean: number | null; lower: number | null; upper: number | null } | null | undefined): Beside[] =>
    one && one.mean !== null ? [{ name, mean: one.mean, lower: one.lower, upper: one.upper }] : [];
  if (!grids) return [];
  const others = Object.entries(grids.baselines).flatMap(([name, figures]) => of(name, figures["capture_10"]));
  return [...of("", grids.figures["capture_10"]), ...others.sort((one, other) => other.mean - one.mean)];
}
