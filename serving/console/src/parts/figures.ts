// How numbers are written: the same everywhere, a minus that is one, and nothing more exact than it is.

export const NOTHING = "—";

/** A probability: 0.1234 as 12.3 %. */
export function percent(value: number | null | undefined): string {
  return value === null || value === undefined ? NOTHING : `${(100 * value).toFixed(1)}\u00a0%`;
}

/** A difference of probabilities in points, with its sign: +1.2, −0.4, ±0.0. */
export function points(value: number): string {
  return signed(100 * value, 1);
}

/** Whether an effect on a probability is more than ±0.0 points. */
export const moves = ({ effect }: { effect: number }): boolean => Math.abs(effect) >= 0.0005;

/** A number with its sign. */
export function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return (Number(text) === 0 ? "±" : value > 0 ? "+" : "−") + text;
}

/** An expected count: two digits that mean something, and no more. */
export function count(value: number | null | undefined): string {
  if (value === null || value === undefined) return NOTHING;
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** A sentence that stands for itself begins with a capital. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** From and to: 1–4, or 3 where both are the same. */
export function span(from: number, upTo: number): string {
  return from === upTo ? String(from) : `${from}–${upTo}`;
}
