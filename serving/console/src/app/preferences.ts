// What a person chose for this browser: language, light and colours. None of them is a matter of what is shown.
import { store, type Store } from "../api/store";

export type Language = "zh" | "en";
export type Theme = "auto" | "light" | "dark";

function remembered<T extends string>(name: string, known: readonly T[], otherwise: () => T): Store<T> {
  let first: T | undefined;
  try {
    first = known.find((one) => one === localStorage.getItem(`riskwarn.${name}`));
  } catch {
    // A browser that keeps nothing is asked again next time.
  }
  const one = store<T>(first ?? otherwise());
  one.listen((value) => {
    try {
      localStorage.setItem(`riskwarn.${name}`, value);
    } catch {
      // as above
    }
  });
  return one;
}

const LANGUAGES = ["zh", "en"] as const;
const linked = (): Language | undefined => LANGUAGES.find((one) => new RegExp(`[#?&]lang=${one}(&|$)`).test(location.hash));

/** A link may name a language; else what was chosen here before, else the browser's. */
export const language = remembered<Language>("language", LANGUAGES, () => (/^zh\b/i.test(navigator.language) ? "zh" : "en"));
const asked = linked();
if (asked) language.set(asked);
addEventListener("hashchange", () => {
  const named = linked();
  if (named) language.set(named);
});

export const theme = remembered<Theme>("theme", ["auto", "light", "dark"], () => "auto");

/** The four official colours of levels, or four that nobody takes for each other: by their lightness, whatever the eye does with hues. */
export const palette = remembered<"official" | "safe">("palette", ["official", "safe"], () => "official");

/** The light in force, whichever way it was chosen: what is drawn takes its colours from it. */
export const shade = store<"light" | "dark">("light");

const dark = matchMedia("(prefers-color-scheme: dark)");

function light(): void {
  const chosen = theme.get();
  const now = chosen === "auto" ? (dark.matches ? "dark" : "light") : chosen;
  document.documentElement.dataset["theme"] = now;
  shade.set(now);
}

/** Keep the document as was chosen. */
export function followPreferences(): void {
  const said = (one: Language) => (document.documentElement.lang = one === "zh" ? "zh-CN" : "en");
  said(language.get());
  language.listen(said);
  light();
  theme.listen(light);
  const coloured = () => void (document.documentElement.dataset["palette"] = palette.get());
  coloured();
  palette.listen(coloured);
  dark.addEventListener("change", light);
}
