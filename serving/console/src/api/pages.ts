// A list that comes in parts: the first is polled, the others are asked as they are needed and go when the first changes.
import { useEffect, useRef, useState } from "preact/hooks";
import { address, get, Trouble } from "./client";
import type { Answer, Path, Query } from "./types";
import { useAddress } from "./watch";

type Paged<P extends Path> = Answer<P> extends { items: (infer I)[] } ? I : never;

export interface Pages<A, I> {
  first: A | null;
  items: I[];
  /** Whether there is more than is shown. */
  more: boolean;
  busy: boolean;
  trouble: Trouble | null;
  ask: () => void;
  again: () => void;
}

interface Following<I> {
  of: unknown;
  items: I[];
  next: string | number | null;
  trouble: Trouble | null;
}

const followed = new Map<string, Following<unknown>>();

export function usePages<P extends Path>(path: P | null, query: Query<P>, limit = 100, then = 500): Pages<Answer<P>, Paged<P>> {
  type Part = { items: Paged<P>[]; next: string | number | null };
  const data = useAddress<Answer<P>>(path === null ? null : address(path, { ...(query as object), limit }));
  const first = data.value as (Answer<P> & Part) | null;
  const from = path === null ? "" : address(path, query as object);
  const [after, setHere] = useState<Following<Paged<P>> | undefined>(() => followed.get(from) as Following<Paged<P>> | undefined);
  const setAfter = (one: Following<Paged<P>>) => {
    followed.clear(); // of one list alone: who goes back finds it as long as it was
    followed.set(from, one);
    setHere(one);
  };
  const asking = useRef<AbortController | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => () => asking.current?.abort(), [first]);
  // What follows belongs to the first part that it followed, and to no other.
  const own = first !== null && after?.of === first ? after : { items: [], next: first?.next ?? null, trouble: null };

  const ask = () => {
    if (first === null || own.next === null || path === null || (asking.current && !asking.current.signal.aborted && busy)) return;
    const control = (asking.current = new AbortController());
    setBusy(true);
    get<Part>(address(path, { ...(query as object), limit: then, cursor: own.next }), control.signal)
      .then((part) => setAfter({ of: first, items: [...own.items, ...part.items], next: part.next, trouble: null }))
      .catch((error: unknown) => {
        if (error instanceof Trouble) setAfter({ of: first, ...own, trouble: error });
      })
      .finally(() => setBusy(false));
  };
  return {
    first,
    items: first === null ? [] : own.items.length ? [...first.items, ...own.items] : first.items,
    more: own.next !== null,
    busy,
    trouble: data.trouble ?? own.trouble,
    ask,
    again: data.again,
  };
}
