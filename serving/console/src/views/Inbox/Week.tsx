// What became of the notices of a week, what is late, and who is sent where: for who heads a centre or a district, and for its paper.
import { now } from "../../api/client";
import { called, overdue, unitOf, useLife, useNewest } from "../../api/notices";
import { useStore } from "../../api/store";
import type { Alert, Answer, Life } from "../../api/types";
import { useData } from "../../api/watch";
import { useTargetNames } from "../../app/city";
import { here, route, to } from "../../app/route";
import { Missing } from "../../parts/Empty";
import { Icon } from "../../parts/Icon";
import { Level } from "../../parts/Level";
import { moment, today } from "../../parts/moments";
import { Table } from "../../parts/Table";
import { Unbroken } from "../../parts/Unbroken";
import { useSaid, useWords } from "../../words";
import { Times } from "./Times";
import { week as own } from "./week";
import { own as ofInbox } from "./words";

type Told = Answer<"/v1/alerts/week">;

const MOST = 1000;
/** So many days after a day. */
const later = (day: string, days: number): string => new Date(Date.parse(`${day}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

export function Week() {
  const life = useLife();
  const { query } = useStore(route);
  const asked = /^\d{4}-\d\d-\d\d$/.test(query["week"] ?? "") ? query["week"] : undefined;
  const data = useData("/v1/alerts/week", { limit: MOST, ...(asked ? { week: asked } : {}) });
  const told = data.value;
  if (!told || !life) return <Missing data={data} />;
  return (
    <div class="week numbers">
      <Chooser week={told.week} />
      <Counts told={told} life={life} />
      <Late told={told} life={life} />
      {running(told.week) && <Sent late={told.late} life={life} />}
    </div>
  );
}

const running = (week: string): boolean => today(now()) < later(week, 7);

function Chooser({ week }: { week: string }) {
  const words = useWords(own);
  const shared = useWords();
  const day = (one: string) => moment(`${one}T12:00:00Z`, { day: true });
  return (
    <div class="of-week">
      <h2><Unbroken>{words.title(day(week), day(later(week, 6)))}</Unbroken></h2>
      <span class="soft">{words.stands(moment(now()))}</span>
      <span class="ways only-screen">
        <a class="button" href={here({ week: later(week, -7) })}>{words.before}</a>
        {!running(week) && <a class="button" href={here({ week: running(later(week, 7)) ? null : later(week, 7) })}>{words.after}</a>}
        <button type="button" class="button" onClick={() => print()}><Icon name="print" size={18} />{shared.print}</button>
      </span>
    </div>
  );
}

function Counts({ told, life }: { told: Told; life: Life }) {
  const words = useWords(own);
  const inbox = useWords(ofInbox);
  const shared = useWords();
  const said = useSaid();
  const target = useTargetNames();
  const each = (counts: Record<string, string> | null, named: (name: string) => string) =>
    Object.entries(counts ?? {}).map(([name, count]) => `${named(name)} ${count}`).join(shared.comma) || words.none;
  const outcome = (name: string) => called(life.outcomes, name, said);
  const status = (name: string) => (name === "suspended" ? words.rests : called(life.statuses, name, said));
  const facts: [string, string][] = told.notices === null ? [] : [
    [words.raised, told.notices === "0" ? words.none : `${told.notices}${shared.colon}${each(told.levels, (name) => shared.levels[name as keyof typeof shared.levels] ?? name)}`],
    [words.now, each(told.statuses, status)],
    [words.found, each(told.outcomes, outcome)],
    [words.closed, each(told.closed, outcome)],
    [words.budget, words.budget_of(told.budget.used ?? "", told.budget.of)],
    [words.held, each(told.held, (name) => inbox.reasons[name] ?? name)],
    ...(told.earlier ? [[words.earlier, words.earlier_of(told.earlier.live, told.earlier.late)] as [string, string]] : []),
  ];
  return (
    <div class="card padded">
      {told.notices === null ? <p>{words.few}</p> : (
        <dl class="facts">{facts.map(([name, text]) => <div key={name}><dt>{name}</dt><dd><Unbroken>{text}</Unbroken></dd></div>)}</dl>
      )}
      {told.suspended.length > 0 && <p class="soft small">{words.suspended(told.suspended.map(target).join(shared.comma))}</p>}
    </div>
  );
}

function Late({ told: { late }, life }: { told: Told; life: Life }) {
  const words = useWords(own);
  return (
    <>
      <h2>{words.late}</h2>
      <p class="soft">{late.length ? words.late_about(late.length) : words.none_late}</p>
      {late.length > 0 && <Places items={late} life={life} name={words.late} />}
    </>
  );
}

/** Who has to do with what this week, beside what is late: the notices that are not ended, by team. */
function Sent({ late, life }: { late: readonly Alert[]; life: Life }) {
  const words = useWords(own);
  const data = useData("/v1/alerts", { live: true, limit: MOST });
  const told = useNewest(data.value?.items ?? NONE);
  const known = new Set(late.map((one) => one.id));
  const items = told.filter((one) => life.live.includes(one.status) && !known.has(one.id) && !overdue(one, life));
  return (
    <>
      <h2>{words.sent}</h2>
      {!data.value ? <Missing data={data} /> : items.length ? <Places items={items} life={life} name={words.sent} /> : <p class="soft">{words.nobody_sent}</p>}
    </>
  );
}

const NONE: readonly Alert[] = [];

/** Notices by team, each with where it is; of what is not told to any team it says so. */
function Places({ items, life, name }: { items: readonly Alert[]; life: Life; name: string }) {
  const words = useWords(own);
  const said = useSaid();
  const team = (one: Alert) => life.teams.find((each) => each.id === one.team_id)?.name ?? one.team_id ?? words.no_team;
  const town = (one: Alert) => unitOf(one, "town")?.name ?? "";
  const sorted = items.map((one) => ({ one, team: team(one) })).sort((one, other) => one.team.localeCompare(other.team, "zh") || String(one.one.due_at).localeCompare(String(other.one.due_at)) || one.one.id.localeCompare(other.one.id));
  return (
    <Table headings={words.columns} name={name}>
      {sorted.map(({ one, team: named }) => (
        <tr key={one.id}>
          <td data-of={words.columns[0]}>{named}</td>
          <td data-of={words.columns[1]}><a href={to("inbox", one.id)}><Unbroken>{said(one.text).head}</Unbroken></a>{town(one) !== named && <small>{town(one)}</small>}</td>
          <td class="brief level-of" data-of={words.columns[2]}><Level level={one.level} /></td>
          <td class="broad" data-of={words.columns[3]}>{called(life.statuses, one.status, said)}</td>
          <td class="times" data-of={words.columns[4]}><Times alert={one} life={life} /></td>
        </tr>
      ))}
    </Table>
  );
}
