"""One load: files in, record versions and an account out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from riskwarn.contracts import contract, required
from riskwarn.contracts.checking import check_mapping
from riskwarn.contracts.controlled import refuse_register
from riskwarn.contracts.schema import TABLES
from riskwarn.declarations import zone
from riskwarn.errors import FileMissing, FileUnreadable
from riskwarn.files import sha256
from riskwarn.health import prospects
from riskwarn.home import CONFIGURATION, Home
from riskwarn.ingest.batches import whole
from riskwarn.ingest.columns import Columns, match, opinions, refuse_side_by_side, require
from riskwarn.ingest.heading_finder import heading_finder
from riskwarn.ingest.heading_words import plain_heading
from riskwarn.ingest.loading.account import Account, together
from riskwarn.ingest.loading.export_date import refuse_future
from riskwarn.ingest.loading.guard import Guard
from riskwarn.ingest.loading.home_places import UNIT_NAMES, HomePlaces
from riskwarn.ingest.loading.kept_rules import kept_rules
from riskwarn.ingest.loading.remembered import mapping_in_force
from riskwarn.ingest.loading.stream import new_events
from riskwarn.ingest.loading.tables_of_sheet import all_tables
from riskwarn.ingest.loading.tabular import new_rows
from riskwarn.ingest.mapping_proposal.hints import POINTS, SYSTEM_ASSUMED, also_hint, also_of
from riskwarn.ingest.mapping_proposal.registers import refuse_opened
from riskwarn.ingest.mapping_proposal.titles import TitlesSeen
from riskwarn.ingest.mapping_proposal.told_apart import told_apart
from riskwarn.ingest.places.landing import by_rung, landed
from riskwarn.ingest.reading import Reading
from riskwarn.ingest.redaction import kept_account, kept_heading, kept_name, kept_title
from riskwarn.ingest.refusals import Refusals
from riskwarn.ingest.screening import screened, without_people
from riskwarn.ingest.sheets import held_open, open_sheet, sheet_names
from riskwarn.ingest.tables.ended import ended_grids
from riskwarn.ingest.values.levels import MOST_LEVELS, holds_paths
from riskwarn.ingest.values.shares import says_share
from riskwarn.mapping import Mapping, chosen_mapping
from riskwarn.messages import Message
from riskwarn.progress import Progress, silent
from riskwarn.store import Load, Store, writing
from riskwarn.store.repairs import settle


def ingest(
    home: Home,
    source: str,
    files: Sequence[Path],
    *,
    mapping: Path | None = None,
    preset: str | None = None,
    exported_at: datetime | None = None,
    database: str | None = None,
    sheet: str | None = None,
    rules: Mapping | None = None,
    force: bool = False,
    foretell: bool = True,
    now: datetime,
    progress: Progress = silent,
) -> Account:
    """Load exports of one source, each file as a load of its own.

    Parameters
    ----------
    mapping : a YAML file that replaces the mapping of the configuration.
    preset : the packaged mapping of a usual department, on which `mapping` builds where both are given.
    exported_at : when the department took the export; else the time of the load, or of the earlier load of the same file.
    database : URL of the database that queries (files ending in .sql) are asked of.
    sheet : the title or number of the one sheet that is read of each workbook, or "all"; else every one that fits.
    rules : the mapping itself, where it is known already; else `mapping` and `preset` say it.
    force : load a file that looks like another source, is far too large, or rewrites what was written at registration.
    foretell : say at the end what of the source counts towards no target; who loads file by file asks once, after the last.
    now : the time of the load (aware).

    Raises UnknownSource, FileMissing, FileUnreadable, FileEmpty, ColumnMissing, HeadingClash, TablesSideBySide, PrivateColumn, RefusedWord,
    GridsMissing, ConfigurationInvalid, SettingInvalid, SheetMissing, SheetsDiffer, SheetUnfit, ExportInFuture, PetitionsElsewhere; without `force`
    FileOfAnotherSource, PresetOfAnotherSource, LoadTooLarge, RecordsRewritten. Nothing of a file that raises is stored.
    """
    declared = contract(source, home.configuration)
    refuse_future(exported_at, now)
    own = home.configuration.sources[source].mapping
    known = rules is not None
    rules = rules or chosen_mapping(own, mapping, preset)
    if mapping is not None:
        check_mapping(declared, rules, mapping)
    elif preset is None and not known:
        check_mapping(declared, rules, home.path / CONFIGURATION, ("sources", source, "mapping"))
    for file in files:
        if file.is_dir():
            raise FileUnreadable(file=file, problem="this is a folder; name the files in it")
        if not file.is_file():
            raise FileMissing(file=file)
    accounts, places = [], HomePlaces(Store(home))
    for index, file in enumerate(files):
        progress(f"loading {source}", index, len(files))
        with writing(home, progress), held_open():
            of_file, settled = rules, None
            if not (mapping or preset or known):
                of_file, settled = mapping_in_force(home, source, file, sheet)
            if settled is not None:
                check_mapping(declared, of_file, settled)
            guard = Guard(file.name, declared, home.configuration.sources, force, settled=settled is not None)
            accounts.append(
                load_file(
                    home,
                    file,
                    of_file,
                    guard,
                    places=places,
                    exported_at=exported_at,
                    database=database,
                    sheet=sheet,
                    now=now,
                )
            )
    progress(f"loading {source}", len(files), len(files))
    foretold = prospects(Store(home), home.configuration, source=source, feeds=False) if foretell else []
    return replace(together(source, accounts), targets=tuple(note for one in foretold for note in one.notes))


def load_file(
    home: Home,
    file: Path,
    rules: Mapping,
    guard: Guard,
    *,
    places: HomePlaces,
    exported_at: datetime | None = None,
    database: str | None = None,
    sheet: str | None = None,
    now: datetime,
) -> Account:
    """Load one file by a mapping that is settled; the caller holds the store's pen, and gives the same `places` to every load.

    Raises what :func:`ingest` raises.
    """
    started = time.perf_counter()
    declared = guard.contract
    guard.preset(rules)
    source, store = declared.source, Store(home)
    digest = sha256(file)
    # A query is no file: whoever asks it again takes a new export.
    earlier = None if file.suffix.lower() == ".sql" else store.exported_at(source, digest)
    exported = exported_at or earlier or now
    kind = source if source in TABLES else "events"
    finder = TitlesSeen(heading_finder(kind, rules))
    opened = open_sheet(file, finder, database, sheet=sheet)
    refuse_register(file.name, [file.stem, *opened.titles])
    if not guard.settled:
        refuse_opened(file.name, opened, finder.above(opened.headings), rules)
    guard.titles(finder.lines(opened.headings), opened.titles or sheet_names(file), opened.headings)
    guard.headings(opened.headings)
    refuse_side_by_side(opened.headings, kind, rules, file.name)
    rules = told_apart(file, home.configuration, source, rules, opened.headings, database=database, sheet=sheet)
    columns = match(opened.headings, kind, rules, file.name)
    for ruling in (source, *guard.like):
        columns = without_people(columns, ruling)
    units = places.units()
    kept = kept_name(file.name, home.id_key, units)
    titles = {title: kept_title(title, home.id_key, units) for title in opened.titles}
    for fields in required(kind, rules):
        require(columns, fields, opened.headings, kind, file.name, opened.others, rules.always)
    headings = {name: opened.headings[position] for name, position in columns.positions.items()}
    if paths := holds_paths(plain_heading(headings.get("category", ""))):
        levels = (f"category_detail_{number}" for number in range(2, 2 * MOST_LEVELS))
        headings = {**dict.fromkeys(levels, headings["category"]), **headings}
    first = Reading(
        source=source,
        mapping=rules,
        zone=zone(rules.timezone or home.configuration.timezone),
        exported_at=exported,
        key=home.id_key,
        categories=declared.categories,
        earliest=home.configuration.earliest_date,
        notes=[
            *filter(None, [rules.told]),
            *opened.notes,
            *columns.notes,
            *_hints(source, columns, opened.headings, rules),
        ],
        opinions=opinions(columns, opened.headings),
        paths=paths,
        open_shares=frozenset(name for name, at in columns.positions.items() if not says_share(opened.headings[at])),
    )
    rows = all_tables(opened, columns, first, guard)
    refused = Refusals(kept, {name: kept_heading(one) for name, one in headings.items()}, opened.origin, titles)
    if declared.events:
        table, told, read, sound_ids = new_events(first, store, places, rows, exported, refused)
        guard.versions(store, table, told, rules)
    else:
        reading = screened(whole(rows))
        table, told, keys = new_rows(reading, store, exported)
        if source == "grids":
            # A file of grids is called by units that it brings itself.
            units |= {word for name in UNIT_NAMES for word in table[name].to_pylist() if word}
            kept = refused.file = kept_name(file.name, home.id_key, units)
            titles.update({title: kept_title(title, home.id_key, units) for title in opened.titles})
        refused.add(reading, keys)
        if source == "grids":
            calendar = home.configuration.calendar
            today = now.astimezone(calendar.timezone).date()
            first.notes.extend(ended_grids(store, table, today, calendar))
        read = len(reading) + len(reading.ragged)
        sound = keys.filter(pa.array(~reading.faults.any)).drop_null()
        sound_ids = pd.Series(sound.to_numpy(), dtype=np.int64)
    corrected = int(told.corrected.sum())
    account = Account(
        source=source,
        read=read + sum(first.left_out),
        accepted=int(told.accepted.sum()),
        duplicates=int(told.duplicates.sum()),
        corrected=corrected,
        quarantined=len(refused.rows),
        dropped_columns=(*columns.dropped, *first.dropped),
        left_out=sum(first.left_out),
        seconds=time.perf_counter() - started,
        file=file.name,
        sheets=tuple(titles.values()),
        reasons=refused.reasons(),
        notes=(
            *guard.notes,
            *_loaded_before(store.loads_of(source, digest, tuple(titles.values())) if corrected else []),
            *first.told(),
            *refused.notes(first.ruled_out),
            *landed(first.placed, columns.positions, "places" in store.sources()),
        ),
        located=by_rung(first.placed),
        unknown_words=first.tallies.as_dict(),
        forced=tuple(guard.forced),
    )
    ledger = kept_account(account.as_dict(), file.name, kept, opened.headings)
    # By what it was read: a repaired file is read by the same.
    ledger["rules"] = kept_rules(rules.model_dump(mode="json", exclude_unset=True), opened.headings)
    load = Load(source, kept, digest, now, exported, ledger, list(told.leans_on))
    load_id = store.commit_load(load, table, refused.rows, first.not_loaded.rows())
    settle(home, load_id, sound_ids)
    return account


def _hints(source: str, columns: Columns, headings: Sequence[str], rules: Mapping) -> list[str]:
    """What the file could give and this load does not take for granted."""
    hints: list[str] = []
    if POINTS & set(columns.positions) and "coordinates" not in rules.model_fields_set:
        hints.append(SYSTEM_ASSUMED)
    if other := also_of(source, headings):
        hints.append(also_hint(other))
    return hints


def _loaded_before(loads: Sequence[int]) -> list[str]:
    """What is said where a file that was loaded corrects itself: its mapping was mended since."""
    if not loads:
        return []
    said = (
        "the same file is read otherwise than before (load {load}): what is new in it counts as known from its export on, and not for "
        "the past; where a mapping was mended, riskwarn loads undo {load} --with-later, and load it again"
    )
    return [Message(said, load=loads[0])]
