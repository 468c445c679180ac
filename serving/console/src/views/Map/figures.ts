// How the number of a place is written on the map, by what it is.
import type { Layer } from "../../map/borders";
import type { Measure } from "../../map/classes";
import { count, NOTHING, percent, points, signed } from "../../parts/figures";

export function figure(measure: Measure, layer: Layer, value: number | null): string {
  if (value === null || Number.isNaN(value)) return NOTHING;
  if (measure === "score") return percent(value);
  if (measure === "change" && layer === "grid") return points(value);
  return measure === "per_10000" ? fine(value) : signed(value, digitsOf(value));
}

/** Steps of a ramp lie close where numbers are small. */
const fine = (value: number): string => (value < 0.1 ? value.toFixed(3) : count(value));
const digitsOf = (value: number): number => (Math.abs(value) >= 10 ? 0 : Math.abs(value) >= 1 ? 1 : Math.abs(value) >= 0.1 || value === 0 ? 2 : 3);

/** What may be shown of a layer. */
export const measuresOf = (layer: Layer): readonly Measure[] => (layer === "grid" ? ["level", "score", "change"] : ["level", "per_10000", "change", "excess"]);
