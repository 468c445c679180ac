import { useStore } from "../api/store";
import { language, type Language } from "../app/preferences";
import { en } from "./en";
import { zh, type Words } from "./zh";

export type { Words } from "./zh";

const SHARED: Record<Language, Words> = { zh, en };

/** The shared words outside of a component. */
export const words = (): Words => SHARED[language.get()];

/** The shared words, or a view's own, in the language that is chosen: `useWords()`, `useWords({ zh, en })`. */
export function useWords(): Words;
export function useWords<T>(own: Record<Language, T>): T;
export function useWords<T>(own?: Record<Language, T>): T | Words {
  const chosen = useStore(language);
  return own ? own[chosen] : SHARED[chosen];
}

/** What the server says in both languages, in the one that is chosen. */
export function useSaid(): <T>(both: { zh: T; en: T }) => T {
  const chosen = useStore(language);
  return (both) => both[chosen];
}
