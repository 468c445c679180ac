// For a screen on a wall, from three metres: towns alone, three numbers, nothing that moves, and what is out of date in red.
import { useEffect } from "preact/hooks";
import { connection } from "../../api/client";
import { usePages } from "../../api/pages";
import { useStore } from "../../api/store";
import type { Item } from "../../api/types";
import { useAsked, useChosen, useCity } from "../../app/city";
import { useFreshness } from "../../app/Freshness";
import { to } from "../../app/route";
import { session } from "../../app/session";
import { Trouble, Waiting } from "../../parts/Empty";
import { capital } from "../../parts/figures";
import { moment } from "../../parts/moments";
import { useSaid, useWords } from "../../words";
import "./wall.css";
import { own } from "./words";

/** So many towns fill a screen when their tiles are large. */
const FEW = 24;

const FIRST = ["red", "orange", "yellow", "blue", "none"];

export default function Wall() {
  const words = useWords(own);
  const shared = useWords();
  const said = useSaid();
  const who = useStore(session);
  const city = useCity();
  const fresh = useFreshness();
  const { alive, since } = useStore(connection);
  const { target, horizon } = useChosen();
  const pages = usePages("/v1/scores", { ...useAsked(), unit: "town" }, 1000, 1000);
  // A wall shows all towns: what follows is asked for at once.
  useEffect(() => {
    if (pages.more && !pages.busy && !pages.trouble) pages.ask();
  });
  const declared = city?.targets.find((one) => one.name === target);
  const what = declared ? `${capital(said(declared))} · ${shared.next(horizon ?? 4, city?.period ?? "week")}` : "";
  return (
    <section class={`wall${fresh.stale || !alive ? " out" : ""}`} aria-labelledby="wall-title">
      <div class="wall-head">
        <h1 id="wall-title">{who?.city}</h1>
        <p>{what}</p>
        <p class="wall-day number">
          {!alive ? `${words.gone} · ${moment(since)}` : fresh.asOf && shared.freshness.as_of(fresh.asOf)}
          {alive && fresh.stale && ` · ${words.stale}`}
        </p>
        <a class="button only-screen" href={to("ranking")}>{words.back}</a>
      </div>
      {pages.first === null ? pages.trouble ? <Trouble trouble={pages.trouble} again={pages.again} /> : <Waiting /> : <Towns items={pages.items} />}
    </section>
  );
}

const lacks = (one: Item): boolean => one.data_gap.length > 0 || one.level === "unknown";

function Towns({ items }: { items: readonly Item[] }) {
  const words = useWords(own);
  const shared = useWords();
  const count = (...levels: string[]) => items.filter((one) => levels.includes(one.level ?? "")).length;
  const gaps = items.filter(lacks).length;
  if (items.length && items.every((one) => one.level === null)) return <p class="soft">{words.no_levels}</p>;
  const order = (one: Item) => (FIRST.includes(one.level ?? "") ? FIRST.indexOf(one.level ?? "") : FIRST.length);
  const sorted = [...items].sort((one, other) => order(one) - order(other) || one.rank - other.rank);
  return (
    <>
      <div class="three">
        <dl>
          <div class={count("red", "orange") ? "high" : ""}>
            <dd class="number">{count("red", "orange")}</dd>
            <dt>{words.high}</dt>
          </div>
          <div>
            <dd class="number">{count("yellow")}</dd>
            <dt>{words.attention}</dt>
          </div>
          <div class={gaps ? "lacking" : ""}>
            <dd class="number">{gaps}</dd>
            <dt>{words.gaps}</dt>
          </div>
        </dl>
        <p class="soft">{words.of(items.length)}</p>
      </div>
      <ul class={`tiles${sorted.length <= FEW ? " few" : ""}`} aria-label={words.towns}>
        {sorted.map((one) => (
          <li key={one.code} class={`tile ${one.level ?? "none"}${lacks(one) ? " lacking" : ""}`}>
            <span>
              <b>{one.name}</b>
              <small>{one.level && !["none", "unknown"].includes(one.level) ? shared.levels[one.level] : lacks(one) ? shared.gap.title : ""}</small>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
