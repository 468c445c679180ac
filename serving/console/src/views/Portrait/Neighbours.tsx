// The other grids of its community.
import type { Portrait } from "../../api/types";
import { useData } from "../../api/watch";
import { to } from "../../app/route";
import { percent } from "../../parts/figures";
import { Level } from "../../parts/Level";
import { useWords } from "../../words";
import { own } from "./words";

export function Neighbours({ grid, block, day }: { grid: Portrait; block: { target?: string; horizon?: number }; day: { as_of?: string } }) {
  const words = useWords(own);
  const found = useData("/v1/scores", { ...block, ...day, unit: "grid", parent: grid.community.code, limit: 100 });
  const others = (found.value?.items ?? []).filter((one) => one.code !== grid.grid_id);
  return (
    <>
      <h2>{words.neighbours}</h2>
      {found.value && !others.length && <p class="soft">{words.neighbours_none}</p>}
      <ul class="of-grid beside-it">
        {others.map((one) => (
          <li key={one.code}>
            <a href={to("grid", one.code)}>{one.name}</a>
            <b class="number">{percent(one.score)}</b>
            <Level level={one.level} />
          </li>
        ))}
      </ul>
    </>
  );
}
