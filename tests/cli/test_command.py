"""The real command in a process of its own: exit statuses, streams, and never a stack trace."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cast import ACCOUNT, Cast, email, known_caller
from tests.cli.terminal import PATIENCE, Terminal
from tests.server import Server


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("contacts", "list", "CL9999"), 1),
        (("contacts", "show", ACCOUNT, "9223372036854775807"), 1),
        (("contacts", "show", ACCOUNT, "9223372036854775808"), 2),
        (("contacts", "show", ACCOUNT, "one"), 2),
        (("contacts", "import", ACCOUNT, "/nowhere/at/all.csv"), 1),
        (("contacts", "export", ACCOUNT, "/nowhere/at/all.csv"), 1),
        (("backup", "/nowhere/at/all.db"), 1),
        (("restore", "/etc/hostname"), 1),
        (("account", "show", "CL\udcff"), 1),
        (("account", "add", "CL5", "--name", "\udcff"), 1),
        (("serve", "--port", "99999"), 1),
        (("serve", "--uds", "/nowhere/at/all.sock"), 1),
        (("serve", "--tls-cert", "/etc/hostname"), 1),
        (("serve", "--tls-cert", "/etc/hostname", "--tls-key", "/etc/hostname"), 1),
        (("demo", "--port", "x"), 1),
        (("nonsense",), 2),
        (("account", "add"), 2),
        (("token", "issue", "router@example.org"), 2),
    ],
    ids=lambda value: ascii(value) if isinstance(value, tuple) else "",
)
def test_bad_input_ends_with_its_status_and_no_stack_trace(
    terminal: Terminal, words: tuple[str, ...], status: int
) -> None:
    said = terminal.run_for_real(*words)

    assert said.status == status, said
    assert not said.out
    assert "Traceback" not in said.err
    if status == 1:
        assert said.err.startswith("aiguillage: ")
        assert said.err.count("\n") == 1


def test_a_refusal_is_told_to_machines_as_json(terminal: Terminal) -> None:
    said = terminal.run_for_real("--as", email("reader"), "contacts", "add", ACCOUNT, "--code", "1", "--json")

    assert (said.status, said.err) == (1, "")
    assert json.loads(said.out)["refused"] == "forbidden"
    assert "yours is read" in json.loads(said.out)["message"]


def test_a_setting_that_makes_no_sense_is_one_line(terminal: Terminal) -> None:
    said = terminal.run_for_real("account", "list", AIGUILLAGE_LOG_LEVEL="loud")

    assert (said.status, said.err.count("\n")) == (1, 1)
    assert "AIGUILLAGE_LOG_LEVEL" in said.err


def test_a_taken_port_is_one_line(terminal: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = terminal.run_for_real("serve", "--port", str(taken.getsockname()[1]))

    assert (said.status, said.err.count("\n")) == (1, 1)
    assert "--port" in said.err


def test_a_reader_that_goes_away_ends_the_command_quietly(terminal: Terminal) -> None:
    for number in range(40):
        terminal.done("account", "add", f"X{number:03}", "--name", "y" * 190)
    command = f"{sys.executable} -m aiguillage account list --json | head -c 10"
    said = subprocess.run(
        ["sh", "-c", command],
        env=os.environ | terminal.environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert len(said.stdout) == 10
    assert not said.stderr


def test_a_terminal_without_accents_gets_question_marks(terminal: Terminal) -> None:
    terminal.done("account", "set", ACCOUNT, "--name", "Clinique privée")

    said = terminal.run_for_real("account", "show", ACCOUNT, PYTHONIOENCODING="ascii")

    assert (said.status, said.err) == (0, "")
    assert "Clinique priv?e" in said.out


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run the command as somebody else")
def test_a_read_only_directory_is_one_line(terminal: Terminal, tmp_path: Path) -> None:
    for directory in (terminal.data_dir, *tmp_path.parents):
        if directory.stat().st_uid == 0 and directory != Path("/"):
            directory.chmod(0o755)
    script = (
        f"import os; os.setuid(65534); os.execv({sys.executable!r}, [{sys.executable!r}, '-m', 'aiguillage', *{{}}])"
    )
    for words in (["account", "add", "CL5"], ["backup", str(terminal.data_dir / "copy.db")], ["demo"]):
        said = subprocess.run(
            [sys.executable, "-c", script.format(words)],
            env=os.environ | terminal.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        if "Permission denied" in said.stderr and "execv" in said.stderr:
            pytest.skip("the interpreter itself is out of that user's reach")
        assert (said.returncode, said.stderr.count("\n")) == (1, 1), said
        assert said.stderr.startswith("aiguillage: ")


def test_a_change_through_the_terminal_is_answered_by_the_next_call(
    server: Server, terminal: Terminal, cast: Cast
) -> None:
    contact = known_caller(cast)
    asked = f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&number=0199001234&format=raw"
    assert server.ask(asked, cast.secret("router")).text == "207,209,214,216"

    terminal.done("contacts", "set", ACCOUNT, str(contact.id), "--destination1", "901")
    assert server.ask(asked, cast.secret("router")).text == "901,209,214,216"
    terminal.done("contacts", "set", ACCOUNT, str(contact.id), "--clear", "destination2")
    assert server.ask(asked, cast.secret("router")).text == "901,,214,216"
    terminal.done("field", "set", ACCOUNT, "select_2", "--default", "299")
    assert server.ask(asked, cast.secret("router")).text == "901,299,214,216"
    terminal.done("token", "revoke", str(terminal.read("token", "list")[0]["id"]))
    assert server.ask(asked, cast.secret("router")).status == 401
