// Something that is sent: whether it is on its way, and in a sentence why it was not done.
import { useState } from "preact/hooks";
import { troubled, type Trouble } from "../api/client";

export interface Sending {
  busy: boolean;
  refused: Trouble | null;
  /** Do it; gives whether it was done. What is no Trouble is thrown. */
  go: (what: () => Promise<unknown>) => Promise<boolean>;
}

export function useSending(): Sending {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Trouble | null>(null);
  const go = async (what: () => Promise<unknown>) => {
    setBusy(true);
    setRefused(null);
    try {
      await what();
      return true;
    } catch (error) {
      setRefused(troubled(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, refused, go };
}
