// One window: where it was furthest off, and each district.
import { to } from "../../app/route";
import { count, span } from "../../parts/figures";
import { Unbroken } from "../../parts/Unbroken";
import { useWords } from "../../words";
import { ends, type Window } from "./figures";
import { Line } from "./Windows";
import { own } from "./words";

export function OfWindow({ one }: { one: Window }) {
  const words = useWords(own);
  return (
    <section class="card padded" aria-labelledby="of-window">
      <h2 id="of-window"><Unbroken>{words.window.title(one.as_of, one.window_end)}</Unbroken></h2>
      <div class="off">
        <Off title={words.window.misses} hint={words.window.misses_hint} units={one.misses} />
        <Off title={words.window.false_alarms} hint={words.window.false_alarms_hint} units={one.false_alarms} />
      </div>
      <Districts one={one} />
    </section>
  );
}

function Off({ title, hint, units }: { title: string; hint: string; units: Window["misses"] }) {
  const words = useWords(own);
  const shared = useWords();
  return (
    <div>
      <h3>{title}</h3>
      <p class="soft small">{units.length ? hint : words.window.none}</p>
      <ul class="furthest">
        {units.map((one) => (
          <li key={one.unit + one.code}>
            <a href={to("ranking", null, { unit: "grid", parent: one.code })}>{one.name}</a> <small class="soft">{shared.one_unit[one.unit]}</small>
            <span class="number">{words.window.expected(count(one.expected))}{shared.comma}<b>{words.window.came(one.observed)}</b></span>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function Districts({ one }: { one: Window }) {
  const words = useWords(own);
  const shared = useWords();
  const most = Math.max(...one.districts.flatMap((each) => [each.expected, ends(each.between)?.[1] ?? 0]), 1);
  return (
    <div class="districts">
      <h3>{words.window.districts}</h3>
      {one.districts.length === 0 ? (
        <p class="soft small">{words.window.no_districts}</p>
      ) : (
        <>
          <ul class="furthest">
            {one.districts.map((each) => (
              <li key={each.code}>
                <a href={to("ranking", null, { unit: "town", parent: each.code })}>{each.name}</a>
                <Line foreseen={each.expected} came={ends(each.between)} most={most} />
                <span class="number">{words.window.expected(count(each.expected))}{shared.comma}<b>{words.window.came(span(...(ends(each.between) ?? [0, 0])))}</b></span>
              </li>
            ))}
          </ul>
          <p class="soft small">{words.window.no_yardstick}</p>
        </>
      )}
    </div>
  );
}
