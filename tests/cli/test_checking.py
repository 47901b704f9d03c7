"""The command that says what needs a look, and its exit status."""

import json

from tests.cast import ACCOUNT
from tests.cli.terminal import Terminal


def test_an_account_without_findings_is_said_to_be_well(terminal: Terminal) -> None:
    assert terminal.done("check", ACCOUNT) == "Nothing needs a look.\n"
    assert terminal.read("check", ACCOUNT) == []


def test_what_is_found_is_listed_and_the_status_says_so(terminal: Terminal) -> None:
    terminal.done("queue", "add", ACCOUNT, "support", "--name", "Support", "--number", "207")

    said = terminal.run("check", ACCOUNT)
    document = terminal.run("check", ACCOUNT, "--json")

    assert said.status == document.status == 1
    assert "Queue support has no opening hours" in said.out
    (finding,) = json.loads(document.out)
    assert (finding["check"], finding["kind"]) == ("no_hours", "queue")
    assert finding["message"].startswith("Queue support has no opening hours")
    assert isinstance(finding["id"], int)
