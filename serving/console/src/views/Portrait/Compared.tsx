// Where its probability lies: among its own of before, and among the grids of its town.
import type { Explanation, Portrait } from "../../api/types";
import { useData } from "../../api/watch";
import { percent } from "../../parts/figures";
import { useWords } from "../../words";
import type { Stood } from "./Before";
import { own } from "./words";

interface Asked {
  grid: Portrait;
  why: Explanation;
  stood: readonly Stood[];
  block: { target?: string; horizon?: number };
  day: { as_of?: string };
}

export function Compared({ grid, why, stood, block, day }: Asked) {
  const words = useWords(own);
  const town = useData("/v1/scores", { ...block, ...day, unit: "grid", parent: grid.town.code, limit: 1000 });
  const score = why.score;
  if (score === null) return null;
  const before = stood.filter((one) => one.snapshot !== why.snapshot.id && one.score !== null).map((one) => one.score as number);
  const others = (town.value?.items ?? []).filter((one) => one.code !== grid.grid_id && one.score !== null).map((one) => one.score as number);
  const most = 1.05 * Math.max(score, why.mean_score ?? 0, ...before, ...others, 0.01);
  const strip = { score, mean: why.mean_score, most };
  const below = others.filter((one) => one < score).length;
  return (
    <>
      <h2>{words.compared}</h2>
      {before.length > 0 && <Strip {...strip} name={words.own} values={before} told={words.own_range(before.length, percent(Math.min(...before)), percent(Math.max(...before)))} />}
      {others.length > 0 && <Strip {...strip} name={words.town(grid.town.name)} values={others} told={words.above(below, others.length)} />}
      <p class="soft small keys">
        <span><svg width="12" height="12" aria-hidden="true"><circle class="own" cx="6" cy="6" r="5" /></svg> {words.now} {percent(score)}</span>
        {why.mean_score !== null && <span><svg width="12" height="12" aria-hidden="true"><line class="mean" x1="6" x2="6" y1="0" y2="12" /></svg> {words.mean_mark(percent(why.mean_score))}</span>}
      </p>
    </>
  );
}

function Strip({ name, values, told, score, mean, most }: { name: string; values: readonly number[]; told: string; score: number; mean: number | null; most: number }) {
  const at = (value: number) => `${(1 + (98 * value) / most).toFixed(2)}%`;
  return (
    <figure class="among">
      <figcaption><b>{name}</b> <span class="soft small">{told}</span></figcaption>
      <svg width="100%" height="30" role="img" aria-label={`${name}: ${told}`}>
        <line class="ground" x1="1%" x2="99%" y1="15" y2="15" />
        {mean !== null && <line class="mean" x1={at(mean)} x2={at(mean)} y1="4" y2="26" />}
        {values.map((one, index) => <circle key={index} class="other" cx={at(one)} cy="15" r="4" />)}
        <circle class="own" cx={at(score)} cy="15" r="6.5" />
      </svg>
    </figure>
  );
}
