// What waits, on paper: one page a town, with room to write.
import { now } from "../../api/client";
import { called, unitOf } from "../../api/notices";
import type { Alert, Life } from "../../api/types";
import { Level } from "../../parts/Level";
import { moment } from "../../parts/moments";
import { Unbroken } from "../../parts/Unbroken";
import { useSaid, useWords } from "../../words";
import { Times } from "./Times";
import { own } from "./words";

export function Daily({ life, items }: { life: Life; items: readonly Alert[] }) {
  const words = useWords(own);
  const shared = useWords();
  const said = useSaid();
  const towns = new Map<string, { name: string; items: Alert[] }>();
  for (const one of items) {
    const town = unitOf(one, "town") ?? unitOf(one, "district") ?? one;
    const held = towns.get(town.code) ?? { name: town.name, items: [] };
    held.items.push(one);
    towns.set(town.code, held);
  }
  if (!towns.size) return <p class="daily">{words.daily_none}</p>;
  return (
    <div class="daily">
      {[...towns].map(([code, town]) => (
        <section key={code}>
          <h1>{words.daily(town.name)}</h1>
          <p>{words.daily_at(moment(now()))} · {words.count(town.items.length)}</p>
          <table>
            <thead><tr>{words.daily_columns.map((one) => <th key={one} scope="col">{one}</th>)}</tr></thead>
            <tbody>
              {town.items.map((one) => (
                <tr key={one.id}>
                  <td><Level level={one.level} /> <b><Unbroken>{said(one.text).head}</Unbroken></b><br />{[one.team_id, words.kinds[one.kind]].filter(Boolean).join(" · ")}</td>
                  <td>{called(life.statuses, one.status, said)}</td>
                  <td><Times alert={one} life={life} /></td>
                  <td>{Object.values(life.outcomes).map((both) => <span key={both.en} class="box">☐ {said(both)}</span>)}</td>
                  <td class="room" />
                </tr>
              ))}
            </tbody>
          </table>
          <p class="notice-of">{shared.notice}</p>
        </section>
      ))}
    </div>
  );
}
