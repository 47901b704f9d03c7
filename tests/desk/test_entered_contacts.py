"""Contacts as people enter them: parsed, and refused with what to do."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from aiguillage.desk.contacts import Kept, enter_contact, list_contacts, remove_contact
from aiguillage.desk.fields import add_option, set_field
from aiguillage.desk.importing.sent import JSON, Upload
from aiguillage.desk.imports import ImportRefused, import_contacts
from aiguillage.domain.contacts import PARTS, Contact, Option, Telecom
from aiguillage.domain.errors import Kind, Refusal
from tests.cast import ACCOUNT, NUMBER, Cast, known_caller
from tests.desk.contact_files import Desk
from tests.refusal import refused

OTHER_NUMBER = "+33199005678"


@pytest.fixture
def garage(cast: Cast) -> Kept:
    """A contact with a reference, a number and a code."""
    return known_caller(cast)


def test_a_contact_is_entered_as_people_write(cast: Cast) -> None:
    kept = enter_contact(
        cast.db,
        cast["editor"],
        ACCOUNT,
        None,
        {
            "company": " Boulangerie Mistral ",
            "code": "98 76",
            "numbers": ["01 99 00 56 78", "+33 (0)2 61 91*", "+33199005678"],
            "select_1": " 300 ",
            "boolean_2": "oui",
            "language": "FR",
        },
    )

    assert kept.contact == Contact(
        code="9876",
        language="fr",
        company="Boulangerie Mistral",
        telecoms=(Telecom(OTHER_NUMBER), Telecom("+3326191*")),
        select=("300", None, None, None),
        boolean=(None, True, None, None),
    )


def test_what_is_entered_takes_the_place_of_what_was_there_and_empties_clear(cast: Cast, garage: Kept) -> None:
    given = {"numbers": ["01 99 00 12 34", "207"], "code": "", "select_1": None, "boolean_1": False, "emails": []}

    kept = enter_contact(cast.db, cast["editor"], ACCOUNT, garage.id, given)

    assert kept.contact == msgspec.structs.replace(
        garage.contact,
        code=None,
        telecoms=(*garage.contact.telecoms, Telecom("207")),
        select=(None, *garage.contact.select[1:]),
        boolean=(False, *garage.contact.boolean[1:]),
    )


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        ({"numbers": ["0612"]}, Kind.INVALID, "'0612' is not a phone number in FR"),
        ({"numbers": ["0*"]}, Kind.INVALID, "is not a number prefix"),
        ({"code": "12,34"}, Kind.INVALID, "is not a code"),
        ({"select_1": "1,2"}, Kind.INVALID, "is not a destination"),
        ({"boolean_1": "maybe"}, Kind.INVALID, "is neither yes nor no"),
        ({"language": "klingon"}, Kind.INVALID, "is not a language code"),
        ({"reference": "x" * 65}, Kind.INVALID, "Use up to 64 characters"),
        ({"phone": "x"}, Kind.INVALID, "A contact has no 'phone'. It has: reference, code"),
        ({}, Kind.INVALID, "The contact is empty"),
        ({"numbers": [NUMBER]}, Kind.CONFLICT, "let contacts share numbers"),
    ],
)
def test_what_makes_no_sense_is_not_entered(
    cast: Cast, garage: Kept, given: dict[str, Any], kind: Kind, message: str
) -> None:
    with refused(kind, message):
        enter_contact(cast.db, cast["editor"], ACCOUNT, None, given)

    assert list(list_contacts(cast.db, cast["editor"], ACCOUNT)) == [garage]


@pytest.mark.parametrize(
    ("wire", "sent"),
    [
        ("emails", ["Ana Roche <ANA@example.org>", "mailto:zoe@example.org"]),
        ("emails", ["nowhere"]),
        ("emails", ["a@b"]),
        ("telecoms", ["01 99 00 56 78 ou 06 39 98 56 78"]),
        ("telecoms", [{"number": "019900*", "type": "work", "since": 2020}]),
        ("telecoms", ["0612"]),
        ("telecoms", [{"number": ["0612"]}]),
        ("telecoms", ["3,32E+10"]),
        ("telecoms", [{"number": "0199005678", "note": "x" * 1_000}]),
        ("reference", "3,32E+10"),
        ("reference", "x" * 65),
        ("id_code", "1234.0"),
        ("id_code", "####"),
        ("id_code", "12,34"),
        ("language_code", "Français"),
        ("language_code", "klingon"),
        ("company", "Garage\r\nMistral"),
        ("company", "Garage\x00Mistral"),
        ("email_destination", "x" * 256),
        ("telecom_destination", "207.0"),
        ("telecom_destination", "1,2"),
        ("field_select_1", "Support"),
        ("field_select_1", "215.0"),
        ("field_select_2", "sales"),
        ("field_select_2", "Elsewhere"),
        ("field_boolean_1", "oui"),
        ("field_boolean_1", "1.0"),
        ("field_boolean_1", "maybe"),
    ],
)
def test_what_is_entered_and_what_is_imported_are_read_alike(cast: Cast, desk: Desk, wire: str, sent: Any) -> None:  # noqa: ANN401 - JSON
    add_option(cast.db, cast["manager"], ACCOUNT, "select_1", Option("Support", "207"))
    add_option(cast.db, cast["manager"], ACCOUNT, "select_2", Option("Sales", "208"))
    set_field(cast.db, cast["manager"], ACCOUNT, "select_2", strict=True)
    names = {part.wire: part.name for part in PARTS.values()}
    upload = Upload(
        "contacts", JSON, msgspec.json.encode([{"company": "Garage Mistral", "telecoms": ["208"], wire: sent}])
    )

    def entered() -> Contact:
        given = {"company": "Garage Mistral", "telecoms": ["208"], names[wire]: sent}
        kept = enter_contact(cast.db, cast["editor"], ACCOUNT, None, given)
        remove_contact(cast.db, cast["editor"], ACCOUNT, kept.id)
        return kept.contact

    def imported() -> Contact:
        import_contacts(cast.db, cast["editor"], ACCOUNT, upload.source())
        return desk.only()

    assert outcome(entered) == outcome(imported)


def outcome(read: Callable[[], Contact]) -> Contact | str:
    """The contact, or why it is refused."""
    try:
        return read()
    except ImportRefused as refusal:
        return refusal.outcome.refusals[0].message
    except Refusal as refusal:
        return refusal.message
