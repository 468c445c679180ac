// From an export to what is in force: chosen, sent, tried, looked at, confirmed.
import { useRef, useState } from "preact/hooks";
import { useDraft } from "../../parts/draft";
import { Missing } from "../../parts/Empty";
import { Icon } from "../../parts/Icon";
import { useWords } from "../../words";
import { AT_WORK, size, useHanded, type Handed } from "./handing";
import { Outcome } from "./Outcome";
import { Questions } from "./Questions";
import { here } from "../../app/route";
import { ready, type Answers, type Upload } from "./told";
import { own } from "./words";

export function Handing() {
  const words = useWords(own);
  const handed = useHanded();
  if (!handed.uploads && !handed.sent) return <Missing data={handed} />;
  const items = handed.uploads?.items ?? [];
  return (
    <>
      <p class="soft">{words.upload.about}</p>
      <Chooser handed={handed} />
      {handed.refused && <p class="banner alarm" role="alert"><Icon name="alarm" /><span>{handed.refused.message}</span></p>}
      {items.map((one) => (one.stage === "receiving" && handed.sent !== null ? null : <OfUpload key={one.id} one={one} handed={handed} />))}
    </>
  );
}

function Chooser({ handed }: { handed: Handed }) {
  const words = useWords(own);
  const [over, setOver] = useState(false);
  const [wrong, setWrong] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const most = handed.uploads?.most;
  const chosen = (list: FileList | null | undefined) => {
    const files = [...(list ?? [])];
    if (!files.length || !most) return;
    const strange = files.filter((one) => !most.endings.some((ending) => one.name.toLowerCase().replace(/\.(gz|zip)$/, "").endsWith(ending)));
    const empty = files.filter((one) => one.size === 0);
    const all = files.reduce((sum, one) => sum + one.size, 0);
    const why = files.length > most.files ? words.upload.too_many(most.files) : all > most.bytes ? words.upload.too_large(size(most.bytes)) : empty.length ? words.upload.empty(empty.map((one) => one.name).join(" ")) : strange.length ? words.upload.kinds(strange.map((one) => one.name).join(" ")) : "";
    setWrong(why);
    if (!why) void handed.hand(files);
  };
  if (handed.sent !== null) {
    const share = `${Math.floor(100 * handed.sent)} %`;
    return (
      <div class="card padded drop" role="status">
        <p>{words.upload.sending(share)}</p>
        <progress max={1} value={handed.sent} aria-label={words.upload.sending(share)} />
      </div>
    );
  }
  return (
    <div
      class={`card padded drop${over ? " over" : ""}`}
      onDragOver={(event) => (event.preventDefault(), setOver(true))}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        chosen(event.dataTransfer?.files);
      }}
    >
      <Icon name="data" size={30} />
      <p class="choosing">
        {words.upload.drop}
        <button type="button" class="button main" onClick={() => field.current?.click()}>{words.upload.choose}</button>
        <input
          ref={field}
          class="unseen"
          type="file"
          multiple
          tabIndex={-1}
          aria-label={words.upload.choose}
          accept={most?.endings.join(",")}
          onChange={(event) => {
            chosen(event.currentTarget.files);
            event.currentTarget.value = "";
          }}
        />
      </p>
      {most && <p class="soft small">{words.upload.limits(most.files, size(most.bytes))}</p>}
      {wrong && <p class="raises" role="alert"><b>{wrong}</b></p>}
    </div>
  );
}

function OfUpload({ one, handed }: { one: Upload; handed: Handed }) {
  const words = useWords(own);
  const [answers, setAnswers] = useDraft<Answers>(one.id, {});
  const working = AT_WORK.includes(one.stage);
  const said = { trying: words.upload.trying, loading: words.upload.loading, tried: words.upload.tried, loaded: words.upload.loaded, received: words.upload.received, receiving: words.upload.interrupted }[one.stage];
  const refused = (one.result?.accounts ?? []).reduce((sum, each) => sum + each.quarantined, 0);
  return (
    <section class={`card padded upload ${one.stage}`} aria-label={one.files.map((each) => each.name).join(" ")}>
      <div class="titles">
        <div>
          <div role="status"><h2>{said}</h2></div>
          <p class="soft small">{one.files.map((each) => `${each.name} (${size(each.bytes)})`).join(" · ")}</p>
        </div>
        {!working && (
          <button type="button" class="button" onClick={() => void handed.remove(one)}>{one.stage === "loaded" ? words.upload.done : words.upload.remove}</button>
        )}
      </div>
      {working && (
        <div role="status">
          <progress aria-label={said} />
          <p>{one.steps[0] ?? "…"}</p>
          <p class="soft small">{words.upload.waits}</p>
        </div>
      )}
      {one.problem && <p class="banner alarm" role="alert"><Icon name="alarm" /><span>{one.problem.message}</span></p>}
      {one.result && <Outcome result={one.result} />}
      {(one.stage === "tried" || one.stage === "received") && (
        <>
          <Questions one={one} answers={answers} changed={setAnswers} />
          <div class="decide">
            <button type="button" class={`button${ready(one.result) ? "" : " main"}`} onClick={() => void handed.attempt(one, { ...before(one), ...answers })}>
              {one.stage === "tried" ? words.upload.again : words.upload.try}
            </button>
            {one.stage === "tried" && (
              <button type="button" class={`button${ready(one.result) ? " main" : ""}`} disabled={!ready(one.result)} onClick={() => void handed.load(one)}>
                {words.upload.load}
              </button>
            )}
            <span class="soft small">{one.result && one.result.needed.length ? words.upload.not_ready : one.result && !one.result.accounts.length ? words.upload.nothing : words.upload.load_hint}</span>
          </div>
        </>
      )}
      {one.stage === "loaded" && (
        <>
          {refused > 0 && <p><a href={here({ part: "refused" })}>{words.upload.to_refused(refused)}</a></p>}
          {(one.result?.accounts.length ?? 0) > 0 && <p>{words.upload.next}</p>}
        </>
      )}
    </section>
  );
}

/** What was answered at the last trial. */
function before(one: Upload): Answers {
  const { district, coordinates, exported_on, columns, force } = one.options;
  return { ...(district ? { district } : {}), ...(coordinates ? { coordinates } : {}), ...(exported_on ? { exported_on } : {}), ...(columns ? { columns } : {}), ...(force ? { force } : {}) };
}
