"""Importing in the console: a file looked at, its columns corrected, imported, undone; files that are none."""

import re
from collections.abc import Mapping

import httpx
import pytest

from aiguillage.desk.importing.sent import LONGEST_IMPORT
from tests.console.visiting import HERE, MANAGER, READER, Site, Visitor, form_of, text_of
from tests.server import eventually

IMPORT = f"{HERE}/import"
FILE = "Firme;Ligne;Truc\nGarage Belleville;01 99 00 91 01;C-9101\nLibrairie Ormeau;0612;C-9102\n"


def send(visitor: Visitor, content: bytes, name: str = "contacts.csv") -> httpx.Response:
    """Chooses a file, and looks at it."""
    return visitor.post(IMPORT, data={"token": visitor.token()}, files={"file": (name, content)}, timeout=300)


def send_again(visitor: Visitor, shown: httpx.Response, way: str = "", **changes: str) -> httpx.Response:
    """Sends the form of a file that is looked at, with changes."""
    path = shown.url.path
    return visitor.post(path + way, data={**chosen(shown, path), **changes})


def chosen(shown: httpx.Response, path: str) -> Mapping[str, str]:
    """The form as it is shown, of each choice the one that is made."""
    return form_of(shown, path) | {"missing": "keep"}


def test_a_file_is_looked_at_its_columns_corrected_then_imported_and_undone(own_site: Site) -> None:
    editor = own_site.as_(MANAGER)
    shown = send(editor, FILE.encode("windows-1252"))
    assert "semicolon" in text_of(shown)
    assert "0612" in text_of(shown)
    assert "Line" in text_of(shown)

    corrected = send_again(editor, shown, **{"as.0": "company", "as.2": "reference"}, partial="1")
    assert "Import: 1 contacts" in text_of(corrected)
    assert "Garage Belleville" not in text_of(editor.get(f"{HERE}/contacts?q=C-9101"))

    applied = send_again(editor, corrected, "/apply", partial="1")
    assert applied.url == shown.url
    eventually(lambda: "It is imported." in text_of(editor.get(shown.url)))
    assert "Garage Belleville" in text_of(editor.get(f"{HERE}/contacts?q=Garage+Belleville"))

    undo = re.search(rf'action="({IMPORT}/\d+/undo)"', editor.get(shown.url).text)
    assert undo
    undone = editor.send_form(undo[1])
    assert "The import is undone: 1 contacts removed" in text_of(undone)
    assert editor.send_form(undo[1]).status_code == 409


def test_what_was_changed_is_shown_before_it_is_imported(site: Site) -> None:
    manager = site.as_(MANAGER)
    shown = send(manager, b"reference;tel\nC-9103;0199009103\n")

    again = send_again(manager, shown, "/apply", **{"as.0": ""})

    assert "Nothing is imported yet: look at what would happen now" in text_of(again)
    assert "Import: 1 contacts" in text_of(again)


def test_a_file_whose_header_says_too_little_is_kept_to_be_corrected(site: Site) -> None:
    manager = site.as_(MANAGER)
    shown = send(manager, b"nom;machin\nLenoir;0199009104\n")
    assert "No column says which contact a row is about" in text_of(shown)
    assert "0199009104" in text_of(shown)

    corrected = send_again(manager, shown, **{"as.1": "mobile number"})

    assert "Import: 1 contacts" in text_of(corrected)
    twice = send_again(manager, corrected, **{"as.0": "code", "as.1": "code"})
    assert "both mean code" in text_of(twice)
    assert "Import:" not in text_of(twice)


def test_many_missing_contacts_are_removed_only_by_who_insists(site: Site) -> None:
    manager = site.as_(MANAGER)
    shown = send(manager, b"reference;tel\nC-9105;0199009105\n")

    missing = send_again(manager, shown, missing="remove")
    insisting = send_again(manager, missing, missing="remove", force="1")

    assert "missing from the file" in text_of(missing)
    assert re.search(r"Import: \d+ contacts", text_of(insisting))


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"\0\1\2 no text", "photo.csv", "The file is not text"),
        (b"PK\3\4 no sheet", "contacts.xlsx", "sheet"),
        (b"", "empty.csv", "No file is chosen, or it is empty"),
    ],
)
def test_a_file_that_is_no_sheet_is_said_to_be_none(site: Site, content: bytes, name: str, said: str) -> None:
    answer = send(site.as_(MANAGER), content, name)
    assert answer.status_code == 422
    assert said in text_of(answer)


@pytest.mark.parametrize("content", [b'[{"code": "9106"}]', b'{"contacts": [{"code": "9106"}]}', b'{"code": "9106"}'])
def test_json_is_taken_as_a_list_and_line_by_line(site: Site, content: bytes) -> None:
    assert "Import: 1 contacts" in text_of(send(site.as_(MANAGER), content, "contacts.json"))


def test_sixty_megabytes_are_looked_at_and_more_than_the_most_are_refused(own_site: Site) -> None:
    manager = own_site.as_(MANAGER)
    row = b"0199009107;" + b"x" * 1000 + b"\n"
    large = b"tel;observations\n" + row * ((60 << 20) // len(row))

    assert "What the columns mean" in text_of(send(manager, large, "large.csv"))
    answer = send(manager, b"x" * (LONGEST_IMPORT + (2 << 20)), "too-large.csv")
    assert answer.status_code == 413
    assert "too long" in text_of(answer)


def test_a_reader_cannot_send_a_file(site: Site) -> None:
    assert send(site.as_(READER), FILE.encode()).status_code == 403
