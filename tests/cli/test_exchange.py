"""Contact files through the terminal: previewed, imported, undone, exported."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cast import ACCOUNT, email
from tests.cli.terminal import PATIENCE, Terminal

HEAD = "téléphone;code client;société;vip;file d'attente;couleur\n"
GOOD = HEAD + "01 99 00 00 01;A1;Un;oui;207;bleu\n01 99 00 00 02;A2;Deux;non;208;vert\n"
BAD = GOOD + "0612;A3;Trois;non;209;bleu\n01 99 00 00 04;A4;Quatre;peut-être;210;\n"


@pytest.fixture
def good(tmp_path: Path) -> str:
    """A file without a fault."""
    file = tmp_path / "good.csv"
    file.write_text(GOOD, encoding="cp1252")
    return str(file)


@pytest.fixture
def bad(tmp_path: Path) -> str:
    """A file with a bad number in line 4 and a bad flag in line 5."""
    file = tmp_path / "bad.csv"
    file.write_text(BAD, encoding="utf-8")
    return str(file)


def test_a_preview_keeps_nothing(terminal: Terminal, good: str) -> None:
    outcome = terminal.read("contacts", "import", ACCOUNT, good, "--dry-run")["outcome"]

    assert (outcome["created"], outcome["refused"], outcome["applied"]) == (2, 0, False)
    assert terminal.read("contacts", "list", ACCOUNT) == []
    assert "Nothing is kept" in terminal.done("contacts", "import", ACCOUNT, good, "--dry-run")


def test_a_preview_says_of_each_column_what_it_was_taken_for_or_why_it_is_not_read(
    terminal: Terminal, good: str
) -> None:
    said = terminal.done("contacts", "import", ACCOUNT, good, "--dry-run")

    assert re.search(r"code client +code *\n", said)
    assert re.search(r"téléphone +number *\n", said)
    assert re.search(r"couleur +not read: No fact of a contact", said)


def test_a_vcard_is_imported_whatever_its_name(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "camille.csv"
    file.write_text("BEGIN:VCARD\nVERSION:4.0\nFN:Camille\nTEL:01 99 00 00 01\nNOTE:rappeler\nEND:VCARD\n")

    outcome = terminal.read("contacts", "import", ACCOUNT, str(file))["outcome"]

    assert (outcome["created"], outcome["encoding"], outcome["unknown_columns"]) == (1, "vcard", ["NOTE"])


def test_an_import_is_done_listed_and_undone(terminal: Terminal, good: str) -> None:
    done = terminal.read("contacts", "import", ACCOUNT, good)["outcome"]

    assert [one["code"] for one in terminal.read("contacts", "list", ACCOUNT)] == ["A1", "A2"]
    listed = terminal.read("contacts", "imports", ACCOUNT)[0]
    assert (listed["id"], listed["file"], listed["created"]) == (done["import_id"], "good.csv", 2)
    assert listed["at"].endswith("Z")
    assert "2 created" in terminal.done("contacts", "imports", ACCOUNT)
    assert terminal.read("contacts", "undo", ACCOUNT, str(done["import_id"]))["removed"] == 2
    assert terminal.read("contacts", "list", ACCOUNT) == []
    assert terminal.refused("contacts", "undo", ACCOUNT, str(done["import_id"]))


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_each_refused_row_is_told_with_its_line_column_value_and_remedy(
    terminal: Terminal, bad: str, more: tuple[str, ...]
) -> None:
    said = terminal.run("contacts", "import", ACCOUNT, bad, *more)

    assert said.status == 1
    assert said.err.startswith("aiguillage: 2 of 4 rows are refused")
    assert said.err.count("\n") == 1
    for told in ("4 ", "téléphone", "0612", "digits", "5 ", "vip", "peut-être", "couleur"):
        assert told in said.out
    assert terminal.read("contacts", "list", ACCOUNT) == []


def test_a_refused_import_is_told_to_machines(terminal: Terminal, bad: str) -> None:
    said = terminal.run("contacts", "import", ACCOUNT, bad, "--json")

    assert (said.status, said.err) == (1, "")
    assert '"refused": "invalid"' in said.out
    assert '"line": 4' in said.out


def test_a_partial_import_leaves_the_refused_rows_out(terminal: Terminal, bad: str) -> None:
    outcome = terminal.read("contacts", "import", ACCOUNT, bad, "--partial")["outcome"]

    assert (outcome["created"], outcome["refused"], outcome["unknown_columns"]) == (2, 2, ["couleur"])
    assert len(terminal.read("contacts", "list", ACCOUNT)) == 2


def test_contacts_that_a_file_lacks_are_removed_only_when_asked_and_many_only_by_force(
    terminal: Terminal, good: str
) -> None:
    terminal.done("contacts", "add", ACCOUNT, "--company", "Kept by hand")
    terminal.done("contacts", "import", ACCOUNT, good)
    assert len(terminal.read("contacts", "list", ACCOUNT)) == 3

    assert terminal.run("contacts", "import", ACCOUNT, good, "--delete-missing").status == 1
    terminal.done("contacts", "import", ACCOUNT, good, "--delete-missing", "--force")

    assert len(terminal.read("contacts", "list", ACCOUNT)) == 2


def test_a_reader_imports_nothing(terminal: Terminal, good: str) -> None:
    assert "requires the role edit" in terminal.refused("--as", email("reader"), "contacts", "import", ACCOUNT, good)


@pytest.mark.parametrize("name", ["all.csv", "all.jsonl"])
def test_an_export_imports_unchanged(terminal: Terminal, good: str, tmp_path: Path, name: str) -> None:
    terminal.done("contacts", "import", ACCOUNT, good)
    file = tmp_path / name

    assert terminal.read("contacts", "export", ACCOUNT, str(file))["bytes"] == file.stat().st_size

    printed = terminal.run_for_real("contacts", "export", ACCOUNT, "--format", file.suffix[1:]).out
    assert printed == file.read_text()
    assert terminal.read("contacts", "import", ACCOUNT, str(file))["outcome"]["unchanged"] == 2


def test_an_export_leaves_links_and_devices_what_they_are(terminal: Terminal, good: str, tmp_path: Path) -> None:
    terminal.done("contacts", "import", ACCOUNT, good)
    link, pipe = tmp_path / "link.csv", Path(os.devnull)
    link.symlink_to(tmp_path / "real.csv")

    for target in (link, pipe):
        terminal.done("contacts", "export", ACCOUNT, str(target))

    assert link.is_symlink()
    assert (tmp_path / "real.csv").stat().st_size > 0
    assert pipe.is_char_device()


def test_an_export_under_a_name_of_another_format_is_refused(terminal: Terminal, tmp_path: Path) -> None:
    assert ".csv, .xlsx, .jsonl, .json" in terminal.refused("contacts", "export", ACCOUNT, str(tmp_path / "all.ods"))


def test_an_export_of_no_format_is_refused_and_leaves_no_file(terminal: Terminal, tmp_path: Path) -> None:
    assert "csv" in terminal.refused("contacts", "export", ACCOUNT, str(tmp_path / "all.pdf"), "--format", "pdf")
    assert not list(tmp_path.glob("all.*"))


def test_an_import_shows_a_bar_in_a_terminal_only(terminal: Terminal, good: str) -> None:
    controller, screen = pty.openpty()
    command = [sys.executable, "-m", "aiguillage", "contacts", "import", ACCOUNT, good]
    environment = os.environ | terminal.environment | {"TERM": "xterm"}
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=screen, timeout=PATIENCE, check=True, text=True
    )
    os.close(screen)
    shown = os.read(controller, 65536).decode()
    os.close(controller)

    assert "reading" in shown
    assert "created" in done.stdout
    assert not terminal.run("contacts", "import", ACCOUNT, good).err
