// How each source reports, and which districts it fails.
import { useMemo } from "preact/hooks";
import { useSources, type Source } from "../../api/health";
import { useStore } from "../../api/store";
import { language } from "../../app/preferences";
import { Empty, Missing } from "../../parts/Empty";
import { Icon } from "../../parts/Icon";
import { NOTHING } from "../../parts/figures";
import { Unbroken } from "../../parts/Unbroken";
import { useSaid, useWords } from "../../words";
import { own } from "./words";

export function Health() {
  const words = useWords(own);
  const shared = useWords();
  const data = useSources();
  if (!data.value) return <Missing data={data} />;
  const items = data.value.items;
  if (!items.length) return <div class="card"><Empty title={words.health.none}><p>{words.health.none_hint}</p></Empty></div>;
  const gap = items.some((one) => one.gap !== null);
  return (
    <>
      <p class="soft">{words.health.about} <Unbroken>{shared.freshness.as_of(data.value.snapshot.as_of)}</Unbroken></p>
      {gap && <p class="banner care"><Icon name="alarm" /><span>{words.health.call}</span></p>}
      <ul class="sources numbers">{items.map((one) => <li key={one.source} class="card padded"><OfSource one={one} /></li>)}</ul>
      {items.every((one) => one.verdict === null) && <p class="soft small">{words.health.part}</p>}
    </>
  );
}

function OfSource({ one }: { one: Source }) {
  const words = useWords(own);
  const said = useSaid();
  const chosen = useStore(language);
  const { columns, days } = words.health;
  const name = chosen === "zh" ? one.zh : one.source.replace(/_/g, " ");
  const fresh = one.freshness;
  const delay = one.delay_days;
  const failing = useMemo(() => (one.districts ?? []).filter((each) => each.gap !== null), [one]);
  const all = one.districts?.length ?? 0;
  const fact = (label: string, value: string) => <div key={label}><dt>{label}</dt><dd class="number">{value}</dd></div>;
  return (
    <>
      <div class="titles">
        <h2>{name}</h2>
        <span class={`verdict ${one.gap !== null ? "gap_" : (one.verdict ?? "unjudged")}`}>
          <span>{one.gap !== null ? words.health.gaps[one.gap] ?? one.gap : words.health.verdicts[one.verdict ?? "unjudged"]}</span>
        </span>
      </div>
      <dl class="facts-row">
        {fresh && fact(columns.newest, fresh.newest ?? NOTHING)}
        {fresh && fresh.quiet_days !== null && fact(columns.quiet, days(fresh.quiet_days))}
        {fresh && fresh.usual_days !== null && fact(columns.usual, days(fresh.usual_days))}
        {delay && delay.p50 !== null && fact(columns.delay, `${days(Number(delay.p50.toFixed(1)))} / ${delay.p95 === null ? NOTHING : days(Number(delay.p95.toFixed(1)))}`)}
        {one.refused !== undefined && one.refused !== null && fact(columns.refused, String(one.refused))}
      </dl>
      {(one.findings ?? []).length > 0 && <ul class="findings">{(one.findings ?? []).map((each) => <li key={each.en}><Unbroken>{said(each)}</Unbroken></li>)}</ul>}
      {all > 0 && (
        <p class="soft small">{failing.length ? words.health.districts(all - failing.length, all) : words.health.all_sound(all)}</p>
      )}
      {failing.length > 0 && (
        <ul class="failing">
          {failing.map((each) => (
            <li key={each.code}>
              <span class="gap"><span>{each.name}</span></span> {words.health.gaps[each.gap ?? ""] ?? each.gap}
              {each.freshness?.newest && <span class="soft number"> {columns.newest} {each.freshness.newest}</span>}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
