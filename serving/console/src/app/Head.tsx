import { useStore } from "../api/store";
import { Choice, Select } from "../parts/Choice";
import { capital } from "../parts/figures";
import { useSaid, useWords } from "../words";
import { useChosen, useCity } from "./city";
import { Fresh, type Freshness } from "./Freshness";
import { go, here, route } from "./route";

/** What is forecast, how far ahead, and how fresh it is. */
export function Head({ choosing, fresh }: { choosing: boolean; fresh: Freshness }) {
  const words = useWords();
  return (
    <div class="head" role="region" aria-label={words.shown}>
      {choosing && <Choosers />}
      <Fresh fresh={fresh} />
    </div>
  );
}

function Choosers() {
  const words = useWords();
  const said = useSaid();
  const city = useCity();
  const { target, horizon } = useChosen();
  useStore(route);
  if (!city || target === undefined) return null;
  const targets = city.targets.map((one) => ({ value: one.name, label: capital(said(one)) + (one.suspended ? words.suspended : "") }));
  const horizons = city.targets.find((one) => one.name === target)?.horizons ?? [];
  const choose = (value: string) => go(here({ target: value }));
  return (
    <>
      {targets.length > 1 && targets.length < 4 ? (
        <Choice kept label={words.target} value={target} options={targets} choose={choose} />
      ) : (
        <Select label={words.target} value={target} options={targets} choose={choose} />
      )}
      {horizons.length > 0 && (
        <Choice
          kept
          label={words.horizon}
          value={String(horizon)}
          options={horizons.map((one) => ({ value: String(one), label: words.short_next(one, city.period), long: words.next(one, city.period) }))}
          choose={(value) => go(here({ horizon: value }))}
        />
      )}
    </>
  );
}
