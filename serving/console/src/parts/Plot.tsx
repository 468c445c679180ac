// A line over time, drawn by uPlot in the colours of the page. Its numbers stand beside it in words or in a table for whoever cannot see it.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useStore } from "../api/store";
import { language, shade } from "../app/preferences";
import { inkOf } from "./ink";
import { moment, zone } from "./moments";

export interface Line {
  label: string;
  values: readonly (number | null)[];
  /** A colour of tokens.css, without its dashes: "accent". */
  color: string;
  dashed?: boolean;
  /** Fill the band between this line and the next, as between the ends of an interval. */
  band?: boolean;
  hidden?: boolean;
}

interface Asked {
  /** What it shows, in a sentence. */
  label: string;
  /** Days (2026-06-29) or moments, oldest first. */
  at: readonly string[];
  lines: readonly Line[];
  height?: number;
  /** How a value is written. */
  write: (value: number) => string;
}

export function Plot({ label, at, lines, height = 180, write }: Asked) {
  const box = useRef<HTMLDivElement>(null);
  const light = useStore(shade);
  const said = useStore(language);
  useEffect(() => {
    const place = box.current;
    if (!place) return;
    const seconds = at.map((one) => Date.parse(one) / 1000);
    const axis = { stroke: inkOf("soft"), grid: { stroke: inkOf("line"), width: 1 }, ticks: { show: false }, font: `12px ${inkOf("font")}` };
    const options: uPlot.Options = {
      width: place.clientWidth,
      height,
      legend: { show: false },
      cursor: { y: false, points: { size: 7 } },
      tzDate: (second) => uPlot.tzDate(new Date(second * 1000), zone),
      // From nothing up: a line that is cut off below makes much of little.
      scales: { y: { range: (_, least, most) => [Math.min(0, least), most > 0 ? 1.08 * most : 1] } },
      axes: [
        { ...axis, values: (_, splits) => splits.map((one) => moment(one * 1000, { day: true })), space: 70 },
        { ...axis, values: (_, splits) => splits.map(write), size: 58 },
      ],
      series: [
        {},
        ...lines.map((one) => ({
          label: one.label,
          stroke: one.hidden ? "transparent" : inkOf(one.color),
          width: 2,
          dash: one.dashed ? [5, 4] : [],
          points: { show: at.length < 30 && !one.hidden },
          spanGaps: false,
        })),
      ],
      bands: lines.flatMap((one, index) => (one.band ? [{ series: [index + 1, index + 2] as [number, number], fill: inkOf("accent-soft") }] : [])),
    };
    const plot = new uPlot(options, [seconds, ...lines.map((one) => [...one.values])], place);
    const resized = "ResizeObserver" in window ? new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height })) : null;
    resized?.observe(place);
    return () => {
      resized?.disconnect();
      plot.destroy();
    };
  }, [at, lines, height, light, said]);
  return <div class="plot" role="img" aria-label={label} ref={box} />;
}
