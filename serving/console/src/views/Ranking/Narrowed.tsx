// To what the ranking is narrowed: inside a unit, from a level up.
import { useStore } from "../../api/store";
import { here, go, route } from "../../app/route";
import { Select } from "../../parts/Choice";
import { RAISED } from "../../parts/Level";
import { usePlace } from "../../parts/place";
import { useWords } from "../../words";
import { own } from "./words";

export function Inside() {
  const words = useWords(own);
  const shared = useWords();
  const parent = useStore(route).query["parent"] ?? null;
  const place = usePlace(parent);
  if (parent === null) return null;
  return (
    <nav class="crumbs inside" aria-label={words.inside}>
      <a href={here({ parent: null, unit: place?.unit ?? "town" })}>{shared.whole_city}</a>
      <span>
        {place && `${shared.one_unit[place.unit]} `}
        <b>{place?.name ?? parent}</b>
      </span>
    </nav>
  );
}

export function Levels() {
  const words = useWords(own);
  const shared = useWords();
  const least = useStore(route).query["min_level"] ?? "";
  return (
    <Select
      label={words.min}
      value={least}
      options={[{ value: "", label: words.all }, ...RAISED.map((one) => ({ value: one, label: words.and_higher(shared.levels[one]) }))]}
      choose={(value) => go(here({ min_level: value || null }))}
    />
  );
}
