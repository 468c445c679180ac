// What was just granted. What opens is shown here and never again: nothing but its own button closes it.
import { useRef, useState } from "preact/hooks";
import type { Made } from "../../api/access";
import { useStore } from "../../api/store";
import { session } from "../../app/session";
import { Dialog } from "../../parts/Dialog";
import { moment } from "../../parts/moments";
import { useWords } from "../../words";
import { granting } from "./granting";

export function Shown({ made, longer, close, key_of }: { made: Made; longer: boolean; close: () => void; key_of: (operator: string) => void }) {
  const words = useWords(granting);
  const shared = useWords();
  const confirms = useStore(session)?.account.confirms !== false;
  const [copied, setCopied] = useState<"" | "done" | "failed">("");
  const text = useRef<HTMLElement>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(made.key ?? "");
      setCopied("done");
    } catch {
      // Beyond this machine a browser gives the clipboard to https alone.
      if (text.current) getSelection()?.selectAllChildren(text.current);
      setCopied("failed");
    }
  };
  const role = made.role ? shared.roles[made.role as keyof typeof shared.roles] : null;
  return (
    <Dialog title={made.key ? `${words.secret} ${made.id}` : longer ? words.longer(made.id) : words.made_operator(made.id)} close={close} stays={made.key !== null}>
      {made.key !== null && (
        <>
          <p class="banner care" role="alert">{words.shown_once}</p>
          <p><code class="secret" ref={text}>{made.key}</code></p>
          <p class="buttons">
            <button type="button" class="button" onClick={() => void copy()}>{words.copy}</button>
            <span role="status" class="soft small">{copied === "done" ? words.copied : copied === "failed" ? words.copy_failed : ""}</span>
          </p>
        </>
      )}
      <p>{[...(role ? [role] : []), made.scopes.map((one) => words.scope[one] ?? one).join(shared.comma), made.area === null ? shared.whole_city : made.area.join(" "), words.ends(moment(made.ends_at))].join(" · ")}</p>
      <p>{made.confirmed ? words.counts : confirms ? words.waits : words.waits_here}</p>
      <p class="buttons">
        {made.key === null && !longer && <button type="button" class="button" onClick={() => key_of(made.id)}>{words.next_key}</button>}
        <button type="button" class="button main" onClick={close}>{made.key !== null ? words.kept : words.done}</button>
      </p>
    </Dialog>
  );
}
