// What was published beside ways that need no model.
import { percent } from "../../parts/figures";
import { useWords } from "../../words";
import { captures, type Beside, type Summary } from "./figures";
import { own } from "./words";

export function Baselines({ summary }: { summary: Summary }) {
  const words = useWords(own);
  const all = captures(summary);
  const [mine, best] = all[0]?.name === "" ? all : [];
  const figures = summary.levels["grid"]?.figures ?? {};
  const [ratio, inside] = [figures["calibration_level"]?.mean ?? null, figures["inside"]?.mean ?? null];
  if (!mine) return <section class="card padded"><h2>{words.baselines.title}</h2><p class="soft">{words.baselines.few}</p></section>;
  const named = (one: Beside) => (one.name ? (words.baselines.names[one.name] ?? one.name) : words.baselines.own);
  const gain = best && summary.levels["grid"]?.gains[best.name]?.["capture_10"];
  const most = Math.max(...all.map((one) => one.upper ?? one.mean), 0.05);
  const at = (share: number) => `${((98 * Math.max(share, 0)) / most).toFixed(1)}%`;
  return (
    <section class="card padded">
      <h2>{words.baselines.title}</h2>
      <p class="soft small">{words.baselines.about(String(summary.events ?? ""))}</p>
      <ul class="beside">
        {all.map((one) => (
          <li key={one.name} class={one.name ? "" : "mine"}>
            <span>{named(one)}</span>
            <svg width="100%" height="18" aria-hidden="true">
              <rect x="0" y="4" height="10" rx="2" width={at(one.mean)} />
              {one.lower !== null && one.upper !== null && <line x1={at(one.lower)} x2={at(one.upper)} y1="9" y2="9" />}
            </svg>
            <b class="number">{percent(one.mean)}</b>
          </li>
        ))}
      </ul>
      <p>
        {best && gain && gain.mean !== null && verdict(gain, named(best), words.baselines)}{" "}
        {ratio !== null && words.baselines.calibration(ratio.toFixed(2))} {inside !== null && words.baselines.inside(percent(inside))}
      </p>
    </section>
  );
}

type Gain = { mean: number | null; lower: number | null; upper: number | null };

/** Better or worse only where the interval of the difference says so. */
function verdict({ mean, lower, upper }: Gain, name: string, words: (typeof own)["zh"]["baselines"]): string {
  if (mean !== null && lower !== null && lower > 0) return words.better(name, percent(mean));
  if (mean !== null && upper !== null && upper < 0) return words.worse(name, percent(-mean));
  return words.same(name);
}
