// Asking the server: with ETags, in the language of the page, and with one sentence for whatever goes wrong.
import { language } from "../app/preferences";
import { keep as keepToken, shown } from "../app/token";
import { words } from "../words";
import { store } from "./store";
import type { Problem } from "./types";

/** Whether the server answers at all, since when it does not, and how far its clock is from this one. */
export const connection = store<{ alive: boolean; since: number }>({ alive: true, since: Date.now() });

let clockAhead = 0;

/** The time of the server: an office PC's own clock may be anything. */
export const now = (): number => Date.now() + clockAhead;

/** What time the server says it is. */
export function setNow(at: string): void {
  clockAhead = Date.parse(at) - Date.now();
}

const PATIENCE = 15_000;
const ANOTHER_TRY_AFTER = 1_000;
const MOST_HELD = 60;
/** Numbers of a map are those of a whole city: of them a few are held. */
const LARGE = "v1/map";
const MOST_LARGE = 4;

/** What went wrong, in a sentence for people; `status` is 0 where the server did not answer. */
export class Trouble extends Error {
  readonly status: number;
  readonly code: string;

  constructor(sentence: string, status: number, code: string) {
    super(sentence);
    this.status = status;
    this.code = code;
  }

  get gone(): boolean {
    return this.status === 0;
  }
}

/** What went wrong with what was asked, as a sentence; anything else is a fault of ours. */
export function troubled(error: unknown): Trouble {
  if (error instanceof Trouble) return error;
  throw error;
}

interface Held {
  tag: string;
  body: unknown;
  at: number;
}

// Bodies by address and language, the one that was used last at the end.
const held = new Map<string, Held>();

/** What was told of an address within the last `milliseconds`; null where it was not. */
export function recall<T>(address: string, milliseconds: number): T | null {
  const one = held.get(address);
  return one && Date.now() - one.at <= milliseconds ? (one.body as T) : null;
}

/** Forget what was held: after something was changed, or who asks is another. */
export function forget(): void {
  held.clear();
}

/** An address with its query; what is null, undefined or empty is left out. */
export function address(path: string, query: object = {}, at: Record<string, string> = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(at[name] ?? "")).replace(/^\//, "");
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query) as [string, unknown][]) {
    if (value !== null && value !== undefined && value !== "") asked.set(name, String(value));
  }
  const text = asked.toString();
  return text ? `${filled}?${text}` : filled;
}

/** Ask for JSON; throws Trouble, or an AbortError where `signal` says so. */
export async function get<T>(from: string, signal?: AbortSignal): Promise<T> {
  const before = held.get(from);
  const response = await reach(from, { headers: before ? { "If-None-Match": before.tag } : {} }, signal);
  if (response.status === 304 && before) return keep<T>(from, { ...before, at: Date.now() });
  const body = await content(response, signal);
  const tag = response.headers.get("etag");
  return tag ? keep<T>(from, { tag, body, at: Date.now() }) : (body as T);
}

/** Ask for what is named by its content: the browser keeps it, and it is never asked again. */
export async function fixed<T>(from: string): Promise<T> {
  return (await content(await named(from))) as T;
}

/** The same, as the bytes that came: for whoever reads them elsewhere. */
export async function fixedBytes(from: string): Promise<ArrayBuffer> {
  const response = await named(from);
  if (!response.ok) await content(response);
  try {
    return await response.arrayBuffer();
  } catch {
    throw lost(); // it broke off
  }
}

const named = (from: string): Promise<Response> => reach(from, { cache: "default" }, undefined, 120_000);

/** Change something. A page of ours says so by a header that no other page can send. A Blob is sent as it is. */
export async function send<T>(method: "POST" | "DELETE", to: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
  const own = shown();
  const told = { "Content-Type": "application/json", "X-Riskwarn-Page": "1", ...own, ...headers };
  const response = await reach(to, { method, headers: told, ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }) });
  forget();
  try {
    return (await content(response)) as T;
  } catch (error) {
    // The server was started anew, and has another.
    if (error instanceof Trouble && error.status === 403 && error.code === "request_refused" && own["Authorization"]) {
      keepToken("");
      throw new Trouble(words().token.over, 403, error.code);
    }
    throw error;
  }
}

/** Ask for a file; throws Trouble, so that a refusal is a sentence and not a file. */
export async function file(from: string): Promise<{ name: string; content: Blob }> {
  const response = await reach(from, {}, undefined, 300_000);
  if (!response.ok) await content(response);
  const named = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "");
  return { name: named?.[1] ?? "riskwarn", content: await response.blob() };
}

function keep<T>(from: string, one: Held): T {
  held.delete(from);
  held.set(from, one);
  const large = [...held.keys()].filter((one) => one.startsWith(LARGE));
  for (const oldest of large.slice(0, Math.max(large.length - MOST_LARGE, 0))) held.delete(oldest);
  for (const oldest of held.keys()) {
    if (held.size <= MOST_HELD) break;
    held.delete(oldest);
  }
  return one.body as T;
}

async function reach(to: string, asked: RequestInit, signal?: AbortSignal, patience = PATIENCE): Promise<Response> {
  const changes = asked.method !== undefined;
  try {
    return await once(to, asked, signal, patience);
  } catch (error) {
    if (signal?.aborted) throw error;
    // One packet that was lost is not a server that is gone; what changes something is not said twice.
    if (!changes) {
      await new Promise((done) => setTimeout(done, ANOTHER_TRY_AFTER));
      if (signal?.aborted) throw error;
      try {
        return await once(to, asked, signal, patience);
      } catch (again) {
        if (signal?.aborted) throw again;
      }
    }
    throw lost();
  }
}

async function once(to: string, asked: RequestInit, signal: AbortSignal | undefined, patience: number): Promise<Response> {
  const own = new AbortController();
  const stop = () => own.abort();
  const timer = setTimeout(stop, patience);
  signal?.addEventListener("abort", stop);
  try {
    const headers = { "Accept-Language": language.get(), ...(asked.headers as Record<string, string>) };
    const response = await fetch(to, { cache: "no-store", ...asked, headers, credentials: "same-origin", signal: own.signal });
    if (response.status === 502 || response.status === 504) throw new TypeError("a gateway answers in its place");
    if (!connection.get().alive) connection.set({ alive: true, since: Date.now() });
    return response;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

async function content(response: Response, signal?: AbortSignal): Promise<unknown> {
  let body: unknown;
  try {
    body = await response.json();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw lost(); // it broke off, or something else answers in its place
  }
  if (response.ok) return body;
  const problem = body as Partial<Problem>;
  if (response.status === 401) signIn();
  throw new Trouble(problem.detail ?? words().trouble.unknown, response.status, String(problem.type ?? "").replace("urn:riskwarn:", ""));
}

/** That the server does not answer, as a sentence. */
export const gone = (): Trouble => new Trouble(words().trouble.gone, 0, "gone");

function lost(): Trouble {
  if (connection.get().alive) connection.set({ alive: false, since: Date.now() });
  return gone();
}

let wasSignedIn = false;

/** Say that somebody is signed in, so that the end of it can be told. */
export function signedIn(): void {
  wasSignedIn = true;
}

/** Go to the page for signing in, and come back from there to what is shown. */
export function signIn(over = wasSignedIn): void {
  location.replace(`sign-in${over ? "?problem=over" : ""}${location.hash}`);
}
