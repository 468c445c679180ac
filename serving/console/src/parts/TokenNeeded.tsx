import { useState } from "preact/hooks";
import { useMayChange } from "../app/session";
import { keep } from "../app/token";
import type { Scope } from "../api/types";
import { useWords } from "../words";

/** On a machine without keys: how to come by what changes anything. Nothing where it is there, or would not help. */
export function TokenNeeded({ scopes }: { scopes: readonly Scope[] }) {
  const words = useWords();
  const [typed, setTyped] = useState("");
  if (useMayChange(...scopes) !== "token") return null;
  return (
    <form
      class="banner care token only-screen"
      onSubmit={(event) => {
        event.preventDefault();
        const given = typed.trim();
        if (!/^[0-9a-f]{16,128}$/.test(given)) return;
        setTyped("");
        keep(given);
      }}
    >
      <span>{words.token.needed}</span>
      <input class="field" type="password" autocomplete="off" spellcheck={false} aria-label={words.token.field} placeholder={words.token.field} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
      <button type="submit" class="button">{words.token.keep}</button>
    </form>
  );
}
