import { useEffect, useRef, useState } from "preact/hooks";
import { useStore } from "../api/store";
import { go, here, route } from "../app/route";
import { Icon } from "./Icon";

const AFTER = 300;

interface Asked {
  label: string;
  hint: string;
  /** Called when Enter says that it is written. */
  entered?: () => void;
}

/** Looks for a name or a code among what is shown: `search` of the address. "/" leads here, Escape empties it. */
export function Search({ label, hint, entered }: Asked) {
  const asked = useStore(route).query["search"] ?? "";
  const [text, setText] = useState(asked);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const typed = useRef(asked);
  useEffect(() => {
    // Somebody went back, or opened another link: not what is being typed.
    if (asked !== typed.current) setText((typed.current = asked));
  }, [asked]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const look = (value: string, how: "push" | "replace") => {
    clearTimeout(timer.current);
    typed.current = value.trim();
    go(here({ search: typed.current || null }), how);
  };
  // What an input method has not settled yet (pinyin) is looked for by nobody.
  const write = (value: string, unsettled: boolean) => {
    setText(value);
    clearTimeout(timer.current);
    if (!unsettled) timer.current = setTimeout(() => look(value, "replace"), AFTER);
  };
  return (
    <form
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        look(text, "push");
        entered?.();
      }}
    >
      <Icon name="search" size={18} />
      <input
        class="field"
        type="search"
        aria-label={label}
        placeholder={hint}
        title={label}
        maxLength={64}
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => write(event.currentTarget.value, event.isComposing)}
        onCompositionEnd={(event) => write(event.currentTarget.value, false)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          setText("");
          look("", "replace");
        }}
      />
    </form>
  );
}
