"""The real command in a process of its own: exit statuses, streams, and never a stack trace."""

import json
import os
import shutil
import socket
import subprocess
import sys

import pytest

from tests.cast import ACCOUNT, Cast, email, known_caller
from tests.cli.terminal import PATIENCE, Terminal
from tests.server import Server


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("contacts", "import", ACCOUNT, "/nowhere/at/all.csv"), 1),
        (("account", "add", "CL5", "--name", "\udcff"), 1),
        (("restore", "/etc/hostname"), 1),
        (("serve", "--uds", "/nowhere/at/all.sock"), 1),
        (("contacts", "show", ACCOUNT, "one"), 2),
        (("nonsense",), 2),
    ],
    ids=ascii,
)
def test_bad_input_ends_with_its_status_and_no_stack_trace(
    terminal: Terminal, words: tuple[str, ...], status: int
) -> None:
    said = terminal.run_for_real(*words)

    assert (said.status, said.out) == (status, ""), said
    assert "Traceback" not in said.err
    if status == 1:
        assert said.err.startswith("aiguillage: ")
        assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ("contacts", "list", "CL9999"),
        ("contacts", "show", ACCOUNT, str(2**63 - 1)),
        ("contacts", "import", ACCOUNT, "/etc"),
        ("contacts", "export", ACCOUNT, "/nowhere/at/all.csv"),
        ("backup", "/nowhere/at/all.db"),
        ("backup", "/etc"),
        ("restore", "/nowhere"),
        ("restore", "/etc"),
        ("account", "show", "CL\udcff"),
        ("account", "show", "CL\x00"),
        ("account", "show", "x" * 100_000),
        ("account", "show", "a\nb"),
        ("serve", "--port", "99999"),
        ("serve", "--workers", "0"),
        ("serve", "--tls-cert", "/etc/hostname"),
        ("serve", "--tls-cert", "/etc/hostname", "--tls-key", "/nowhere"),
        ("serve", "--tls-cert", "/etc/hostname", "--tls-key", "/etc/hostname"),
        ("demo", "--port", "x"),
        ("calls", ACCOUNT, "--since", "99999999d"),
        ("calls", ACCOUNT, "--since", ""),
        ("token", "issue", email("router"), "--name", ""),
        ("token", "issue", email("router"), "--name", "x", "--host", "1.2.3.4/99"),
    ],
    ids=lambda words: ascii(" ".join(words))[:50],
)
def test_what_cannot_be_done_is_one_line(terminal: Terminal, words: tuple[str, ...]) -> None:
    assert len(terminal.refused(*words)) < 300


@pytest.mark.parametrize(
    "words",
    [
        ("account", "add"),
        ("token", "issue", email("router")),
        ("contacts", "show", ACCOUNT, str(2**63)),
        ("contacts", "list", ACCOUNT, "--limit", "-1"),
        ("account", "list", "--colour"),
    ],
    ids=" ".join,
)
def test_what_is_not_understood_ends_with_two(terminal: Terminal, words: tuple[str, ...]) -> None:
    said = terminal.run(*words)

    assert (said.status, said.out) == (2, "")


def test_a_refusal_is_told_to_machines_as_json(terminal: Terminal) -> None:
    said = terminal.run_for_real("--as", email("reader"), "contacts", "add", ACCOUNT, "--code", "1", "--json")

    assert (said.status, said.err) == (1, "")
    assert json.loads(said.out)["refused"] == "forbidden"
    assert "yours is read" in json.loads(said.out)["message"]


def test_a_setting_that_makes_no_sense_is_one_line(terminal: Terminal) -> None:
    said = terminal.run_for_real("account", "list", AIGUILLAGE_LOG_LEVEL="loud")

    assert (said.status, said.err.count("\n")) == (1, 1)
    assert "AIGUILLAGE_LOG_LEVEL" in said.err


def test_all_settings_that_make_no_sense_are_told_at_once(terminal: Terminal) -> None:
    wrong = {"AIGUILLAGE_LOG_LEVEL": "loud", "AIGUILLAGE_WORKERS": "none", "AIGUILLAGE_TRUSTED_PROXIES": "x"}

    said = terminal.run_for_real("account", "list", "--json", **wrong)

    assert sorted(json.loads(said.out)["errors"]) == sorted(wrong)


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
        ["/bin/sh", "-c", command],
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


BOUND = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
"""Makes root obey a directory's permissions, as everybody else does."""


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which(BOUND[0]), reason="root may write everywhere")
@pytest.mark.parametrize("words", [("account", "add", "CL5"), ("demo",), ("backup", "{}/copy.db")])
def test_a_read_only_directory_is_one_line(terminal: Terminal, words: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "aiguillage", *(word.format(terminal.data_dir) for word in words)]
    for file in (*terminal.data_dir.iterdir(), terminal.data_dir):
        file.chmod(0o555)
    said = subprocess.run(
        [*(BOUND if os.geteuid() == 0 else ()), *command],
        env=os.environ | terminal.environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    terminal.data_dir.chmod(0o755)

    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (1, "", 1), said
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
