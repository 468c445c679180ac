// From numbers to colours: levels as they are called, numbers in steps of one ramp, a change in steps of two.

export type Measure = "level" | "score" | "per_10000" | "change" | "excess";

/** What the server tells of a map (`/v1/map`), as arrays. */
export interface Values {
  level: Int8Array;
  value: Float64Array; // NaN where there is none
  gap: Uint8Array;
}

export interface Class {
  /** A colour of tokens.css, without its dashes. */
  color: string;
  /** From and below which number; null for a level, and for what is not told. */
  from: number | null;
  upTo: number | null;
  name: "red" | "orange" | "yellow" | "blue" | "none" | "unknown" | "untold" | null;
}

export interface Classes {
  classes: Class[];
  /** The class of each place. */
  of: Uint8Array;
}

/** Levels by the numbers that the server tells them as. */
export const LEVELS = ["red", "orange", "yellow", "blue", "none", "unknown"] as const;
const COLOURS = { red: "red", orange: "orange", yellow: "yellow", blue: "blue", none: "map-none", unknown: "map-gap", untold: "map-untold" } as const;
const named = (name: keyof typeof COLOURS): Class => ({ color: COLOURS[name], from: null, upTo: null, name });

/** Where the steps of a ramp begin: at these shares of the places. */
const SHARES = [0.5, 0.75, 0.9, 0.97];
const SHARES_OF_A_CHANGE = [0.5, 0.8, 0.95];

export function classified({ level, value }: Values, measure: Measure): Classes {
  if (measure === "level") {
    const of = new Uint8Array(level.length);
    for (let row = 0; row < level.length; row++) of[row] = (level[row] as number) < 0 ? 6 : (level[row] as number);
    return { classes: [...LEVELS.map(named), named("untold")], of };
  }
  const turning = measure === "change" || measure === "excess";
  const known = value.filter((one) => !Number.isNaN(one));
  const bounds = turning ? mirrored(stepsOf(known.map(Math.abs), SHARES_OF_A_CHANGE)) : stepsOf(known, SHARES);
  const ramp = turning ? turned(bounds.length + 1) : straight(bounds.length + 1);
  const classes: Class[] = ramp.map((color, at) => ({ color, from: at ? (bounds[at - 1] as number) : null, upTo: at < bounds.length ? (bounds[at] as number) : null, name: null }));
  classes.push(named("unknown"), named("untold"));
  const of = new Uint8Array(value.length);
  for (let row = 0; row < value.length; row++) {
    const one = value[row] as number;
    // What is not known for a gap is hatched, whatever number it has.
    if (level[row] === 5) of[row] = bounds.length + 1;
    else if (Number.isNaN(one)) of[row] = bounds.length + 2;
    else {
      let step = 0;
      while (step < bounds.length && beyond(one, bounds[step] as number)) step++;
      of[row] = step;
    }
  }
  return { classes, of };
}

/** A change that is just as large belongs to the larger ones, on both sides. */
const beyond = (one: number, bound: number): boolean => (bound < 0 ? one > bound : one >= bound);

/** Numbers of two digits at some shares of the values, each once, none of them nothing. */
function stepsOf(values: Float64Array, shares: readonly number[]): number[] {
  const sorted = values.slice().sort();
  const found = shares.map((share) => rounded(sorted[Math.min(Math.floor(share * sorted.length), sorted.length - 1)] ?? 0));
  return found.filter((one, at) => one > 0 && found.indexOf(one) === at);
}

function rounded(value: number): number {
  if (value <= 0) return 0;
  const digits = 10 ** (1 - Math.floor(Math.log10(value)));
  return Math.round(value * digits) / digits;
}

const mirrored = (bounds: number[]): number[] => [...bounds.map((one) => -one).reverse(), ...bounds];

const STEPS = 5;
const straight = (count: number): string[] => Array.from({ length: count }, (_, at) => `ramp-${count < 2 ? 0 : Math.round((at * (STEPS - 1)) / (count - 1))}`);

const SIDES = 3;
/** As many steps on both sides of the middle. */
function turned(count: number): string[] {
  const side = (count - 1) / 2;
  return Array.from({ length: count }, (_, at) => {
    const away = at - side;
    return `turn-${SIDES + (side === 0 ? 0 : Math.sign(away) * (SIDES - side + Math.abs(away)) * (away === 0 ? 0 : 1))}`;
  });
}
