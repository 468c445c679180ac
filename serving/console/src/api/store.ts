// A value that changes, and those who are told: all that the shell shares.
import { useEffect, useState } from "preact/hooks";

export interface Store<T> {
  get(): T;
  set(value: T): void;
  listen(told: (value: T) => void): () => void;
}

export function store<T>(first: T): Store<T> {
  let value = first;
  const listeners = new Set<(value: T) => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const told of [...listeners]) told(next);
    },
    listen(told) {
      listeners.add(told);
      return () => void listeners.delete(told);
    },
  };
}

export function useStore<T>(one: Store<T>): T {
  const [value, setValue] = useState<T>(one.get());
  useEffect(() => {
    setValue(() => one.get());
    return one.listen((next) => setValue(() => next));
  }, [one]);
  return value;
}
