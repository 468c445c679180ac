// The ledger: every load, what became of its rows, and what was forced.
import { useState } from "preact/hooks";
import { get, Trouble as Told } from "../../api/client";
import { useAddress } from "../../api/watch";
import { here } from "../../app/route";
import { Empty, Missing } from "../../parts/Empty";
import { NOTHING } from "../../parts/figures";
import { moment } from "../../parts/moments";
import { useSaid, useWords } from "../../words";
import { counted, raises, type Count, type Load } from "./told";
import { useNamed } from "./named";
import { own } from "./words";

interface Page {
  items: Load[];
  next: number | null;
}

const PAGE = "console/loads?limit=100";

export function Loads() {
  const words = useWords(own);
  const data = useAddress<Page>(PAGE);
  const [more, setMore] = useState<Page | null>(null);
  const [lost, setLost] = useState<Told | null>(null);
  if (!data.value) return <Missing data={data} />;
  const first = data.value.items;
  if (!first.length) {
    return <div class="card"><Empty title={words.loads.none} icon="data"><p>{words.loads.none_hint}</p><a class="button" href={here({ part: "upload" })}>{words.parts.upload}</a></Empty></div>;
  }
  const least = first[first.length - 1]?.load ?? 0;
  const older = (more?.items ?? []).filter((one) => one.load < least);
  const next = more ? more.next : data.value.next;
  const ask = async () => {
    setLost(null);
    try {
      const page = await get<Page>(`${PAGE}&cursor=${next}`);
      setMore({ items: [...older, ...page.items], next: page.next });
    } catch (error) {
      setLost(error as Told);
    }
  };
  const { columns } = words.loads;
  const shown = [...first, ...older];
  const counts = counted(shown);
  return (
    <>
      <p class="soft">{words.loads.about}</p>
      <div class="card scrolled numbers" tabIndex={0} role="region" aria-label={words.loads.title}>
        <table class="plain folds loads">
          <thead>
            <tr>
              {(["load", "when", "source", "file"] as const).map((one) => <th key={one} scope="col">{columns[one]}</th>)}
              {counts.map((one) => <th key={one} scope="col" class="right">{words.counts[one]}</th>)}
              <th scope="col">{columns.state}</th>
            </tr>
          </thead>
          <tbody>{shown.map((one) => <OfLoad key={one.load} one={one} counts={counts} />)}</tbody>
        </table>
      </div>
      {lost && <p class="refused_" role="alert">{lost.message}</p>}
      {next !== null && <button type="button" class="button" onClick={() => void ask()}>{words.loads.older}</button>}
    </>
  );
}

function OfLoad({ one, counts }: { one: Load; counts: readonly Count[] }) {
  const words = useWords(own);
  const said = useSaid();
  const named = useNamed();
  const { columns } = words.loads;
  const state = one.undoes !== null ? words.loads.of(one.undoes) : `${words.loads.states[one.state] ?? one.state}${one.undone_by !== null ? words.loads.by(one.undone_by) : ""}`;
  const notes = [...one.forced.map(words.upload.forced), ...one.notes, ...one.reasons.map((each) => words.upload.reason(said(each), each.rows)), ...(one.dropped_columns.length ? [words.upload.dropped(one.dropped_columns.join(" "))] : [])];
  return (
    <tr class={one.state === "in_force" ? "" : "over"}>
      <td class="number brief" data-of={columns.load}>{one.load}</td>
      <td class="number broad" data-of={columns.when}>{moment(one.loaded_at, { zone: false })}<small>{words.loads.exported(moment(one.exported_at, { day: true }))}</small></td>
      <td class="nowrap" data-of={columns.source}>{named(one.source)}</td>
      <td class="of-file" data-of={columns.file}>
        {one.file}
        {notes.length > 0 && (
          <details>
            <summary>{notes.length > 1 ? `${notes[0]} … +${notes.length - 1}` : notes[0]}</summary>
            <ul>{notes.map((note) => <li key={note}>{note}</li>)}</ul>
          </details>
        )}
      </td>
      {counts.map((name) => <td key={name} data-of={words.counts[name]} class={`right brief number${raises(name, one[name]) ? " raises" : ""}`}>{one[name] ?? NOTHING}</td>)}
      <td class="brief state" data-of={columns.state}>{state}{one.forced.length > 0 && <span class="forced">{words.loads.forced}</span>}</td>
    </tr>
  );
}
