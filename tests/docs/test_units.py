"""The systemd units of the examples: systemd takes them, and leaves the server little beside what it needs."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aiguillage.sockets import BACKLOG
from tests.docs.markdown import ROOT, read

UNITS = ("aiguillage.service", "aiguillage.socket")
INSTALLED = "/opt/aiguillage/.venv/bin/aiguillage"
MOST_EXPOSED = 2.0
"""Of ten: "OK" begins below five."""

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="apt install systemd")


def analysed(*words: str) -> "subprocess.CompletedProcess[str]":
    """What systemd-analyze says."""
    command = ["systemd-analyze", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@needs_systemd
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    for name in UNITS:
        (tmp_path / name).write_text(read(f"examples/{name}").replace(INSTALLED, sys.executable))

    said = analysed("verify", "--man=no", "--recursive-errors=no", *(str(tmp_path / name) for name in UNITS))

    assert (said.returncode, [line for line in said.stderr.splitlines() if "aiguillage" in line]) == (0, [])


@needs_systemd
def test_the_service_may_do_little_beside_what_it_needs() -> None:
    said = analysed("security", "--offline=true", "--no-pager", str(ROOT / "examples/aiguillage.service"))

    exposed = re.search(r"Overall exposure level for \S+: ([0-9.]+)", said.stdout)
    assert exposed is not None, said.stderr
    assert float(exposed[1]) <= MOST_EXPOSED


def test_the_socket_that_systemd_keeps_is_the_one_that_the_server_would_make() -> None:
    lines = read("examples/aiguillage.socket").splitlines()

    assert "ListenStream=127.0.0.1:8000" in lines
    assert f"Backlog={BACKLOG}" in lines
