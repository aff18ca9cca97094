"""A file system of a few megabytes that can be filled, freed, and set read-only.

Where we may not mount one, a limit on the size of files stands in for a full disk (the operating system then
refuses to let a file grow), and the mode of the files for a read-only one.
"""

import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import psutil

SMALL = 4 << 20  # bytes


class Disk(Protocol):
    """A folder whose file system lets us down when it is told to."""

    folder: Path

    def fill(self, processes: list[int]) -> None:
        """No byte more can be written by these processes."""
        ...

    def free(self, processes: list[int]) -> None:
        """Room again."""
        ...


@contextmanager
def small_disk(folder: Path, size: int = SMALL) -> Iterator[Disk]:
    """A small disk at a folder that does not exist yet."""
    folder.mkdir()
    if not mounts_work():
        yield LimitedFiles(folder)
        return
    _mount("-t", "tmpfs", "-o", f"size={size},mode=0777", "none", str(folder))
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@cache
def mounts_work() -> bool:
    """Whether this machine lets us mount a file system; says why not."""
    with TemporaryDirectory() as folder:
        try:
            _mount("-t", "tmpfs", "-o", "size=64k", "none", folder)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"no file system can be mounted here, so limits on files stand in for it: {error}")
            return False
        subprocess.run(["umount", folder], check=True)
    return True


class SmallDisk:
    """A file system in memory, and a ballast that takes what room is left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, processes: list[int]) -> None:
        with self._ballast.open("wb", buffering=0) as ballast:
            for size in (65_536, 4_096, 1):
                try:
                    while ballast.write(bytes(size)) == size:
                        pass
                except OSError:
                    continue

    def free(self, processes: list[int]) -> None:
        self._ballast.unlink(missing_ok=True)


class LimitedFiles:
    """No file may grow; Python ignores the signal that comes with it and raises OSError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, processes: list[int]) -> None:
        self._limit(processes, 1024)

    def free(self, processes: list[int]) -> None:
        self._limit(processes, resource.RLIM_INFINITY)

    def _limit(self, processes: list[int], size: int) -> None:
        for process in processes:
            psutil.Process(process).rlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)
