"""Searching: any field, words typed in part, any order, page by page."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aiguillage.desk.contacts import Kept, add_contact, list_contacts, remove_contact
from aiguillage.desk.imports import import_contacts, undo_import
from aiguillage.desk.searching import Asked, Found, find_contacts
from aiguillage.domain.accounts import Actor
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.domain.errors import Kind
from aiguillage.storage.orders import SORTS
from tests.cast import ACCOUNT, NOW, OTHER_ACCOUNT, Cast
from tests.changing import set_contact
from tests.desk.contact_files import Desk
from tests.desk.lists import find, walked
from tests.refusal import refused
from tests.storage.facts import rows

GARAGE = Contact(
    reference="C-1",
    code="4321",
    language="fr",
    company="Garage Belleville",
    last_name="Roche",
    telecoms=(Telecom("+33199001234"), Telecom("+33639981234", "mobile")),
    emails=("Zoe@example.org", "zoe.dupont@example.net"),
    select=("207", None, None, None),
    boolean=(True, None, None, None),
    email_destination="queue@example.org",
)
SCHOOL = Contact(code="43AB", company="École Élémentaire", first_name="Étienne", telecoms=(Telecom("+3319900*"),))
BAKERY = Contact(
    company="boulangerie", last_name="Garat", telecoms=(Telecom("207"),), boolean=(False, None, None, None)
)
TWIN = Contact(company="École élémentaire", telecoms=(Telecom("+3226191"),), telecom_destination="21")
EVERYBODY = {"garage": GARAGE, "school": SCHOOL, "bakery": BAKERY, "twin": TWIN}


@pytest.fixture
def names(cast: Cast) -> dict[int, str]:
    """Four contacts, by id; and one of another account, which must never be found."""
    add_contact(cast.db, cast["outsider"], OTHER_ACCOUNT, GARAGE)
    return {add_contact(cast.db, cast["editor"], ACCOUNT, one).id: name for name, one in EVERYBODY.items()}


def found(cast: Cast, names: dict[int, str], **asked: Any) -> list[str]:  # noqa: ANN401 - same
    page = find(cast, **asked)
    assert page.total == len(page.contacts)
    return [names[kept.id] for kept in page.contacts]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", ["garage", "school", "bakery", "twin"]),
        ("  ", ["garage", "school", "bakery", "twin"]),
        ("gar", ["garage", "bakery"]),
        ("GARAGE B", ["garage"]),
        ("ecole", ["school", "twin"]),
        ("École é", ["school", "twin"]),
        ("etienne", ["school"]),
        ("43", ["garage", "school"]),
        ("43a", ["school"]),
        ("4321", ["garage"]),
        ("01 99", ["garage", "school"]),
        ("+33 1 99 00 12", ["garage"]),
        ("0033 (0)1 99 00 12 34", ["garage"]),
        ("0639", ["garage"]),
        ("207", ["bakery"]),
        ("+32", ["twin"]),
        ("belleville", ["garage"]),
        ("BELLE gar", ["garage"]),
        ("gar roche", ["garage"]),
        ("roche 0639", ["garage"]),
        ("roche 4322", []),
        ("elem ec", ["school", "twin"]),
        ("43 21", ["garage"]),
        ("zoe@", ["garage"]),
        ("ZOÉ@example.org", ["garage"]),
        ("@exam", ["garage"]),
        ("dupont zoe", ["garage"]),
        ("zoe.dup", ["garage"]),
        ("example", []),
        ("org", []),
        ("01.99.00.12.34", ["garage"]),
        ("1", ["garage", "school"]),
        ("arage", []),
        ("%", []),
        ("\U0010ffff", []),
    ],
)
def test_words_find_what_begins_with_them(cast: Cast, names: dict[int, str], words: str, expected: list[str]) -> None:
    assert found(cast, names, words=words) == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("company", "garage BELLEVILLE", ["garage"]),
        ("company", "Ecole elementaire", ["school", "twin"]),
        ("company", "Garage", []),
        ("last_name", "", ["school", "twin"]),
        ("first_name", "etienne", ["school"]),
        ("reference", "C-1", ["garage"]),
        ("reference", "c-1", []),
        ("reference", "", ["school", "bakery", "twin"]),
        ("id_code", "43ab", ["school"]),
        ("id_code", "", ["bakery", "twin"]),
        ("telecoms", "01 99 00 12 34", ["garage"]),
        ("telecoms", "019900*", ["school"]),
        ("telecoms", "207", ["bakery"]),
        ("telecoms", "", []),
        ("emails", "zoe@EXAMPLE.org", ["garage"]),
        ("emails", "oe@example.org", []),
        ("emails", "%", []),
        ("emails", "", ["school", "bakery", "twin"]),
        ("language_code", "FR", ["garage"]),
        ("language_code", "", ["school", "bakery", "twin"]),
        ("email_destination", "Queue@example.org", ["garage"]),
        ("telecom_destination", "21", ["twin"]),
        ("field_select_1", "207", ["garage"]),
        ("field_select_2", "", ["garage", "school", "bakery", "twin"]),
        ("field_boolean_1", True, ["garage"]),
        ("field_boolean_1", False, ["bakery"]),
        ("id", 999_999, []),
        ("id", 0, []),
        ("id", 2**70, []),
        ("customer_id", 999_999, []),
        ("updated_seq", 999_999, []),
    ],
)
def test_any_field_filters(cast: Cast, names: dict[int, str], name: str, value: str | int, expected: list[str]) -> None:
    assert found(cast, names, filters={name: value}) == expected


@pytest.mark.usefixtures("names")
def test_ids_and_the_account_filter_too(cast: Cast) -> None:
    everybody = find(cast)

    one = everybody.contacts[1]
    assert find(cast, filters={"id": one.id}).contacts == [one]
    assert find(cast, filters={"updated_seq": one.seq}).contacts == [one]
    assert find(cast, filters={"customer_id": everybody.account_id}).total == 4


ACCENTED = Contact(
    company="Œuvre",
    telecoms=(Telecom("+33199001299"),),
    emails=("ZOÉ_100%@exemple.org",),
    select=("École/É", None, None, None),
    telecom_destination="Équipe Ça",
)


@pytest.mark.parametrize(
    ("name", "value", "is_there"),
    [
        ("field_select_1", "École/É", True),
        ("field_select_1", "ÉCOLE/é", True),
        ("field_select_1", "École", False),
        ("field_select_1", "Acole/É", False),
        ("field_select_1", "ecole/e", False),
        ("field_select_2", "É", False),
        ("telecom_destination", "équipe ça", True),
        ("telecom_destination", "équipe ç_", False),
        ("telecom_destination", "équipe %", False),
        ("telecom_destination", "Équipe Ça\0", False),
        ("emails", "Zoé_100%@exemple.org", True),
        ("emails", "ZOÉ_100%@EXEMPLE.ORG", True),
        ("emails", "Zoéx100%@exemple.org", False),
        ("emails", "oé_100%@exemple.org", False),
    ],
)
def test_accented_letters_match_whatever_their_case(cast: Cast, name: str, value: str, *, is_there: bool) -> None:
    kept = add_contact(cast.db, cast["editor"], ACCOUNT, ACCENTED)
    add_contact(cast.db, cast["editor"], ACCOUNT, Contact(code="77"))

    assert find(cast, filters={name: value}).contacts == [kept] * is_there


def test_filters_and_words_hold_together(cast: Cast, names: dict[int, str]) -> None:
    assert found(cast, names, words="gar", filters={"field_boolean_1": False}) == ["bakery"]
    assert found(cast, names, words="ecole", filters={"first_name": "etienne", "id_code": "43AB"}) == ["school"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("id", ["garage", "school", "bakery", "twin"]),
        ("-id", ["twin", "bakery", "school", "garage"]),
        ("company", ["bakery", "school", "twin", "garage"]),
        ("-company", ["garage", "twin", "school", "bakery"]),
        ("last_name", ["school", "twin", "bakery", "garage"]),
        ("first_name", ["garage", "bakery", "twin", "school"]),
        ("reference", ["school", "bakery", "twin", "garage"]),
        ("id_code", ["bakery", "twin", "garage", "school"]),
        ("-updated", ["twin", "bakery", "school", "garage"]),
        ("-language_code", ["garage", "twin", "bakery", "school"]),
        ("telecom_destination", ["garage", "school", "bakery", "twin"]),
        ("-field_select_1", ["garage", "twin", "bakery", "school"]),
        ("field_boolean_1", ["school", "twin", "bakery", "garage"]),
    ],
)
def test_contacts_are_sorted(cast: Cast, names: dict[int, str], sort: str, expected: list[str]) -> None:
    assert found(cast, names, sort=sort) == expected


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{name}" for name in SORTS)])
@pytest.mark.parametrize("limit", [1, 3])
def test_pages_and_cursors_walk_the_whole_list_once(cast: Cast, names: dict[int, str], sort: str, limit: int) -> None:
    whole = found(cast, names, sort=sort)

    by_cursor = [page_names(page, names) for page in walked(cast, sort=sort, limit=limit)]
    by_offset = [page_names(find(cast, sort=sort, limit=limit, offset=at), names) for at in range(0, 4, limit)]

    assert by_cursor == by_offset
    assert [name for page in by_offset for name in page] == whole
    assert find(cast, sort=sort, limit=limit, offset=4).contacts == []


def page_names(page: Found, names: dict[int, str]) -> list[str]:
    return [names[kept.id] for kept in page.contacts]


def test_a_cursor_goes_on_behind_a_contact_that_was_removed(cast: Cast, names: dict[int, str]) -> None:
    first = find(cast, sort="company", limit=2, cursor="")

    remove_contact(cast.db, cast["editor"], ACCOUNT, first.contacts[-1].id)

    assert page_names(find(cast, sort="company", cursor=first.cursor), names) == ["twin", "garage"]


def test_changes_since_a_moment_come_in_their_order(cast: Cast, names: dict[int, str]) -> None:
    later = Actor("later", NOW + 10, operator=True)
    garage, school = list(names)[:2]
    for contact_id in (school, garage):
        set_contact(cast.db, later, ACCOUNT, contact_id, {"language": "en"})

    assert found(cast, names, since=NOW + 10) == ["school", "garage"]
    assert found(cast, names, since=NOW + 10, sort="id") == ["garage", "school"]
    assert found(cast, names, since=NOW + 11) == []
    assert len(found(cast, names, since=0)) == 4


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"sort": "role"}, "Cannot sort by 'role'. Choose one of: id, company"),
        ({"sort": "--id"}, "Cannot sort by '-id'"),
        ({"filters": {"telecoms": "garage"}}, "'garage' is not a phone number in FR"),
        ({"filters": {"telecoms": "0*"}}, "'0\\*' is not a number prefix"),
        ({"filters": {"id_code": "ça"}}, "'ça' is not a code"),
        ({"words": "x" * 201}, "q has more than 200 characters"),
        ({"cursor": "nonsense"}, "cursor does not belong to this list"),
        ({"cursor": "é"}, "cursor does not belong to this list"),
        ({"cursor": "WzFd"}, "cursor does not belong to this list"),
        ({"cursor": "A" * 5000}, "cursor does not belong to this list"),
    ],
)
def test_what_makes_no_sense_is_refused(cast: Cast, asked: dict[str, Any], message: str) -> None:
    with refused(Kind.INVALID, message):
        find(cast, **asked)


@pytest.mark.usefixtures("names")
def test_a_cursor_of_another_order_is_refused(cast: Cast) -> None:
    cursor = find(cast, sort="company", limit=1, cursor="").cursor

    with refused(Kind.INVALID, "with the same sort"):
        find(cast, sort="-company", cursor=cursor)


def test_the_count_that_is_kept_is_right_after_every_kind_of_change(cast: Cast, tmp_path: Path) -> None:
    desk = Desk(cast, tmp_path)
    kept: Kept = add_contact(cast.db, cast["editor"], ACCOUNT, GARAGE)
    set_contact(cast.db, cast["editor"], ACCOUNT, kept.id, {"company": "Garage"})
    desk.take("référence;tel\nC-1;0199001234\nC-2;0199001235\nC-3;0199001236\n")
    desk.take("référence;tel\nC-1;0199001234\n", delete_missing=True, force=True)
    outcome = import_contacts(cast.db, cast["editor"], ACCOUNT, desk.file("tel\n0199001239\n"))

    count = find(cast).total

    assert outcome.created == 1
    assert count == len(list(list_contacts(cast.db, cast["reader"], ACCOUNT))) == 2
    assert rows(cast.db, "SELECT contacts FROM accounts WHERE code = 'CL0000'") == [(2,)]


HOSTILE = (
    *('"', '""', "'", "''", "*", "^", "-", "--", "+", "(", ")", "()", "{", ":", "%", "_", "\\", "\0", "\0gar", "gar\0"),
    *("NEAR", "NEAR(gar belleville)", "gar AND", "AND", "OR", "NOT", "gar OR roche", "gar NOT roche", '"gar', 'gar"*'),
    *("words:gar", "contact_words:gar", "-gar", "^gar", "gar*", "'; DROP TABLE contacts; --", "gar) OR (1", "\ud800"),
    *("optimize", "delete", "\N{ZERO WIDTH JOINER}", "\N{ARABIC-INDIC DIGIT ONE}", "İ", "ß", "🚀", "ﷺ"),
    *("x" * 200, "x " * 100, "1 2 " * 50, "@" * 200, "a@" * 100, "." * 200, "_" * 200, '"' * 200, "+1 " * 60),
)


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.usefixtures("names")
def test_whatever_is_typed_is_text(cast: Cast, words: str) -> None:
    page = find(cast, words=words)

    assert page.total == len(page.contacts) <= 4
    assert find(cast).total == 4


@pytest.mark.parametrize(
    ("words", "expected"), [("gar*", 2), ('"gar"', 2), ("(gar)", 2), ("gar OR roche", 0), ("-gar", 2)]
)
@pytest.mark.usefixtures("names")
def test_signs_between_words_say_nothing(cast: Cast, words: str, expected: int) -> None:
    assert find(cast, words=words).total == expected


@given(words=st.text(max_size=200))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@pytest.mark.usefixtures("names")
def test_no_text_brings_about_an_error_or_another_accounts_contacts(cast: Cast, words: str) -> None:
    page = find(cast, words=words)

    assert page.total == len(page.contacts)


def test_contacts_are_found_as_they_are_and_not_as_they_were(cast: Cast, tmp_path: Path) -> None:
    desk = Desk(cast, tmp_path)
    garage = add_contact(cast.db, cast["editor"], ACCOUNT, GARAGE)

    def totals() -> list[int | None]:
        return [find(cast, words=words).total for words in ("belleville", "lilas", "0199001234", "0199001299")]

    assert totals() == [1, 0, 1, 0]
    set_contact(cast.db, cast["editor"], ACCOUNT, garage.id, {"company": "Garage des Lilas"})
    assert totals() == [0, 1, 1, 0]
    imported = desk.take("référence;tel\nC-1;0199001299\nC-2;0199001234\n")
    assert totals() == [0, 1, 1, 1]
    undo_import(cast.db, cast["editor"], ACCOUNT, imported.import_id or 0)
    assert totals() == [0, 1, 1, 0]
    remove_contact(cast.db, cast["editor"], ACCOUNT, garage.id)
    assert totals() == [0, 0, 0, 0]
    assert rows(cast.db, "SELECT * FROM contact_terms") == []


def test_contacts_of_accounts_whose_ids_are_alike_are_kept_apart(cast: Cast) -> None:
    mine = add_contact(cast.db, cast["editor"], ACCOUNT, GARAGE)
    theirs = [add_contact(cast.db, cast["outsider"], OTHER_ACCOUNT, GARAGE) for _ in range(1)]
    while theirs[-1].id < mine.id:
        code = str(theirs[-1].id)
        theirs.append(add_contact(cast.db, cast["outsider"], OTHER_ACCOUNT, Contact(company="Garage", code=code)))

    assert mine.id in {one.id for one in theirs}
    assert find(cast, words="garage").contacts == [mine]
    remove_contact(cast.db, cast["editor"], ACCOUNT, mine.id)
    assert find(cast, words="garage").contacts == []
    everybody = find_contacts(cast.db, cast["outsider"], OTHER_ACCOUNT, Asked(words="garage"))
    assert everybody.contacts == theirs


@pytest.mark.usefixtures("names")
def test_a_damaged_index_is_told_of(cast: Cast) -> None:
    with cast.db.write() as connection:
        connection.exec_driver_sql("UPDATE contact_words_data SET block = zeroblob(length(block)) WHERE id > 100")

    with refused(Kind.UNAVAILABLE, "is damaged .* Put a copy in its place: aiguillage restore FILE"):
        find(cast, words="garage")
