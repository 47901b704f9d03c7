"""Cells as people fill them: numbers in any spelling, yes and no, the account's own words."""

import pytest

from aiguillage.desk.accounts import set_account
from aiguillage.desk.fields import set_field
from aiguillage.desk.imports import ImportRefused
from aiguillage.domain.contacts import Contact, Telecom
from tests.cast import ACCOUNT
from tests.desk.contact_files import Desk

NUMBER = "+33199001234"
BERLIN = "+4930"


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
        ("+33 1 99 00 12 34 ::: +33 6 39 98 12 34", [NUMBER, "+33639981234"]),
        ("0199001234:::0639981234:::0261910000", [NUMBER, "+33639981234", "+33261910000"]),
        ("01 99 00 12 34 ou 06 39 98 12 34", [NUMBER, "+33639981234"]),
        ("01 99 00 12 34 et 06 39 98 12 34", [NUMBER, "+33639981234"]),
        ("01 99 00 12 34 OU +33 6 39 98 12 34", [NUMBER, "+33639981234"]),
        ("0199001234ou0639981234", [NUMBER, "+33639981234"]),
        ("01 99 00 12 34\u00a0et/ou\u00a006 39 98 12 34", [NUMBER, "+33639981234"]),
        ("01 99 00 12 34 or 06 39 98 12 34 and 02 61 91 00 00", [NUMBER, "+33639981234", "+33261910000"]),
        ("01 99 00 12 34 puis 06 39 98 12 34, sinon 207", [NUMBER, "+33639981234", "207"]),
        ("01 99 00 12 34 & 06 39 98 12 34", [NUMBER, "+33639981234"]),
        ("01 99 00 12 34 - 06 39 98 12 34", [NUMBER, "+33639981234"]),
        ("01 99 00 12 34 \u2013 06 39 98 12 34 \u2014 02 61 91 00 00", [NUMBER, "+33639981234", "+33261910000"]),
        ("01 - 99 - 00 - 12 - 34", [NUMBER]),
        ("+33 1 99 - 00 12 34", [NUMBER]),
        ("207 - 208", ["207", "208"]),
        ("207 et 208", ["207", "208"]),
        ("0199001234\v0639981234\u20280261910000", [NUMBER, "+33639981234", "+33261910000"]),
        ("0199001234 • 0639981234", [NUMBER, "+33639981234"]),
        ('"tel:+33199001234;ext=12"', [NUMBER]),
        ("'0199001234", [NUMBER]),
        ("’0199001234", [NUMBER]),
        ('"""0199001234"""', [NUMBER]),
        ('="0199001234"', [NUMBER]),
        ('"=""0199001234"""', [NUMBER]),
        ('=T("0199001234")', [NUMBER]),
        ("=+33199001234", [NUMBER]),
        ("=0199001234", [NUMBER]),
        ("33199001234.0", [NUMBER]),
        ("199001234.0", [NUMBER]),
        ("+33199001234.00", [NUMBER]),
        ('"33199001234,0"', [NUMBER]),
        ("33199001234.0 / 33639981234.0", [NUMBER, "+33639981234"]),
        ("\x1f0199001234", [NUMBER]),
        ("\x020199001234\x03", [NUMBER]),
        ("01\x1c99001234\x7f", [NUMBER]),
    ],
)
def test_a_cell_may_hold_several_numbers(cell: str, expected: list[str], desk: Desk) -> None:
    desk.take(f"code;tel\n1;{cell}\n")

    assert numbers(desk.only()) == expected


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("0612", "is not a phone number in FR"),
        ("0199001234/35", "is ambiguous. Write each number in full"),
        ('"1,99001E+08"', "was shortened by a spreadsheet"),
        ("3.3199E+10", "was shortened by a spreadsheet"),
        ("0*", "is not a number prefix"),
        (",".join(["0199001234"] * 51), "too many for one contact"),
        ("+3.3199E+10", "was shortened by a spreadsheet"),
        ('="3.3199E+10"', "was shortened by a spreadsheet"),
        ("0199001234 / 3.3199E+10", "was shortened by a spreadsheet"),
        ("##########", "was shortened by a spreadsheet"),
        ("0199001234 et 35", "is ambiguous. Write each number in full"),
        ("0199001234 - 35", "is ambiguous. Write each number in full"),
        ('"33,199,001,234"', "is ambiguous. Write each number in full"),
        ("et", "is not a phone number in FR"),
        ('=SUM("0199001234")', "is not a phone number in FR"),
    ],
)
def test_a_cell_that_is_no_number_is_told_what_to_do(cell: str, why: str, desk: Desk) -> None:
    with pytest.raises(ImportRefused) as caught:
        desk.take(f"code;tel\n1;{cell}\n")

    assert why in caught.value.outcome.refusals[0].message


@pytest.mark.parametrize("cell", ["0199001234,,12", "0199001234,,,12#", "0199001234;ext=12"])
def test_an_extension_behind_a_number_is_no_number_of_its_own(cell: str, desk: Desk) -> None:
    desk.take(f'code;tel\n1;"{cell}"\n2;0639981234\n', partial=True)

    assert "12" not in [number for contact in desk.contacts().values() for number in numbers(contact)]


def test_two_commas_part_numbers_where_no_extension_can_be(desk: Desk) -> None:
    desk.take('code;tel\n1;"0199001234,,0639981234,,"\n')

    assert numbers(desk.only()) == [NUMBER, "+33639981234"]


def test_slashes_and_dashes_part_numbers_where_the_whole_would_be_possible_too(desk: Desk) -> None:
    set_account(desk.cast.db, desk.cast["operator"], ACCOUNT, {"country": "DE"})

    several = [f"030 {number}" for number in ("2345", "6789")]

    desk.take(f"code;tel\n1;{' / '.join(several)}\n2;030/2350\n")

    assert [numbers(contact) for contact in desk.contacts().values()] == [
        [f"{BERLIN}2345", f"{BERLIN}6789"],
        [f"{BERLIN}2350"],
    ]


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        ("code", "1234.0", Contact(code="1234")),
        ("code", "'0012", Contact(code="0012")),
        ("code", '="0012"', Contact(code="0012")),
        ("référence", '="0012"', Contact(code="1", reference="0012")),
        ("référence", "'0012", Contact(code="1", reference="0012")),
        ("référence", "4.0", Contact(code="1", reference="4.0")),
        ("destination", "207.0", Contact(code="1", select=("207", None, None, None))),
        ("vip", "1.0", Contact(code="1", boolean=(True, None, None, None))),
        ("vip", "0.0", Contact(code="1", boolean=(False, None, None, None))),
        ("société", "'t Hof", Contact(code="1", company="'t Hof")),
        ("société", '="Hof"', Contact(code="1", company="Hof")),
        ("société", '="Café ""Bar"""', Contact(code="1", company='Café "Bar"')),
        ("société", "Hof\x1f", Contact(code="1", company="Hof")),
        ("société", "A\vB\u2028C", Contact(code="1", company="A B C")),
    ],
)
def test_other_cells_are_read_without_their_guards_too(column: str, cell: str, expected: Contact, desk: Desk) -> None:
    head, row = (column, cell) if column == "code" else (f"code;{column}", f"1;{cell}")

    desk.take(f"{head}\n{row}\n")

    assert desk.only() == expected


@pytest.mark.parametrize("column", ["référence", "code client", "destination"])
@pytest.mark.parametrize("cell", ["4.41E+11", "5e+09", "######"])
def test_what_a_spreadsheet_has_shortened_is_kept_nowhere(column: str, cell: str, desk: Desk) -> None:
    outcome = desk.take(f"{column};tel\n{cell};0199001234\n;0639981234\n", partial=True)

    assert (outcome.created, outcome.refused) == (1, 1)
    assert "was shortened by a spreadsheet" in outcome.refusals[0].message


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Camille@Example.org", ("camille@example.org",)),
        ("Camille Roche <camille@example.org>", ("camille@example.org",)),
        ("mailto:camille@example.org", ("camille@example.org",)),
        ("a@example.org ::: b@example.org", ("a@example.org", "b@example.org")),
        ("a@example.org ou b@example.org et c@example.org", ("a@example.org", "b@example.org", "c@example.org")),
        ("a@example.org / b@example.org & r&d@example.org", ("a@example.org", "b@example.org", "r&d@example.org")),
        ('"Ana <a@example.org>; ""Roche, B."" <b@example.org>"', ("a@example.org", "b@example.org")),
        ("a@example.org A@example.org", ("a@example.org",)),
        ('"a@example.org;b@example.org,"', ("a@example.org", "b@example.org")),
    ],
)
def test_a_cell_may_hold_several_email_addresses_as_people_copy_them(
    cell: str, expected: tuple[str, ...], desk: Desk
) -> None:
    desk.take(f"code;courriel\n1;{cell}\n")

    assert desk.only().emails == expected


@pytest.mark.parametrize("cell", ["camille", "camille@", "a@b@c", "a@example.org, camille"])
def test_what_is_no_email_address_is_refused_in_a_file_as_elsewhere(cell: str, desk: Desk) -> None:
    with pytest.raises(ImportRefused) as caught:
        desk.take(f'code;courriel\n1;"{cell}"\n')

    assert "is not an e-mail address. Write it as in name@example.org." in caught.value.outcome.refusals[0].message


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
