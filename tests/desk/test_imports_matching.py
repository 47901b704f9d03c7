"""Which contact a row is about, what becomes of it, and whose numbers and codes stand in the way."""

import pytest

from aiguillage.desk.accounts import set_account
from aiguillage.desk.contacts import add_contact
from aiguillage.desk.fields import add_option, set_field
from aiguillage.desk.imports import ImportRefused, import_contacts
from aiguillage.domain.contacts import Contact, Option, Telecom
from tests.cast import ACCOUNT, OTHER_ACCOUNT
from tests.desk.contact_files import Desk

FIRST, SECOND = "+33199001234", "+33199001235"


def kept(desk: Desk, contact: Contact) -> int:
    return add_contact(desk.cast.db, desk.cast["editor"], ACCOUNT, contact).id


def share_numbers(desk: Desk, policy: str) -> None:
    set_account(desk.cast.db, desk.cast["manager"], ACCOUNT, {"shared_numbers": policy})


def refusals(desk: Desk, content: str) -> list[str]:
    with pytest.raises(ImportRefused) as caught:
        desk.take(content)
    return [str(refusal) for refusal in caught.value.outcome.refusals]


@pytest.mark.parametrize(
    "row",
    [
        "reference;code;number;company\nA;;;Garage Belleville",
        "reference;code;number;company\nA;9;0199009999;Garage Belleville",
        "reference;code;number;company\n;1;;Garage Belleville",
        "code;number;company\n1;0199009999;Garage Belleville",
        "number;company\n0199001234;Garage Belleville",
        "number;company\n0199009999, 0199001234;Garage Belleville",
        "number;company\n+3353649*;Garage Belleville",
    ],
)
def test_a_row_is_matched_by_reference_else_code_else_number(row: str, desk: Desk) -> None:
    numbers = (Telecom(FIRST), Telecom("+3353649*"))
    contact_id = kept(desk, Contact(reference="A", code="1", telecoms=numbers, company="Café de la Gare"))

    outcome = desk.take(row)

    assert (outcome.created, outcome.changed) == (0, 1)
    assert desk.contacts()[contact_id].company == "Garage Belleville"
    assert desk.keys() == desk.right_keys()


def test_the_reference_counts_more_than_the_code_and_the_code_more_than_the_number(desk: Desk) -> None:
    ids = [
        kept(desk, Contact(reference="A", company="Un")),
        kept(desk, Contact(code="2", company="Deux")),
        kept(desk, Contact(telecoms=(Telecom(SECOND),), company="Trois")),
    ]

    desk.take("reference;code;tel;vip\nA;3;;x\n;2;0199001236;x\n")

    contacts = desk.contacts()
    assert [contacts[contact_id].boolean[0] for contact_id in ids] == [True, True, None]
    assert contacts[ids[1]].telecoms == (Telecom("+33199001236"),)


def test_an_absent_column_leaves_a_fact_alone_and_an_empty_cell_clears_it(desk: Desk) -> None:
    before = Contact(
        code="1", company="Un", first_name="Zoé", select=("1", "2", None, None), boolean=(True, True, None, None)
    )
    kept(desk, before)

    desk.take("code;company;destination2;vip\n1;;;\n")

    assert desk.only() == Contact(
        code="1", first_name="Zoé", select=("1", None, None, None), boolean=(None, True, None, None)
    )


def test_an_absent_member_of_a_json_line_leaves_a_fact_alone_and_null_clears_it(desk: Desk) -> None:
    kept(desk, Contact(reference="A", code="1", company="Un", first_name="Zoé"))

    desk.take('{"id_code": "1", "company": null}\n{"id_code": "2", "first_name": "Léa"}\n')

    assert list(desk.contacts().values()) == [
        Contact(reference="A", code="1", first_name="Zoé"),
        Contact(code="2", first_name="Léa"),
    ]


def test_numbers_keep_type_label_and_place_unless_the_file_says_otherwise(desk: Desk) -> None:
    first, second = Telecom(FIRST, "mobile", "direct"), Telecom(SECOND, "landline", "desk")
    kept(desk, Contact(code="1", telecoms=(first, second)))

    assert desk.take("code;tel\n1;0199001235 / 0199001234\n").unchanged == 1
    assert desk.take("code;tel fixe\n1;0199001236\n").changed == 1
    assert desk.only().telecoms == (first, Telecom("+33199001236", "landline"))
    assert desk.take("code;tel;fax\n1;;0199001234\n").changed == 1
    assert desk.only().telecoms == (Telecom(FIRST, "fax", "direct"),)


def test_a_number_of_a_contact_that_stays_is_refused(desk: Desk) -> None:
    holder = kept(desk, Contact(reference="A", telecoms=(Telecom(FIRST),)))
    prefixed = kept(desk, Contact(reference="B", code="7", telecoms=(Telecom("+3353649*"),)))

    told = refusals(desk, "reference;tel;code\nX;0199001234;\nY;+3353649*;\nZ;;7\n")

    assert told[0].startswith(f"Line 2, tel: {FIRST} already belongs to contact {holder}. Change that contact")
    assert told[1].startswith(f"Line 3, tel: The number prefix +3353649 already belongs to contact {prefixed}")
    assert told[2].startswith(f"Line 4, code: The code 7 already belongs to contact {prefixed}")


def test_two_contacts_can_swap_numbers_in_one_file(desk: Desk) -> None:
    desk.take("reference;tel\nA;0199001234\nB;0199001235\n")

    assert desk.take("reference;tel\nA;0199001235\nB;0199001234\n").changed == 2
    assert [contact.telecoms[0].number for contact in desk.contacts().values()] == [SECOND, FIRST]
    assert desk.keys() == desk.right_keys()


def test_a_number_is_not_free_when_the_row_that_would_free_it_is_refused(desk: Desk) -> None:
    desk.take("reference;tel;code\nA;0199001234;1\nB;0199001235;2\nC;0199001236;3\n")

    outcome = desk.take("reference;tel;code\nA;0199001235;1\nB;0199001236;2\nC;0612;3\nD;0199001234;4\n", partial=True)

    assert (outcome.refused, outcome.created, outcome.changed) == (4, 0, 0)
    assert desk.keys() == desk.right_keys()


def test_a_removed_contact_frees_its_number(desk: Desk) -> None:
    desk.take("reference;tel\nA;0199001234\nB;0199001235\n")

    outcome = desk.take("reference;tel\nB;0199001235\nC;0199001234\n", delete_missing=True, force=True)

    assert (outcome.deleted, outcome.created, outcome.unchanged) == (1, 1, 1)
    assert desk.keys() == desk.right_keys()


def test_two_rows_about_one_contact_are_refused(desk: Desk) -> None:
    kept(desk, Contact(reference="A", code="1", telecoms=(Telecom(FIRST), Telecom(SECOND))))

    told = refusals(desk, "reference;code;tel\nA;;0199009999\n;1;\n;;0199001235\n")

    assert told == [
        "Line 3: The row is about the same contact as line 2. Keep one of the two, or give both a reference or code.",
        "Line 4: The row is about the same contact as line 2. Keep one of the two, or give both a reference or code.",
    ]


def test_the_second_row_with_a_key_is_refused_and_told_the_first(desk: Desk) -> None:
    told = refusals(
        desk, "ref;code;tel\nA;1;0199001234\nA;2;\nB;1;\nC;3;01.99.00.12.34\nD;4;+3353649*\nE;5;+3353649*\n"
    )

    assert [line.split(":")[0] for line in told] == ["Line 3, ref", "Line 4, code", "Line 5, tel", "Line 7, tel"]
    assert told[2].startswith(f"Line 5, tel: The number {FIRST} is on line 2 already.")


@pytest.mark.parametrize("policy", ["ask_code", "first"])
def test_numbers_may_be_shared_where_the_account_says_so_codes_never(policy: str, desk: Desk) -> None:
    share_numbers(desk, policy)
    file = "code;tel;nom\n1;0199001234;Roche\n2;0199001234;Lefèvre\n"

    assert desk.take(file).created == 2
    assert desk.take(file).unchanged == 2
    assert desk.take("code;tel\n3;0199001234\n").created == 1
    assert refusals(desk, "code;tel\n4;0199001235\n4;0199001236\n")
    assert desk.keys() == desk.right_keys()


def test_of_contacts_who_share_a_number_the_one_of_that_name_is_meant(desk: Desk) -> None:
    share_numbers(desk, "ask_code")
    file = "tel;nom\n0199001234;Roche\n0199001234;Lefèvre\n"
    desk.take(file)

    assert desk.take(file).unchanged == 2


def test_another_reference_is_another_contact(desk: Desk) -> None:
    kept(desk, Contact(reference="A", code="1", telecoms=(Telecom(FIRST),)))
    share_numbers(desk, "first")

    assert desk.take("reference;tel\nB;0199001234\n").created == 1


def test_a_row_without_a_key_is_refused(desk: Desk) -> None:
    told = refusals(desk, "reference;tel;company\n;;Garage Belleville\nA;;\nB;;Café de la Gare\n")

    assert [line.split(":")[0] for line in told] == ["Line 2", "Line 3"]
    assert "Nobody could be known by this" in told[0]


def test_a_contact_is_not_emptied(desk: Desk) -> None:
    kept(desk, Contact(reference="A", company="Garage Belleville"))

    assert refusals(desk, "reference;company\nA;\n") == [
        "Line 2: The contact is empty. Give it a number, a code or a name."
    ]


def test_a_strict_field_takes_its_options_by_value_or_name(desk: Desk) -> None:
    editor = desk.cast["editor"]
    add_option(desk.cast.db, editor, ACCOUNT, "select_1", Option("Support", "207"))
    set_field(desk.cast.db, editor, ACCOUNT, "select_1", label="Service", strict=True)

    told = refusals(desk, "code;service\n1;support\n2;207\n3;209\n")

    assert told == ["Line 4, service: '209' is not an option of field_select_1 (Service). Choose one of: 207."]
    desk.take("code;service\n1;support\n2;207\n")
    assert [contact.select[0] for contact in desk.contacts().values()] == ["207", "207"]


def test_two_accounts_keep_their_contacts_apart(desk: Desk) -> None:
    desk.take("reference;code;tel\nA;1;0199001234\n")

    outcome = import_contacts(
        desk.cast.db, desk.cast["outsider"], OTHER_ACCOUNT, desk.file("reference;code;tel\nA;1;0199001234\n")
    )

    assert outcome.created == 1
