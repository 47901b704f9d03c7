"""When contacts were added and last changed: what changes these moments, and what leaves them alone."""

from pathlib import Path

import msgspec
import pytest

from aiguillage.desk.contacts import add_contact, list_contacts, remove_contact, show_contact
from aiguillage.desk.erasing import NUMBER as NUMBER_ALONE
from aiguillage.desk.erasing import erase_person
from aiguillage.desk.exports import export_contacts
from aiguillage.desk.fields import set_field
from aiguillage.desk.imports import import_contacts, undo_import
from aiguillage.desk.journal import list_changes
from aiguillage.desk.reverting import revert_change
from aiguillage.domain.accounts import Actor
from aiguillage.domain.contacts import Contact
from aiguillage.domain.errors import Kind
from aiguillage.storage.sqlite.backup import backup, restore
from tests.cast import ACCOUNT, NOW, NUMBER, OTHER_ACCOUNT, Cast, known_caller
from tests.changing import set_contact
from tests.desk.contact_files import Desk
from tests.desk.lists import find
from tests.refusal import refused

HOUR = 3_600_000_000
FIRST = "référence;société;tel\nA;Acacias;0199001234\nB;Belleville;0199001235\nC;Corbin;0199001236\n"
SECOND = "référence;société;tel\nA;Acacias;0199001234\nB;Mistral;0199001235\nD;Dubois;0199001237\n"
Moments = tuple[int | None, int | None]


def later(cast: Cast, hours: int, name: str = "editor") -> Actor:
    """One of the cast, some hours after the moment at which the cast acts."""
    return msgspec.structs.replace(cast[name], at=NOW + hours * HOUR)


def hours(at: int | None) -> int | None:
    """How many hours after that moment."""
    return None if at is None else (at - NOW) // HOUR


def moments(cast: Cast) -> dict[str | None, Moments]:
    """When each contact of CL0000 was added and last changed, in hours, by its reference."""
    kept = list_contacts(cast.db, cast["reader"], ACCOUNT)
    return {one.contact.reference: (hours(one.created_at), hours(one.updated_at)) for one in kept}


def take(cast: Cast, desk: Desk, content: str, at: int) -> int | None:
    """Imports a file that has all contacts, some hours later; the import's id."""
    file = desk.file(content)
    outcome = import_contacts(cast.db, later(cast, at), ACCOUNT, file, delete_missing=True, force=True)
    return outcome.import_id


def test_a_change_leaves_the_moment_of_adding_alone(cast: Cast) -> None:
    added = known_caller(cast)

    changed = set_contact(cast.db, later(cast, 1), ACCOUNT, added.id, {"company": "Garage Mistral"})

    assert (added.created_at, added.updated_at) == (NOW, NOW)
    assert (changed.created_at, changed.updated_at) == (NOW, NOW + HOUR)
    assert show_contact(cast.db, cast["reader"], ACCOUNT, added.id) == changed


def test_a_change_of_nothing_leaves_both_alone(cast: Cast) -> None:
    added = known_caller(cast)

    set_contact(cast.db, later(cast, 1), ACCOUNT, added.id, {"company": added.contact.company})

    assert show_contact(cast.db, cast["reader"], ACCOUNT, added.id) == added


def test_an_import_touches_what_it_changes_and_nothing_else(cast: Cast, desk: Desk) -> None:
    take(cast, desk, FIRST, 1)

    take(cast, desk, SECOND, 2)

    assert moments(cast) == {"A": (1, 1), "B": (1, 2), "D": (2, 2)}


def test_an_undo_changes_contacts_and_brings_them_back_as_old_as_they_were(cast: Cast, desk: Desk) -> None:
    take(cast, desk, FIRST, 1)
    second = take(cast, desk, SECOND, 2)
    assert second is not None

    undo_import(cast.db, later(cast, 3), ACCOUNT, second)

    assert moments(cast) == {"A": (1, 1), "B": (1, 3), "C": (1, 3)}


def test_a_revert_changes_a_contact_and_brings_it_back_as_old_as_it_was(cast: Cast) -> None:
    added = known_caller(cast)
    set_contact(cast.db, later(cast, 1), ACCOUNT, added.id, {"company": "Garage Mistral"})

    for at in (2, 4):
        newest = list_changes(cast.db, cast["manager"], ACCOUNT, limit=1)[0]
        revert_change(cast.db, later(cast, at, "manager"), ACCOUNT, newest.seq)
        assert moments(cast) == {"C-1": (0, at)}
        remove_contact(cast.db, later(cast, at + 1), ACCOUNT, added.id)
        assert moments(cast) == {}


def test_erasing_a_number_changes_the_contact_that_keeps_the_rest(cast: Cast) -> None:
    known_caller(cast)

    erase_person(cast.db, cast.log, later(cast, 1, "manager"), ACCOUNT, NUMBER, contacts=NUMBER_ALONE)

    assert moments(cast) == {"C-1": (0, 1)}


def test_a_restored_copy_has_the_moments_of_its_own(cast: Cast, tmp_path: Path) -> None:
    added, copy = known_caller(cast), tmp_path / "copy.db"
    backup(cast.db.path, copy)
    set_contact(cast.db, later(cast, 1), ACCOUNT, added.id, {"company": "Garage Mistral"})

    restore(cast.db.path, copy, NOW)

    assert show_contact(cast.db, cast["reader"], ACCOUNT, added.id) == added


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
def test_an_export_has_them_and_its_import_leaves_them_alone_without_a_complaint(
    cast: Cast, desk: Desk, form: str
) -> None:
    take(cast, desk, FIRST, 1)
    take(cast, desk, SECOND, 2)
    before = moments(cast)

    exported = b"".join(export_contacts(cast.db, cast["reader"], ACCOUNT, form))
    outcome = import_contacts(cast.db, later(cast, 3), ACCOUNT, desk.file(exported, f"again.{form}"))

    assert (outcome.unchanged, outcome.rows, outcome.unknown_columns) == (3, 3, ())
    assert [(one.column, one.why) for one in outcome.unread] == [("created_at", "moment"), ("updated_at", "moment")]
    assert moments(cast) == before


def test_an_export_writes_them_as_the_api_does(cast: Cast) -> None:
    added = known_caller(cast)
    set_contact(cast.db, later(cast, 1), ACCOUNT, added.id, {"company": "Garage Mistral"})

    head, row = b"".join(export_contacts(cast.db, cast["reader"], ACCOUNT)).decode().splitlines()
    (line,) = b"".join(export_contacts(cast.db, cast["reader"], ACCOUNT, "jsonl")).splitlines()

    both = ("2026-11-18T11:06:40Z", "2026-11-18T12:06:40Z")
    assert head.endswith(";boolean_4;created_at;updated_at")
    assert row.endswith(";".join(both))
    assert list(msgspec.json.decode(line).items())[-2:] == list(zip(("created_at", "updated_at"), both, strict=True))


def test_an_account_cannot_give_its_fields_the_names_of_the_moments(cast: Cast, desk: Desk) -> None:
    set_field(cast.db, cast["editor"], ACCOUNT, "boolean_3", label="Created at")

    outcome = desk.take("tel;Created At;Updated at\n0199001234;2026-11-18;2026-11-18\n")

    assert outcome.columns == {"tel": "number"}
    assert [one.why for one in outcome.unread] == ["moment", "moment"]


def test_lists_are_sorted_and_filtered_by_both(cast: Cast, desk: Desk) -> None:
    take(cast, desk, FIRST, 1)
    take(cast, desk, SECOND.replace("D;Dubois;0199001237", "C;Corbin;0199001236\nD;Dubois;0199001237"), 2)
    a = next(one for one in find(cast).contacts if one.contact.reference == "A")
    set_contact(cast.db, later(cast, 3), ACCOUNT, a.id, {"company": "Clinique des Acacias"})

    def references(sort: str = "", **filters: int) -> list[str | None]:
        return [one.contact.reference for one in find(cast, sort=sort, filters=filters).contacts]

    assert references("created_at") == references("-created_at")[::-1] == ["A", "B", "C", "D"]
    assert references("updated_at") == references("-updated_at")[::-1] == ["C", "B", "D", "A"]
    assert references(created_at=NOW + HOUR) == ["A", "B", "C"]
    assert references(created_at=NOW + HOUR, updated_at=NOW + 3 * HOUR) == ["A"]
    assert references(updated_at=NOW + 2 * HOUR + 999_999) == ["B", "D"]
    assert references(updated_at=NOW + 2 * HOUR + 1_000_000) == references(created_at=NOW) == []


def test_what_the_journal_does_not_know_is_not_made_up(cast: Cast) -> None:
    added = known_caller(cast)
    with cast.db.write() as connection:
        connection.exec_driver_sql("DELETE FROM journal WHERE entity = 'contact'")

    shown = show_contact(cast.db, cast["reader"], ACCOUNT, added.id)

    assert (shown.created_at, shown.updated_at) == (None, None)
    assert b"".join(export_contacts(cast.db, cast["reader"], ACCOUNT)).endswith(b";;\r\n")


def test_an_outsider_sees_the_moments_of_their_own_account_alone(cast: Cast) -> None:
    added = known_caller(cast)
    foreign = add_contact(cast.db, later(cast, 9, "outsider"), OTHER_ACCOUNT, Contact(company="Mistral"))
    while foreign.id < added.id:
        foreign = add_contact(cast.db, later(cast, 9, "outsider"), OTHER_ACCOUNT, Contact(company="Mistral"))

    assert (foreign.id, hours(foreign.created_at), hours(foreign.updated_at)) == (added.id, 9, 9)
    assert moments(cast) == {"C-1": (0, 0)}
    with refused(Kind.MISSING, f"There is no account {ACCOUNT} that you can see"):
        show_contact(cast.db, cast["outsider"], ACCOUNT, added.id)
