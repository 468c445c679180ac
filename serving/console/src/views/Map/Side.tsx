// The ranking beside the map: the same units, the first rank first.
import { useEffect } from "preact/hooks";
import { usePages } from "../../api/pages";
import { useStore } from "../../api/store";
import type { Item } from "../../api/types";
import { useAsked } from "../../app/city";
import { route } from "../../app/route";
import type { Layer } from "../../map/borders";
import { Empty, Trouble, Waiting } from "../../parts/Empty";
import { Gap } from "../../parts/Gap";
import { Level } from "../../parts/Level";
import { count, percent } from "../../parts/figures";
import { useWords } from "../../words";
import { own as ofRanking } from "../Ranking/words";
import { own } from "./words";

interface Asked {
  layer: Layer;
  chosen: string | null;
  choose: (code: string) => void;
  point: (code: string | null) => void;
  /** Somebody has written a name and pressed Enter: the first that is found is chosen, and `found` told. */
  wanted: boolean;
  found: () => void;
}

export function Side({ layer, chosen, choose, point, wanted, found }: Asked) {
  const words = useWords(own);
  const shared = useWords();
  const ranking = useWords(ofRanking);
  const { query } = useStore(route);
  const pages = usePages("/v1/scores", { ...useAsked(), unit: layer, parent: layer === "grid" ? query["parent"] : undefined, search: query["search"] }, 100, 300);
  const { first, items, trouble } = pages;
  useEffect(() => {
    if (!wanted || first === null) return;
    found();
    if (query["search"] && items[0]) choose(items[0].code);
  }, [wanted, first]);
  if (first === null) return <div class="side card">{trouble ? <Trouble trouble={trouble} again={pages.again} /> : <Waiting />}</div>;
  if (!items.length) return <div class="side card"><Empty title={words.nothing} icon="search"><p>{words.nothing_hint}</p></Empty></div>;
  return (
    <div class="side card numbers" role="region" aria-label={words.list} tabIndex={-1}>
      <p class="side-head" aria-hidden="true">
        <span>{ranking.columns.rank}</span>
        <span>{ranking.columns.name}</span>
        <span>{layer === "grid" ? ranking.columns.score : ranking.columns.per}</span>
      </p>
      <ol>
        {items.map((item) => (
          <li key={item.code}>
            <button
              type="button"
              class="side-row"
              aria-pressed={item.code === chosen}
              onClick={() => choose(item.code)}
              onMouseEnter={() => point(item.code)}
              onMouseLeave={() => point(null)}
            >
              <b class="number">{item.rank}</b>
              <span class="side-name">
                <span>{item.name}</span>
                <span class="marks"><Level level={item.level} /><Gap sources={item.data_gap} /></span>
              </span>
              <span class="number">{written(item)}</span>
            </button>
          </li>
        ))}
      </ol>
      {pages.more && (
        <button type="button" class="button" disabled={pages.busy} onClick={pages.ask}>
          {shared.more}
        </button>
      )}
    </div>
  );
}

const written = (item: Item): string => (item.unit === "grid" ? percent(item.score) : count(item.per_10000));
