"""The stage's directory: its own while it is used, and swept away when its process was killed."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aiguillage.storage.sqlite.staging import PREFIX, private_directory, sweep

TURNS = 40
THREADS = 6


def leave_behind(directory: Path, name: str) -> Path:
    """What a killed process leaves."""
    left = directory / f"{PREFIX}{name}"
    left.mkdir()
    (left / "stage.db").write_bytes(b"numbers")
    return left


def staged(directory: Path) -> list[Path]:
    """Every stage's directory there is."""
    return list(directory.glob(f"{PREFIX}*"))


def test_what_killed_processes_left_is_swept_by_all_at_once(tmp_path: Path) -> None:
    start = threading.Barrier(THREADS)
    for n in range(10 * TURNS):
        leave_behind(tmp_path, str(n))

    def make(_n: int) -> None:
        start.wait()
        with private_directory(tmp_path) as home:
            (home / "stage.db").touch()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(make, range(THREADS)))

    assert staged(tmp_path) == []


def test_what_is_used_is_left_alone_by_those_who_come_and_go(tmp_path: Path) -> None:
    start = threading.Barrier(THREADS)

    def come_and_go(n: int) -> None:
        start.wait()
        for _ in range(TURNS):
            with private_directory(tmp_path) as home:
                (home / "stage.db").write_text(str(n))
                sweep(tmp_path)
                assert (home / "stage.db").read_text() == str(n)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(come_and_go, range(THREADS)))

    assert staged(tmp_path) == []


def test_one_that_is_gone_before_it_is_looked_at_hinders_nobody(tmp_path: Path) -> None:
    gone = tmp_path / f"{PREFIX}gone"
    gone.symlink_to(tmp_path / "nowhere")
    left = leave_behind(tmp_path, "left")

    with private_directory(tmp_path):
        assert not left.exists()


def test_one_that_was_killed_before_it_was_filled_is_swept_too(tmp_path: Path) -> None:
    (tmp_path / f"{PREFIX}half").mkdir()

    sweep(tmp_path)

    assert staged(tmp_path) == []


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_it_is_gone_after_a_failure(error: type[BaseException], tmp_path: Path) -> None:
    def fail_half_way() -> None:
        with private_directory(tmp_path) as home:
            (home / "stage.db").touch()
            raise error

    with pytest.raises(error):
        fail_half_way()

    assert staged(tmp_path) == []
