"""Undoing an import: whole, or refused with the first contact that was touched since."""

import msgspec
import pytest

from aiguillage.desk.contacts import add_contact, remove_contact
from aiguillage.desk.imports import list_imports, undo_import
from aiguillage.desk.journal import list_changes
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.domain.errors import Kind
from tests.cast import ACCOUNT, NOW, OTHER_ACCOUNT, Cast
from tests.changing import set_contact
from tests.desk.contact_files import FILES, Desk
from tests.refusal import refused


def undo(cast: Cast, import_id: int | None) -> object:
    assert import_id is not None
    later = msgspec.structs.replace(cast["editor"], at=NOW + 1)
    return msgspec.structs.asdict(undo_import(cast.db, later, ACCOUNT, import_id))


def test_an_import_is_undone_whole(cast: Cast, desk: Desk) -> None:
    desk.take("reference;code;tel;vip\nA;1;0199001234;x\nB;2;0199001235;x\nC;3;;\n")
    before = desk.contacts(), desk.keys()
    outcome = desk.take("reference;code;tel\nA;7;0199001234\nC;3;\nD;2;0199001235\n", delete_missing=True, force=True)
    assert (outcome.created, outcome.changed, outcome.unchanged, outcome.deleted) == (1, 1, 1, 1)

    undone = undo(cast, outcome.import_id)

    assert undone == {"import_id": outcome.import_id, "removed": 1, "restored": 1, "readded": 1}
    assert (desk.contacts(), desk.keys()) == before
    assert list_imports(cast.db, cast["reader"], ACCOUNT)[0].undone_at == NOW + 1
    told = [(entry.action, entry.entity) for entry in list_changes(cast.db, cast["manager"], ACCOUNT, limit=4)]
    assert told[::-1] == [("undo", "import"), ("remove", "contact"), ("set", "contact"), ("add", "contact")]


def test_the_file_of_a_thousand_is_undone_whole(cast: Cast, desk: Desk) -> None:
    outcome = desk.take(FILES / "clients-1000.csv", partial=True)

    undo(cast, outcome.import_id)

    assert (desk.contacts(), desk.keys()) == ({}, [])


def test_imports_are_undone_one_after_the_other_newest_first(cast: Cast, desk: Desk) -> None:
    first = desk.take("code;tel\n1;0199001234\n")
    second = desk.take("code;tel\n1;0199001235\n")

    undo(cast, second.import_id)
    undo(cast, first.import_id)

    assert desk.contacts() == {}


def test_no_import_is_undone_twice(cast: Cast, desk: Desk) -> None:
    outcome = desk.take("code\n1\n")
    undo(cast, outcome.import_id)

    with refused(Kind.CONFLICT, "has already been undone"):
        undo(cast, outcome.import_id)


@pytest.mark.parametrize("touch", ["set", "remove", "import"])
def test_an_import_whose_contact_was_touched_since_is_not_undone(touch: str, cast: Cast, desk: Desk) -> None:
    outcome = desk.take("code;company\n1;Café de la Gare\n2;Garage Belleville\n")
    second = list(desk.contacts())[1]
    if touch == "set":
        set_contact(cast.db, cast["editor"], ACCOUNT, second, {"company": "Garage Pigalle"})
    elif touch == "remove":
        remove_contact(cast.db, cast["editor"], ACCOUNT, second)
    else:
        desk.take("code;company\n1;Café de la Gare\n2;Garage Pigalle\n")
    before = desk.contacts(), desk.keys()

    with refused(Kind.CONFLICT, f"Contact {second} was (changed|removed) after import {outcome.import_id}"):
        undo(cast, outcome.import_id)

    assert (desk.contacts(), desk.keys()) == before


@pytest.mark.parametrize(
    ("newcomer", "message"),
    [
        (Contact(code="1"), "The code 1 already belongs to contact"),
        (Contact(telecoms=(Telecom("+33199001234"),)), r"\+33199001234 already belongs to contact"),
        (Contact(telecoms=(Telecom("+3319900*"),)), r"prefix \+3319900 already belongs to contact"),
        (Contact(reference="A", company="Pâtisserie Noël"), "The reference 'A' now belongs to contact"),
    ],
)
def test_a_removed_contact_whose_key_was_taken_since_is_not_put_back(
    newcomer: Contact, message: str, cast: Cast, desk: Desk
) -> None:
    desk.take("reference;code;tel\nA;1;0199001234;+3319900*\nB;2;\n".replace(";+3319900*", ",+3319900*"))
    outcome = desk.take("reference;code\nB;2\n", delete_missing=True, force=True)
    add_contact(cast.db, cast["editor"], ACCOUNT, newcomer)

    with refused(Kind.CONFLICT, message):
        undo(cast, outcome.import_id)


def test_an_import_that_is_not_there_is_missing(cast: Cast, desk: Desk) -> None:
    outcome = desk.take("code\n1\n")

    for import_id in (0, -1, 2**70, 999_999):
        with refused(Kind.MISSING, f"There is no import {import_id} on this account"):
            undo(cast, import_id)
    with refused(Kind.MISSING, "There is no import"):
        undo_import(cast.db, cast["outsider"], OTHER_ACCOUNT, outcome.import_id or 0)


def test_an_outsider_undoes_nothing(cast: Cast, desk: Desk) -> None:
    outcome = desk.take("code\n1\n")

    for code in (ACCOUNT, "CL9999"):
        with refused(Kind.MISSING, f"There is no account {code} that you can see"):
            undo_import(cast.db, cast["outsider"], code, outcome.import_id or 0)
    with refused(Kind.FORBIDDEN, "This requires the role edit"):
        undo_import(cast.db, cast["reader"], ACCOUNT, outcome.import_id or 0)
    assert len(desk.contacts()) == 1
