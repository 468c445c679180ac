// Units by rank: towns first, and from each to its grids.
import { useEffect, useMemo, useState } from "preact/hooks";
import { usePages } from "../../api/pages";
import { useStore } from "../../api/store";
import type { Unit } from "../../api/types";
import { useAsked, useChosen, useCity } from "../../app/city";
import { go, here, route } from "../../app/route";
import { Choice } from "../../parts/Choice";
import { Empty, Trouble, Waiting } from "../../parts/Empty";
import { percent } from "../../parts/figures";
import { LongList } from "../../parts/LongList";
import { Past } from "../../parts/Past";
import { Search } from "../../parts/Search";
import { useWords } from "../../words";
import { Strip } from "../Record/Strip";
import { Exports } from "./Exports";
import { Inside, Levels } from "./Narrowed";
import { mostOf } from "./order";
import { Headings, linkOf, Row } from "./Row";
import "./ranking.css";
import { own } from "./words";

const UNITS = ["grid", "community", "town", "district"] as const;

export default function Ranking() {
  const words = useWords(own);
  const shared = useWords();
  const { query } = useStore(route);
  const unit = (UNITS as readonly string[]).includes(query["unit"] ?? "") ? (query["unit"] as Unit) : "town";
  const asked = useAsked();
  const narrowed = { parent: query["parent"], search: query["search"], min_level: query["min_level"] as never };
  const pages = usePages("/v1/scores", { ...asked, unit, ...narrowed });
  const city = useCity();
  // Who has typed a name and pressed Enter wants to see that one, where it is the only one.
  const [wanted, entered] = useState(false);
  useEffect(() => {
    if (!wanted || pages.first === null) return;
    entered(false);
    const [only, other] = pages.items;
    if (query["search"] && only && !other) go(linkOf(only));
  }, [wanted, pages.first]);
  const { horizon } = useChosen();
  const window = shared.next(pages.first?.horizon ?? horizon ?? 4, city?.period ?? "week");
  return (
    <section class="ranking" aria-labelledby="ranking-title">
      <div class="titles">
        <div>
          <h1 id="ranking-title">{words.title[unit]}</h1>
          <p class="soft">{(unit === "grid" ? words.about.grid : words.about.above)(window)}</p>
        </div>
        <Exports unit={unit} narrowed={narrowed} />
      </div>
      <Strip />
      <div class="controls">
        <Choice
          label={words.unit}
          value={unit}
          options={(["town", "district", "community", "grid"] as const).map((value) => ({ value, label: shared.units[value] }))}
          choose={(value) => go(here({ unit: value }))}
        />
        <Search label={words.search_long} hint={words.search} entered={() => entered(true)} />
        <Levels />
        <Past />
      </div>
      <Inside />
      <Rows pages={pages} unit={unit} />
    </section>
  );
}

function Rows({ pages, unit }: { pages: ReturnType<typeof usePages<"/v1/scores">>; unit: Unit }) {
  const words = useWords(own);
  const { query } = useStore(route);
  const { first, items, trouble } = pages;
  const most = useMemo(() => mostOf(items), [items]);
  if (first === null) return <div class="card">{trouble ? <Trouble trouble={trouble} again={pages.again} /> : <Waiting />}</div>;
  if (!items.length) {
    const search = query["search"];
    const level = !search && query["min_level"];
    return (
      <div class="card">
        <Empty title={search ? words.found_none(search) : level ? words.nothing_level : words.nothing} icon={search ? "search" : "nothing"}>
          <p>{search ? words.found_hint : level ? words.nothing_level_hint : words.nothing_hint}</p>
          <a class="button" href={here({ search: null, parent: null, min_level: null })}>{words.everywhere}</a>
        </Empty>
      </div>
    );
  }
  const grid = unit === "grid";
  const sure = items.some((one, at) => at > 0 && one.rank_interval !== null);
  return (
    <>
      <div class="card numbers table" role="table" aria-label={words.title[unit]} aria-rowcount={pages.more ? -1 : items.length + 1} onKeyDown={stepped}>
        <div role="rowgroup"><Headings grid={grid} /></div>
        <LongList
          class="rows"
          count={items.length}
          about={grid ? 62 : 70}
          key_of={(at) => items[at]?.code ?? String(at)}
          nearEnd={pages.ask}
          row={(at) => {
            const item = items[at];
            return item && <Row key={item.code} item={item} above={items[at - 1]} below={items[at + 1]} index={at} most={most} />;
          }}
        />
      </div>
      <p class="legend">
        {sure && <span>{words.tied}</span>}
        {!grid && <span>{words.interval(first.snapshot.interval_level)}</span>}
        {first.stability !== null && <span>{words.stability(percent(first.stability))}</span>}
        {first.snapshot.model && <span>{words.model(first.snapshot.model)}</span>}
        {pages.more && (
          <button type="button" class="button only-screen" disabled={pages.busy} onClick={pages.ask}>
            {words.more}
          </button>
        )}
      </p>
      {trouble && <Trouble trouble={trouble} again={pages.ask} />}
    </>
  );
}

/** Up and down go from unit to unit; a click anywhere in a row opens it. */
function stepped(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const link = event.target as HTMLElement;
  if (!step || !link.classList.contains("opens")) return;
  const all = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("a.opens")];
  const next = all[all.indexOf(link) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
