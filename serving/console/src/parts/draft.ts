// What somebody has begun to write. It is kept beside what it stands under: that goes whenever the server does, and comes back with it.
import { useState } from "preact/hooks";

const MOST = 50;

const begun = new Map<string, unknown>();

/** A state that is found again under the same name, until it is dropped, or the page is closed: it never leaves the memory of the tab. */
export function useDraft<T>(name: string, empty: T): [T, (next: T) => void] {
  const [, changed] = useState(0);
  const value = begun.has(name) ? (begun.get(name) as T) : empty;
  return [
    value,
    (next) => {
      begun.delete(name);
      begun.set(name, next);
      for (const oldest of begun.keys()) {
        if (begun.size <= MOST) break;
        begun.delete(oldest);
      }
      changed((one) => one + 1);
    },
  ];
}

/** Forget a draft: it was sent, or given up. */
export function drop(name: string): void {
  begun.delete(name);
}
