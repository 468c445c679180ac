// What the system administrator looks after: the server, its sources, what is stopped and what is silent. No score is in it.
import { useEffect, useState } from "preact/hooks";
import type { Suspension } from "../../api/access";
import { file, now, send } from "../../api/client";
import { useStore } from "../../api/store";
import { EVERY, useData } from "../../api/watch";
import { useSourceNames } from "../../app/city";
import { to } from "../../app/route";
import { may, session } from "../../app/session";
import { Missing } from "../../parts/Empty";
import { capital } from "../../parts/figures";
import { moment, span_of } from "../../parts/moments";
import { Reason } from "../../parts/Reason";
import { Table } from "../../parts/Table";
import { useSaid, useWords } from "../../words";
import { granting } from "./granting";
import { measured, total } from "./measured";

export function System() {
  const who = useStore(session);
  return (
    <>
      <Server />
      <Suspensions />
      <Silences reads={who !== null && may(who, "read")} />
    </>
  );
}

function Server() {
  const words = useWords(granting);
  const shared = useWords();
  const named = useSourceNames();
  const ready = useData("/readyz");
  const metrics = useMetrics(ready.trouble === null);
  const told = ready.value;
  const sources = measured(metrics, "riskwarn_source_gap").map((one) => one.labels["source"] ?? "");
  const of = (name: string, source: string) => measured(metrics, name).find((one) => one.labels["source"] === source)?.value ?? null;
  return (
    <>
      <h2>{words.server}</h2>
      {!told ? <Missing data={ready} /> : (
        <dl class="facts">
          <dt>{words.server_state}</dt>
          <dd class={told.status === "ok" ? "" : "wrong"}>{words.server_status[told.status] ?? told.status}</dd>
          {told.as_of && <><dt>{words.as_of}</dt><dd>{moment(`${told.as_of}T00:00:00Z`, { day: true })}</dd></>}
          {told.published_at && <><dt>{words.published}</dt><dd>{moment(told.published_at)}</dd></>}
          {told.valid_until && <><dt>{words.valid}</dt><dd>{moment(told.valid_until)}</dd></>}
          {told.detail && <><dt>{words.problem}</dt><dd>{told.detail}</dd></>}
        </dl>
      )}
      {told && sources.length > 0 && (
        <Table headings={words.of_sources} name={words.sources} own="few">
          {[...new Set(sources)].map((source) => {
            const age = of("riskwarn_source_age_seconds", source);
            const gap = of("riskwarn_source_gap", source) === 1;
            return (
              <tr key={source}>
                <td>{named(source)}</td>
                <td class="number">{age === null ? "—" : span_of(1000 * age, shared.ago)}</td>
                <td class={gap ? "wrong" : ""}>{gap ? words.gap : words.no_gap}</td>
              </tr>
            );
          })}
        </Table>
      )}
      {told && metrics && <p class="soft">{words.requests(String(total(metrics, "riskwarn_requests_total")), String(total(metrics, "riskwarn_requests_total", "5xx")))}</p>}
      <p class="soft small">{words.metrics}</p>
    </>
  );
}

/** What is measured, as a monitoring system reads it; empty where it is not told, and whenever the server is gone. */
function useMetrics(alive: boolean): string {
  const [text, setText] = useState("");
  useEffect(() => {
    let over = false;
    const ask = async () => {
      try {
        const told = await (await file("metrics")).content.text();
        if (!over) setText(told);
      } catch {
        if (!over) setText("");
      }
    };
    if (!alive) setText("");
    else void ask();
    const timer = setInterval(() => void (document.hidden || !alive ? undefined : ask()), EVERY);
    return () => {
      over = true;
      clearInterval(timer);
    };
  }, [alive]);
  return text;
}

function Suspensions() {
  const words = useWords(granting);
  const shared = useWords();
  const said = useSaid();
  const named = (one: Suspension) => capital(said(one));
  const held = useData("/v1/suspensions");
  const [open, setOpen] = useState<Suspension | null>(null);
  const act = async (one: Suspension, reason: string) => {
    await send("POST", `v1/suspensions/${encodeURIComponent(one.target)}/${one.suspended ? "resume" : "suspend"}`, { reason });
    held.again();
  };
  return (
    <>
      <h2>{words.suspensions}</h2>
      <p class="soft">{words.suspensions_about}</p>
      {!held.value ? <Missing data={held} /> : (
        <ul class="card grants">
          {held.value.items.map((one) => (
            <li key={one.target} data-target={one.target}>
              <div class="told">
                <p><b>{named(one)}</b> <span class={`stands${one.suspended ? " open" : ""}`}>{one.suspended && one.at ? words.suspended_since(moment(one.at)) : words.served}</span></p>
                {one.because && <p>{one.because}</p>}
              </div>
              <div class="answers only-screen">
                <button type="button" class="button" aria-label={`${one.suspended ? words.resume : words.suspend} ${named(one)}`} onClick={() => setOpen(one)}>{one.suspended ? words.resume : words.suspend}</button>
              </div>
            </li>
          ))}
        </ul>
      )}
      {open && (
        <Reason
          title={`${open.suspended ? words.resume : words.suspend}${shared.colon}${named(open)}`}
          means={(open.suspended ? words.resume_about : words.suspend_about)(named(open))}
          label={words.because}
          done={open.suspended ? words.resume : words.suspend}
          act={(reason) => act(open, reason)}
          close={() => setOpen(null)}
        />
      )}
    </>
  );
}

function Silences({ reads }: { reads: boolean }) {
  const words = useWords(granting);
  const shared = useWords();
  const said = useSaid();
  // Who looks after the server may not read rankings, of which targets have their names elsewhere.
  const declared = useData("/v1/suspensions").value?.items ?? [];
  const target = (name: string) => {
    const one = declared.find((each) => each.target === name);
    return one ? capital(said(one)) : name;
  };
  const held = useData("/v1/silences", { limit: 1000 });
  const items = held.value?.items ?? [];
  return (
    <>
      <h2>{words.silences}</h2>
      <p class="soft">{words.silences_about}{reads && <> <a href={to("inbox", null, { list: "silences" })}>{words.to_inbox}</a></>}</p>
      {!held.value && <Missing data={held} />}
      {held.value && items.length === 0 && <p class="soft">{words.no_silences}</p>}
      {items.length > 0 && (
        <Table headings={words.of_silences} name={words.silences}>
          {items.map((one) => (
            <tr key={one.id}>
              <td class="brief" data-of={words.of_silences[0]}>{one.code}</td>
              <td class="broad" data-of={words.of_silences[1]}>{one.target === null ? words.every : target(one.target)}</td>
              <td data-of={words.of_silences[2]}>{one.reason}</td>
              <td data-of={words.of_silences[3]}>{one.author === "local" ? shared.account.local : (one.author ?? "—")}</td>
              <td class="number" data-of={words.of_silences[4]}>{moment(one.created_at)}</td>
              <td class="number" data-of={words.of_silences[5]}>{moment(one.ends_at)}{Date.parse(one.ends_at) <= now() ? ` (${words.over})` : ""}</td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}
