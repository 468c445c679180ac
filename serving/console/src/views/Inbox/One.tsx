// One notice: what it says, what may be done with it, and how it came to stand so. Opening it changes nothing.
import { useEffect, useRef, useState } from "preact/hooks";
import { troubled, type Trouble as Told } from "../../api/client";
import { act, called, ONWARD, useKey, useLife, useMinute, verbsOf } from "../../api/notices";
import { useStore } from "../../api/store";
import type { AlertDetail, Life, Said } from "../../api/types";
import { useData } from "../../api/watch";
import { go, here, route, to } from "../../app/route";
import { may as mayDo, session, useMayChange } from "../../app/session";
import { ActForm, draftOf } from "../../parts/Act";
import { drop } from "../../parts/draft";
import { Missing } from "../../parts/Empty";
import { Level } from "../../parts/Level";
import { moment } from "../../parts/moments";
import { TokenNeeded } from "../../parts/TokenNeeded";
import { Unbroken } from "../../parts/Unbroken";
import { useSaid, useWords } from "../../words";
import { Quiet } from "./Quiet";
import { Text } from "./Text";
import { Times } from "./Times";
import { own } from "./words";

export function One({ id }: { id: string }) {
  const words = useWords(own);
  const life = useLife();
  const detail = useData("/v1/alerts/{alert_id}", undefined, { alert_id: id });
  useMinute();
  if (!detail.value || !life) return <Missing data={detail} />;
  return (
    <article class="inbox one">
      <nav class="crumbs only-screen" aria-label={words.back}>
        <a href={to("inbox")}>{words.back}</a>
      </nav>
      <TokenNeeded scopes={["act"]} />
      <Whole alert={detail.value} life={life} again={detail.again} />
    </article>
  );
}

function Whole({ alert, life, again }: { alert: AlertDetail; life: Life; again: () => void }) {
  const words = useWords(own);
  const said = useSaid();
  const may = useMayChange("act");
  const text = said(alert.text);
  return (
    <div class="halves">
      <div class="half">
        <header class="card padded numbers">
          <h1><Unbroken>{text.head}</Unbroken></h1>
          <p class="facts-of">
            <Level level={alert.level} />
            <span class={`status ${alert.status}`}>{called(life.statuses, alert.status, said)}</span>
            <span class="times"><Times alert={alert} life={life} /></span>
          </p>
          <Facts alert={alert} life={life} />
        </header>
        <section class="card padded numbers text">
          <Text body={text.body} />
          {may !== "no" && alert.verbs.includes("contest") && <p class="only-screen"><a class="button" href={here({ do: "contest" })}>{words.wrong}</a></p>}
        </section>
        <section class="card padded">
          <h2>{words.steps}</h2>
          <Steps alert={alert} life={life} />
        </section>
        <section class="card padded small soft text"><h2>{words.know}</h2><Text body={text.body.includes(text.contact) ? text.instruction : `${text.instruction}\n${text.contact}`} /></section>
      </div>
      <div class="half beside only-screen">
        <Answers alert={alert} life={life} again={again} />
        <Quiet alert={alert} life={life} />
      </div>
    </div>
  );
}

function Facts({ alert, life }: { alert: AlertDetail; life: Life }) {
  const words = useWords(own);
  const said = useSaid();
  const who = useStore(session);
  const above = alert.above.filter((one) => one.unit !== "city").reverse();
  const live = life.live.includes(alert.status);
  return (
    <dl class="facts">
      <dt>{words.where}</dt>
      <dd>
        {above.map((one) => one.name).join(" › ")} {alert.unit === "grid" && who && mayDo(who, "read:detail") && <a href={to("grid", alert.code, { target: alert.target, horizon: alert.horizon })}>{words.grid}</a>}
      </dd>
      {alert.team_id && <><dt>{words.team_of}</dt><dd>{alert.team_id}{alert.co_teams.length > 0 && ` · ${words.co_teams} ${alert.co_teams.join(" ")}`}</dd></>}
      {life.asked.includes(alert.status) && alert.acknowledge_by && <><dt>{words.seen_by}</dt><dd class="number">{moment(alert.acknowledge_by)}</dd></>}
      {live && alert.due_at && <><dt>{words.due}</dt><dd class="number">{moment(alert.due_at)}</dd></>}
      {alert.outcome && <><dt>{words.outcome}</dt><dd>{called(life.outcomes, alert.outcome, said)}</dd></>}
      {alert.service && <><dt>{words.service}</dt><dd>{called(life.services, alert.service, said)}</dd></>}
    </dl>
  );
}

function Steps({ alert, life, from = 0 }: { alert: AlertDetail; life: Life; from?: number }) {
  const words = useWords(own);
  const said = useSaid();
  return (
    <ol class="steps">
      {alert.steps.filter((one) => one.version > from).map((one) => (
        <li key={one.version}>
          <time class="number" dateTime={one.at}>{moment(one.at, { zone: false })}</time>
          <div>
            <b>{called(life.steps, one.verb, said)}</b>
            <span class="soft">
              {[one.outcome && called(life.outcomes, one.outcome, said), one.service && called(life.services, one.service, said), one.team_id !== alert.team_id && one.team_id, words.sources[one.source]].filter(Boolean).map((each) => ` · ${each}`)}
            </span>
            {one.note && <p>{one.note}</p>}
          </div>
        </li>
      ))}
    </ol>
  );
}

function Answers({ alert, life, again }: { alert: AlertDetail; life: Life; again: () => void }) {
  const words = useWords(own);
  const said = useSaid();
  const may = useMayChange("act");
  const asked = useStore(route).query["do"] ?? "";
  const [more, setMore] = useState(false);
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState("");
  const [refused, setRefused] = useState<Told | null>(null);
  const [changedFrom, setChangedFrom] = useState<number | null>(null);
  const key = useKey();
  const region = useRef<HTMLElement>(null);
  const verbs = alert.verbs.length ? verbsOf(life, alert.status) : [];
  const first = verbs.filter((verb) => ONWARD.includes(verb));
  const others = verbs.filter((verb) => !ONWARD.includes(verb));
  const open = verbs.includes(asked) ? asked : "";
  useEffect(() => {
    if (open && !ONWARD.includes(open)) setMore(true);
  }, [open]);
  const show = (verb: string | null) => go(here({ do: verb }), "replace");
  const perform = async (verb: string, told: Said) => {
    setBusy(true);
    setRefused(null);
    setDone("");
    setChangedFrom(null);
    try {
      await act(alert, verb, told, key([alert.id, alert.version, verb, told]));
      drop(draftOf(alert.id, verb));
      setDone(words.done(called(life.steps, verb, said), alert.name));
      show(null);
      region.current?.focus({ preventScroll: true });
    } catch (error) {
      const trouble = troubled(error);
      setRefused(trouble);
      if (trouble.status === 412) setChangedFrom(alert.version);
    } finally {
      setBusy(false);
      again();
    }
  };
  const press = (verb: string) => ((life.takes[verb] ?? []).length && (life.needs[verb] || verb !== "start") ? show(open === verb ? null : verb) : void perform(verb, {}));
  const button = (verb: string) => (
    <button key={verb} type="button" class={`button${ONWARD.includes(verb) ? " main" : ""}`} aria-expanded={life.needs[verb] ? open === verb : undefined} disabled={may !== "yes" || busy} onClick={() => press(verb)}>
      {called(life.steps, verb, said)}
    </button>
  );
  return (
    <section class="card padded answers" aria-label={words.answers} tabIndex={-1} ref={region}>
      <h2>{words.answers}</h2>
      <div role="status" class="told-of">
        {done && <p class="done">{done}</p>}
        {refused && refused.status !== 412 && <p class="wrong" role="alert">{refused.message}</p>}
        {changedFrom !== null && (
          <div class="banner care changed" role="alert">
            <p>{words.changed}</p>
            <Steps alert={alert} life={life} from={changedFrom} />
          </div>
        )}
      </div>
      {may === "no" ? <p class="soft">{words.read_only}</p> : !verbs.length ? <p class="soft">{words.nothing_to_do}</p> : (
        <>
          <div class="first">{first.map(button)}</div>
          {open && ONWARD.includes(open) && may === "yes" && <ActForm life={life} verb={open} about={alert.id} usual={{ service: alert.service ?? "" }} busy={busy} done={(told) => void perform(open, told)} cancel={() => show(null)} />}
          {others.length > 0 && (
            <details open={more || first.length === 0} onToggle={(event) => setMore(event.currentTarget.open)}>
              <summary>{words.others}</summary>
              <div class="others">{others.map(button)}</div>
              {open && !ONWARD.includes(open) && may === "yes" && <ActForm life={life} verb={open} about={alert.id} busy={busy} done={(told) => void perform(open, told)} cancel={() => show(null)} />}
            </details>
          )}
        </>
      )}
    </section>
  );
}
