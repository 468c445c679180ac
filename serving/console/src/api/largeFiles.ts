// The large files that one asked for, and those that one may decide on: shown in two places, and asked again in both where one changes any.
import { useEffect } from "preact/hooks";
import type { Approval } from "./access";
import { store, useStore } from "./store";
import { useData, type Data } from "./watch";

const changes = store(0);

export function useLargeFiles(): Data<{ items: Approval[] }> {
  const data = useData("/v1/exports", { limit: 100 });
  const made = useStore(changes);
  useEffect(() => {
    if (made > 0) data.again();
  }, [made]);
  return { ...data, again: () => changes.set(changes.get() + 1) };
}
