"""Logs as lines of JSON: what happened, when and in which request; no codes, keys, names or query strings."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

#: What a line may carry beside its sentence.
_FIELDS = ("request_id", "method", "route", "status", "ms")


class JsonLines(logging.Formatter):
    """One JSON document a line."""

    def format(self, record: logging.LogRecord) -> str:
        """A record with its fields; of an error the places in the code, never its text, which may quote what was asked."""
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        told |= {name: record.__dict__[name] for name in _FIELDS if name in record.__dict__}
        if record.exc_info and record.exc_info[1] is not None:
            told["error"] = type(record.exc_info[1]).__name__
            told["where"] = where(record.exc_info[1])
        return json.dumps(told, ensure_ascii=False)


def where(error: BaseException) -> list[str]:
    """The places in the code that an error passed, the innermost last."""
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    return [f"{'/'.join(Path(one.filename).parts[-3:])}:{one.lineno} {one.name}" for one in frames]


def log_as_json() -> None:
    """Send what the server logs to stderr as JSON lines; to a person at a terminal only what needs attention."""
    level = logging.WARNING if sys.stderr.isatty() else logging.INFO
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    for name in ("uvicorn", "uvicorn.error", "serving", "riskwarn"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = ([handler], False) if name != "uvicorn.error" else ([], True)
        logger.setLevel(level)
    # Its lines hold the query.
    logging.getLogger("uvicorn.access").disabled = True
