// The notices of a grid: those that are dealt with, and of those before what was forecast, what was done, and what was found.
import { called, useNewest, type Notices } from "../../api/notices";
import type { Alert, Life } from "../../api/types";
import { useData } from "../../api/watch";
import { to } from "../../app/route";
import { Level } from "../../parts/Level";
import { moment } from "../../parts/moments";
import { Unbroken } from "../../parts/Unbroken";
import { useSaid, useWords } from "../../words";
import { own } from "./words";

/** The notices about a grid, or of its town that tell of it. */
export function useNotices(code: string): Notices {
  const { value, trouble, again } = useData("/v1/alerts", { code, limit: 100 });
  const items = useNewest(value?.items ?? NONE);
  return { value: value && { items }, trouble, again };
}

const NONE: Alert[] = [];

interface Asked {
  notices: Notices;
  life: Life | null;
}

export function Open({ notices, life }: Asked) {
  const words = useWords(own);
  const said = useSaid();
  const open = (notices.value?.items ?? []).filter((one) => life?.live.includes(one.status));
  return (
    <>
      <h2>{words.notices}</h2>
      {!notices.value || !life ? null : !open.length ? <p class="soft">{words.notices_none}</p> : (
        <ul class="of-grid">
          {open.map((one) => (
            <li key={one.id}>
              <Level level={one.level} />
              <a href={to("inbox", one.id)}><Unbroken>{said(one.text).head}</Unbroken></a>
              <span class="soft small">{called(life.statuses, one.status, said)} · {moment(one.raised_at, { day: true })}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

export function Past({ notices, life }: Asked) {
  const words = useWords(own);
  const said = useSaid();
  const ended = (notices.value?.items ?? []).filter((one) => life && !life.live.includes(one.status) && one.status !== "withdrawn");
  const found = (outcome: Alert["outcome"]) => ended.filter((one) => one.outcome === outcome).length;
  return (
    <>
      <h2>{words.past}</h2>
      <p class="soft small">{words.past_about} <a href={to("record")}>{words.record}</a></p>
      {!notices.value || !life ? null : !ended.length ? <p class="soft">{words.past_none}</p> : (
        <>
          <p>{words.past_sum(ended.length, found("real"), found("prevented"), found("false"))}</p>
          <ul class="of-grid">
            {ended.map((one) => (
              <li key={one.id}>
                <Level level={one.level} />
                <a href={to("inbox", one.id)}>{moment(one.raised_at, { day: true })}</a>
                <span>{one.outcome ? called(life.outcomes, one.outcome, said) : words.no_answer}{one.service && <span class="soft small"> · {called(life.services, one.service, said)}</span>}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
