// How the sources report; and for analysts what is loaded, what was refused, and a way to load.
import { useStore } from "../../api/store";
import { go, here, route } from "../../app/route";
import { may, session } from "../../app/session";
import { Choice } from "../../parts/Choice";
import { useWords } from "../../words";
import "./data.css";
import { Handing } from "./Handing";
import { Health } from "./Health";
import { Loads } from "./Loads";
import { Refusals } from "./Refusals";
import { own } from "./words";

const PARTS = { health: Health, upload: Handing, refused: Refusals, loads: Loads } as const;
type Part = keyof typeof PARTS;

export default function Data() {
  const words = useWords(own);
  const who = useStore(session);
  const named = useStore(route).query["part"];
  if (!who) return null;
  const reads = may(who, "read");
  // Loads are of the whole city.
  const analyses = may(who, "analyse") && (who.account.local || who.account.area === null || who.account.area === undefined);
  const open: Part[] = [...(reads ? ["health" as const] : []), ...(analyses ? (["upload", "refused", "loads"] as const) : [])];
  const part = open.find((one) => one === named) ?? open[0] ?? "health";
  const Shown = PARTS[part];
  return (
    <section class="data" aria-labelledby="data-title">
      <div class="titles">
        <h1 id="data-title">{words.title}</h1>
        {open.length > 1 && (
          <Choice label={words.parts_label} value={part} options={open.map((value) => ({ value, label: words.parts[value] }))} choose={(value) => go(here({ part: value === open[0] ? null : value }))} />
        )}
      </div>
      <Shown />
    </section>
  );
}
