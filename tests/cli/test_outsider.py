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
    ("route", "{}", "--queue", "support", "--at", "2026-07-14", "--explain"),
    ("week", "{}", "support"),
    ("integration", "curl", "{}"),
    ("facts", "export", "{}"),
    ("replay", "{}"),
    ("statistics", "{}"),
    ("calls", "{}", "--number", "0199001234", "--known"),
    ("revert", "{}", "1"),
    ("person", "export", "{}", "0199001234"),
    ("person", "erase", "{}", "0199001234", "--yes"),
    ("replay", "{}", "--journal-before", "1"),
    ("account", "set", "{}", "--rota", "x", "--geo-list", "y"),
    *((kind, "list", "{}") for kind in ("queue", "group", "hours", "exception", "holiday", "switch", "rota")),
    *((kind, "list", "{}") for kind in ("blocked", "cti", "phone-system")),
    *((kind, "remove", "{}", "1") for kind in ("queue", "group", "hours", "exception", "holiday", "switch", "rota")),
    *((kind, "remove", "{}", "1") for kind in ("blocked", "cti", "phone-system")),
    ("phone-system", "show", "{}", "x"),
    ("phone-system", "add", "{}", "x"),
    ("phone-system", "set", "{}", "x", "--prompt", "y"),
    ("phone-system", "auth-token", "{}", "x", "--forget"),
    *((kind, "show", "{}", "1") for kind in ("queue", "group", "hours", "exception", "switch", "rota")),
    ("queue", "add", "{}", "x"),
    ("queue", "set", "{}", "x", "--name", "y"),
    ("group", "add", "{}", "x"),
    ("group", "set", "{}", "x", "--name", "y"),
    ("hours", "add", "{}", "--queue", "x", "--day", "1", "--from", "9", "--to", "12"),
    ("exception", "add", "{}", "2026-12-24", "--queue", "x"),
    ("holiday", "observe", "{}", "FR"),
    ("holiday", "forget", "{}"),
    ("holiday", "set", "{}", "x", "--off"),
    ("holiday", "add", "{}", "2026-12-24", "x"),
    ("switch", "add", "{}", "x", "-d", "1"),
    *(("switch", action, "{}", "x") for action in ("on", "off", "toggle", "code")),
    ("switch", "code", "{}", "x", "--revoke"),
    ("calendar", "list", "{}"),
    ("calendar", "add", "{}", "x", "FILE", "--queue", "x"),
    *(("calendar", action, "{}", "x") for action in ("refresh", "show", "remove")),
    ("rota", "feed", "{}", "x"),
    ("rota", "feed", "{}", "x", "--revoke"),
    *(("geo", kind, "list", "{}") for kind in ("list", "destination")),
    *(("geo", kind, "remove", "{}", "1") for kind in ("list", "destination")),
    ("geo", "list", "add", "{}", "x", "--model", "fr-departments"),
    ("geo", "list", "set", "{}", "x", "--name", "y"),
    ("geo", "list", "show", "{}", "x"),
    ("geo", "destination", "add", "{}", "x", "35"),
    ("geo", "destination", "set", "{}", "x", "--name", "y"),
    ("geo", "destination", "show", "{}", "x"),
    ("geo", "lookup", "{}", "x", "35"),
    ("rota", "add", "{}", "x", "-m", "Ana=0639981201"),
    ("rota", "set", "{}", "x", "--name", "y"),
    *(("rota", what, "{}", "x") for what in ("who", "gaps")),
    *(("rota", "layer", what, "{}", "x", "y") for what in ("add", "remove")),
    ("rota", "override", "add", "{}", "x", "y", "--from", "2026-12-24", "--to", "2026-12-25"),
    ("rota", "override", "remove", "{}", "x", "1"),
    ("blocked", "add", "{}", "0536490001"),
    ("cti", "add", "{}", "x"),
    ("cti", "token", "{}", "x"),
    ("cti", "origin", "list", "{}", "x"),
    ("cti", "origin", "add", "{}", "x", "y", "1"),
    ("cti", "origin", "remove", "{}", "x", "y"),
    ("webhook", "add", "{}", "x", "https://example.org/", "-e", "call.unknown"),
    ("webhook", "set", "{}", "x", "--off"),
    *(("webhook", what, "{}", "x") for what in ("secret", "test", "deliveries", "show", "remove")),
    ("webhook", "list", "{}"),
    ("webhook", "resend", "{}", "x", "1"),
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
