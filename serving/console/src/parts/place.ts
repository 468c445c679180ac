// What a code is called: learnt from what was shown, else asked of the ranking.
import { useEffect, useState } from "preact/hooks";
import { address, get } from "../api/client";
import type { Ranking, Unit } from "../api/types";

export interface Place {
  unit: Unit;
  name: string;
}

const known = new Map<string, Place>();

/** The place of a code; null while it is not known, and where there is none. */
export function usePlace(code: string | null): Place | null {
  const [, found] = useState("");
  useEffect(() => {
    if (code === null || known.has(code)) return;
    const control = new AbortController();
    void look(code, control.signal).then((place) => {
      if (place) known.set(code, place);
      if (place) found(code);
    });
    return () => control.abort();
  }, [code]);
  return code === null ? null : (known.get(code) ?? null);
}

async function look(code: string, signal: AbortSignal): Promise<Place | null> {
  for (const unit of ["town", "district", "community", "grid"] as const) {
    try {
      const told = await get<Ranking>(address("v1/scores", { unit, search: code.slice(0, 64), limit: 20 }), signal);
      const one = told.items.find((item) => item.code === code);
      if (one) return { unit, name: one.name };
    } catch {
      return null; // the ranking itself says what is wrong
    }
  }
  return null;
}
