// Why: in words, with what each adds now, and what it added in the snapshots before.
import type { Explanation, Life } from "../../api/types";
import { capital, moves, percent, points } from "../../parts/figures";
import { Unbroken } from "../../parts/Unbroken";
import { useSaid, useWords } from "../../words";
import type { Stood } from "./Before";
import { Spark } from "./Spark";
import { own } from "./words";

export function Reasons({ why, stood, life, ask }: { why: Explanation; stood: readonly Stood[]; life: Life | null; ask: () => void }) {
  const words = useWords(own);
  const shared = useWords();
  const said = useSaid();
  const shown = why.reasons.filter(moves);
  const most = Math.max(...shown.map((one) => Math.abs(one.effect)), 1e-9);
  return (
    <>
      <h2>{words.reasons}</h2>
      <p class="soft small">{why.mean_score !== null ? words.reasons_about(percent(why.mean_score)) : words.reasons_about_part}</p>
      {why.suppressed ? <p>{words.suppressed}</p> : !shown.length ? <p>{words.none}</p> : (
        <ul class="reasons">
          {shown.map((one) => {
            const before = stood.map((each) => each.reasons?.find((moved) => moved.theme === one.theme && moved.source === one.source)?.effect ?? null);
            const told = before.filter((each): each is number => each !== null);
            return (
              <li key={one.theme + one.source}>
                <div>
                  <span><Unbroken>{capital(said(one))}</Unbroken></span>
                  {one.services.length > 0 && life && <small class="soft">{words.can}{one.services.map((each) => said(life.services[each] ?? { zh: each, en: each })).join(shared.comma)}</small>}
                </div>
                {told.length > 1 && <Spark values={before} label={words.signal(told.map(points).join(" "))} />}
                <button type="button" class={`effect number ${one.effect > 0 ? "raises" : "lowers"}`} title={words.ask} onClick={ask}>
                  {points(one.effect)} <span class="unseen">{shared.points} {words.ask}</span>
                </button>
                <svg class="bar" width="100%" height="6" aria-hidden="true">
                  <rect class="ground" width="100%" height="6" rx="3" />
                  <rect class={one.effect > 0 ? "raises" : "lowers"} width={`${((100 * Math.abs(one.effect)) / most).toFixed(1)}%`} height="6" rx="3" />
                </svg>
              </li>
            );
          })}
        </ul>
      )}
    </>
  );
}
