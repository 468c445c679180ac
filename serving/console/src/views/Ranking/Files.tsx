// Large files: asked for with a reason, approved by another person, fetched by who asked.
import { useState } from "preact/hooks";
import type { Approval } from "../../api/access";
import { address, send } from "../../api/client";
import { useLargeFiles } from "../../api/largeFiles";
import { save } from "../../api/saving";
import { useStore } from "../../api/store";
import { useCity, useTargetNames } from "../../app/city";
import { go, here, route } from "../../app/route";
import { session } from "../../app/session";
import { Dialog } from "../../parts/Dialog";
import { moment } from "../../parts/moments";
import { useSending } from "../../parts/sending";
import { useWords } from "../../words";
import { files } from "./files";
import { own } from "./words";

/** What is asked for: a form, and the query of the ranking that is shown. */
export interface Wanted {
  form: string;
  query: object;
}

/** The button that opens them, where there are any; `wanted` opens them by itself. */
export function Files({ wanted, close: forget }: { wanted: Wanted | null; close: () => void }) {
  const words = useWords(files);
  const me = useStore(session)?.account.operator;
  const data = useLargeFiles();
  const { query } = useStore(route);
  const open = query["files"] !== undefined;
  const items = data.value?.items ?? [];
  const close = () => {
    go(here({ files: null }), "replace");
    forget();
  };
  return (
    <>
      {items.length > 0 && <button type="button" class="button" onClick={() => go(here({ files: 1 }))}>{words.open(items.filter((one) => one.state === "waiting").length)}</button>}
      {(open || wanted) && (
        <Dialog title={words.title} close={close}>
          <p class="soft small">{words.about}</p>
          {wanted && <Ask wanted={wanted} done={data.again} />}
          {data.trouble && <p class="wrong" role="alert">{data.trouble.message}</p>}
          {data.value && !items.length && !wanted && <p class="soft">{words.none}</p>}
          <ul class="files">
            {items.map((one) => <li key={one.id}><One one={one} me={me} again={data.again} /></li>)}
          </ul>
        </Dialog>
      )}
    </>
  );
}

function Ask({ wanted, done }: { wanted: Wanted; done: () => void }) {
  const words = useWords(files);
  const ranking = useWords(own);
  const shared = useWords();
  const [reason, setReason] = useState("");
  const [asked, setAsked] = useState(false);
  const { busy, refused, go } = useSending();
  const ask = async () => {
    const query = Object.fromEntries(Object.entries(wanted.query).filter(([, value]) => value !== undefined && value !== null && value !== ""));
    if (!(await go(() => send("POST", "v1/exports", { ...query, form: wanted.form, reason: reason.trim() })))) return;
    setAsked(true);
    done();
  };
  if (asked) return <p class="done" role="status">{words.asked}</p>;
  const form = ranking.export_as[wanted.form as keyof typeof ranking.export_as] ?? wanted.form;
  return (
    <form
      class="act"
      aria-label={words.ask}
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim() && !busy) void ask();
      }}
    >
      <p><b>{words.ask}</b> <span class="soft">{words.ask_about(form)}</span></p>
      <label>
        <span>{words.why}</span>
        <textarea class="field" rows={2} maxLength={500} required value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
        <small class="soft">{shared.acts.nobody}</small>
      </label>
      {refused && <p class="wrong" role="alert">{refused.message}</p>}
      <p class="buttons"><button type="submit" class="button main" disabled={busy || !reason.trim()}>{busy ? shared.acts.sending : words.send}</button></p>
    </form>
  );
}

function One({ one, me, again }: { one: Approval; me: string | undefined; again: () => void }) {
  const words = useWords(files);
  const ranking = useWords(own);
  const shared = useWords();
  const target = useTargetNames();
  const period = useCity()?.period ?? "week";
  const { busy, refused, go } = useSending();
  const mine = one.asked_by === me;
  const then = (what: () => Promise<unknown>) => void go(what).finally(again);
  const decide = (verb: string) => then(() => send("POST", `v1/exports/${encodeURIComponent(one.id)}/${verb}`));
  const { form, ...query } = one.query;
  // Who approves is told by whatever it was asked for.
  const told = [
    `${shared.units[query.unit]}${query.parent ? ` ${query.parent}` : ""}`, target(query.target), shared.next(query.horizon, period),
    ...(query.min_level ? [ranking.and_higher(shared.levels[query.min_level])] : []), ...(query.search ? [`“${query.search}”`] : []),
    ranking.export_as[form as keyof typeof ranking.export_as] ?? form, words.rows(one.rows),
  ];
  return (
    <>
      <p><b>{words.state[one.state]}</b> {told.join(" · ")}</p>
      <p>{one.reason}</p>
      <p class="soft small">{[mine ? words.own : words.asked_by(one.asked_by, moment(one.asked_at)), ...(one.decided_by ? [words.decided_by(one.decided_by)] : []), words.until(moment(one.ends_at))].join(" · ")}</p>
      {refused && <p class="wrong" role="alert">{refused.message}</p>}
      {one.state === "waiting" && (mine ? <p class="soft small">{words.not_own}</p> : (
        <p class="buttons">
          <button type="button" class="button main" disabled={busy} onClick={() => decide("approve")}>{words.approve}</button>
          <button type="button" class="button" disabled={busy} onClick={() => decide("refuse")}>{words.refuse}</button>
        </p>
      ))}
      {one.state === "approved" && mine && (
        <p class="buttons"><button type="button" class="button main" disabled={busy} onClick={() => then(() => save(address(`v1/export.${form}`, { ...query, approval: one.id })))}>{busy ? words.fetching : words.fetch}</button></p>
      )}
    </>
  );
}
