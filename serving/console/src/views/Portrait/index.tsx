// One grid: how it stands and how surely, why, against what, what came of it before, and what its data are worth.
import { useMemo, useState } from "preact/hooks";
import { useLife } from "../../api/notices";
import { useStore } from "../../api/store";
import type { Explanation, Portrait as Told } from "../../api/types";
import { useData } from "../../api/watch";
import { useAsked, useChosen, useCity } from "../../app/city";
import { route, to } from "../../app/route";
import { Trouble, Waiting } from "../../parts/Empty";
import { count, NOTHING, percent, points, span } from "../../parts/figures";
import { Gap } from "../../parts/Gap";
import { Level } from "../../parts/Level";
import { Unbroken } from "../../parts/Unbroken";
import { useWords } from "../../words";
import { Asking } from "./Asking";
import { Before } from "./Before";
import { Compared } from "./Compared";
import { Health } from "./Health";
import { Neighbours } from "./Neighbours";
import { Open, Past, useNotices } from "./Notices";
import "./portrait.css";
import { Reasons } from "./Reasons";
import { own } from "./words";

/** So many snapshots are looked back: half a year of weeks. */
const BACK = 26;

export default function Portrait() {
  const words = useWords(own);
  const code = useStore(route).id ?? "";
  const { as_of, ...block } = useAsked();
  const day = as_of ? { as_of } : {};
  const grid = useData("/v1/grids/{grid_id}", day, { grid_id: code });
  const why = useData("/v1/grids/{grid_id}/explanation", { ...block, ...day }, { grid_id: code });
  const before = useData("/v1/grids/{grid_id}/history", { ...block, limit: BACK, reasons: true }, { grid_id: code });
  const notices = useNotices(code);
  const life = useLife();
  const [asked, ask] = useState<"" | "would" | "wrong">("");
  const stood = useMemo(() => [...(before.value?.items ?? [])].reverse().filter((one) => as_of === undefined || one.as_of <= as_of), [before.value, as_of]);
  const trouble = grid.trouble ?? why.trouble;
  if (trouble) return <div class="card"><Trouble trouble={trouble} again={grid.again} /></div>;
  if (!grid.value || !why.value) return <Waiting />;
  const { district, town, community, name, residents } = grid.value;
  const inside = (one: { code: string; name: string }) => <a href={to("ranking", null, { unit: "grid", parent: one.code })}>{one.name}</a>;
  return (
    <article class="portrait numbers">
      <nav class="crumbs" aria-label={words.back}>
        <Whole />
        {inside(district)}
        {inside(town)}
        {inside(community)}
      </nav>
      <header class="card padded top">
        <div class="titles">
          <div>
            <h1>{name}</h1>
            <p class="soft small">{code}{residents !== null && ` · ${words.residents(String(Math.round(residents)))}`}</p>
          </div>
          <Level level={why.value.level} />
        </div>
        <Figures grid={grid.value} why={why.value} ask={ask} />
      </header>
      <section class="card padded wide"><Reasons why={why.value} stood={stood} life={life} ask={() => ask("would")} /></section>
      <section class="card padded"><Compared grid={grid.value} why={why.value} stood={stood} block={block} day={day} /></section>
      <Before stood={stood} />
      <section class="card padded"><Open notices={notices} life={life} /></section>
      <section class="card padded"><Past notices={notices} life={life} /></section>
      <section class="card padded"><Neighbours grid={grid.value} block={block} day={day} /></section>
      <section class="card padded"><Health grid={grid.value} /></section>
      {asked && <Asking first={asked} grid={grid.value} why={why.value} notices={notices} life={life} close={() => ask("")} />}
    </article>
  );
}

function Whole() {
  const shared = useWords();
  return <a href={to("ranking")}>{shared.whole_city}</a>;
}

/** The numbers of the grid, each with what it is worth; from each one tap leads to what would change it, and to say that it is wrong. */
function Figures({ grid, why, ask }: { grid: Told; why: Explanation; ask: (what: "would" | "wrong") => void }) {
  const words = useWords(own);
  const shared = useWords();
  const city = useCity();
  const { horizon } = useChosen();
  const one = grid.scores.find((each) => each.target === why.target && each.horizon === why.horizon);
  if (!one) return null;
  const window = shared.next(horizon ?? why.horizon, city?.period ?? "week");
  const [least = 0, most = 0] = one.interval;
  const level = Math.round(100 * why.snapshot.interval_level);
  const noise = one.change_noise === null ? "" : words.noise((100 * one.change_noise).toFixed(1));
  const sure = one.change_beyond_noise === false ? words.within : noise;
  const moved = one.change === null ? words.change_first : [shared.points, sure].filter(Boolean).join(shared.comma);
  const would = () => ask("would");
  return (
    <>
      <div class="figures">
        <Figure name={words.probability} value={percent(one.score)} note={words.of_window(window)} ask={would} />
        <Figure name={words.expected} value={count(one.expected_count)} note={words.interval(level, span(least, most))} ask={would} />
        <Figure name={words.rank} value={String(one.rank)} note={one.rank_interval ? words.between(span(one.rank_interval[0] as number, one.rank_interval[1] as number)) : ""} ask={would} />
        <Figure name={words.change} value={one.change === null ? NOTHING : points(one.change)} note={moved} ask={would} />
      </div>
      <p class="asks only-screen">
        <button type="button" class="button" onClick={would}>{words.would}</button>
        <button type="button" class="button" onClick={() => ask("wrong")}>{words.wrong}</button>
        <Gap sources={one.data_gap} />
      </p>
    </>
  );
}

function Figure({ name, value, note, ask }: { name: string; value: string; note: string; ask: () => void }) {
  const words = useWords(own);
  return (
    <button type="button" class="figure" title={words.ask} onClick={ask}>
      <span class="soft small">{name}</span>
      <b class="number">{value}</b>
      <small class="soft"><Unbroken>{note}</Unbroken></small>
      <span class="unseen">{words.ask}</span>
    </button>
  );
}
