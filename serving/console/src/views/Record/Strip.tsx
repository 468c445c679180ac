// The short form of the record, above the ranking: never a list without how good it is.
import { useData } from "../../api/watch";
import { useChosen, useCity } from "../../app/city";
import { to } from "../../app/route";
import { count, span } from "../../parts/figures";
import { Unbroken } from "../../parts/Unbroken";
import { useWords } from "../../words";
import { ends, ofTen, usual } from "./figures";
import { Hundred } from "./Hundred";
import "./strip.css";
import { own } from "./words";

export function Strip() {
  const words = useWords(own);
  const shared = useWords();
  const city = useCity();
  const { target, horizon } = useChosen();
  const known = city !== null && target !== undefined && horizon !== undefined;
  const asked = { target: target ?? null, horizon: horizon ?? null };
  const levels = useData(known ? "/v1/levels" : null, asked);
  const record = useData(known ? "/v1/track-record" : null, { ...asked, limit: 1 });
  const list = usual(levels.value?.items ?? []);
  const last = record.value?.rows[0];
  const expected = last?.levels["city"]?.expected ?? null;
  const between = ends(last?.events_between);
  if (!list || list.of_100_listed === null) return null;
  return (
    <aside class="strip card numbers" aria-label={words.strip.label}>
      <Hundred filled={list.of_100_listed} level={list.level} size={46} />
      <p>
        <b>{words.strip.sentence(shared.levels[list.level], list.of_100_listed, shared.next(horizon ?? 4, city?.period ?? "week"))}</b>
        <span>
          {list.outside !== null && words.strip.off(ofTen(list.outside))}
          <Unbroken>{last && between && expected !== null && `${shared.comma === "、" ? "；" : "; "}${words.strip.last(last.as_of, count(expected), span(...between))}`}</Unbroken>
        </span>
      </p>
      <a class="button only-screen" href={to("record")}>{words.strip.more}</a>
    </aside>
  );
}
