// Where nothing is told for a while: why, by whom, and until when.
import { useState } from "preact/hooks";
import { now, send, troubled, type Trouble as Told } from "../../api/client";
import { useData } from "../../api/watch";
import { useTargetNames } from "../../app/city";
import { useMayChange } from "../../app/session";
import { Empty, Trouble, Waiting } from "../../parts/Empty";
import { capital } from "../../parts/figures";
import { moment } from "../../parts/moments";
import { usePlace } from "../../parts/place";
import { useWords } from "../../words";
import { own } from "./words";

export function Silences() {
  const words = useWords(own);
  const target = useTargetNames();
  const may = useMayChange("act");
  const data = useData("/v1/silences", { limit: 1000 });
  const [busy, setBusy] = useState("");
  const [refused, setRefused] = useState<Told | null>(null);
  if (!data.value) return data.trouble ? <Trouble trouble={data.trouble} again={data.again} /> : <Waiting />;
  const end = async (id: string) => {
    setBusy(id);
    setRefused(null);
    try {
      await send("POST", `v1/silences/${encodeURIComponent(id)}/end`);
    } catch (error) {
      setRefused(troubled(error));
    } finally {
      setBusy("");
      data.again();
    }
  };
  const in_force = (ends_at: string) => Date.parse(ends_at) > now();
  const sorted = [...data.value.items].sort((one, other) => Number(in_force(other.ends_at)) - Number(in_force(one.ends_at)));
  return (
    <>
      <p class="soft">{words.silences_about}</p>
      <p class="soft small">{words.apart_acknowledge}<br />{words.apart_silence}</p>
      {refused && <p class="wrong" role="alert">{refused.message}</p>}
      {!sorted.length && <div class="card"><Empty title={words.none.silences} /></div>}
      <ul class="plain-list">
        {sorted.map((one) => (
          <li key={one.id} class="card padded">
            <p>
              <b><Named code={one.code} /></b> <span class={`status ${in_force(one.ends_at) ? "in_progress" : "closed"}`}>{in_force(one.ends_at) ? words.silence_in_force : words.silence_ended}</span>
            </p>
            <p>{one.reason}</p>
            <p class="soft small">{[one.target === null ? capital(words.silence_every) : target(one.target), words.silence_since(moment(one.created_at, { zone: false })), words.silence_until_of(moment(one.ends_at)), ...(one.author === null ? [] : [one.author === "local" ? words.silence_here : words.silence_by(one.author)])].join(" · ")}</p>
            {may !== "no" && in_force(one.ends_at) && <button type="button" class="button" disabled={may !== "yes" || busy === one.id} onClick={() => void end(one.id)}>{words.silence_end}</button>}
          </li>
        ))}
      </ul>
    </>
  );
}

function Named({ code }: { code: string }) {
  const place = usePlace(code);
  return <>{place?.name ? `${place.name} ` : ""}<span class="soft small">{code}</span></>;
}
