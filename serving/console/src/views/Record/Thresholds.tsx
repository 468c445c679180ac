// What a list of each level would have caught and cost: first as a picture, then as a table.
import { useStore } from "../../api/store";
import { go, here, route } from "../../app/route";
import { Choice } from "../../parts/Choice";
import { NOTHING, percent } from "../../parts/figures";
import { Level } from "../../parts/Level";
import { useWords } from "../../words";
import { ofTen, usual, type Caught } from "./figures";
import { Hundred, Ten } from "./Hundred";
import { own } from "./words";

const whole = (share: number) => `${Math.round(100 * share)}`;

export function Pictures({ items, window }: { items: readonly Caught[]; window: string }) {
  const words = useWords(own);
  const shared = useWords();
  const named = useStore(route).query["level"];
  const chosen = items.find((one) => one.level === named) ?? usual(items);
  if (!chosen) return <section class="card padded"><p class="soft">{words.hundred.few}</p></section>;
  const hit = chosen.of_100_listed;
  return (
    <div class="pictures">
      <section class="card padded picture">
        <div class="titles">
          <h2>{words.hundred.title}</h2>
          <Choice
            label={words.hundred.choose}
            value={chosen.level}
            options={items.map((one) => ({ value: one.level, label: shared.levels[one.level], long: words.hundred.listed(shared.levels[one.level]) }))}
            choose={(level) => go(here({ level }), "replace")}
          />
        </div>
        {hit === null ? (
          <p class="soft">{words.hundred.few}</p>
        ) : (
          <div class="drawn">
            <Hundred filled={hit} level={chosen.level} />
            <ul>
              <li><b class="big number">{hit}</b> {words.hundred.yes(window)}</li>
              <li><b class="big soft number">{100 - hit}</b> {words.hundred.no}</li>
              <li class="soft small">{words.hundred.listed(shared.levels[chosen.level])}{shared.colon}{chosen.grids !== null && words.hundred.grids(chosen.grids.toFixed(chosen.grids < 10 ? 1 : 0))}</li>
            </ul>
          </div>
        )}
      </section>
      <section class="card padded picture">
        <h2>{words.outside.title}</h2>
        {chosen.outside === null ? (
          <p class="soft">{words.outside.few}</p>
        ) : (
          <>
            <Ten filled={10 - ofTen(chosen.outside)} label={words.outside.on(10 - ofTen(chosen.outside))} />
            <p>{words.outside.on(10 - ofTen(chosen.outside))}{shared.comma}<b>{words.outside.off(ofTen(chosen.outside))}</b></p>
            <p class="soft small">{words.outside.hint}</p>
          </>
        )}
      </section>
    </div>
  );
}

type Share = { mean: number | null; lower: number | null; upper: number | null } | null;

function Between({ share }: { share: Share }) {
  if (!share || share.mean === null) return <>{NOTHING}</>;
  return (
    <>
      <b>{whole(share.mean)}</b>
      {share.lower !== null && share.upper !== null && <small class="soft"> ({whole(share.lower)}–{whole(share.upper)})</small>}
    </>
  );
}

export function Thresholds({ items }: { items: readonly Caught[] }) {
  const words = useWords(own);
  const { columns } = words.thresholds;
  return (
    <section class="card padded" id="thresholds">
      <h2>{words.thresholds.title}</h2>
      <p class="soft small">{words.thresholds.about}</p>
      <div class="scrolled" tabIndex={0} role="region" aria-label={words.thresholds.title}>
        <table class="figures folds thresholds">
          <thead>
            <tr>
              <th scope="col">{columns.level}</th>
              <th scope="col">{columns.rule}</th>
              {([columns.grids, columns.hit, columns.caught] as const).map((one) => <th key={one} scope="col" class="right">{one}</th>)}
              <th scope="col" class="right">{columns.outside}</th>
            </tr>
          </thead>
          <tbody>
            {items.map((one) => (
              <tr key={one.level}>
                <th scope="row"><Level level={one.level} /></th>
                <td class="rule" data-of={columns.rule}>{words.thresholds.rule(`${Number((100 * one.top).toFixed(1))} %`, String(one.times))}</td>
                <td class="right number brief" data-of={columns.grids}>{one.grids === null ? NOTHING : words.thresholds.grids(one.grids.toFixed(one.grids < 10 ? 1 : 0))}</td>
                <td class="right number brief" data-of={columns.hit}><Between share={one.precision} /></td>
                <td class="right number brief" data-of={columns.caught}><Between share={one.capture} /></td>
                <td class="right number brief" data-of={columns.outside}>{percent(one.outside)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
