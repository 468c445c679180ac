// What is chosen on the map: its row of the ranking, and where one can go from it.
import { useData } from "../../api/watch";
import { useAsked } from "../../app/city";
import { here, to } from "../../app/route";
import type { Layer } from "../../map/borders";
import { Gap } from "../../parts/Gap";
import { Icon } from "../../parts/Icon";
import { Level } from "../../parts/Level";
import { capital, count, moves, NOTHING, percent, points, signed, span } from "../../parts/figures";
import { Unbroken } from "../../parts/Unbroken";
import { useSaid, useWords } from "../../words";
import { own as ofRanking } from "../Ranking/words";
import { own } from "./words";

interface Asked {
  code: string;
  name: string;
  layer: Layer;
  close: () => void;
}

export function Selected({ code, name, layer, close }: Asked) {
  const words = useWords(own);
  const shared = useWords();
  const ranking = useWords(ofRanking);
  const said = useSaid();
  const { columns } = ranking;
  const data = useData("/v1/scores", { ...useAsked(), unit: layer, search: code.slice(0, 64), limit: 50 });
  const item = data.value?.items.find((one) => one.code === code) ?? null;
  const grid = layer === "grid";
  const reason = item?.reasons.find(moves);
  return (
    <section class="selected card" aria-label={name}>
      <div class="over">
        <div>
          <h2>{name}</h2>
          <p class="soft small">
            {shared.one_unit[layer]} {code}
          </p>
        </div>
        <button type="button" class="button bare" aria-label={shared.close} title={shared.close} onClick={close}>
          <Icon name="close" size={16} />
        </button>
      </div>
      {item ? (
        <>
          <p class="marks">
            <Level level={item.level} />
            <span class="soft">{words.rank(item.rank)}</span>
            <Gap sources={item.data_gap} />
          </p>
          <dl class="facts numbers">
            {grid ? (
              <>
                <dt>{columns.score}</dt>
                <dd class="number">{percent(item.score)}</dd>
              </>
            ) : (
              <>
                <dt>{columns.per}</dt>
                <dd class="number">{count(item.per_10000)}</dd>
              </>
            )}
            <dt>{columns.expected}</dt>
            <dd class="number">
              {count(item.expected_count)} <span class="soft">({span(item.interval[0] ?? 0, item.interval[1] ?? 0)})</span>
            </dd>
            <dt>{columns.change}</dt>
            <dd class="number">
              {item.change === null ? NOTHING : grid ? points(item.change) : signed(item.change, 2)}
              {item.change_beyond_noise === false && <span class="soft"> {ranking.within}</span>}
            </dd>
            {!grid && (
              <>
                <dt>{columns.excess}</dt>
                <dd class="number">{item.excess === null ? NOTHING : signed(item.excess.difference, 1)}</dd>
              </>
            )}
          </dl>
          <p class="small soft"><Unbroken>{item.suppressed ? ranking.suppressed : reason && capital(said(reason))}</Unbroken></p>
        </>
      ) : (
        <p class="soft small">{data.trouble ? data.trouble.message : shared.reading}</p>
      )}
      <p class="ways">
        {grid ? (
          <a class="button main" href={to("grid", code)}>{words.open_grid}</a>
        ) : (
          <a class="button main" href={here({ unit: "grid", place: null, show: null, parent: code })}>{words.open_unit}</a>
        )}
        <a class="button" href={grid ? to("ranking", null, { unit: layer, search: code }) : to("ranking", null, { unit: "grid", parent: code })}>{words.in_ranking}</a>
      </p>
    </section>
  );
}
