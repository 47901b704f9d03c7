"""Contacts as people enter them: parsed, and refused with what to do."""

from typing import Any

import msgspec
import pytest

from aiguillage.desk.contacts import Kept, enter_contact, list_contacts
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.domain.errors import Kind
from tests.cast import ACCOUNT, NUMBER, Cast, known_caller
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
        ({"code": "12,34"}, Kind.INVALID, "is no code"),
        ({"select_1": "1,2"}, Kind.INVALID, "is no destination"),
        ({"boolean_1": "maybe"}, Kind.INVALID, "is neither yes nor no"),
        ({"language": "french"}, Kind.INVALID, "is no language code"),
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
