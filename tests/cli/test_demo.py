"""The demonstration, started for real: each printed line gives the printed answer."""

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.cli.terminal import PATIENCE, Terminal
from tests.server import free_port

LAST = "Ctrl-C"


@contextmanager
def demonstrating(terminal: Terminal) -> Iterator[tuple[list[str], float]]:
    """The lines that a demonstration prints before it serves, and the seconds it took to."""
    began = time.monotonic()
    port = free_port()
    process = terminal.start("demo", "--port", str(port))
    assert process.stdout is not None
    try:
        lines = []
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if LAST in line:
                break
        yield lines, time.monotonic() - began
    finally:
        await_answer(f"http://127.0.0.1:{port}/readyz")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err) == (0, "", "")


def await_answer(url: str) -> None:
    """Returns when the server has begun to answer, and can be told to stop."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if httpx.get(url, timeout=PATIENCE).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    pytest.fail(f"{url} did not answer")


def pasted(command: str) -> str:
    """What a shell prints for a line that somebody pastes."""
    return subprocess.run(
        ["/bin/sh", "-c", command], capture_output=True, text=True, check=True, timeout=PATIENCE
    ).stdout.removesuffix("\n")


def who(docs: str, token: str) -> str:
    """Who a token is, at the server that has this page."""
    url = docs.strip().removesuffix("/docs") + "/whoami"
    answer = httpx.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE)
    assert answer.is_success, answer.text
    return str(answer.json()["email"])


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_printed_line_gives_its_printed_answer_at_each_start(tmp_path: Path, language: str) -> None:
    terminal = Terminal(tmp_path / "data", language)
    secrets = set()
    for _start in ("first", "second"):
        with demonstrating(terminal) as (lines, _):
            shown = [(line, lines[n + 1]) for n, line in enumerate(lines) if line.startswith("  curl ")]
            assert len(shown) == 9
            assert sum("/api/v2/route" in command for command, _answer in shown) == 7
            for command, answer in shown:
                assert pasted(command) == answer.strip()
            (docs,) = (line.partition(": ")[2] for line in lines if line.endswith("/docs"))
            (token,) = (line.rpartition(" ")[2] for line in lines if "Authorize" in line)
            assert "operator" in who(docs, token)
            secrets |= {token} | {command.split("Bearer ")[1].split("'")[0] for command, _answer in shown}

    assert len(secrets) == 6
    tokens = Terminal(terminal.data_dir / "demo").read("token", "list")
    states = [token["revoked_at"] for token in tokens if token["name"] == "demo"]
    assert [state is None for state in states] == [False] * 3 + [True] * 3


def test_the_demonstration_keeps_its_data_apart(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path / "data")
    with demonstrating(terminal):
        pass

    assert [path.name for path in terminal.data_dir.iterdir()] == ["demo"]
    demo = Terminal(terminal.data_dir / "demo")
    assert {user["email"].split("@")[0] for user in demo.read("user", "list")} == {
        *("manager", "editor", "reader", "router", "operator")
    }
    assert "207" in demo.done("route", "CL0000", "--number", "0199001234")


def test_a_first_start_that_was_interrupted_is_made_anew(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path / "data")
    (terminal.data_dir / "demo.filling").mkdir(parents=True)
    (terminal.data_dir / "demo.filling" / "aiguillage.db").write_text("half of it")

    with demonstrating(terminal) as (lines, _):
        assert any("207,209,214,216" in line for line in lines)


def test_a_demonstration_that_an_older_release_filled_is_not_served(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path / "data")
    Terminal(terminal.data_dir / "demo").done("init")

    said = terminal.refused("demo", "--port", str(free_port()))

    assert (
        said
        == f"{terminal.data_dir / 'demo'} was filled by an older release. Remove that directory, and run this again."
    )
