"""A disk of its own that is small, and can be full."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

MIB = 16


@dataclass
class SmallDisk:
    """A file system of MIB mebibytes at `path`."""

    path: Path

    def fill(self) -> None:
        """Leaves not a byte of room."""
        with (self.path / "filling").open("ab", buffering=0) as filling, suppress(OSError):
            while filling.write(bytes(4096)):
                pass
        assert shutil.disk_usage(self.path).free == 0

    def remount(self, how: str) -> None:
        """Has it take writes (rw) or none (ro)."""
        subprocess.run(["mount", "-o", f"remount,{how}", str(self.path)], check=True)  # noqa: S607 - where root has it

    def make_room(self) -> None:
        """Takes away what filled it."""
        (self.path / "filling").unlink()


@contextmanager
def small_disk(path: Path) -> Iterator[SmallDisk]:
    """The disk, at a new directory. Skips the test for a user who may not mount one."""
    path.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk; run this test as root, as .ci/run does")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={MIB}m", "aiguillage-test", str(path)],  # noqa: S607 - where root has it
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)  # noqa: S607 - same
