// What is asked of a number: what would change it, and that it is wrong.
import { useState } from "preact/hooks";
import { troubled, type Trouble } from "../../api/client";
import { act, called, useKey, verbsOf, type Notices } from "../../api/notices";
import type { Alert, Explanation, Life, Portrait, Said } from "../../api/types";
import { useMayChange } from "../../app/session";
import { ActForm, draftOf } from "../../parts/Act";
import { Dialog } from "../../parts/Dialog";
import { drop } from "../../parts/draft";
import { capital, moves, percent, points } from "../../parts/figures";
import { moment } from "../../parts/moments";
import { TokenNeeded } from "../../parts/TokenNeeded";
import { Unbroken } from "../../parts/Unbroken";
import { useSaid, useWords } from "../../words";
import { own } from "./words";

interface Asked {
  /** What was asked for stands first. */
  first: "would" | "wrong";
  grid: Portrait;
  why: Explanation;
  notices: Notices;
  life: Life | null;
  close: () => void;
}

export function Asking({ first, grid, why, notices, life, close }: Asked) {
  return (
    <Dialog title={grid.name} close={close} beside="asking">
      {first === "would" && <Would why={why} life={life} />}
      <Wrong notices={notices} life={life} />
      {first === "wrong" && <Would why={why} life={life} />}
    </Dialog>
  );
}

function Would({ why, life }: { why: Explanation; life: Life | null }) {
  const words = useWords(own);
  const shared = useWords();
  const said = useSaid();
  const told = why.reasons.filter((one) => moves(one) && one.theme !== "rest");
  const after = (effect: number) => percent(Math.min(1, Math.max(0, (why.score ?? 0) - effect)));
  return (
    <section>
      <h2>{words.would}</h2>
      {why.suppressed || !told.length ? <p>{why.suppressed ? words.suppressed : words.would_none}</p> : (
        <>
          <p class="soft small">{why.mean_score !== null ? words.would_about(percent(why.mean_score)) : words.would_about_part}</p>
          <ul class="would">
            {told.map((one) => (
              <li key={one.theme + one.source}>
                <span><Unbroken>{capital(said(one))}</Unbroken></span>
                <b class={`number ${one.effect > 0 ? "raises" : "lowers"}`}>{points(one.effect)}</b>
                <span class="number soft">{words.would_to(after(one.effect))}</span>
                {one.services.length > 0 && life && <small class="soft">{words.can}{one.services.map((each) => called(life.services, each, said)).join(shared.comma)}</small>}
              </li>
            ))}
          </ul>
          <p class="soft small">{words.would_how}</p>
        </>
      )}
    </section>
  );
}

function Wrong({ notices, life }: { notices: Notices; life: Life | null }) {
  const words = useWords(own);
  const said = useSaid();
  const may = useMayChange("act");
  const contestable = (notices.value?.items ?? []).filter((one) => life && verbsOf(life, one.status).includes("contest"));
  const [chosen, choose] = useState("");
  const [busy, setBusy] = useState(false);
  const [told, tell] = useState<"done" | Trouble | null>(null);
  const key = useKey();
  if (!life) return null;
  const alert: Alert | undefined = contestable.find((one) => one.id === chosen) ?? contestable[0];
  const contest = async (with_it: Said) => {
    if (!alert) return;
    setBusy(true);
    tell(null);
    try {
      await act(alert, "contest", with_it, key([alert.id, alert.version, with_it]));
      drop(draftOf(alert.id, "contest"));
      tell("done");
    } catch (error) {
      tell(troubled(error));
    } finally {
      setBusy(false);
      notices.again();
    }
  };
  return (
    <section class="wrong-of">
      <h2>{words.wrong}</h2>
      <p class="soft small">{words.wrong_about}</p>
      <div role="status">
        {told === "done" && <p class="done">{words.wrong_done}</p>}
        {told !== null && told !== "done" && <p class="wrong">{told.status === 412 ? words.wrong_changed : told.message}</p>}
      </div>
      {!alert || may === "no" ? (
        <p>{!alert && `${words.wrong_none} `}{said(life.contest)}</p>
      ) : may === "token" ? (
        <TokenNeeded scopes={["act"]} />
      ) : told === "done" ? null : (
        <>
          {contestable.length > 1 && (
            <label class="which">
              <span>{words.wrong_notice}</span>
              <select class="field" value={alert.id} onChange={(event) => choose(event.currentTarget.value)}>
                {contestable.map((one) => <option key={one.id} value={one.id}>{`${moment(one.raised_at, { day: true })} ${called(life.statuses, one.status, said)}`}</option>)}
              </select>
            </label>
          )}
          <ActForm life={life} verb="contest" about={alert.id} busy={busy} still done={(with_it) => void contest(with_it)} />
        </>
      )}
    </section>
  );
}
