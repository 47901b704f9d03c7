"""Cells as people fill them: numbers in any spelling, yes and no, the account's own words."""

import pytest

from aiguillage.desk.fields import set_field
from aiguillage.desk.imports import ImportRefused
from aiguillage.domain.contacts import Contact, Telecom
from tests.cast import ACCOUNT
from tests.desk.contact_files import Desk

NUMBER = "+33199001234"


def numbers(contact: Contact) -> list[str]:
    return [telecom.number for telecom in contact.telecoms]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("0199001234", [NUMBER]),
        ("01/99/00/12/34", [NUMBER]),
        ("01 99 00 12 34 / 06 39 98 12 34", [NUMBER, "+33639981234"]),
        ("0199001234/0639981234", [NUMBER, "+33639981234"]),
        ("0199001234,0639981234", [NUMBER, "+33639981234"]),
        ('"0199001234;0639981234"', [NUMBER, "+33639981234"]),
        ("0199001234 | +33 6 39 98 12 34 |", [NUMBER, "+33639981234"]),
        ('"0199001234\n0639981234"', [NUMBER, "+33639981234"]),
        ("0199001234, 01.99.00.12.34", [NUMBER]),
        ("199001234", [NUMBER]),
        ("33199001234", [NUMBER]),
        ("'+33199001234", [NUMBER]),
        ("207/208", ["207", "208"]),
        ("+3319900*", ["+3319900*"]),
        ("019900*, 0639981234", ["+3319900*", "+33639981234"]),
    ],
)
def test_a_cell_may_hold_several_numbers(cell: str, expected: list[str], desk: Desk) -> None:
    desk.take(f"code;tel\n1;{cell}\n")

    assert numbers(desk.only()) == expected


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("0612", "is not a phone number in FR"),
        ("0199001234/35", "is not clear. Write each number in full"),
        ('"1,99001E+08"', "was shortened by a spreadsheet"),
        ("3.3199E+10", "was shortened by a spreadsheet"),
        ("0*", "is not a number prefix"),
        (",".join(["0199001234"] * 51), "too many for one contact"),
    ],
)
def test_a_cell_that_is_no_number_is_told_what_to_do(cell: str, why: str, desk: Desk) -> None:
    with pytest.raises(ImportRefused) as caught:
        desk.take(f"code;tel\n1;{cell}\n")

    assert why in caught.value.outcome.refusals[0].message


def test_several_columns_make_several_numbers_with_their_types(desk: Desk) -> None:
    desk.take(
        "tél. fixe;tel mobile;telephone 2;Fax;Téléphone bureau\n"
        "0199001234;0639981234;0199001235;0199001236;0199001237\n"
    )

    assert desk.only().telecoms == (
        Telecom(NUMBER, "landline"),
        Telecom("+33639981234", "mobile"),
        Telecom("+33199001235"),
        Telecom("+33199001236", "fax"),
        Telecom("+33199001237", "work"),
    )


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("oui", True),
        ("x", True),
        ("1", True),
        ("TRUE", True),
        ("non", False),
        ("0", False),
        ("faux", False),
        ("", None),
    ],
)
def test_yes_and_no_are_read_as_people_write_them(word: str, expected: bool | None, desk: Desk) -> None:
    desk.take(f"code;vip\n1;{word}\n")

    assert desk.only().boolean[0] is expected


def test_unknown_columns_are_told(desk: Desk) -> None:
    outcome = desk.take("code client;SIRET;société;\n1;123;Noël;\n")

    assert outcome.unknown_columns == ("SIRET", "")
    assert outcome.columns == {"code client": "code", "société": "company"}


def test_the_accounts_own_names_of_its_fields_are_understood(desk: Desk) -> None:
    for key, label in (("select_2", "Équipe"), ("boolean_3", "Grand compte"), ("select_3", "Code")):
        set_field(desk.cast.db, desk.cast["editor"], ACCOUNT, key, label=label)

    desk.take("code;equipe;GRAND COMPTE\n1;300;oui\n")

    assert desk.only() == Contact(code="1", select=(None, "300", None, None), boolean=(None, None, True, None))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("01 99 00 12 34 ext. 12", [NUMBER]),
        ("01 99 00 12 34 (poste 12), 06 39 98 12 34 x 7", [NUMBER, "+33639981234"]),
        ('"0199001234,,12"', [NUMBER]),
        ('"0199001234,,12;0639981234,,7"', [NUMBER, "+33639981234"]),
        ('"tel:+33199001234;ext=12"', [NUMBER]),
        ('"0199001234,207"', [NUMBER, "207"]),
        ('"207,,208"', ["207", "208"]),
    ],
)
def test_an_extension_in_a_cell_is_no_number_of_its_own(cell: str, expected: list[str], desk: Desk) -> None:
    desk.take(f"code\ttel\n1\t{cell}\n")

    assert numbers(desk.only()) == expected
