// Files on their way to the server: part by part, so that a slow line is no failure, and looked after until they are loaded.
import { useEffect, useRef, useState } from "preact/hooks";
import { send, Trouble } from "../../api/client";
import { EVERY, useAddress } from "../../api/watch";
import { given, type Answers, type Upload, type Uploads } from "./told";

/** A part: short enough for a slow line, well below what the server takes. */
const PART = 512 * 1024;
const LOOK_EVERY = 1_500;

export const AT_WORK = ["trying", "loading"];
const soon = ({ items }: Uploads) => (items.some((one) => AT_WORK.includes(one.stage)) ? LOOK_EVERY : EVERY);

export interface Handed {
  uploads: Uploads | null;
  trouble: Trouble | null;
  again: () => void;
  /** How much of what is being sent has come, from 0 to 1; null where nothing is sent. */
  sent: number | null;
  refused: Trouble | null;
  hand: (files: readonly File[]) => Promise<void>;
  attempt: (upload: Upload, answers: Answers) => Promise<void>;
  load: (upload: Upload) => Promise<void>;
  remove: (upload: Upload) => Promise<void>;
}

export function useHanded(): Handed {
  const data = useAddress<Uploads>("console/uploads", soon);
  const [sent, setSent] = useState<number | null>(null);
  const [refused, setRefused] = useState<Trouble | null>(null);
  const here = useRef(true);
  useEffect(() => () => void (here.current = false), []);

  const told = async (change: () => Promise<unknown>) => {
    setRefused(null);
    try {
      await change();
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      setRefused(error);
    }
    data.again();
  };
  const at = (upload: Upload, verb: string) => `console/uploads/${upload.id}/${verb}`;
  const hand = (files: readonly File[]) =>
    told(async () => {
      const all = files.reduce((sum, one) => sum + one.size, 0);
      setSent(0);
      try {
        const begun = await send<Upload>("POST", "console/uploads", { files: files.map((one) => ({ name: one.name, bytes: one.size })) });
        let before = 0;
        for (const [number, file] of files.entries()) {
          for (let from = 0; from < file.size; from += PART) {
            if (!here.current) return;
            const part = file.slice(from, from + PART);
            await send("POST", `${at(begun, "files")}/${number}?at=${from}`, part, { "Content-Type": "application/octet-stream" });
            setSent((before + from + part.size) / all);
          }
          before += file.size;
        }
        await send("POST", at(begun, "try"), {});
      } finally {
        setSent(null);
      }
    });
  return {
    uploads: data.value,
    trouble: data.trouble,
    again: data.again,
    sent,
    refused,
    hand,
    attempt: (upload, answers) => told(() => send("POST", at(upload, "try"), given(answers))),
    load: (upload) => told(() => send("POST", at(upload, "load"))),
    remove: (upload) => told(() => send("DELETE", `console/uploads/${upload.id}`)),
  };
}

/** 20971520 as 20 MB. */
export function size(bytes: number): string {
  const mega = bytes / 2 ** 20;
  return mega >= 1 ? `${mega.toFixed(mega < 10 ? 1 : 0)}\u00a0MB` : `${Math.max(1, Math.round(bytes / 1024))}\u00a0kB`;
}
