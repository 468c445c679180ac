// How the sources report of its district: what is not reported is no low risk.
import { useSources, type Reports } from "../../api/health";
import type { Portrait } from "../../api/types";
import { useSourceNames } from "../../app/city";
import { Unbroken } from "../../parts/Unbroken";
import { useSaid, useWords } from "../../words";
import { own } from "./words";

export function Health({ grid }: { grid: Portrait }) {
  const words = useWords(own);
  const shared = useWords();
  const said = useSaid();
  const named = useSourceNames();
  const found = useSources();
  const stands = (one: Reports) => {
    if (one.gap === "silent" || one.freshness?.silent) return "silent";
    if (one.gap === "short" || one.volume?.short) return "short";
    return one.freshness ? (one.freshness.late ? "late" : "sound") : "unknown";
  };
  return (
    <>
      <h2>{words.health}</h2>
      <p class="soft small">{grid.district.name} · {shared.gap.means}</p>
      <table class="health">
        <thead><tr>{words.health_columns.map((one) => <th key={one} scope="col">{one}</th>)}</tr></thead>
        <tbody>
          {(found.value?.items ?? []).map((one) => {
            const here = one.districts?.find((each) => each.code === grid.district.code) ?? one;
            const how = stands(here);
            const findings = (one.findings ?? []).filter((each) => each.district === grid.district.code);
            return (
              <tr key={one.source}>
                <th scope="row">{named(one.source)}</th>
                <td class="number">{here.freshness?.newest ?? "—"}</td>
                <td>
                  {how === "sound" || how === "unknown" ? words[how] : <span class="gap"><span>{words[how]}</span></span>}
                  {findings.map((each) => <small key={each.en} class="soft"><Unbroken>{said(each)}</Unbroken></small>)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </>
  );
}
