// How it stood in the snapshots before.
import { useMemo } from "preact/hooks";
import type { Answer } from "../../api/types";
import { percent } from "../../parts/figures";
import { Plot } from "../../parts/Plot";
import { useWords } from "../../words";
import { own } from "./words";

export type Stood = Answer<"/v1/grids/{grid_id}/history">["items"][number];

export function Before({ stood }: { stood: readonly Stood[] }) {
  const words = useWords(own);
  const told = useMemo(() => stood.filter((one) => one.score !== null), [stood]);
  const at = useMemo(() => told.map((one) => one.as_of), [told]);
  const lines = useMemo(() => [{ label: words.probability, values: told.map((one) => one.score), color: "accent" }], [told, words]);
  if (told.length < 2) return null;
  return (
    <section class="card padded">
      <h2>{words.before}</h2>
      <Plot label={`${words.before}, ${words.fell(told.map((one) => percent(one.score)).join(" "))}`} at={at} lines={lines} write={(value) => `${Math.round(100 * value)} %`} />
    </section>
  );
}
