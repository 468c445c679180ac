// What is said with a verb, and doing it. The fields are those that the verb takes, by the server's table.
import { useEffect, useRef } from "preact/hooks";
import { called } from "../api/notices";
import type { Life, Said } from "../api/types";
import { useSaid, useWords } from "../words";
import { drop, useDraft } from "./draft";

interface Asked {
  life: Life;
  verb: string;
  /** Whatever it is said of: what was begun of it is found again. */
  about: string;
  /** What is taken where nothing else is chosen. */
  usual?: Said;
  busy: boolean;
  done: (said: Said) => void;
  cancel?: () => void;
  /** Whether it is there before anybody asks for it: it takes no focus, and what it means stands beside it. */
  still?: boolean;
  /** What it is told of: "3 notices", or nothing where it is one. */
  of?: string;
}

const MOST = 500;

/** Under which name what is begun to be said with a verb is kept. */
export const draftOf = (about: string, verb: string): string => `${about}/${verb}`;

export function ActForm({ life, verb, about, usual = {}, busy, done, cancel, of, still }: Asked) {
  const words = useWords();
  const said = useSaid();
  const [told, setTold] = useDraft<Said>(draftOf(about, verb), {});
  const first = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (still) return;
    first.current?.querySelector<HTMLElement>("input, select, textarea, button")?.focus({ preventScroll: true });
    first.current?.scrollIntoView({ block: "nearest" });
  }, [verb]);
  const takes = life.takes[verb] ?? [];
  const name = called(life.steps, verb, said);
  const value = (field: keyof Said) => told[field] ?? usual[field] ?? "";
  const set = (field: keyof Said, text: string) => setTold({ ...told, [field]: text });
  const ready = !life.needs[verb] || value(life.needs[verb]).trim() !== "";
  return (
    <form
      class="act"
      ref={first}
      aria-label={name}
      onSubmit={(event) => {
        event.preventDefault();
        const all = takes.map((field) => [field, value(field).trim()] as const).filter(([, text]) => text);
        if (ready && !busy) done(Object.fromEntries(all));
      }}
    >
      {!still && (
        <p class="what">
          <b>{name}</b>
          {of && <span class="soft"> {of}</span>}
          <span class="soft"> {words.acts.means[verb as keyof typeof words.acts.means] ?? ""}</span>
        </p>
      )}
      {takes.map((field) => {
        const needed = life.needs[verb] === field;
        const label = words.acts.fields[field] + (needed ? "" : words.acts.optional);
        if (field === "outcome") return <Outcomes key={field} life={life} label={label} value={value(field)} choose={(one) => set(field, one)} />;
        if (field === "note")
          return (
            <label key={field}>
              <span>{label}</span>
              <textarea class="field" rows={2} maxLength={MOST} required={needed} value={value(field)} onInput={(event) => set(field, event.currentTarget.value)} />
              <small class="soft">{words.acts.nobody}</small>
            </label>
          );
        const options = field === "service" ? Object.entries(life.services).map(([code, both]) => [code, said(both)] as const) : life.teams.map((one) => [one.id, one.name] as const);
        return (
          <label key={field}>
            <span>{label}</span>
            <select class="field" required={needed} value={value(field)} onChange={(event) => set(field, event.currentTarget.value)}>
              <option value="">{needed ? words.acts.choose : words.acts.none}</option>
              {options.map(([code, text]) => (
                <option key={code} value={code}>{text}</option>
              ))}
            </select>
          </label>
        );
      })}
      <p class="buttons">
        <button type="submit" class="button main" disabled={busy || !ready}>{busy ? words.acts.sending : name}</button>
        {cancel && <button type="button" class="button" onClick={() => (drop(draftOf(about, verb)), cancel())}>{words.acts.cancel}</button>}
      </p>
    </form>
  );
}

/** What was found: all are seen, and one tap chooses. */
function Outcomes({ life, label, value, choose }: { life: Life; label: string; value: string; choose: (one: string) => void }) {
  const said = useSaid();
  return (
    <fieldset>
      <legend>{label}</legend>
      <div class="outcomes">
        {Object.entries(life.outcomes).map(([code, both]) => (
          <label key={code} class={value === code ? "chosen" : ""}>
            <input type="radio" name="outcome" value={code} checked={value === code} onChange={() => choose(code)} />
            <span>{said(both)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
