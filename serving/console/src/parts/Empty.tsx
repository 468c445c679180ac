import type { ComponentChildren } from "preact";
import type { Trouble as Told } from "../api/client";
import { useNothing } from "../app/city";
import { Unbroken } from "./Unbroken";
import { useWords } from "../words";
import { Icon, type IconName } from "./Icon";

/** Where there is nothing: why, and what to do. */
export function Empty({ title, icon = "nothing", alarm, children }: { title: string; icon?: IconName; alarm?: boolean; children?: ComponentChildren }) {
  return (
    <div class={`empty${alarm ? " alarm" : ""}`} role={alarm ? "alert" : "status"}>
      <Icon name={icon} size={36} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** What went wrong, in the server's own sentence, and a way to try again. */
export function Trouble({ trouble, again }: { trouble: Told; again?: () => void }) {
  const words = useWords();
  const nothing = useNothing();
  // That nothing is there yet is no fault.
  if (nothing && !trouble.gone) return <Empty title={words.nothing.published}><p>{words.nothing.publish}</p></Empty>;
  return (
    <Empty title={trouble.gone ? words.freshness.gone_short : words.trouble.title} icon="alarm" alarm>
      <p><Unbroken>{trouble.message}</Unbroken></p>
      {again && (
        <button type="button" class="button" onClick={again}>
          {words.again}
        </button>
      )}
    </Empty>
  );
}

/** In the place of what is not there: what went wrong, or that it is read. */
export function Missing({ data: { trouble, again } }: { data: { trouble: Told | null; again: () => void } }) {
  return trouble ? <div class="card"><Trouble trouble={trouble} again={again} /></div> : <Waiting />;
}

/** While something is read. It appears only where that takes a moment, so that nothing flickers. */
export function Waiting() {
  const words = useWords();
  return (
    <div class="empty waiting" role="status">
      <p>{words.reading}</p>
    </div>
  );
}
