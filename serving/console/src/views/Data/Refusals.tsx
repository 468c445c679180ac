// Rows that were refused, by what is wrong with them, for whoever can repair them.
import { keep } from "../../api/saving";
import { useAddress } from "../../api/watch";
import { here } from "../../app/route";
import { Empty, Missing } from "../../parts/Empty";
import { Icon } from "../../parts/Icon";
import { Unbroken } from "../../parts/Unbroken";
import { useSaid, useWords } from "../../words";
import { asCsv, type Refused } from "./told";
import { useNamed } from "./named";
import { own } from "./words";

export function Refusals() {
  const words = useWords(own);
  const said = useSaid();
  const named = useNamed();
  const data = useAddress<Refused>("console/refused");
  if (!data.value) return <Missing data={data} />;
  const { items, rows, groups, not_loaded } = data.value;
  const { columns } = words.refused;
  const save = () => {
    const headings = [columns.source, columns.file, columns.column, columns.rows, columns.at, columns.reason, columns.repair];
    const lines = items.map((one) => [named(one.source), one.file, one.column, one.rows, one.examples.join(" "), said(one.reason), said(one.repair)]);
    keep(words.refused.file, new Blob([asCsv(headings, lines)], { type: "text/csv" }));
  };
  return (
    <>
      {items.length === 0 ? (
        <div class="card"><Empty title={words.refused.none} icon="data"><p>{words.refused.none_hint}</p></Empty></div>
      ) : (
        <>
          <p class="soft">{words.refused.about}</p>
          <div class="line">
            <b class="number">{words.refused.total(rows)}</b>
            <span class="only-screen">
              <button type="button" class="button" onClick={save}><Icon name="download" size={18} />{words.refused.save}</button>{" "}
              <a class="button main" href={here({ part: "upload" })}>{words.refused.repair}</a>
            </span>
          </div>
          <div class="card scrolled numbers" tabIndex={0} role="region" aria-label={words.refused.title}>
            <table class="plain folds">
              <thead>
                <tr>
                  <th scope="col" class="right">{columns.rows}</th>
                  {(["reason", "repair", "source", "file", "column", "at"] as const).map((one) => <th key={one} scope="col">{columns[one]}</th>)}
                </tr>
              </thead>
              <tbody>
                {items.map((one) => (
                  <tr key={[one.source, one.file, one.column, one.reason.en].join("|")}>
                    <td class="right number brief" data-of={columns.rows}><b>{one.rows}</b></td>
                    <td class="what broad" data-of={columns.reason}><b><Unbroken>{said(one.reason)}</Unbroken></b></td>
                    <td data-of={columns.repair}><Unbroken>{said(one.repair)}</Unbroken></td>
                    <td class="nowrap brief" data-of={columns.source}>{named(one.source)}</td>
                    <td class="of-file broad" data-of={columns.file}>{one.file}</td>
                    <td class="of-column brief" data-of={columns.column}>{one.column}</td>
                    <td class="number at broad" data-of={columns.at}>{one.examples.join(", ")}{one.rows > one.examples.length && " …"}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {groups > items.length && <p class="soft small">{words.refused.more(groups)}</p>}
        </>
      )}
      {not_loaded.map((one) => <p key={one.source + one.rule} class="soft small">{words.refused.by_rule(named(one.source), one.rows, one.rule)}</p>)}
    </>
  );
}
