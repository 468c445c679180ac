"""The second city as a folder: exports, a mapping for its own word, truth, and a manifest that says how to load it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from experiments.skill.second.past import live
from experiments.skill.second.recording import OWN_MEANS, OWN_WORD, record
from experiments.skill.second.truth import truth
from experiments.skill.second.world import END

LAST_YEAR = 52
_NAMES = {
    "grids": "网格.csv", "demographics": "人口.csv", "disputes": "矛盾纠纷.csv", "petitions": "信访.csv", "hotline": "热线.parquet",
    "grid_reports": "网格事件.parquet", "hazards": "隐患.csv", "incidents": "事故.csv", "interventions": "服务.csv",
}  # fmt: skip


def write_city(
    folder: Path, *, grids: int = 1500, weeks: int = 208, seed: int = 1, truth_every: int = 4, futures: int = 800
) -> None:
    """Write a city into `folder`, with a truth at every `truth_every`-th week of its last year; deterministic by seed.

    `manifest.json` has the keys of that of `riskwarn simulate`, and a mapping beside a load that needs one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    past = live(grids, weeks, seed, range(truth_every, min(LAST_YEAR + 1, weeks // 2), truth_every))
    loads = []
    for source, table in record(past).items():
        if len(table) == 0:
            continue
        _write(table, folder / _NAMES[source])
        load = {"source": source, "files": [_NAMES[source]], "exported_at": END.isoformat()}
        loads.append({**load, "mapping": "事故.yaml"} if source == "incidents" else load)
    (folder / "事故.yaml").write_text(f"words:\n  category: {{{OWN_WORD}: {OWN_MEANS}}}\n", encoding="utf-8")
    truth(past, futures).to_parquet(folder / "truth.parquet", index=False)
    told = {"city": "另一市", "seed": seed, "grids": grids, "weeks": weeks, "as_of": END.isoformat(), "loads": loads}
    text = json.dumps({**told, "truth": "truth.parquet"}, ensure_ascii=False, indent=2)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")


def _write(table: pd.DataFrame, path: Path) -> None:
    if path.suffix == ".parquet":
        table.to_parquet(path, index=False)
    else:
        table.to_csv(path, index=False, encoding="utf-8-sig", date_format="%Y-%m-%d %H:%M:%S")
