"""The source of an account's contacts through the terminal, and files of JSON."""

from pathlib import Path

from tests.cast import ACCOUNT
from tests.cli.terminal import Terminal

URL = "https://crm.invalid/contacts.csv?key=hush"


def test_a_source_is_set_changed_run_and_removed(terminal: Terminal) -> None:
    assert "Set the address of a file first" in terminal.refused("contacts", "source", "show", ACCOUNT)
    words = ("--url", URL, "--schedule", "daily", "--time", "04:30", "--delete-missing", "--column", "Réf=reference")
    added = terminal.read("contacts", "source", "set", ACCOUNT, *words)
    changed = terminal.done("contacts", "source", "set", ACCOUNT, "--off", "--partial")
    failed = terminal.run("contacts", "source", "run", ACCOUNT)

    assert (added["time_of_day"], added["delete_missing"], added["columns"]) == ("04:30:00", True, {"Réf": "reference"})
    assert added["next_at"]
    assert "daily at 04:30" in changed
    assert failed.status == 1
    assert "failed: crm.invalid is no name that is known" in " ".join(failed.out.split())
    assert terminal.read("contacts", "source", "show", ACCOUNT)["last"]["state"] == "failed"
    assert "COLUMN=HEADING" in terminal.refused("contacts", "source", "set", ACCOUNT, "--column", "Réf")
    assert "is not a time" in terminal.refused("contacts", "source", "set", ACCOUNT, "--time", "4h")
    terminal.done("contacts", "source", "remove", ACCOUNT)
    assert "no source" in terminal.refused("contacts", "source", "run", ACCOUNT)


def test_a_file_of_json_is_imported(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "contacts.json"
    file.write_text('{"total": 1, "rows": [{"société": "Acacias", "téléphone": "0199001299"}]}')

    assert terminal.read("contacts", "import", ACCOUNT, str(file))["outcome"]["created"] == 1
