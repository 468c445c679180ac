"""What a short command answers: asked in a process of its own, one at a time, and told again for a while."""

from __future__ import annotations

import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from riskwarn.errors import CommandFailed
from riskwarn.home import Home
from riskwarn.messages import Message
from serving.commands.command import behind, called, environment, fault_told, json_of

#: Seconds for which an answer is told again, and after which a command is given up.
HOLDS, PATIENCE = 60.0, 120.0

#: For so long who asks waits; a browser gives up later.
WAITS = 6.0


class Asked:
    """The answer of one command of one home. `clock` counts seconds."""

    def __init__(self, home: Home, *words: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._home, self._words, self._clock = home, words, clock
        self._lock, self._ended = threading.Lock(), threading.Event()
        self._asking = False
        self._answer: Any = None
        self._fault: CommandFailed | None = None
        self._at: float | None = None

    def __call__(self, waits: float = WAITS) -> Any:
        """The newest answer, asked anew where it is old; None where it takes longer than one waits, or than it may: a machine that is
        busy has not failed, and has not answered yet. Raises CommandFailed."""
        with self._lock:
            fresh = self._at is not None and self._clock() - self._at < HOLDS
            if not fresh and not self._asking:
                self._asking, self._fault = True, None
                self._ended.clear()
                threading.Thread(target=self._ask, name="asking", daemon=True).start()
            ended = self._ended
        if not fresh:
            ended.wait(waits)
        if self._fault is not None:
            raise self._fault
        return self._answer

    def _ask(self) -> None:
        answer, fault = None, None
        try:
            answer = answered(self._home, *self._words)
        except CommandFailed as error:
            if error.fields["problem"] == TOO_LONG:
                answer = self._answer
            else:
                fault = error
        except OSError:  # no process could be started
            fault = CommandFailed(command=self._words[0], problem=NOTHING)
        with self._lock:
            self._answer, self._fault = answer, fault
            self._asking, self._at = False, self._clock()
            self._ended.set()


def answered(home: Home, *words: str, language: str = "en", patience: float = PATIENCE) -> Any:
    """What one call answers. Raises CommandFailed."""
    with tempfile.TemporaryDirectory() as folder, Path(folder, "said").open("w+", encoding="utf-8") as said:
        process = subprocess.Popen(
            called(home.path, language, *words),
            cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, text=True, encoding="utf-8", env=environment(),
        )  # fmt: skip
        behind(process.pid)
        try:
            text, _ = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise CommandFailed(command=words[0], problem=TOO_LONG) from None
        found = json_of(text)
        if process.returncode != 0 or found is None:
            said.seek(0)
            fault = fault_told(said.read())
            raise CommandFailed(command=words[0], problem=fault["message"] if fault else NOTHING)
        return found


TOO_LONG = Message("it took too long")
NOTHING = Message("it said nothing")
