// What the server tells of loads and of files that are handed over (serving/api/routes/making.py, uploads.py).
import type { Both } from "../../api/types";

/** What became, or would become, of the rows of a file. */
export interface Account {
  file: string;
  sheets: string[];
  source: string;
  read: number;
  accepted: number;
  duplicates: number;
  corrected: number;
  quarantined: number;
  left_out: number;
  dropped_columns: string[];
  reasons: Record<string, number>;
  notes: string[];
  forced: string[];
  mapping: string | null;
  examples?: Record<string, unknown>[];
}

/** What became of rows, in the order in which it is shown. */
const COUNTS = ["read", "accepted", "duplicates", "corrected", "quarantined", "left_out"] as const;
export type Count = (typeof COUNTS)[number];

/** The counts that are shown of loads: rows that were left out, only where there are some. */
export function counted(loads: readonly Partial<Record<Count, number | null>>[]): Count[] {
  return COUNTS.filter((name) => name !== "left_out" || loads.some((one) => one.left_out));
}

/** Whether of a count there should be none: rows that were refused, and those that were not read. */
export function raises(name: Count, rows: number | null): boolean {
  return (name === "quarantined" || name === "left_out") && !!rows;
}

/** A question that only a person can answer. */
export interface Needed {
  question: "district" | "coordinates" | "column";
  field: string | null;
  of: string[];
  likely: string | null;
  files: string[];
}

export interface Result {
  accounts: Account[];
  skipped: { file: string; sheet: string | null; reason: string }[];
  failed: { file: string; sheet: string | null; code: string; message: string }[];
  asked: { question: string; answer: string; files: string[] }[];
  missing: string[];
  needed: Needed[];
  targets: string[];
}

export interface Answers {
  district?: string;
  coordinates?: string;
  exported_on?: string;
  columns?: Record<string, string>;
  force?: boolean;
}

type Stage = "receiving" | "received" | "trying" | "tried" | "loading" | "loaded";

export interface Upload {
  id: string;
  stage: Stage;
  made_at: string;
  files: { name: string; bytes: number }[];
  received: number;
  options: { [name in keyof Answers]?: Answers[name] | null };
  steps: string[];
  result: Result | null;
  problem: { code: string; message: string } | null;
}

export interface Uploads {
  items: Upload[];
  most: { files: number; bytes: number; part: number; endings: string[] };
}

export interface Load {
  load: number;
  source: string;
  file: string;
  loaded_at: string;
  exported_at: string;
  state: "in_force" | "undone" | "undoing" | "erasure";
  undoes: number | null;
  undone_by: number | null;
  read: number | null;
  accepted: number | null;
  duplicates: number | null;
  corrected: number | null;
  quarantined: number | null;
  left_out: number | null;
  dropped_columns: string[];
  forced: string[];
  notes: string[];
  reasons: (Both & { rows: number })[];
}

export interface Refused {
  items: { source: string; file: string; column: string; reason: Both; repair: Both; rows: number; examples: string[] }[];
  rows: number;
  groups: number;
  not_loaded: { source: string; rule: string; rows: number }[];
}

/** What would have stopped a load, and may be gone on with by who has looked at it. */
export const MAY_BE_FORCED = ["file_of_another_source", "preset_of_another_source", "load_too_large", "records_rewritten"];

/** Whether there is something to load, and nothing that must be answered first. */
export function ready(result: Result | null): boolean {
  return result !== null && result.accounts.length > 0 && result.needed.length === 0;
}

/** What is sent as answers: what is empty is left out. */
export function given(answers: Answers): Answers {
  const columns = Object.fromEntries(Object.entries(answers.columns ?? {}).filter(([, heading]) => heading !== ""));
  return {
    ...(answers.district?.trim() ? { district: answers.district.trim() } : {}),
    ...(answers.coordinates ? { coordinates: answers.coordinates } : {}),
    ...(answers.exported_on ? { exported_on: answers.exported_on } : {}),
    ...(Object.keys(columns).length ? { columns } : {}),
    ...(answers.force ? { force: true } : {}),
  };
}

/** The rows that wait for repair as a CSV that Excel opens; a text that begins like a formula is none. */
export function asCsv(headings: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cell = (one: string | number) => {
    const text = /^[=+\-@\t\r]/.test(String(one)) ? `'${one}` : String(one);
    return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  return `\ufeff${[headings, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}
