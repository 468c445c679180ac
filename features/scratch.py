"""A block of features that is larger than memory should hold: in a file without a name, gone with the process that made it."""

from __future__ import annotations

import errno
import mmap
import os
import tempfile
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
import numpy.typing as npt

from riskwarn.errors import DiskFull

Narrow = npt.NDArray[np.float32]

#: Bytes from which a block is kept in a file.
LARGE = 2**28


class Scratch(np.memmap):
    """(features, origins, grids) float32 in a file. It can be used like any array, whose pages then count as the process's;
    `read_into` and `put_grids` hold no more than what they are given."""

    file: IO[bytes] | None = None

    @classmethod
    def within(cls, folder: Path, shape: tuple[int, int, int]) -> Scratch:
        """A new one in a folder. The file has no name: whatever ends the process, the disk has its room again.

        Raises DiskFull where the disk has no room for all of it.
        """
        folder.mkdir(parents=True, exist_ok=True)
        file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - it lives as long as the array
        try:
            # A page that finds no room on the disk when it is written would end the process.
            os.posix_fallocate(file.fileno(), 0, 4 * int(np.prod(shape)))
        except OSError as error:
            file.close()
            if error.errno != errno.ENOSPC:
                raise
            raise DiskFull(path=folder) from error
        made = cast(Scratch, cls.__new__(cls, file, dtype=np.float32, mode="r+", shape=shape))
        made.file = file
        return made

    def put_grids(self, grids: Any, block: Narrow) -> None:
        """Write (features, origins, some grids) at the places of these grids."""
        size = 4 * self.shape[1] * self.shape[2]
        for index, column in enumerate(block):
            np.asarray(self[index])[:, grids] = column
            begin = index * size // mmap.PAGESIZE * mmap.PAGESIZE
            self._mmap.madvise(mmap.MADV_DONTNEED, begin, (index + 1) * size - begin)  # type: ignore[attr-defined]

    def read_into(self, feature: int, first: int, out: Narrow) -> None:
        """Read the origins from the first on into (origins, grids) that lie side by side."""
        assert self.file is not None
        begin = 4 * (feature * self.shape[1] + first) * self.shape[2]
        view = memoryview(cast(Any, out)).cast("B")
        done = 0
        while done < len(view):
            got = os.preadv(self.file.fileno(), [view[done:]], begin + done)
            if got == 0:
                raise OSError("the scratch file of features ends early")
            done += got
