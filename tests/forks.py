"""A fork that does something and dies: killed from outside, or at a change of the file system or the database."""

from __future__ import annotations

import json
import os
import resource
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from riskwarn.home import Home
from tests.orders import answer

Changing = Sequence[tuple[Any, str]]


def carried_out(
    order: Mapping[str, Any], ready: Callable[[], Home], work: Callable[[Home], None], also: Changing = ()
) -> None:
    """Get ready and do the work in a fork, and print in one line of JSON how it ended.

    Of the order `kill_after` seconds kill it from outside, `kill_at` at its n-th change once it is ready (`also`: see :func:`die_at`); no
    file may grow beyond `file_size` bytes.
    """
    counted, counting = os.pipe()
    started = time.perf_counter()
    child = os.fork()
    if child == 0:
        try:
            home = ready()
            if (most := order.get("file_size")) is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
            die_at(order.get("kill_at"), counting, also)
            work(home)
        except BaseException as error:
            os.write(counting, b"!" + f"{type(error).__name__}: {error}".encode())
            os._exit(1)
        os._exit(0)
    os.close(counting)
    if order.get("kill_after") is not None:
        time.sleep(order["kill_after"])
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    with os.fdopen(counted, encoding="utf-8", errors="replace") as stream:
        steps, _, error = stream.read().partition("!")
    code = os.waitstatus_to_exitcode(status)
    ended = {-signal.SIGKILL: "killed", 0: "done"}.get(code, "failed")
    told = {"ended": ended, "steps": len(steps), "seconds": time.perf_counter() - started, "error": error}
    answer(json.dumps(told))


def die_at(step: int | None, counting: int, also: Changing = ()) -> None:
    """Count every change that this process makes to files and database, and kill it at the n-th, before it is made.

    `also`: further functions that change something, each by its module and name.
    """
    from sqlalchemy import Engine, event

    made = 0

    def one_more(*_: Any) -> None:
        nonlocal made
        made += 1
        os.write(counting, b".")
        if made == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(function: Any) -> Any:
        def called(*arguments: Any, **named: Any) -> Any:
            one_more()
            return function(*arguments, **named)

        return called

    usual = [(os, name) for name in ("fsync", "replace", "rename", "unlink", "mkdir")]
    for module, name in (*usual, *also):
        setattr(module, name, counted(getattr(module, name)))
    for happening in ("begin", "before_cursor_execute", "commit"):
        event.listen(Engine, happening, one_more)
