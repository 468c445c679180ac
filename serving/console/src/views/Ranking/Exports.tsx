// What is shown as a file, or on paper. What is refused is a sentence here, and no file.
import { useState } from "preact/hooks";
import { address, Trouble } from "../../api/client";
import { save } from "../../api/saving";
import { useStore } from "../../api/store";
import type { Unit } from "../../api/types";
import { useAsked } from "../../app/city";
import { language } from "../../app/preferences";
import { may, session } from "../../app/session";
import { Icon } from "../../parts/Icon";
import { useWords } from "../../words";
import { Files, type Wanted } from "./Files";
import { own } from "./words";

const FORMS = ["xlsx", "csv", "geojson"] as const;

/** `narrowed`: by what else the ranking is asked for, so that the file holds the units that are shown. */
export function Exports({ unit, narrowed }: { unit: Unit; narrowed: object }) {
  const words = useWords(own);
  const shared = useWords();
  const who = useStore(session);
  const asked = useAsked();
  const [state, setState] = useState<"" | "writing" | Trouble>("");
  const [large, setLarge] = useState<Wanted | null>(null); // what a second person has to approve
  const write = async (form: string) => {
    setState("writing");
    const wanted = { ...asked, unit, ...narrowed, lang: language.get() };
    try {
      await save(address(`v1/export.${form}`, wanted));
      setState("");
    } catch (error) {
      const needs = error instanceof Trouble && error.code === "approval_needed";
      setState(needs ? "" : (error as Trouble));
      if (needs) setLarge({ form, query: wanted });
    }
  };
  return (
    <div class="exports only-screen">
      {who && may(who, "export") && (
        <label class="export">
          <Icon name="download" size={18} />
          <select
            class="field"
            aria-label={words.export}
            value=""
            disabled={state === "writing"}
            onChange={(event) => {
              const form = event.currentTarget.value;
              event.currentTarget.value = "";
              if (form) void write(form);
            }}
          >
            <option value="">{state === "writing" ? words.exporting : words.export}</option>
            {FORMS.map((form) => (
              <option key={form} value={form}>{words.export_as[form]}</option>
            ))}
          </select>
        </label>
      )}
      <button type="button" class="button" onClick={() => print()}>
        <Icon name="print" size={18} />
        {shared.print}
      </button>
      {who && may(who, "export") && !who.account.local && <Files wanted={large} close={() => setLarge(null)} />}
      {state instanceof Trouble && <p class="refused" role="alert">{state.message}</p>}
    </div>
  );
}
