// Registered versions, as riskwarn models tells them (serving/api/routes/making.py).
export interface Version {
  target: string;
  horizon: number;
  version: string;
  family: string | null;
  kind: string;
  alias: "champion" | "challenger" | null;
  as_of: string | null;
  trained_at: string | null;
  best_baseline: string | null;
  metrics: Record<string, number>;
}

export interface Versions {
  /** Null while the server is still asking. */
  items: Version[] | null;
}

/** Figures that are shown, in this order; those for which less is better. */
export const FIGURES = ["capture_5", "precision_5", "calibration_level", "coverage", "log_loss"] as const;

/** Of each horizon the champion first, then who challenges it, then the others, the newest first. */
export function ordered(items: readonly Version[], target: string): Map<number, Version[]> {
  const rank = (one: Version) => (one.alias === "champion" ? 0 : one.alias === "challenger" ? 1 : 2);
  const own = items.filter((one) => one.target === target);
  const horizons = [...new Set(own.map((one) => one.horizon))].sort((one, other) => one - other);
  return new Map(
    horizons.map((horizon) => [
      horizon,
      own.filter((one) => one.horizon === horizon).sort((one, other) => rank(one) - rank(other) || (other.trained_at ?? "").localeCompare(one.trained_at ?? "")),
    ]),
  );
}
