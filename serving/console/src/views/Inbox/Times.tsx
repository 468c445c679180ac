import { now } from "../../api/client";
import { overdue } from "../../api/notices";
import type { Alert, Life } from "../../api/types";
import { moment, span_of } from "../../parts/moments";
import { useWords } from "../../words";
import { own } from "./words";

/** How old a notice is, and how long it has yet. */
export function Times({ alert, life }: { alert: Alert; life: Life }) {
  const words = useWords(own);
  const shared = useWords();
  const at = now();
  const live = life.live.includes(alert.status);
  const age = words.raised(span_of(at - Date.parse(alert.raised_at), shared.ago));
  const unseen = life.asked.includes(alert.status) && alert.acknowledge_by !== null && Date.parse(alert.acknowledge_by) <= at;
  const due = alert.due_at === null ? null : Date.parse(alert.due_at);
  const until = due === null ? "" : span_of(due - at, shared.ago);
  return (
    <>
      {live && (alert.paused ? (
        <span>{words.paused}</span>
      ) : due !== null && (
        <span class={overdue(alert, life, at) ? "over" : ""} title={moment(due)}>
          {due <= at ? words.due_over(until) : unseen ? words.seen_over(span_of(at - Date.parse(alert.acknowledge_by as string), shared.ago)) : words.due_in(until)}
        </span>
      ))}
      <small title={moment(alert.raised_at)}>{age}{alert.escalations > 0 && live && ` · ${words.up(alert.escalations)}`}</small>
    </>
  );
}
