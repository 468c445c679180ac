// To tell nothing of a place for a while: apart from what is done with a notice, and explained.
import { useState } from "preact/hooks";
import { now, send, troubled, type Trouble } from "../../api/client";
import type { AlertDetail, Life, Silence } from "../../api/types";
import { useTargetNames } from "../../app/city";
import { useMayChange } from "../../app/session";
import { useDraft } from "../../parts/draft";
import { moment } from "../../parts/moments";
import { useWords } from "../../words";
import { own } from "./words";

const DAYS = [7, 14, 28, 56, 91];

export function Quiet({ alert, life }: { alert: AlertDetail; life: Life }) {
  const words = useWords(own);
  const shared = useWords();
  const target = useTargetNames();
  const may = useMayChange("act");
  const [reason, setReason] = useDraft(`${alert.id}/silence`, "");
  const [days, setDays] = useState(14);
  const [only, setOnly] = useState(true);
  const [busy, setBusy] = useState(false);
  const [told, tell] = useState<Silence | Trouble | null>(null);
  if (may === "no" || alert.kind === "gap") return null;
  const make = async () => {
    setBusy(true);
    try {
      const ends_at = new Date(now() + days * 86_400_000).toISOString();
      tell(await send<Silence>("POST", "v1/silences/new", { code: `${alert.unit}:${alert.code}`, reason: reason.trim(), ends_at, ...(only ? { target: alert.target } : {}) }));
      setReason("");
    } catch (error) {
      tell(troubled(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <details class="card padded quiet">
      <summary>{words.quiet}</summary>
      <p class="soft small">{words.apart_acknowledge}</p>
      <p class="soft small">{words.apart_silence}</p>
      <form
        class="act"
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim() && !busy) void make();
        }}
      >
        <label>
          <span>{words.silence_why}</span>
          <textarea class="field" rows={2} maxLength={500} required disabled={may !== "yes"} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
          <small class="soft">{shared.acts.nobody}</small>
        </label>
        <label>
          <span>{words.silence_until}</span>
          <select class="field" value={String(days)} onChange={(event) => setDays(Number(event.currentTarget.value))}>
            {DAYS.filter((one) => one < life.silence_days).map((one) => <option key={one} value={one}>{words.silence_days(one)}</option>)}
          </select>
        </label>
        <label>
          <span>{words.silence_of}</span>
          <select class="field" value={only ? "this" : ""} onChange={(event) => setOnly(event.currentTarget.value !== "")}>
            <option value="this">{words.silence_this(target(alert.target))}</option>
            <option value="">{words.silence_every}</option>
          </select>
        </label>
        <p class="buttons"><button type="submit" class="button" disabled={may !== "yes" || busy || !reason.trim()}>{busy ? shared.acts.sending : words.silence_make}</button></p>
      </form>
      <p role="status" class={told instanceof Error ? "wrong" : "done"}>{told && (told instanceof Error ? told.message : words.silence_made(moment(told.ends_at)))}</p>
    </details>
  );
}
