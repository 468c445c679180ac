// One unit: where it stands and how surely, what is expected there, against what, and why.
import { to } from "../../app/route";
import type { Item } from "../../api/types";
import { Gap } from "../../parts/Gap";
import { Level } from "../../parts/Level";
import { capital, count, moves, NOTHING, percent, points, signed, span } from "../../parts/figures";
import { Unbroken } from "../../parts/Unbroken";
import { useSaid, useWords } from "../../words";
import { tied } from "./order";
import { own } from "./words";

interface Asked {
  item: Item;
  above: Item | undefined;
  below: Item | undefined;
  index: number;
  /** The largest of what bars and lines are drawn to. */
  most: number;
}

/** Where a click on a unit leads: a grid to its portrait, what lies above to its grids. */
export function linkOf(item: Item): string {
  return item.unit === "grid" ? to("grid", item.code) : to("ranking", null, { unit: "grid", parent: item.code });
}

export function Row({ item, above, below, index, most }: Asked) {
  const words = useWords(own);
  const grid = item.unit === "grid";
  const joined = `${above && tied(above, item) ? " joined-above" : ""}${below && tied(item, below) ? " joined-below" : ""}`;
  return (
    <div class={`row ${grid ? "of-grids" : "of-units"}${joined}`} role="row" aria-rowindex={index + 2}>
      <div class="cell rank" role="cell">
        <b class="number">{item.rank}</b>
        {item.rank_interval && item.rank_interval[0] !== item.rank_interval[1] && (
          <small class="number" title={words.rank_of(item.rank_interval[0] as number, item.rank_interval[1] as number)}>
            {span(item.rank_interval[0] as number, item.rank_interval[1] as number)}
          </small>
        )}
      </div>
      <div class="cell name" role="cell">
        <a class="opens" href={linkOf(item)}>{item.name}</a>
        <small class="code">{item.code}</small>
        {item.entered && <small class="entered">{words.entered}</small>}
        <Gap sources={item.data_gap} />
      </div>
      <div class="cell level-of" role="cell"><Level level={item.level} /></div>
      {grid && <div class="cell score" role="cell"><Score item={item} most={most} /></div>}
      {!grid && <div class="cell per number" role="cell" data-label={words.columns.per}><b>{count(item.per_10000)}</b></div>}
      <div class="cell expected" role="cell" data-label={words.columns.expected}><Expected item={item} most={most} /></div>
      <div class={`cell change${item.change === null ? " unsaid" : ""}`} role="cell" data-label={words.columns.change}><Change item={item} /></div>
      {!grid && <div class="cell excess" role="cell" data-label={words.columns.excess}><Excess item={item} /></div>}
      <div class="cell reason" role="cell"><Why item={item} /></div>
    </div>
  );
}

function Score({ item, most }: { item: Item; most: number }) {
  const wide = most > 0 && item.score !== null ? (100 * item.score) / most : 0;
  return (
    <>
      <b class="number">{percent(item.score)}</b>
      <svg class="bar" width="100%" height="4" aria-hidden="true">
        <rect class="ground" width="100%" height="4" rx="2" />
        <rect class={`filled ${item.level ?? ""}`} width={`${wide.toFixed(1)}%`} height="4" rx="2" />
      </svg>
    </>
  );
}

/** The expected count as a dot on the interval in which it should lie. */
function Expected({ item, most }: { item: Item; most: number }) {
  const [least = 0, highest = 0] = item.interval;
  if (item.unit === "grid") {
    return (
      <>
        <b class="number">{count(item.expected_count)}</b>
        <small class="number">{span(least, highest)}</small>
      </>
    );
  }
  const at = (value: number) => `${most > 0 ? Math.min(2 + (96 * value) / most, 98).toFixed(1) : 2}%`;
  return (
    <>
      <b class="number">{count(item.expected_count)}</b>
      <small class="number">{span(least, highest)}</small>
      <svg class="interval" width="100%" height="10" aria-hidden="true">
        <line class="ground" x1="2%" x2="98%" y1="5" y2="5" />
        <line x1={at(least)} x2={at(highest)} y1="5" y2="5" />
        {item.expected_count !== null && <circle cx={at(item.expected_count)} cy="5" r="3.5" />}
      </svg>
    </>
  );
}

function Change({ item }: { item: Item }) {
  const words = useWords(own);
  if (item.change === null) return <span class="soft">{NOTHING}</span>;
  const within = item.change_beyond_noise === false;
  const grid = item.unit === "grid";
  const noise = item.change_noise === null ? "" : words.noise(grid ? (100 * item.change_noise).toFixed(1) : count(item.change_noise));
  return (
    <span class={within ? "soft" : item.change > 0 ? "raises" : "lowers"} title={noise || undefined}>
      <b class="number">{grid ? points(item.change) : signed(item.change, 2)}</b>
      <small>{within ? words.within : noise}</small>
    </span>
  );
}

function Excess({ item }: { item: Item }) {
  const words = useWords(own);
  if (item.excess === null) return <span class="soft">{NOTHING}</span>;
  const within = Math.abs(item.excess.difference) < 2 * item.excess.noise;
  return (
    <span class={within ? "soft" : item.excess.difference > 0 ? "raises" : "lowers"} title={words.noise(count(item.excess.noise))}>
      <b class="number">{signed(item.excess.difference, 1)}</b>
      <small>{within ? words.within_years : item.usual === null ? words.noise(count(item.excess.noise)) : words.usual(count(item.usual))}</small>
    </span>
  );
}

function Why({ item }: { item: Item }) {
  const words = useWords(own);
  const said = useSaid();
  if (item.suppressed) return <span class="soft">{words.suppressed}</span>;
  const reason = item.reasons.find(moves) ?? item.reasons[0];
  return reason ? <span title={item.reasons.map((one) => capital(said(one))).join("\n")}><span><Unbroken>{capital(said(reason))}</Unbroken></span></span> : <span class="soft">{NOTHING}</span>;
}

/** The headings of the columns, in the order in which a row has them. */
export function Headings({ grid }: { grid: boolean }) {
  const { columns } = useWords(own);
  const shared = useWords();
  const named = grid
    ? (["rank", "name", "level-of", "score", "expected", "change", "reason"] as const)
    : (["rank", "name", "level-of", "per", "expected", "change", "excess", "reason"] as const);
  return (
    <div class={`row headings ${grid ? "of-grids" : "of-units"}`} role="row" aria-rowindex={1}>
      {named.map((name) => (
        <div key={name} class={`cell ${name}`} role="columnheader">
          {name === "level-of" ? shared.level : columns[name]}
        </div>
      ))}
    </div>
  );
}
