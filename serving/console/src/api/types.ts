// What the API answers, by the description that it gives of itself: one truth, written by docs/types.sh.
import type { components, paths } from "../../../api/riskwarn";

type Schemas = components["schemas"];

export type Item = Schemas["Item"];
export type Head = Schemas["Head"];
export type Reason = Schemas["Reason"];
export type Ranking = Schemas["Ranking"];
export type Publication = Schemas["Publication"];
export type Publications = Schemas["Publications"];
export type Portrait = Schemas["Portrait"];
export type Explanation = Schemas["Explanation"];
export type Level = Schemas["Level"];
export type Unit = Schemas["Unit"];
export type Problem = Schemas["Problem"];

type Told<P extends keyof paths> = paths[P] extends { get: { responses: { 200: { content: { "application/json": infer A } } } } } ? A : never;

/** The paths that answer JSON when they are asked. */
export type Path = { [P in keyof paths]: [Told<P>] extends [never] ? never : P }[keyof paths];

/** What a path answers. */
export type Answer<P extends Path> = Told<P>;

/** What a path may be asked. */
export type Query<P extends Path> = paths[P] extends { get: { parameters: { query?: infer Q } } } ? Exclude<Q, undefined> : never;

/** What the server says of who asks, beside what the API describes (serving/api/routes/sign_in.py). */
export interface Account {
  signed_in: boolean;
  local: boolean;
  ways: string[];
  /** Whether what waits for a second person opens nothing yet. */
  confirms?: boolean;
  operator?: string;
  role?: Role;
  area?: string[] | null;
  before_at?: string | null;
  ends_at?: string;
  idle_minutes?: number;
  failures?: number;
}

export type Role = "centre" | "analyst" | "supervisor" | "system" | "security" | "audit";
export type Scope = "read" | "read:detail" | "analyse" | "act" | "plan" | "export" | "system" | "security" | "audit";

/** What the console is told of its city (serving/api/routes/console.py). */
export interface Settings {
  city: string;
  timezone: string;
  /** What sources are called in Chinese. */
  sources: Record<string, string>;
  scopes: Scope[];
  watermark: boolean;
  /** The time of the server. */
  now: string;
}

export type Alert = Schemas["Alert"];
export type AlertDetail = Schemas["AlertDetail"];
export type ChangedAlerts = Schemas["ChangedAlerts"];
export type Silence = Schemas["Silence"];

/** A word of the server in both languages. */
export interface Both {
  zh: string;
  en: string;
}

/** What is said with a verb. */
export interface Said {
  service?: string;
  outcome?: string;
  note?: string;
  team_id?: string;
}

/** The life of a notice and what its parts are called (serving/api/routes/console.py): what may be done where stands there alone. */
export interface Life {
  life: Record<string, string[]>;
  live: string[];
  asked: string[];
  needs: Record<string, keyof Said>;
  takes: Record<string, (keyof Said)[]>;
  statuses: Record<string, Both>;
  steps: Record<string, Both>;
  outcomes: Record<string, Both>;
  services: Record<string, Both>;
  contest: Both;
  silence_days: number;
  teams: { id: string; name: string; unit: string; code: string }[];
}
