import { useStore } from "../../api/store";
import { palette } from "../../app/preferences";
import type { Layer } from "../../map/borders";
import type { Class, Classes, Measure } from "../../map/classes";
import { useWords } from "../../words";
import { figure } from "./figures";
import { own } from "./words";

interface Asked {
  classes: Classes;
  measure: Measure;
  layer: Layer;
  /** How many places somebody has not reported of. */
  gaps: number;
}

/** What the colours mean: the highest first; what is hatched is no low risk. */
export function Legend({ classes, measure, layer, gaps }: Asked) {
  const words = useWords(own);
  const shared = useWords();
  const colours = useStore(palette);
  const counts = new Array<number>(classes.classes.length).fill(0);
  for (const one of classes.of) counts[one] = (counts[one] as number) + 1;
  const write = (one: Class): string => {
    if (one.name === "untold") return words.untold;
    if (one.name === "unknown") return words.gap;
    if (one.name !== null) return shared.levels[one.name];
    const [from, upTo] = [figure(measure, layer, one.from), figure(measure, layer, one.upTo)];
    return one.from === null ? (one.upTo === null ? shared.unknown : words.below(upTo)) : one.upTo === null ? words.from(from) : words.between(from, upTo);
  };
  const shown = classes.classes.map((one, at) => ({ one, at })).filter(({ one, at }) => (one.name === null || one.name === "none" ? true : one.name === "unknown" ? gaps || counts[at] : counts[at]));
  // Levels are told from the highest down already, numbers from the lowest up.
  const numbers = shown.filter(({ one }) => one.name === null).reverse();
  const rest = shown.filter(({ one }) => one.name !== null);
  return (
    <>
      <ul class="legend-of-map numbers" aria-label={words.legend}>
        {[...numbers, ...rest].map(({ one, at }) => (
          <li key={at}>
            <span class={`swatch ${one.color}`} aria-hidden="true" />
            <span>{write(one)}</span>
            <small class="number">{one.name === "unknown" ? Math.max(gaps, counts[at] as number) : counts[at]}</small>
          </li>
        ))}
      </ul>
      {measure === "level" && (
        <label class="tick small">
          <input type="checkbox" checked={colours === "safe"} onChange={(event) => palette.set(event.currentTarget.checked ? "safe" : "official")} />
          {words.safe}
        </label>
      )}
    </>
  );
}
