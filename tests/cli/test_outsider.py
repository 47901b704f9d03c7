"""The outsider manages CL0001 and must never see anything of CL0000: each command answers as for no account at all."""

from pathlib import Path

import pytest

from tests.cast import ACCOUNT, OTHER_ACCOUNT, Cast, email, known_caller
from tests.cli.terminal import Terminal

NOBODYS = "CL9999"
COMMANDS = (
    ("account", "show", "{}"),
    ("account", "set", "{}", "--name", "x"),
    ("account", "remove", "{}", "--yes"),
    ("user", "list", "--account", "{}"),
    ("user", "grant", "outsider@example.org", "{}", "manage"),
    ("user", "grant", "nobody@example.org", "{}", "manage"),
    ("user", "revoke", "reader@example.org", "{}"),
    ("token", "issue", "outsider@example.org", "--name", "x", "--account", "{}"),
    ("field", "list", "{}"),
    ("field", "set", "{}", "select_1", "--label", "x"),
    ("field", "option", "add", "{}", "select_1", "x", "1"),
    ("field", "option", "remove", "{}", "select_1", "1"),
    ("contacts", "list", "{}"),
    ("contacts", "list", "{}", "--number", "0199001234"),
    ("contacts", "show", "{}", "1"),
    ("contacts", "add", "{}", "--number", "0199001234"),
    ("contacts", "set", "{}", "1", "--code", "1"),
    ("contacts", "remove", "{}", "1"),
    ("contacts", "import", "{}", "FILE"),
    ("contacts", "import", "{}", "FILE", "--dry-run"),
    ("contacts", "imports", "{}"),
    ("contacts", "undo", "{}", "1"),
    ("contacts", "export", "{}"),
    ("route", "{}", "--number", "0199001234"),
    ("route", "{}", "--code", "4321"),
    ("calls", "{}"),
    ("calls", "{}", "--unknown"),
    ("journal", "{}"),
)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_an_outsider_hears_of_an_account_what_is_said_of_none(
    terminal: Terminal, cast: Cast, tmp_path: Path, words: tuple[str, ...]
) -> None:
    known_caller(cast)
    file = tmp_path / "contacts.csv"
    file.write_text("number,code\n0199001234,1\n")
    before = cast.db.path.read_bytes()

    def said(account: str) -> tuple[int, str, str]:
        typed = [word.replace("FILE", str(file)).format(account) for word in words]
        answers = [terminal.run("--as", email("outsider"), *typed, *json) for json in ((), ("--json",))]
        return answers[0].status, answers[0].err, answers[1].out

    status, line, document = said(ACCOUNT)

    assert status == 1
    assert said(NOBODYS) == (status, line.replace(ACCOUNT, NOBODYS), document.replace(ACCOUNT, NOBODYS))
    assert cast.db.path.read_bytes() == before


def test_an_outsider_lists_nothing_but_their_own(terminal: Terminal, cast: Cast) -> None:
    known_caller(cast)
    cast.secret("router")
    listed = [
        terminal.done("--as", email("outsider"), *words, "--json")
        for words in (("account", "list"), ("token", "list"), ("token", "list", email("router")))
    ]

    assert OTHER_ACCOUNT in listed[0]
    assert not any(ACCOUNT in text or email("router") in text for text in listed)


def test_an_outsider_cannot_end_anothers_token(terminal: Terminal, cast: Cast) -> None:
    cast.secret("router")
    number = str(terminal.read("token", "list")[0]["id"])

    theirs = terminal.refused("--as", email("outsider"), "token", "revoke", number)

    assert theirs.replace(number, "999") == terminal.refused("--as", email("outsider"), "token", "revoke", "999")


def test_what_runs_the_installation_is_the_operators(terminal: Terminal) -> None:
    for words in (
        ("account", "add", "CL5"),
        ("user", "list"),
        ("user", "add", "x@example.org"),
        ("user", "disable", email("router")),
        ("user", "enable", email("router")),
        ("journal",),
    ):
        assert "Only an operator" in terminal.refused("--as", email("outsider"), *words)
    told = terminal.refused("--as", email("outsider"), "token", "issue", email("router"), "--name", "x")
    assert "personal" in told
