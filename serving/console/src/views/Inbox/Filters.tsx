// To what the list is narrowed; all of it stands in the address.
import { useMemo } from "preact/hooks";
import { called, unitOf } from "../../api/notices";
import { useStore } from "../../api/store";
import type { Alert, Life } from "../../api/types";
import { useCity } from "../../app/city";
import { go, here, route } from "../../app/route";
import { Select } from "../../parts/Choice";
import { capital } from "../../parts/figures";
import { RAISED } from "../../parts/Level";
import { useSaid, useWords } from "../../words";
import { own } from "./words";

const FILTERS = ["status", "town", "team", "level", "about", "overdue"] as const;

/** Whether the list is narrowed. */
export const narrowedBy = (query: Readonly<Record<string, string>>): boolean => FILTERS.some((name) => query[name]);

/** A link to the whole list. */
export const unnarrowed = (): string => here(Object.fromEntries(FILTERS.map((name) => [name, null])));

export function Filters({ list, life, items }: { list: "work" | "ended"; life: Life | null; items: readonly Alert[] }) {
  const words = useWords(own);
  const shared = useWords();
  const said = useSaid();
  const city = useCity();
  const { query } = useStore(route);
  // The towns that have any; the one that is chosen stays, also where it has none any more.
  const towns = useMemo(() => {
    const found = new Map<string, string>();
    for (const one of items) {
      const town = unitOf(one, "town");
      if (town) found.set(town.code, town.name);
    }
    const chosen = query["town"];
    if (chosen && !found.has(chosen)) found.set(chosen, life?.teams.find((one) => one.code === chosen && one.unit === "town")?.name ?? chosen);
    return [...found].sort(([, one], [, other]) => one.localeCompare(other, "zh"));
  }, [items, query["town"], life]);
  const set = (name: string) => (value: string) => go(here({ [name]: value || null }));
  const statuses = Object.keys(life?.statuses ?? {}).filter((one) => life?.live.includes(one) === (list === "work"));
  const narrowed = narrowedBy(query);
  return (
    <div class="filters" role="group" aria-label={words.filters}>
      <Select label={words.town} value={query["town"] ?? ""} options={[{ value: "", label: words.all_towns }, ...towns.map(([value, label]) => ({ value, label }))]} choose={set("town")} />
      <Select label={words.team} value={query["team"] ?? ""} options={[{ value: "", label: words.all_teams }, ...(life?.teams ?? []).map((one) => ({ value: one.id, label: one.name }))]} choose={set("team")} />
      <Select label={words.status} value={query["status"] ?? ""} options={[{ value: "", label: words.all_statuses }, ...statuses.map((value) => ({ value, label: life ? capital(called(life.statuses, value, said)) : value }))]} choose={set("status")} />
      <Select label={words.level} value={query["level"] ?? ""} options={[{ value: "", label: words.all_levels }, ...RAISED.map((value) => ({ value, label: capital(shared.levels[value]) }))]} choose={set("level")} />
      {(city?.targets.length ?? 0) > 1 && (
        <Select label={words.target} value={query["about"] ?? ""} options={[{ value: "", label: words.all_targets }, ...(city?.targets ?? []).map((one) => ({ value: one.name, label: capital(said(one)) }))]} choose={set("about")} />
      )}
      {list === "work" && (
        <label class="tick">
          <input type="checkbox" checked={query["overdue"] === "1"} onChange={(event) => set("overdue")(event.currentTarget.checked ? "1" : "")} />
          {words.overdue}
        </label>
      )}
      {narrowed && <a class="button bare" href={unnarrowed()}>{words.clear}</a>}
    </div>
  );
}
