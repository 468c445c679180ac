// How fresh what is shown is: it turns stale by itself at its end, and says at once when the server is gone.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { connection, now } from "../api/client";
import { useStore } from "../api/store";
import { Icon } from "../parts/Icon";
import { moment } from "../parts/moments";
import { Unbroken } from "../parts/Unbroken";
import { useWords } from "../words";
import { useChosen, useCity } from "./city";
import { here, route } from "./route";

export interface Freshness {
  asOf: string | null;
  until: string | null;
  /** The newest has passed its end. */
  stale: boolean;
  /** A past day was chosen, which has ended, and nothing is to be done about it. */
  past: boolean;
}

/** Longer than that no browser waits in one go. */
const MOST = 2 ** 31 - 1;

/** How fresh a view is that shows the chosen day, or else how it stands now. */
export function useFreshness(ofDay = true): Freshness {
  const city = useCity();
  const chosen = useChosen();
  const { asOf, publication } = ofDay ? chosen : { asOf: undefined, publication: city?.current };
  const end = city ? Date.parse(city.current.valid_until) : null;
  const [, passed] = useState(0);
  const stale = end !== null && now() >= end;
  useEffect(() => {
    if (end === null || stale) return;
    const timer = setTimeout(() => passed((one) => one + 1), Math.min(end - now() + 50, MOST));
    return () => clearTimeout(timer);
  });
  return { asOf: asOf ?? publication?.as_of ?? null, until: publication?.valid_until ?? null, stale: stale && asOf === undefined, past: asOf !== undefined };
}

export function Fresh({ fresh }: { fresh: Freshness }) {
  const words = useWords();
  const { alive } = useStore(connection);
  if (!alive) return <p class="fresh alarm"><b>{words.freshness.gone_short}</b></p>;
  if (fresh.asOf === null) return null;
  return (
    <p class={`fresh${fresh.stale ? " alarm" : fresh.past ? " care" : ""}`}>
      <b class="number">{words.freshness.as_of(fresh.asOf)}</b>
      <span>{fresh.stale ? words.freshness.stale_short : fresh.past ? words.freshness.past_short : fresh.until && words.freshness.until(moment(fresh.until))}</span>
    </p>
  );
}

export function Banners({ fresh, children }: { fresh: Freshness; children?: ComponentChildren }) {
  const words = useWords();
  const { alive, since } = useStore(connection);
  useStore(route);
  return (
    <div class="banners" role="status">
      {!alive && (
        <p class="banner alarm">
          <Icon name="alarm" />
          <span>{words.freshness.gone(moment(since))}</span>
        </p>
      )}
      {alive && fresh.stale && fresh.until && (
        <p class="banner alarm">
          <Icon name="clock" />
          <span>{words.freshness.stale(moment(fresh.until))}</span>
        </p>
      )}
      {fresh.past && fresh.asOf && (
        <p class="banner care">
          <Icon name="clock" />
          <span><Unbroken>{words.freshness.past(fresh.asOf)}</Unbroken></span>
          <a class="button" href={here({ as_of: null })}>{words.freshness.newest}</a>
        </p>
      )}
      {children}
    </div>
  );
}
