import { useSourceNames } from "../app/city";
import { useWords } from "../words";

/** Sources that should have reported of a place and have not: hatched and named, never the colour of low risk. */
export function Gap({ sources }: { sources: readonly string[] }) {
  const words = useWords();
  const named = useSourceNames();
  if (!sources.length) return null;
  const text = words.gap.named(sources.map(named).join(words.comma));
  return (
    <span class="gap" title={`${text}${words.comma === "、" ? "。" : ". "}${words.gap.means}`}>
      <span>{text}</span>
    </span>
  );
}
