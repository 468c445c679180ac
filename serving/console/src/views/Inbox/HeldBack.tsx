// What was not told, and why.
import { useStore } from "../../api/store";
import { useData } from "../../api/watch";
import { useTargetNames } from "../../app/city";
import { to } from "../../app/route";
import { may, session } from "../../app/session";
import { Empty, Trouble, Waiting } from "../../parts/Empty";
import { Level } from "../../parts/Level";
import { LongList } from "../../parts/LongList";
import { moment } from "../../parts/moments";
import { useWords } from "../../words";
import { own } from "./words";

export function HeldBack() {
  const words = useWords(own);
  const target = useTargetNames();
  const who = useStore(session);
  const data = useData("/v1/alerts/held", { limit: 1000 });
  if (!data.value) return data.trouble ? <Trouble trouble={data.trouble} again={data.again} /> : <Waiting />;
  const items = data.value.items;
  if (!items.length) return <div class="card"><Empty title={words.none.held}><p>{words.held_about}</p></Empty></div>;
  return (
    <>
      <p class="soft">{words.held_about}</p>
      <div class="card notices numbers" role="table" aria-label={words.lists.held}>
        <LongList
          class="rows"
          count={items.length}
          about={64}
          key_of={(at) => `${at}`}
          row={(at) => {
            const one = items[at];
            return one && (
              <div key={at} class="row held-row" role="row">
                <div class="cell level-of" role="cell"><Level level={one.level} /></div>
                <div class="cell head-of" role="cell">
                  {one.unit === "grid" && who && may(who, "read:detail") ? <a href={to("grid", one.code, { target: one.target, horizon: one.horizon })}>{one.name}</a> : <b>{one.name}</b>}
                  <small>{[one.team_id, target(one.target), words.kinds[one.kind]].filter(Boolean).join(" · ")}</small>
                </div>
                <div class="cell because" role="cell"><b>{words.reasons[one.reason] ?? one.reason}</b></div>
                <div class="cell times" role="cell">
                  <span class="number">{words.held_since(moment(one.since, { zone: false }))}</span>
                  {one.since !== one.at && <small class="number">{words.held_last(moment(one.at, { zone: false }))}</small>}
                </div>
              </div>
            );
          }}
        />
      </div>
    </>
  );
}
