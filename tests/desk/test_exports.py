"""Exports: what they write is safe in a spreadsheet, and imports again unchanged."""

import pytest

from aiguillage.desk.accounts import set_account
from aiguillage.desk.contacts import add_contact
from aiguillage.desk.exports import export_contacts
from aiguillage.desk.imports import import_contacts
from aiguillage.desk.spreadsheets import MOST_ROWS, require_rows
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.domain.errors import Kind
from tests.cast import ACCOUNT, OTHER_ACCOUNT, Cast
from tests.desk.contact_files import FILES, Desk
from tests.refusal import refused

AWKWARD = (
    Contact(
        reference="=1+1",
        code="-12",
        language="fr",
        company='Café "Noël"; fils',
        first_name="'=x",
        last_name="@home",
        telecoms=(
            Telecom("+33639981234", "mobile", "direct"),
            Telecom("207"),
            Telecom("+33199001234", "switchboard"),
            Telecom("+3353649*"),
            Telecom("+33199001235", "landline"),
        ),
        emails=("zoe@example.org", "=lea@example.org"),
        select=("=207", "+33199001240", "*21", "sip:zoe@example.org"),
        boolean=(True, False, None, True),
        email_destination="queue@example.org",
        telecom_destination="=21",
        given={
            "+33639981234": {"number": "06 39 98 12 34", "type": "mobile", "label": "direct", "since": 2020},
            "207": "(207)",
            "zoe@example.org": {"email": "zoe@example.org", "type": "work"},
        },
    ),
    Contact(company="Without any key"),
    Contact(telecoms=(Telecom("+33199001250"),), last_name="-"),
    Contact(telecoms=(Telecom("+33199001250"),), last_name="-"),
    Contact(code="0042", telecoms=(Telecom("+33199001250"),)),
)

SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"
"""What a formula begins with; the last four are as wide as Chinese characters."""


def exported(cast: Cast, form: str) -> bytes:
    return b"".join(export_contacts(cast.db, cast["reader"], ACCOUNT, form))


def keep_awkward_ones(cast: Cast) -> None:
    set_account(cast.db, cast["manager"], ACCOUNT, {"shared_numbers": "first"})
    for contact in AWKWARD:
        add_contact(cast.db, cast["editor"], ACCOUNT, contact)


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_imports_again_unchanged(form: str, cast: Cast, desk: Desk) -> None:
    keep_awkward_ones(cast)
    before = desk.contacts()

    outcome = desk.take(exported(cast, form), delete_missing=True)

    assert (outcome.unchanged, outcome.unknown_columns) == (5, ())
    assert (outcome.created, outcome.changed, outcome.refused, outcome.deleted) == (0, 0, 0, 0)
    assert desk.contacts() == before


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_the_file_of_a_thousand_comes_out_as_it_went_in(form: str, cast: Cast, desk: Desk) -> None:
    desk.take(FILES / "clients-1000.csv", partial=True)

    outcome = desk.take(exported(cast, form))

    assert (outcome.unchanged, outcome.rows) == (995, 995)


def test_numbers_that_were_kept_in_an_older_spelling_are_found_again_after_an_import_of_the_export(
    cast: Cast, desk: Desk
) -> None:
    older = (Telecom("+33590000123"), Telecom("+541100000123"))
    kept = add_contact(cast.db, cast["editor"], ACCOUNT, Contact(company="Acacias", telecoms=older))

    desk.take(exported(cast, "csv"))

    ((found, after),) = desk.contacts().items()
    assert [telecom.number for telecom in after.telecoms] == ["+590590000123", "+5491100000123"]
    assert found == kept.id


def test_json_lines_bring_contacts_whole_into_another_account(cast: Cast, desk: Desk) -> None:
    keep_awkward_ones(cast)
    file = desk.file(exported(cast, "jsonl"))
    set_account(cast.db, cast["operator"], OTHER_ACCOUNT, {"shared_numbers": "first"})

    outcome = import_contacts(cast.db, cast["outsider"], OTHER_ACCOUNT, file, partial=True)

    assert (outcome.created, outcome.changed) == (4, 0)
    other = b"".join(export_contacts(cast.db, cast["outsider"], OTHER_ACCOUNT, "jsonl"))
    facts = [line.partition(b",")[2] for line in exported(cast, "jsonl").splitlines()]
    assert [line.partition(b",")[2] for line in other.splitlines()] == [facts[0], *facts[2:]]


def test_no_cell_of_an_export_is_a_formula_but_numbers_stay_numbers(cast: Cast) -> None:
    keep_awkward_ones(cast)

    text = exported(cast, "csv").decode("utf-8-sig")

    head, first = text.splitlines()[:2]
    assert head.startswith("aiguillage_id;reference;code;language;company;first_name;last_name;number;mobile_number")
    assert first.startswith("CL0000:")
    assert ';\'=1+1;\'-12;fr;"Café ""Noël""; fils";\'\'=x;\'@home;' in first
    assert ";207, +33199001234, +3353649*;+33639981234;+33199001235;" in first
    assert ";'=207;+33199001240;*21;" in first


@pytest.mark.parametrize("sign", SIGNS)
def test_a_formula_in_signs_of_any_width_is_quoted_and_read_back(sign: str, cast: Cast, desk: Desk) -> None:
    add_contact(cast.db, cast["editor"], ACCOUNT, Contact(code="4321", company=f"{sign}SUM(A1)"))

    text = exported(cast, "csv")
    outcome = desk.take(text)

    assert f";'{sign}SUM(A1);" in text.decode("utf-8-sig")
    assert (outcome.unchanged, outcome.changed) == (1, 0)
    assert desk.only().company == f"{sign}SUM(A1)"


def test_an_empty_account_exports_a_header(cast: Cast) -> None:
    assert exported(cast, "csv").startswith(b"\xef\xbb\xbfaiguillage_id;reference;")
    assert exported(cast, "jsonl") == b""


def test_an_unknown_format_is_refused(cast: Cast) -> None:
    with refused(Kind.INVALID, "'xls' is not an export format. Choose one of: csv, xlsx, jsonl, json."):
        export_contacts(cast.db, cast["reader"], ACCOUNT, "xls")


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_outsider_exports_nothing_and_learns_nothing(form: str, cast: Cast) -> None:
    for code in (ACCOUNT, "CL9999"):
        with refused(Kind.MISSING, f"There is no account {code} that you can see"):
            export_contacts(cast.db, cast["outsider"], code, form)
    with refused(Kind.FORBIDDEN, "This requires the role read"):
        export_contacts(cast.db, cast["router"], ACCOUNT, form)


def test_what_a_sheet_has_no_room_for_is_refused() -> None:
    require_rows(MOST_ROWS, "contacts")
    with refused(Kind.INVALID, "there are 1,048,576 contacts. Export them as CSV."):
        require_rows(MOST_ROWS + 1, "contacts")
