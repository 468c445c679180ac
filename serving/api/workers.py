"""Several processes that serve one socket, each replaced when it dies or is silent for too long."""

from __future__ import annotations

import logging
from multiprocessing.connection import wait

from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import Multiprocess, Process

_log = logging.getLogger(__name__)


class Workers(Multiprocess):
    """uvicorn's, which waits no longer than it must: where a process dies while it is asked whether it lives, that is its answer."""

    def init_processes(self) -> None:
        """Start them."""
        for _ in range(self.processes_num):
            self.processes.append(self._started())

    def keep_subprocess_alive(self) -> None:
        """Replace who has died, or is silent; where one cannot even start, none would, and the server ends."""
        for place, process in enumerate(self.processes):
            if self.should_exit.is_set() or process.is_alive(timeout=self.config.timeout_worker_healthcheck):
                continue
            process.kill()
            process.join()
            if process.exitcode == STARTUP_FAILURE:
                _log.error("worker %s cannot start: see above", process.pid)
                self.should_exit.set()
                return
            _log.warning("worker %s is gone, another takes its place", process.pid)
            self.processes[place] = self._started()

    def _started(self) -> Process:
        process = _Worker(self.config, self.sockets)
        process.start()
        return process


class _Worker(Process):
    def _healthcheck(self, timeout: float) -> bool | None:
        """Whether it has started; None where it is dead, or silent for so many seconds."""
        try:
            self.parent_conn.send(b"ping")
            if self.parent_conn not in wait([self.parent_conn, self.process.sentinel], timeout):
                return None
            started: bool = self.parent_conn.recv()
            return started
        except (OSError, EOFError):
            return None
