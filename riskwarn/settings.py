"""What differs from machine to machine, read from environment variables once, at the command line."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from riskwarn.errors import SettingInvalid
from riskwarn.messages import LANGUAGES

_ACTS_FOR = re.compile(r"[A-Za-z0-9_.-]{1,64} [A-Za-z0-9:.%]{1,64} ([a-z0-9_]{1,32}|-) up[a-p0-9]{12}")


@dataclass(frozen=True)
class Settings:
    """Addresses and limits of this machine; everything about the city is in riskwarn.yaml."""

    #: RISKWARN_HOME: the home directory where --home is not given.
    home: str = "./riskwarn-home"
    #: RISKWARN_DATABASE_URL: the operational database; SQLite in the home where it is not set.
    database_url: str | None = None
    #: MLFLOW_TRACKING_URI: the tracking server; SQLite in the home where it is not set.
    tracking_uri: str | None = None
    #: RISKWARN_SOURCE_URL: the department's database that queries (files ending in .sql) are asked of.
    source_url: str | None = None
    #: RISKWARN_THREADS: threads of LightGBM and of the BLAS; a fixed number, for the same inputs give the same model.
    threads: int = 2
    #: RISKWARN_DASK: the Dask scheduler (tcp://host:8786) that computes features; the threads of this machine where it is not set.
    dask: str | None = None
    #: RISKWARN_LANG: the language of the command line where --lang is not given, `en` or `zh`; that of the locale (LC_ALL, LC_MESSAGES, LANGUAGE, LANG) where it is not set, and English with --json.
    language: str | None = None
    #: RISKWARN_SYSLOG: the collector of logs that the audit is sent on to (RFC 5424), `tcp://host:601` or `tls://host:6514`; none where it is not set.
    syslog: str | None = None
    #: RISKWARN_SYSLOG_CA: a file of certificates that its own is held against; those of the system where it is not set.
    syslog_ca: str | None = None
    #: RISKWARN_KEY: the key of a security administrator who grants, revokes or confirms; the owner of the home where it is not set.
    key: str | None = field(default=None, repr=False)
    #: RISKWARN_SECRETS_KEY: the file of the key under which secrets are sealed, outside the home and its backups; no secrets where it is not set.
    secrets_key: str | None = None
    #: RISKWARN_OIDC_SECRET: the secret that riskwarn has at the city's sign-on; else the sealed secret `oidc`, where the client has one.
    oidc_secret: str | None = field(default=None, repr=False)
    #: RISKWARN_GATEWAY_SECRET: the secret by which the gateway is known that says who signs in; else the sealed secret `gateway`.
    gateway_secret: str | None = field(default=None, repr=False)

    #: RISKWARN_ACTS_FOR: `ACTOR ADDRESS PURPOSE UPLOAD`, for whom a server loads what was handed over (set by the server itself); the owner of the home where it is not set.
    acts_for: str | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings; raise SettingInvalid where a value cannot be used."""
        threads = environment.get("RISKWARN_THREADS") or str(cls.threads)
        if not threads.isascii() or not threads.isdigit() or not 1 <= int(threads) <= 256:
            raise SettingInvalid(
                name="RISKWARN_THREADS", value=threads, problem="it takes a whole number from 1 to 256"
            )
        language = environment.get("RISKWARN_LANG") or None
        if language is not None and language not in LANGUAGES:
            raise SettingInvalid(name="RISKWARN_LANG", value=language, problem="it takes zh or en")
        syslog = environment.get("RISKWARN_SYSLOG") or None
        if syslog is not None and not _is_collector(syslog):
            problem = "it takes tcp://host:port or tls://host:port"
            raise SettingInvalid(name="RISKWARN_SYSLOG", value=syslog, problem=problem)
        acts_for = environment.get("RISKWARN_ACTS_FOR") or None
        if acts_for is not None and not _ACTS_FOR.fullmatch(acts_for):
            problem = "it takes ACTOR ADDRESS PURPOSE UPLOAD, and the server sets it"
            raise SettingInvalid(name="RISKWARN_ACTS_FOR", value=acts_for, problem=problem)
        return cls(
            home=environment.get("RISKWARN_HOME") or cls.home,
            database_url=environment.get("RISKWARN_DATABASE_URL") or None,
            tracking_uri=environment.get("MLFLOW_TRACKING_URI") or None,
            source_url=environment.get("RISKWARN_SOURCE_URL") or None,
            threads=int(threads),
            dask=environment.get("RISKWARN_DASK") or None,
            language=language,
            syslog=syslog,
            syslog_ca=environment.get("RISKWARN_SYSLOG_CA") or None,
            key=environment.get("RISKWARN_KEY") or None,
            secrets_key=environment.get("RISKWARN_SECRETS_KEY") or None,
            oidc_secret=environment.get("RISKWARN_OIDC_SECRET") or None,
            gateway_secret=environment.get("RISKWARN_GATEWAY_SECRET") or None,
            acts_for=acts_for,
        )


def _is_collector(address: str) -> bool:
    try:
        parts = urlsplit(address)
        named = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    return named and parts.scheme in ("tcp", "tls") and parts.path in ("", "/") and parts.username is None


def silence_telemetry() -> None:
    """Switch off every telemetry that a library would send; called before any of them is imported."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["DO_NOT_TRACK"] = "true"
    os.environ["MLFLOW_DISABLE_ASYNC_LOGGING"] = "true"
