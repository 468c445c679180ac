"""Calgary's files as riskwarn takes them: the table of grids, and residents at the last census."""

from __future__ import annotations

from pathlib import Path

import pandas as pd


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
