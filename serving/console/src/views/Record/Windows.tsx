// Window after window: what was expected, what came, and where it was furthest off.
import { go, here } from "../../app/route";
import { count, NOTHING, percent, span } from "../../parts/figures";
import { useWords } from "../../words";
import { ends, type Window } from "./figures";
import { own } from "./words";

const SHOWN = 12;

const expected = (one: Window): number | null => one.levels["city"]?.expected ?? one.levels["grid"]?.expected ?? null;

export function Windows({ rows, chosen }: { rows: readonly Window[]; chosen: Window }) {
  const words = useWords(own);
  const shown = rows.slice(0, SHOWN);
  const most = Math.max(...shown.flatMap((one) => [expected(one) ?? 0, ends(one.events_between)?.[1] ?? 0]), 1);
  const { columns } = words.windows;
  return (
    <section class="card padded">
      <h2>{words.windows.title}</h2>
      <p class="soft small">{words.windows.about}</p>
      <div class="scrolled" tabIndex={0} role="region" aria-label={words.windows.title}>
        <table class="figures windows">
          <thead>
            <tr>
              <th scope="col">{columns.window}</th>
              <th scope="col" class="drawing"><span class="unseen">{words.windows.title}</span></th>
              {([columns.expected, columns.came, columns.caught] as const).map((one) => <th key={one} scope="col" class="right">{one}</th>)}
              <td />
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => {
              const caught = one.levels["grid"]?.capture_10 ?? null;
              const at = one === chosen;
              return (
                <tr key={one.snapshot} aria-current={at ? "true" : undefined}>
                  <th scope="row" class="number">
                    {words.windows.from(one.as_of, one.window_end)}
                    {(one.late || !one.counted) && one.events !== null && <small class="soft"> {one.late ? words.windows.late : words.windows.uncounted}</small>}
                  </th>
                  <td class="drawing"><Compared one={one} most={most} /></td>
                  <td class="right number">{count(expected(one))}</td>
                  <td class="right number"><Came between={ends(one.events_between)} /></td>
                  <td class="right number">{caught === null ? <span class="soft">{words.windows.few}</span> : percent(caught)}</td>
                  <td class="right">
                    {at ? <span class="soft small">{words.windows.chosen}</span> : (
                      <button type="button" class="button small only-screen" aria-label={`${words.windows.show} ${words.windows.from(one.as_of, one.window_end)}`} onClick={() => go(here({ window: one.as_of }), "replace")}>
                        {words.windows.show}
                      </button>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** How much came, from the least to the most that it may be. */
export function Came({ between }: { between: [number, number] | null }) {
  return <b>{between === null ? NOTHING : span(...between)}</b>;
}

/** A ring at what was expected over a bar up to what came; its end fades from the least to the most that it may be. */
function Compared({ one, most }: { one: Window; most: number }) {
  return <Line foreseen={expected(one)} came={ends(one.events_between)} most={most} />;
}

export function Line({ foreseen, came, most }: { foreseen: number | null; came: [number, number] | null; most: number }) {
  const at = (value: number) => `${(2 + (94 * value) / most).toFixed(1)}%`;
  const wide = (from: number, upTo: number) => `${Math.max((94 * (upTo - from)) / most, 0.4).toFixed(1)}%`;
  return (
    <svg class="compared" width="100%" height="16" aria-hidden="true">
      <line class="ground" x1="2%" x2="98%" y1="8" y2="8" />
      {came && <rect class="came" x="2%" y="4" height="8" width={wide(0, came[0])} rx="2" />}
      {came && came[1] > came[0] && <rect class="perhaps" x={at(came[0])} y="4" height="8" width={wide(came[0], came[1])} rx="2" />}
      {foreseen !== null && <circle cx={at(foreseen)} cy="8" r="5" />}
    </svg>
  );
}
