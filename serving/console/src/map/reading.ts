// Borders as they come, to arrays: by a worker, and here where there is none. It ends when nothing was read for a while, for its memory.
import { decodedAll, indexed, type Layers, type Shapes } from "./topology";

const IDLE = 4_000;

interface Waiting {
  text: ArrayBuffer;
  done: (layers: Layers) => void;
  failed: (error: unknown) => void;
}

/** Read with a worker that `begin` makes, as long as there is something to read. */
export function reading(begin: () => Worker): (text: ArrayBuffer) => Promise<Record<string, Shapes>> {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | null = null;
  let refused = false;
  let number = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const here = ({ text, done, failed }: Waiting) => {
    try {
      done(decodedAll(text));
    } catch (error) {
      failed(error);
    }
  };
  const end = () => {
    worker?.terminate();
    worker = null;
  };
  // What it cannot read, or where there cannot be one, is read here: that takes longer, and says what is wrong.
  const broken = () => {
    refused = true;
    end();
    const left = [...waiting.values()];
    waiting.clear();
    left.forEach(here);
  };
  const told = ({ data }: MessageEvent<{ number: number; layers: Layers }>) => {
    const one = waiting.get(data.number);
    waiting.delete(data.number);
    one?.done(data.layers);
    if (!waiting.size) timer = setTimeout(end, IDLE);
  };
  const asked = (one: Waiting) => {
    clearTimeout(timer);
    if (!refused && !worker) {
      try {
        worker = begin();
        worker.onmessage = told;
        worker.onerror = broken;
      } catch {
        refused = true;
      }
    }
    if (!worker) return here(one);
    waiting.set(++number, one);
    worker.postMessage({ number, text: one.text });
  };
  return async (text) => {
    const layers = await new Promise<Layers>((done, failed) => asked({ text, done, failed }));
    return Object.fromEntries(Object.entries(layers).map(([layer, one]) => [layer, indexed(one)]));
  };
}

export const read = reading(() => new Worker(new URL("./reader.ts", import.meta.url), { type: "module" }));
