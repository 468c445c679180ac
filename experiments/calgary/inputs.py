"""Calgary's files as riskwarn takes them: the table of grids, and residents at the last census; and a home with them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd

from riskwarn.home import Home, make_home
from riskwarn.ingest import Account, ingest
from riskwarn.settings import Settings

#: The as-ofs at which Calgary is judged, monthly.
START, END = date(2023, 1, 1), date(2024, 9, 1)


def calgary(data: Path, path: Path, settings: Settings) -> tuple[Home, list[Account]]:
    """A home at `path` with Calgary's files in `data` loaded, and the account of each load."""
    home = make_home(path, settings, Path(__file__).with_name("riskwarn.yaml"))
    files = write_inputs(data, home.path / "inputs")
    return home, [ingest(home, source, [file], now=datetime.now(UTC)) for source, file in files.items()]


def write_inputs(data: Path, folder: Path) -> dict[str, Path]:
    """Write grids.csv (the codes that occur in the crime file) and demographics.csv; the crime file is taken as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    crime = data / "crime.csv.gz"
    codes = sorted(pd.read_csv(crime, usecols=["comm_code"], keep_default_na=False)["comm_code"].unique())
    places = pd.read_csv(data / "communities.csv.gz", dtype=str, keep_default_na=False).drop_duplicates("comm_code")
    places = places.set_index("comm_code").reindex([code for code in codes if code])
    sector = places["sector"].where(places["sector"].notna() & (places["sector"] != ""), "UNKNOWN")
    ward = places["ward_num"].where(places["ward_num"].notna() & (places["ward_num"] != ""), "0")
    grids = pd.DataFrame(
        {
            "grid_id": places.index,
            "name": places["name"].fillna(pd.Series(places.index, index=places.index)),
            "community": places.index,
            "community_name": places["name"].fillna(pd.Series(places.index, index=places.index)),
            "town": sector + "/" + ward,
            "town_name": sector + "/" + ward,
            "district": sector,
            "district_name": sector,
        }
    )
    grids.to_csv(folder / "grids.csv", index=False)
    census = pd.read_csv(data / "population.csv.gz", dtype={"comm_code": str}, keep_default_na=False)
    census["population"] = pd.to_numeric(census["population"], errors="coerce")
    census = census[
        census["comm_code"].isin(places.index)
        & census["population"].notna()
        & (census["census_year"].astype(int) >= 2015)
    ]
    people = pd.DataFrame(
        {
            "grid_id": census["comm_code"],
            "valid_from": census["census_year"].astype(str) + "-07-01",
            "population": census["population"].astype(int),
        }
    )
    people.drop_duplicates(["grid_id", "valid_from"], keep="last").to_csv(folder / "demographics.csv", index=False)
    return {"grids": folder / "grids.csv", "demographics": folder / "demographics.csv", "crime": crime}
