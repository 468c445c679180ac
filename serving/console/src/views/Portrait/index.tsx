// One grid: where it lies, how it stands, and why.
import { useMemo } from "preact/hooks";
import { useStore } from "../../api/store";
import type { Reason } from "../../api/types";
import { useData } from "../../api/watch";
import { useAsked } from "../../app/city";
import { route, to } from "../../app/route";
import { Trouble, Waiting } from "../../parts/Empty";
import { capital, percent, points } from "../../parts/figures";
import { Level } from "../../parts/Level";
import { Plot } from "../../parts/Plot";
import { useSaid, useWords } from "../../words";
import "./portrait.css";
import { own } from "./words";

export default function Portrait() {
  const words = useWords(own);
  const shared = useWords();
  const code = useStore(route).id ?? "";
  const { as_of, ...block } = useAsked();
  const day = as_of ? { as_of } : {};
  const grid = useData("/v1/grids/{grid_id}", day, { grid_id: code });
  const why = useData("/v1/grids/{grid_id}/explanation", { ...block, ...day }, { grid_id: code });
  const trouble = grid.trouble ?? why.trouble;
  if (trouble) return <div class="card"><Trouble trouble={trouble} again={grid.again} /></div>;
  if (!grid.value || !why.value) return <Waiting />;
  const { district, town, community, name, residents } = grid.value;
  const inside = (one: { code: string; name: string }) => <a href={to("ranking", null, { unit: "grid", parent: one.code })}>{one.name}</a>;
  return (
    <article class="portrait numbers">
      <nav class="crumbs" aria-label={words.back}>
        <a href={to("ranking")}>{shared.whole_city}</a>
        {inside(district)}
        {inside(town)}
        {inside(community)}
      </nav>
      <header class="titles">
        <div>
          <h1>{name}</h1>
          <p class="soft small">{code}</p>
        </div>
        <div class="stands">
          <Level level={why.value.level} />
          <p><span class="soft">{words.probability}</span> <b class="number">{percent(why.value.score)}</b></p>
        </div>
      </header>
      <section class="card padded">
        <h2>{words.reasons}</h2>
        <p class="soft small">
          {why.value.mean_score !== null && words.mean(percent(why.value.mean_score))}
          {residents !== null && ` · ${words.residents} ${residents}`}
        </p>
        {why.value.suppressed ? <p>{words.suppressed}</p> : <Reasons reasons={why.value.reasons} />}
      </section>
      <Before code={code} block={block} />
    </article>
  );
}

function Before({ code, block }: { code: string; block: { target?: string; horizon?: number } }) {
  const words = useWords(own);
  const history = useData("/v1/grids/{grid_id}/history", { ...block, limit: 60 }, { grid_id: code });
  const stood = useMemo(() => [...(history.value?.items ?? [])].reverse().filter((one) => one.score !== null), [history.value]);
  const at = useMemo(() => stood.map((one) => one.as_of), [stood]);
  const lines = useMemo(() => [{ label: words.probability, values: stood.map((one) => one.score), color: "accent" }], [stood, words]);
  if (stood.length < 2) return null;
  return (
    <section class="card padded">
      <h2>{words.before}</h2>
      <Plot label={`${words.before}, ${words.fell(stood.map((one) => percent(one.score)).join(" "))}`} at={at} lines={lines} write={(value) => `${Math.round(100 * value)} %`} />
    </section>
  );
}

function Reasons({ reasons }: { reasons: readonly Reason[] }) {
  const words = useWords(own);
  const shared = useWords();
  const said = useSaid();
  // What moves it by nothing that can be read is left out.
  const read = reasons.filter((one) => Math.abs(one.effect) >= 0.0005);
  const most = Math.max(...read.map((one) => Math.abs(one.effect)), 1e-9);
  if (!read.length) return <p>{words.none}</p>;
  return (
    <ul class="reasons">
      {read.map((one) => (
        <li key={one.theme + one.source}>
          <span>{capital(said(one))}</span>
          <b class={`number ${one.effect > 0 ? "raises" : "lowers"}`}>
            {points(one.effect)} <span class="unseen">{shared.points}</span>
          </b>
          <svg width="100%" height="6" aria-hidden="true">
            <rect class="ground" width="100%" height="6" rx="3" />
            <rect class={one.effect > 0 ? "raises" : "lowers"} width={`${((100 * Math.abs(one.effect)) / most).toFixed(1)}%`} height="6" rx="3" />
          </svg>
        </li>
      ))}
    </ul>
  );
}
