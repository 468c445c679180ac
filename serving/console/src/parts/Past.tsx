// The snapshots that were published, as a slider that can be played.
import { useEffect, useRef, useState } from "preact/hooks";
import { useChosen, useCity } from "../app/city";
import { go, here } from "../app/route";
import { useWords } from "../words";
import { Icon } from "./Icon";

const A_STEP = 1_500;
const AFTER = 150;

export function Past() {
  const words = useWords();
  const city = useCity();
  const { asOf } = useChosen();
  const days = city ? [...city.published.map((one) => one.as_of)].reverse() : [];
  const newest = days.length - 1;
  const chosen = asOf === undefined ? newest : days.indexOf(asOf);
  const [held, setHeld] = useState<number | null>(null); // while the slider is moved
  const [playing, setPlaying] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const at = held ?? (chosen < 0 ? newest : chosen);
  const show = (step: number, how: "push" | "replace") => go(here({ as_of: step >= newest ? null : (days[step] ?? null) }), how);
  useEffect(() => {
    if (!playing) return;
    if (at >= newest) return setPlaying(false);
    const next = setTimeout(() => show(at + 1, "replace"), A_STEP);
    return () => clearTimeout(next);
  }, [playing, at, newest]);
  useEffect(() => () => clearTimeout(timer.current), []);
  if (newest < 1) return null;
  const play = () => {
    if (playing) return setPlaying(false);
    if (at >= newest) show(0, "push");
    setPlaying(true);
  };
  return (
    <div class="past" role="group" aria-label={words.past.title}>
      <button type="button" class="button bare" aria-label={playing ? words.past.stop : words.past.play} title={playing ? words.past.stop : words.past.play} onClick={play}>
        <Icon name={playing ? "pause" : "play"} size={16} />
      </button>
      <input
        type="range"
        min={0}
        max={newest}
        step={1}
        value={at}
        aria-label={words.past.title}
        aria-valuetext={days[at]}
        onInput={(event) => {
          const step = Number(event.currentTarget.value);
          setPlaying(false);
          setHeld(step);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => {
            setHeld(null);
            show(step, "replace");
          }, AFTER);
        }}
      />
      <output class="number">{at >= newest ? `${days[newest]} ${words.past.newest}` : days[at]}</output>
    </div>
  );
}
