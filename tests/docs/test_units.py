"""The systemd units of deploy/: systemd takes them, and leaves them little beside what they need; copies are made."""

import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from aiguillage.sockets import BACKLOG
from tests.cast import ACCOUNT, NUMBER, Cast, known_caller
from tests.cli.terminal import PATIENCE, Terminal
from tests.docs.markdown import ROOT, read

SERVER, SOCKET, BACKUP = "aiguillage.service", "aiguillage.socket", "aiguillage-backup.service"
AGI = "aiguillage-agi.service"
UNITS = (SERVER, SOCKET, BACKUP, "aiguillage-backup.timer", AGI)
INSTALLED, DATA = "/opt/aiguillage/.venv/bin/aiguillage", "/var/lib/aiguillage"
OWN = str(Path(sys.executable).with_name("aiguillage"))
MOST_EXPOSED = 2.0
"""Of ten: "OK" begins below five."""

DAY = 24 * 60 * 60
DATED = re.compile(r"aiguillage-[0-9]{8}T[0-9]{6}Z\.db")

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="apt install systemd")


def analysed(*words: str) -> "subprocess.CompletedProcess[str]":
    """What systemd-analyze says."""
    command = ["systemd-analyze", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def lines(name: str) -> list[str]:
    """What a unit sets, line by line."""
    return [line for line in read(f"deploy/{name}").splitlines() if "=" in line and not line.startswith("#")]


def hardening(name: str) -> list[str]:
    """What a service says that it may not do."""
    return [line for line in lines(name) if line.startswith(("User=", "Group="))] + [
        *lines(name)[lines(name).index("NoNewPrivileges=yes") :]
    ]


@needs_systemd
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    for name in UNITS:
        (tmp_path / name).write_text(read(f"deploy/{name}").replace(INSTALLED, sys.executable))

    said = analysed("verify", "--man=no", "--recursive-errors=no", *(str(tmp_path / name) for name in UNITS))

    assert (said.returncode, [line for line in said.stderr.splitlines() if "aiguillage" in line]) == (0, [])


def test_every_unit_is_looked_at() -> None:
    assert {path.name for path in (ROOT / "deploy").glob("*.[st]*")} == set(UNITS)


@needs_systemd
@pytest.mark.parametrize("name", [SERVER, BACKUP, AGI])
def test_a_service_may_do_little_beside_what_it_needs(name: str) -> None:
    said = analysed("security", "--offline=true", "--no-pager", str(ROOT / "deploy" / name))

    exposed = re.search(r"Overall exposure level for \S+: ([0-9.]+)", said.stdout)
    assert exposed is not None, said.stderr
    assert float(exposed[1]) <= MOST_EXPOSED


def test_the_backup_is_the_servers_user_and_may_do_no_more() -> None:
    server = [line for line in hardening(SERVER) if not line.startswith("WantedBy=")]

    assert hardening(BACKUP) == server
    assert "PrivateNetwork=yes" in lines(BACKUP)


def test_the_socket_that_systemd_keeps_is_the_one_that_the_server_would_make() -> None:
    assert "ListenStream=127.0.0.1:8000" in lines(SOCKET)
    assert f"Backlog={BACKLOG}" in lines(SOCKET)


def commands(data_dir: Path) -> Iterator[list[str]]:
    """What the backup's service starts, in their order, on another data directory."""
    for line in lines(BACKUP):
        key, _, value = line.partition("=")
        if key in {"ExecStart", "ExecStartPost"}:
            plain = value.replace("%%", "%").replace("$$", "$")
            yield [word.replace(INSTALLED, OWN).replace(DATA, str(data_dir)) for word in shlex.split(plain)]


def back_up(data_dir: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Starts them one after the other, as systemd does: what fails is the last."""
    variables = os.environ | {"AIGUILLAGE_DATA_DIR": str(data_dir), "LANGUAGE": "en"} | environment
    start, *later = commands(data_dir)
    said = subprocess.run(start, env=variables, capture_output=True, text=True, timeout=PATIENCE, check=False)
    for command in later if said.returncode == 0 else []:
        subprocess.run(command, env=variables, capture_output=True, timeout=PATIENCE, check=True)
    return said


@pytest.fixture
def copies(cast: Cast) -> Path:
    """The directory of copies beside the cast's database, as systemd makes it."""
    known_caller(cast)
    folder = cast.db.path.parent / "copies"
    folder.mkdir(mode=0o700)
    return folder


def leave(copies: Path, name: str, days: float) -> str:
    """A file that has been there for so many days; its name."""
    (copies / name).write_bytes(b"a copy")
    then = time.time() - days * DAY
    os.utime(copies / name, (then, then))
    return name


def test_the_backup_is_a_dated_copy_that_can_be_put_back(copies: Path, tmp_path: Path) -> None:
    said = back_up(copies.parent)

    (copy,) = copies.iterdir()
    elsewhere = Terminal(tmp_path / "elsewhere")
    elsewhere.done("restore", str(copy), "--yes")
    assert said.returncode == 0, said.stderr
    assert DATED.fullmatch(copy.name)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert "known_number" in elsewhere.done("route", ACCOUNT, "--number", NUMBER, "--explain")


def test_after_a_backup_copies_of_14_days_are_removed_and_nothing_else_is(copies: Path) -> None:
    leave(copies, "aiguillage-20261101T033000Z.db", 14.01)
    leave(copies, "aiguillage-20261102T033000Z.db.part", 14.01)
    kept = {leave(copies, "aiguillage-20261103T033000Z.db", 13.5), leave(copies, "before-the-move.db", 400)}

    said = back_up(copies.parent)

    assert said.returncode == 0, said.stderr
    new = {path.name for path in copies.iterdir()} - kept
    assert len(new) == 1
    assert DATED.fullmatch(new.pop())
    assert kept <= {path.name for path in copies.iterdir()}


def test_a_backup_whose_name_is_taken_writes_over_nothing_and_removes_nothing(copies: Path, tmp_path: Path) -> None:
    clock = tmp_path / "date"
    clock.write_text('#!/bin/sh\nexec /bin/date -d 2026-11-20T03:30:00Z "$@"\n')
    clock.chmod(0o755)
    taken = leave(copies, "aiguillage-20261120T033000Z.db", 1)
    old = leave(copies, "aiguillage-20261101T033000Z.db", 20)

    said = back_up(copies.parent, PATH=f"{tmp_path}:{os.environ['PATH']}")

    assert said.returncode == 1
    assert f"{taken} already exists" in said.stderr
    assert (copies / taken).read_bytes() == b"a copy"
    assert {path.name for path in copies.iterdir()} == {taken, old}
