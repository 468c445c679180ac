// The account of a load, or of one that was tried: where every row went, and what must be known of it.
import { useWords } from "../../words";
import { useNamed } from "./named";
import { counted, raises, type Account, type Result } from "./told";
import { own } from "./words";

export function Outcome({ result }: { result: Result }) {
  const words = useWords(own);
  const named = useNamed();
  const { columns } = words.upload;
  const counts = counted(result.accounts);
  return (
    <>
      {result.accounts.length > 0 && (
        <div class="scrolled numbers" tabIndex={0} role="region" aria-label={words.upload.tried}>
          <table class="plain folds">
            <thead>
              <tr>
                <th scope="col">{columns.file}</th>
                <th scope="col">{columns.source}</th>
                {counts.map((one) => <th key={one} scope="col" class="right">{words.counts[one]}</th>)}
              </tr>
            </thead>
            <tbody>
              {result.accounts.map((one, at) => (
                <tr key={`${one.file}${one.source}${at}`}>
                  <td class="of-file" data-of={columns.file}>{one.file}{one.sheets.length > 0 && <small>{one.sheets.join(" ")}</small>}</td>
                  <td class="nowrap" data-of={columns.source}>{named(one.source)}</td>
                  {counts.map((name) => <td key={name} data-of={words.counts[name]} class={`right brief number${raises(name, one[name]) ? " raises" : ""}`}><b>{one[name]}</b></td>)}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {result.accounts.map((one, at) => <Notes key={`${one.file}${at}`} one={one} several={result.accounts.length > 1} />)}
      <Problems title={words.upload.failed} lines={result.failed.map((one) => sentence(one.file, one.sheet, one.message))} alarm />
      <Problems title={words.upload.skipped} lines={result.skipped.map((one) => sentence(one.file, one.sheet, one.reason))} />
      <Problems title={words.upload.targets} lines={result.targets} />
    </>
  );
}

/** The sentence of a file; one that names it itself is left as it is. */
function sentence(file: string, sheet: string | null, text: string): string {
  return text.startsWith(file) ? text : `${file}${sheet ? ` [${sheet}]` : ""}: ${text}`;
}

function Problems({ title, lines, alarm }: { title: string; lines: readonly string[]; alarm?: boolean }) {
  if (!lines.length) return null;
  return (
    <div class={`told${alarm ? " alarm" : ""}`} role={alarm ? "alert" : undefined}>
      <h3>{title}</h3>
      <ul>{lines.map((one) => <li key={one}>{one}</li>)}</ul>
    </div>
  );
}

function Notes({ one, several }: { one: Account; several: boolean }) {
  const words = useWords(own);
  const lines = [...one.forced.map(words.upload.forced), ...one.notes, ...(one.dropped_columns.length ? [words.upload.dropped(one.dropped_columns.join(" "))] : [])];
  if (!lines.length && !one.examples?.length) return null;
  return (
    <div class="told">
      {several && <h3>{one.file}</h3>}
      <ul>{lines.map((line) => <li key={line}>{line}</li>)}</ul>
      {one.examples && one.examples.length > 0 && <Examples rows={one.examples} />}
    </div>
  );
}

function Examples({ rows }: { rows: readonly Record<string, unknown>[] }) {
  const words = useWords(own);
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return (
    <details>
      <summary>{words.upload.examples(rows.length)}</summary>
      <div class="scrolled" tabIndex={0} role="region" aria-label={words.upload.examples(rows.length)}>
        <table class="plain folds examples">
          <thead><tr>{names.map((name) => <th key={name} scope="col">{name}</th>)}</tr></thead>
          <tbody>{rows.map((row, at) => <tr key={at}>{names.map((name) => <td key={name} class="brief" data-of={name}>{row[name] === undefined || row[name] === null ? "" : String(row[name])}</td>)}</tr>)}</tbody>
        </table>
      </div>
    </details>
  );
}
