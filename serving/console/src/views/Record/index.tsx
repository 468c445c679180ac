// How good is this? For whoever has to answer for it: pictures first, then each window, then what simple ways would have done.
import { useStore } from "../../api/store";
import { useData } from "../../api/watch";
import { useChosen, useCity } from "../../app/city";
import { route } from "../../app/route";
import { Empty, Trouble, Waiting } from "../../parts/Empty";
import { useWords } from "../../words";
import { Baselines } from "./Baselines";
import { type Record as Told } from "./figures";
import { Districts, OfWindow } from "./OfWindow";
import "./record.css";
import { Pictures, Thresholds } from "./Thresholds";
import { Windows } from "./Windows";
import { own } from "./words";

export default function Record() {
  const words = useWords(own);
  const shared = useWords();
  const { target, horizon } = useChosen();
  const city = useCity();
  const asked = { target: target ?? null, horizon: horizon ?? null };
  const record = useData(city ? "/v1/track-record" : null, { ...asked, limit: 60 });
  const levels = useData(city ? "/v1/levels" : null, asked);
  const window = shared.next(horizon ?? 4, city?.period ?? "week");
  return (
    <section class="record numbers" aria-labelledby="record-title">
      <div>
        <h1 id="record-title">{words.title}</h1>
        <p class="soft">{words.about}</p>
      </div>
      {city === null && <Unpublished />}
      {levels.trouble && <div class="card"><Trouble trouble={levels.trouble} again={levels.again} /></div>}
      {levels.value && (levels.value.items ? <Pictures items={levels.value.items} window={window} /> : <p class="card padded soft">{words.hundred.none}</p>)}
      {levels.value?.items && <Thresholds items={levels.value.items} />}
      {record.trouble && !levels.trouble && <div class="card"><Trouble trouble={record.trouble} again={record.again} /></div>}
      {record.value && <Judged record={record.value} />}
      {city && !record.value && !record.trouble && <Waiting />}
    </section>
  );
}

function Unpublished() {
  const shared = useWords();
  return <div class="card"><Empty title={shared.nothing.published}><p>{shared.nothing.publish}</p></Empty></div>;
}

function Judged({ record: { rows, summary, waiting } }: { record: Told }) {
  const words = useWords(own);
  const named = useStore(route).query["window"];
  const chosen = rows.find((one) => one.as_of === named) ?? rows[0];
  if (!chosen) {
    return (
      <div class="card">
        <Empty title={words.none}>
          <p>{words.none_hint(waiting)}</p>
          <p>{words.other_horizon}</p>
        </Empty>
      </div>
    );
  }
  const [own_summary] = summary;
  // Of a part of the city no figure is kept.
  if (rows.every((one) => one.events === null && Object.keys(one.levels).length === 0)) {
    return (
      <section class="card padded">
        <p class="soft">{words.part}</p>
        <Districts one={chosen} />
      </section>
    );
  }
  return (
    <>
      <Windows rows={rows} chosen={chosen} />
      <OfWindow one={chosen} />
      {own_summary && <Baselines summary={own_summary} />}
      {own_summary && <p class="soft small">{words.counted(own_summary.counted, own_summary.judged, waiting)}</p>}
    </>
  );
}
