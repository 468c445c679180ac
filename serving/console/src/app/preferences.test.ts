import { expect, test, vi } from "vitest";

test("what is drawn is told when the system turns dark, if nobody chose otherwise", async () => {
  let turned = (): void => undefined;
  const system = { matches: false, addEventListener: (_: string, told: () => void) => void (turned = told) };
  vi.stubGlobal("matchMedia", () => system);
  const { followPreferences, shade, theme } = await import("./preferences");
  followPreferences();
  const heard: [string, string | undefined][] = [];
  shade.listen((now) => heard.push([now, document.documentElement.dataset["theme"]]));
  system.matches = true;
  turned();
  theme.set("light");
  system.matches = false;
  turned();
  theme.set("dark");
  // The document is in the new light before anybody draws.
  expect(heard).toEqual([["dark", "dark"], ["light", "light"], ["dark", "dark"]]);
  vi.unstubAllGlobals();
});
