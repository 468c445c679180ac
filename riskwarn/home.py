"""The home: one directory with the lake, the database, the models and the configuration of one city."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from riskwarn.configuration import Configuration
from riskwarn.contracts.checking import check_configuration
from riskwarn.declarations import read_yaml
from riskwarn.errors import HomeMissing, HomeNotEmpty, OutputRefused
from riskwarn.files import write_text
from riskwarn.messages import Message
from riskwarn.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

CONFIGURATION = "riskwarn.yaml"
ID_KEY = "id.key"

TEMPLATE = """\
# The declarations of one city. Every key has a default; docs/configuration.md lists them all.
city: 示例市
period: week            # day, week (starts Monday) or month
timezone: Asia/Shanghai
horizons: [1, 4, 12]    # periods ahead
"""


@dataclass(frozen=True)
class Home:
    """An opened home. Made by :func:`open_home`."""

    path: Path
    configuration: Configuration
    settings: Settings

    @property
    def lake(self) -> Path:
        """Folder of the Parquet files that the manifest lists."""
        return self.path / "lake"

    @property
    def features(self) -> Path:
        """Folder of built feature tables."""
        return self.path / "features"

    @property
    def artifacts(self) -> Path:
        """Folder of models and reports in the embedded default."""
        return self.path / "artifacts"

    @property
    def snapshots(self) -> Path:
        """Folder of published snapshots."""
        return self.path / "snapshots"

    @property
    def boundaries(self) -> Path:
        """Folder of the borders that maps show, each file named by what it holds."""
        return self.path / "boundaries"

    @property
    def tracking_uri(self) -> str:
        """Where MLflow keeps runs and the registry."""
        return self.settings.tracking_uri or _sqlite(self.path / "mlflow.db")

    @cached_property
    def database(self) -> Engine:
        """The operational database."""
        from riskwarn.database import open_database, open_file

        url = self.settings.database_url
        return open_database(url) if url is not None else open_file(_private(self.path / "riskwarn.db"))

    @cached_property
    def id_key(self) -> bytes:
        """The secret with which record ids are digested; it never leaves the home."""
        return bytes.fromhex((self.path / ID_KEY).read_text(encoding="ascii").strip())


def _private(file: Path) -> Path:
    """Make a file for its owner alone, where it is missing and can be made."""
    with suppress(OSError):
        file.touch(mode=0o600)
    return file


def _sqlite(file: Path) -> str:
    """The URL of an SQLite file, whatever its path holds."""
    from sqlalchemy import URL

    url = URL.create("sqlite", database=str(_private(file))).render_as_string()
    # MLflow makes the folder that a plain sqlite:/// names, and does not undo what is escaped in it.
    return url.replace("sqlite:", "sqlite+pysqlite:", 1) if "%" in url else url


def open_home(path: Path, settings: Settings) -> Home:
    """Open an existing home; raise HomeMissing or ConfigurationInvalid."""
    path = path.expanduser().resolve()
    if not (path / CONFIGURATION).is_file() or not (path / ID_KEY).is_file():
        raise HomeMissing(path=path)
    return Home(path, _declared(path / CONFIGURATION), settings)


def _declared(path: Path) -> Configuration:
    configuration = read_yaml(path, Configuration)
    check_configuration(configuration, path)
    return configuration


def make_home(path: Path, settings: Settings, configuration: Path | None = None, *, force: bool = False) -> Home:
    """Make a home in a new or empty folder, or complete an existing one; what is there stays as it is.

    The home is its owner's alone (0700). `configuration` becomes its riskwarn.yaml (checked first); another that is
    there is replaced with `force` only. Raises HomeNotEmpty, ConfigurationInvalid, OutputRefused.
    """
    path = path.expanduser().resolve()
    text = TEMPLATE
    if configuration is not None:
        _declared(configuration)
        text = _text(configuration)
    ours = (path / CONFIGURATION).exists() or (path / ID_KEY).exists()
    if path.exists() and not path.is_dir():
        raise HomeNotEmpty(path=path, example=Message("it is a file"))
    if path.is_dir() and not ours and (strangers := sorted(entry.name for entry in path.iterdir())):
        raise HomeNotEmpty(path=path, example=strangers[0])
    declared = path / CONFIGURATION
    if configuration is not None and declared.exists() and not force and _text(declared) != text:
        problem = "the home has a configuration of its own; change that, or replace it with --force"
        raise OutputRefused(file=declared, problem=problem)
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    if not declared.exists() or (configuration is not None and _text(declared) != text):
        write_text(declared, text)
    if not (path / ID_KEY).exists():
        write_text(path / ID_KEY, secrets.token_hex(32) + "\n")
        (path / ID_KEY).chmod(0o600)
    home = open_home(path, settings)
    for folder in (home.lake, home.features, home.artifacts, home.snapshots, home.boundaries):
        folder.mkdir(mode=0o700, exist_ok=True)
    home.database.dispose()
    return home


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8-sig")
