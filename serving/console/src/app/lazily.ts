// A view that is fetched when it is first opened. Where its files do not come, the page is loaded anew as soon as the server answers: what a
// browser failed to fetch it may never ask for again, and after an update of the server the files have other names.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

export const ASK_EVERY = 5_000;

/** Not sooner than that again, if loading anew did not help. */
export const ANEW_AFTER = 60_000;

const KEPT = "riskwarn.anew";

export type Loaded = { default: ComponentType };

/** The component of a view, null until it is there; `lost` where its files do not come. */
export function useLoaded(load: () => Promise<Loaded> | Loaded): { Component: ComponentType | null; lost: boolean } {
  const [Component, setComponent] = useState<ComponentType | null>(() => {
    const loaded = load();
    if (!("then" in loaded)) return loaded.default;
    loaded.catch(() => undefined); // it is asked again below, where that is told
    return null;
  });
  const [lost, setLost] = useState(false);
  useEffect(() => {
    const loaded = load();
    if ("then" in loaded) loaded.then(({ default: made }) => setComponent(() => made)).catch(() => setLost(true));
  }, []);
  useEffect(() => (lost && !Component ? anewWhenThere() : undefined), [lost]);
  return { Component, lost: lost && !Component };
}

/** Load the page anew once the server answers; gives what stops waiting for it. */
export function anewWhenThere(anew: () => void = () => location.reload()): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const look = async () => {
    const wait = Math.max(ASK_EVERY, lastAnew() + ANEW_AFTER - Date.now());
    if (wait <= ASK_EVERY && (await answers()) && !stopped) {
      keepAnew();
      anew();
      return;
    }
    if (!stopped) timer = setTimeout(() => void look(), wait);
  };
  void look();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

async function answers(): Promise<boolean> {
  try {
    return (await fetch("healthz", { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

function lastAnew(): number {
  try {
    return Number(sessionStorage.getItem(KEPT) ?? 0);
  } catch {
    return Date.now(); // a browser that keeps nothing would load anew for ever
  }
}

function keepAnew(): void {
  try {
    sessionStorage.setItem(KEPT, String(Date.now()));
  } catch {
    // Then `lastAnew` has waited for ever.
  }
}
