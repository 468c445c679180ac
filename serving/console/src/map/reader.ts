// Reads borders beside the page, as a worker: megabytes of text become arrays while the page goes on.
import { decodedAll } from "./topology";

const beside = self as unknown as { onmessage: (told: MessageEvent<{ number: number; text: ArrayBuffer }>) => void; postMessage: (told: unknown, handed: Transferable[]) => void };

beside.onmessage = ({ data: { number, text } }) => {
  const layers = decodedAll(text);
  const handed = Object.values(layers).flatMap(({ corners, rings, places, boxes, there, index }) => [
    ...[corners, rings, places, boxes, there].map((one) => one.buffer as ArrayBuffer),
    ...(index ? [index] : []),
  ]);
  beside.postMessage({ number, layers }, handed);
};
