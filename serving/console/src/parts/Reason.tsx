// A reason, and then it is done: asked for in a dialog that keeps what was typed where it was not done.
import { useState } from "preact/hooks";
import { useWords } from "../words";
import { Dialog } from "./Dialog";
import { useSending } from "./sending";

interface Asked {
  title: string;
  /** What will be, in a sentence. */
  means: string;
  label: string;
  done: string;
  /** Does it. Throws Trouble. */
  act: (reason: string) => Promise<void>;
  close: () => void;
}

export function Reason({ title, means, label, done, act, close }: Asked) {
  const words = useWords();
  const [reason, setReason] = useState("");
  const { busy, refused, go } = useSending();
  const doIt = async () => {
    if (await go(() => act(reason.trim()))) close();
  };
  return (
    <Dialog title={title} close={close}>
      <p class="soft">{means}</p>
      <form
        class="act"
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim() && !busy) void doIt();
        }}
      >
        <label>
          <span>{label}</span>
          <textarea class="field" rows={2} maxLength={500} required value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
          <small class="soft">{words.acts.nobody}</small>
        </label>
        {refused && <p class="wrong" role="alert">{refused.message}</p>}
        <p class="buttons">
          <button type="submit" class="button main" disabled={busy || !reason.trim()}>{busy ? words.acts.sending : done}</button>
          <button type="button" class="button" onClick={close}>{words.acts.cancel}</button>
        </p>
      </form>
    </Dialog>
  );
}
