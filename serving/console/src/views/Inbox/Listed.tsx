// Notices one below the other, what presses most first; what may be done with each stands beside it, and with several at once below.
import { useEffect, useMemo, useState } from "preact/hooks";
import { troubled, type Trouble as Told } from "../../api/client";
import { act, actOnMany, called, ONWARD, ORDER, overdue, unitOf, useKey, useMinute, useNewest, verbsOf } from "../../api/notices";
import { useStore } from "../../api/store";
import type { Alert, Life, Said } from "../../api/types";
import { useData } from "../../api/watch";
import { route, to } from "../../app/route";
import { useMayChange } from "../../app/session";
import { ActForm, draftOf } from "../../parts/Act";
import { drop } from "../../parts/draft";
import { Empty, Trouble, Waiting } from "../../parts/Empty";
import { HEIGHT, Level } from "../../parts/Level";
import { LongList } from "../../parts/LongList";
import { Unbroken } from "../../parts/Unbroken";
import { useSaid, useWords } from "../../words";
import { narrowedBy, unnarrowed } from "./Filters";
import { Times } from "./Times";
import { own } from "./words";

const MOST = 1000;

export interface Found {
  /** Those that meet the filters, what presses most first. */
  items: Alert[];
  /** All of the list, whatever the filters. */
  all: readonly Alert[];
  read: boolean;
  trouble: Told | null;
  again: () => void;
}

/** The notices of a list. As a rule the page holds them all and narrows them down itself; where there are more, the server does. */
export function useListed(list: "work" | "ended", life: Life | null): Found {
  const { query } = useStore(route);
  const live = list === "work";
  const data = useData("/v1/alerts", { live, limit: MOST });
  const at = useMinute();
  const all = data.value?.items ?? NONE;
  const asked = { status: query["status"], parent: query["town"], team_id: query["team"], level: query["level"], target: query["about"], overdue: live && query["overdue"] === "1" ? true : undefined };
  const further = all.length >= MOST && Object.values(asked).some(Boolean);
  const narrowed = useData(further ? "/v1/alerts" : null, { live, limit: MOST, ...asked } as never);
  const held = useNewest(further ? (narrowed.value?.items ?? NONE) : all);
  const items = useMemo(() => {
    const kept = held.filter(
      (one) =>
        (!life || life.live.includes(one.status) === live) &&
        (!query["status"] || one.status === query["status"]) &&
        (!query["town"] || unitOf(one, "town")?.code === query["town"]) &&
        (!query["team"] || one.team_id === query["team"] || one.co_teams.includes(query["team"])) &&
        (!query["level"] || one.level === query["level"]) &&
        (!query["about"] || one.target === query["about"]) &&
        (query["overdue"] !== "1" || (life !== null && overdue(one, life, at))),
    );
    if (list === "ended") return kept;
    const pressing = (one: Alert) => (life && overdue(one, life, at) ? 100 : 0) + (life?.asked.includes(one.status) ? 10 : 0) + HEIGHT[one.level];
    return kept.sort((one, other) => pressing(other) - pressing(one) || String(one.due_at).localeCompare(String(other.due_at)) || one.id.localeCompare(other.id));
  }, [held, query, life, list, at]);
  const again = () => (data.again(), narrowed.again());
  return { items, all, read: data.value !== null && (!further || narrowed.value !== null), trouble: data.trouble ?? narrowed.trouble, again };
}

const NONE: Alert[] = [];

export function Listed({ list, life, found }: { list: "work" | "ended"; life: Life | null; found: Found }) {
  const words = useWords(own);
  const { query } = useStore(route);
  const may = useMayChange("act");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [told, tell] = useState<{ text: string; wrong: boolean } | null>(null);
  const [several, tellSeveral] = useState<Done | null>(null);
  const [busy, setBusy] = useState("");
  const key = useKey();
  const said = useSaid();
  // What was chosen and is not shown any more is not acted on.
  useEffect(() => {
    const shown = new Set(found.items.map((one) => one.id));
    if ([...chosen].some((id) => !shown.has(id))) setChosen(new Set([...chosen].filter((id) => shown.has(id))));
  }, [found.items]);
  if (!found.read || !life) return <div class="card">{found.trouble ? <Trouble trouble={found.trouble} again={found.again} /> : <Waiting />}</div>;
  const chooses = may === "yes" && list === "work";
  if (!found.items.length) {
    const narrowed = narrowedBy(query);
    return (
      <>
        <Outcome told={several} />
        <div class="card">
          <Empty title={words.none[list]} icon="inbox">
            <p>{narrowed ? words.none_filtered : words.none_hint}</p>
            {narrowed && <a class="button" href={unnarrowed()}>{words.clear}</a>}
          </Empty>
        </div>
      </>
    );
  }
  const at_once = async (alert: Alert, verb: string) => {
    setBusy(alert.id);
    tell(null);
    try {
      await act(alert, verb, {}, key([alert.id, alert.version, verb]));
      tell({ text: words.done(called(life.steps, verb, said), alert.name), wrong: false });
    } catch (error) {
      const trouble = troubled(error);
      tell({ text: `${alert.name}: ${trouble.status === 412 ? words.changed_short : trouble.message}`, wrong: true });
    } finally {
      setBusy("");
      found.again();
    }
  };
  const toggle = (id: string) =>
    setChosen((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const all = chosen.size === found.items.length;
  return (
    <>
      <div class="above-list">
        {chooses && (
          <label class="tick">
            <input type="checkbox" checked={all} onChange={() => setChosen(all ? new Set() : new Set(found.items.map((one) => one.id)))} />
            {words.select_all}
          </label>
        )}
        <span class="soft">{words.count(found.items.length)}{found.all.length >= MOST && ` · ${words.more_than(MOST)}`}</span>
        <span class={`done${told?.wrong ? " wrong" : ""}`} role="status">{told?.text}</span>
      </div>
      {chosen.size === 0 && <Outcome told={several} />}
      <div class="card notices numbers" role="table" aria-label={words.lists[list]}>
        <LongList
          class="rows"
          count={found.items.length}
          about={84}
          key_of={(at) => found.items[at]?.id ?? String(at)}
          row={(at) => {
            const one = found.items[at];
            return one && <Card key={one.id} alert={one} life={life} may={may} chosen={chosen.has(one.id)} choose={chooses ? () => toggle(one.id) : undefined} busy={busy === one.id} act={(verb) => void at_once(one, verb)} />;
          }}
        />
      </div>
      {chooses && chosen.size > 0 && <Several life={life} items={found.items.filter((one) => chosen.has(one.id))} none={() => setChosen(new Set())} again={found.again} told={several} tell={tellSeveral} />}
    </>
  );
}

interface CardAsked {
  alert: Alert;
  life: Life;
  may: "yes" | "no" | "token";
  chosen: boolean;
  choose: (() => void) | undefined;
  busy: boolean;
  act: (verb: string) => void;
}

function Card({ alert, life, may, chosen, choose, busy, act: done }: CardAsked) {
  const words = useWords(own);
  const said = useSaid();
  const verb = ONWARD.find((one) => life.life[alert.status]?.includes(one) && life.live.includes(alert.status));
  const name = verb && called(life.steps, verb, said);
  const town = unitOf(alert, "town")?.name;
  // What needs nothing said is done at once, what needs something is asked for beside the whole notice.
  const asks = verb !== undefined && life.needs[verb] !== undefined;
  return (
    <div class={`row notice-row${chosen ? " chosen" : ""}`} role="row">
      {choose && (
        <div class="cell pick" role="cell">
          <label><input type="checkbox" aria-label={words.select(alert.name)} checked={chosen} onChange={choose} /></label>
        </div>
      )}
      <div class="cell level-of" role="cell"><Level level={alert.level} /></div>
      <div class="cell head-of" role="cell">
        <a class="opens" href={to("inbox", alert.id)}><Unbroken>{said(alert.text).head}</Unbroken></a>
        <small>{[town !== alert.name && town, alert.team_id, words.kinds[alert.kind]].filter(Boolean).join(" · ")}</small>
      </div>
      <div class="cell stands-of" role="cell">
        <span class={`status ${alert.status}`}>{called(life.statuses, alert.status, said)}</span>
        {alert.outcome && <small>{called(life.outcomes, alert.outcome, said)}</small>}
      </div>
      <div class="cell times" role="cell"><Times alert={alert} life={life} /></div>
      <div class="cell does only-screen" role="cell">
        {may !== "no" && verb && name && (asks
          ? <a class="button main" href={to("inbox", alert.id, { do: verb })}>{name}</a>
          : <button type="button" class="button main" disabled={may !== "yes" || busy} onClick={() => done(verb)}>{name}</button>)}
      </div>
    </div>
  );
}

const SEVERAL = "several";

/** What became of an answer to several: it stays to be read where none of them is in the list any more. */
interface Done {
  done: string;
  refused: { id: string; problem: string }[];
}

function Outcome({ told }: { told: Done | null }) {
  const words = useWords(own);
  if (!told) return null;
  return (
    <div class="outcome-of" role="status">
      {told.done && <p class="done">{told.done}</p>}
      {told.refused.length > 0 && (
        <>
          {told.done && <p class="wrong">{words.refused_many(told.refused.length)}</p>}
          <ul>{told.refused.slice(0, 8).map((one) => <li key={one.id} class="wrong">{one.id && `${one.id}: `}{one.problem}</li>)}</ul>
        </>
      )}
    </div>
  );
}

interface SeveralAsked {
  life: Life;
  items: readonly Alert[];
  none: () => void;
  again: () => void;
  told: Done | null;
  tell: (told: Done | null) => void;
}

/** What is done with several: only what some of them allow, and how many do. */
function Several({ life, items, none, again, told, tell }: SeveralAsked) {
  const words = useWords(own);
  const said = useSaid();
  const [verb, setVerb] = useState("");
  const [busy, setBusy] = useState(false);
  const key = useKey();
  const allowing = (one: string) => items.filter((alert) => verbsOf(life, alert.status).includes(one));
  const verbs = ORDER.filter((one) => allowing(one).length > 0);
  const perform = async (one: string, told_with: Said) => {
    setBusy(true);
    tell(null);
    try {
      const ids = allowing(one).map((alert) => alert.id);
      const done = await actOnMany(ids, one, told_with, key([one, told_with, allowing(one).map((alert) => [alert.id, alert.version])]));
      const refused = done.filter((each) => each.alert === null).map((each) => ({ id: items.find((alert) => alert.id === each.id)?.name ?? each.id, problem: each.problem ?? "" }));
      tell({ done: words.done_many(done.length - refused.length, called(life.steps, one, said)), refused });
      drop(draftOf(SEVERAL, one));
      setVerb("");
    } catch (error) {
      tell({ done: "", refused: [{ id: "", problem: troubled(error).message }] });
    } finally {
      setBusy(false);
      again();
    }
  };
  return (
    <div class="several card only-screen" role="region" aria-label={words.selected(items.length)}>
      <div class="bar">
        <b>{words.selected(items.length)}</b>
        {verbs.map((one) => (
          <button key={one} type="button" class={`button${ONWARD.includes(one) ? " main" : ""}`} aria-expanded={(life.takes[one] ?? []).length > 0 ? verb === one : undefined} disabled={busy} onClick={() => ((life.takes[one] ?? []).length ? setVerb(verb === one ? "" : one) : void perform(one, {}))}>
            {called(life.steps, one, said)} {allowing(one).length}
          </button>
        ))}
        <button type="button" class="button bare" onClick={none}>{words.none_selected}</button>
      </div>
      <Outcome told={told} />
      {verb && <ActForm life={life} verb={verb} about={SEVERAL} busy={busy} of={words.of_many(allowing(verb).length)} done={(with_it) => void perform(verb, with_it)} cancel={() => setVerb("")} />}
    </div>
  );
}
