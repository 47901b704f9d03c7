"""Accounts: added and removed by operators, set by their managers."""

from contextlib import closing

import msgspec
import pytest

from aiguillage.desk.accounts import (
    OF_AN_ACCOUNT,
    add_account,
    list_accounts,
    remove_account,
    set_account,
    show_account,
)
from aiguillage.desk.contacts import add_contact, remove_contact
from aiguillage.desk.drafts import begin_draft, in_draft
from aiguillage.desk.facts import add_fact
from aiguillage.desk.fields import list_fields
from aiguillage.desk.held import UPLOADS
from aiguillage.desk.held_imports import apply_held, hold_import
from aiguillage.desk.importing.outcome import Choices
from aiguillage.desk.importing.sent import Upload
from aiguillage.desk.journal import list_changes
from aiguillage.desk.surveys import add_records
from aiguillage.desk.tokens import issue_token
from aiguillage.desk.users import list_users
from aiguillage.domain.accounts import Account, Actor
from aiguillage.domain.contacts import FIRST_FIELDS, Contact, Telecom
from aiguillage.domain.errors import Kind
from aiguillage.domain.queues import Queue
from aiguillage.domain.surveys import Survey, SurveyRecord
from aiguillage.storage.calls import open_log
from aiguillage.storage.schema import metadata
from tests.cast import ACCOUNT, NOW, NUMBER, OTHER_ACCOUNT, Cast, email, known_caller
from tests.refusal import refused
from tests.storage.facts import account_id, facts_version, rows

VERGER = Account("CL0002", "Le Verger", "BE", "Europe/Brussels", "ask_code")


def shared(cast: Cast, numbers: int, policy: str = "first") -> list[int]:
    """The ids of contacts of CL0000, two with each of so many numbers."""
    set_account(cast.db, cast["manager"], ACCOUNT, {"shared_numbers": policy})
    return [
        add_contact(cast.db, cast["editor"], ACCOUNT, Contact(telecoms=(Telecom(f"+3319900123{number}"),))).id
        for number in range(numbers)
        for _ in range(2)
    ]


def test_an_added_account_is_shown_with_its_settings_and_eight_fields(cast: Cast) -> None:
    added = add_account(cast.db, cast.operator, VERGER)

    assert added == VERGER == show_account(cast.db, cast.operator, "CL0002")
    assert list_fields(cast.db, cast.operator, "CL0002") == list(FIRST_FIELDS)


def test_an_added_account_is_in_the_installations_journal_and_has_an_empty_one(cast: Cast) -> None:
    version = facts_version(cast.db)

    add_account(cast.db, cast.operator, VERGER)

    change = list_changes(cast.db, cast.operator, None)[0]
    assert (change.action, change.entity, change.actor, change.at) == ("add", "account", "terminal", NOW)
    assert (change.entity_id, change.before) == (account_id(cast.db, "CL0002"), None)
    assert change.after == msgspec.structs.asdict(VERGER)
    assert list_changes(cast.db, cast.operator, "CL0002") == []
    assert facts_version(cast.db) == version + 1


def test_an_added_accounts_facts_are_as_new_as_the_moment(cast: Cast) -> None:
    later = Actor("terminal", NOW + 1_000_000, operator=True)

    add_account(cast.db, later, VERGER)

    assert facts_version(cast.db, "CL0002") == later.at


@pytest.mark.parametrize("code", [ACCOUNT, ACCOUNT.lower(), "Cl0000"])
def test_an_account_of_the_same_code_in_any_case_is_refused(cast: Cast, code: str) -> None:
    with refused(Kind.CONFLICT, "There is already an account CL0000. Choose another code"):
        add_account(cast.db, cast.operator, Account(code))


@pytest.mark.parametrize(
    ("account", "message"),
    [
        (Account("CL 2"), "is not an account code"),
        (Account("CL0002", country="France"), "is not a country"),
        (Account("CL0002", time_zone="Paris"), "is not a time zone"),
        (Account("CL0002", shared_numbers="yes"), "is not a policy for shared numbers"),
        (Account("CL0002", name="x" * 201), "Use up to 200 characters"),
    ],
)
def test_an_account_that_makes_no_sense_is_refused_and_not_added(cast: Cast, account: Account, message: str) -> None:
    with refused(Kind.INVALID, message):
        add_account(cast.db, cast.operator, account)

    assert len(list_accounts(cast.db, cast.operator)) == 2


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("operator", [ACCOUNT, OTHER_ACCOUNT]),
        ("manager", [ACCOUNT]),
        ("reader", [ACCOUNT]),
        ("router", []),
        ("outsider", [OTHER_ACCOUNT]),
    ],
)
def test_each_user_sees_the_accounts_that_they_may_read(cast: Cast, name: str, codes: list[str]) -> None:
    assert [account.code for account in list_accounts(cast.db, cast[name])] == codes


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Clinique des Tilleuls"},
        {"country": "CH", "time_zone": "Europe/Zurich"},
        {"shared_numbers": "first"},
        {"name": ""},
    ],
)
def test_a_manager_sets_what_they_name_and_no_more(cast: Cast, changes: dict[str, str]) -> None:
    before = show_account(cast.db, cast["manager"], ACCOUNT)

    after = set_account(cast.db, cast["manager"], ACCOUNT, changes)

    assert after == msgspec.structs.replace(before, **changes) == show_account(cast.db, cast["manager"], ACCOUNT)
    change = list_changes(cast.db, cast["manager"], ACCOUNT)[0]
    assert (change.action, change.entity) == ("set", "account")
    assert (change.before, change.after) == (msgspec.structs.asdict(before), msgspec.structs.asdict(after))


@pytest.mark.parametrize("changes", [{}, {"country": "FR"}, {"name": " Clinique des Acacias "}])
def test_setting_what_is_so_already_is_no_change(cast: Cast, changes: dict[str, str]) -> None:
    before = list_changes(cast.db, cast["manager"], ACCOUNT)

    assert set_account(cast.db, cast["manager"], ACCOUNT, changes) == show_account(cast.db, cast["manager"], ACCOUNT)

    assert list_changes(cast.db, cast["manager"], ACCOUNT) == before


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"code": "CL0009"}, "no setting 'code'. It has: name, country"),
        ({"seq": "0"}, "no setting 'seq'"),
        ({"country": "Atlantis"}, "is not a country"),
        ({"time_zone": "Mars/Olympus"}, "is not a time zone"),
        ({"shared_numbers": "maybe"}, "Choose one of: refuse, ask_code, first"),
        ({"name": "a\x00b"}, "control characters"),
        ({"keep_calls_days": 0}, "keep_calls_days must be a whole number of days from 1 to 3650"),
        ({"pseudonymise_days": 3651}, "pseudonymise_days must be a whole number of days from 1 to 3650"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_and_nothing_changes(
    cast: Cast, changes: dict[str, str], message: str
) -> None:
    before = show_account(cast.db, cast["manager"], ACCOUNT)

    with refused(Kind.INVALID, message):
        set_account(cast.db, cast["manager"], ACCOUNT, {"name": "half", **changes})

    assert show_account(cast.db, cast["manager"], ACCOUNT) == before


@pytest.mark.parametrize(("numbers", "told"), [(1, "share 1 number[.]"), (3, "share 3 numbers[.]")])
@pytest.mark.parametrize("policy", ["first", "ask_code"])
def test_sharing_is_not_switched_off_while_contacts_share_numbers(
    cast: Cast, numbers: int, told: str, policy: str
) -> None:
    shared(cast, numbers, policy)

    with refused(Kind.CONFLICT, rf"Contacts of CL0000 {told} Leave each number to one contact first"):
        set_account(cast.db, cast["manager"], ACCOUNT, {"shared_numbers": "refuse"})

    assert show_account(cast.db, cast["manager"], ACCOUNT).shared_numbers == policy


def test_sharing_is_switched_off_when_nobody_shares_any_more(cast: Cast) -> None:
    oldest, younger = shared(cast, 1)
    assert oldest < younger
    remove_contact(cast.db, cast["editor"], ACCOUNT, younger)

    after = set_account(cast.db, cast["manager"], ACCOUNT, {"shared_numbers": "refuse"})

    assert after.shared_numbers == "refuse"


def test_another_accounts_shared_numbers_stand_in_nobodys_way(cast: Cast) -> None:
    shared(cast, 1)
    set_account(cast.db, cast["outsider"], OTHER_ACCOUNT, {"shared_numbers": "first"})

    after = set_account(cast.db, cast["outsider"], OTHER_ACCOUNT, {"shared_numbers": "refuse"})

    assert after.shared_numbers == "refuse"


def test_a_removed_account_leaves_nothing_but_a_line_in_the_installations_journal(cast: Cast) -> None:
    known_caller(cast)
    gone, version = account_id(cast.db, ACCOUNT), facts_version(cast.db)

    remove_account(cast.db, cast.log, cast.operator, ACCOUNT)

    assert [account.code for account in list_accounts(cast.db, cast.operator)] == [OTHER_ACCOUNT]
    for table in metadata.sorted_tables:
        if "account_id" in table.columns:
            assert rows(cast.db, f"SELECT * FROM {table.name} WHERE account_id = :gone", gone=gone) == []  # noqa: S608
    change = list_changes(cast.db, cast.operator, None)[0]
    assert (change.action, change.entity, change.entity_id, change.after) == ("remove", "account", gone, None)
    assert facts_version(cast.db) == version + 1


def test_everything_that_is_kept_of_an_account_is_known_to_go_with_it() -> None:
    kept = {table.name for table in metadata.sorted_tables if "account_id" in table.columns}

    assert {table.name for table in OF_AN_ACCOUNT} == kept


def test_a_removed_account_takes_its_drafts_along(cast: Cast) -> None:
    draft = begin_draft(cast.db, cast["editor"], ACCOUNT, "Été")
    with in_draft(cast.db, cast["editor"], ACCOUNT, draft.id) as drafted:
        add_fact(drafted, cast["editor"], ACCOUNT, Queue(code="300", name="Accueil"))

    remove_account(cast.db, cast.log, cast.operator, ACCOUNT)

    assert rows(cast.db, "SELECT * FROM drafts") == rows(cast.db, "SELECT * FROM draft_changes") == []


def test_a_removed_account_takes_its_survey_records_and_its_uploads_along(cast: Cast) -> None:
    survey = add_fact(cast.db, cast["manager"], ACCOUNT, Survey(name="Accueil")).kept
    add_records(cast.db, cast["editor"], ACCOUNT, [SurveyRecord(survey_id=survey.id, moment=NOW)])
    upload = Upload("people.csv", "text/csv", f"company;number\nRoche;{NUMBER}\n".encode())
    held = hold_import(cast.db, cast["editor"], ACCOUNT, upload, Choices())
    apply = apply_held(cast.db, cast["editor"], ACCOUNT, held.id)

    with refused(Kind.CONFLICT, "An upload is being applied"):
        remove_account(cast.db, cast.log, cast.operator, ACCOUNT)
    apply()
    remove_account(cast.db, cast.log, cast.operator, ACCOUNT)

    assert rows(cast.db, "SELECT * FROM survey_records") == []
    assert list(UPLOADS.homes(cast.db)) == []


def test_a_removed_account_leaves_no_call_in_the_log(cast: Cast) -> None:
    mine, other = account_id(cast.db, ACCOUNT), account_id(cast.db, OTHER_ACCOUNT)
    with closing(open_log(cast.log)) as connection:
        add = (
            "INSERT INTO calls (at, account_id, dialect, outcome, own_us, worker) VALUES (1, ?, 'v', 'unknown', 1, 'w')"
        )
        connection.executemany(add, [(mine,), (other,)])

    remove_account(cast.db, cast.log, cast.operator, ACCOUNT)

    with closing(open_log(cast.log)) as connection:
        assert connection.execute("SELECT account_id FROM calls").fetchall() == [(other,)]


def test_removing_an_account_leaves_the_others_and_the_users(cast: Cast) -> None:
    add_contact(cast.db, cast["outsider"], OTHER_ACCOUNT, Contact(telecoms=(Telecom(NUMBER),)))

    remove_account(cast.db, cast.log, cast.operator, ACCOUNT)

    assert len(list_users(cast.db, cast.operator)) == 5
    assert len(rows(cast.db, "SELECT * FROM caller_key")) == 1
    assert issue_token(cast.db, cast["manager"], email("manager"), name="PBX")


def test_an_account_that_is_not_there_is_not_removed(cast: Cast) -> None:
    with refused(Kind.MISSING, "There is no account CL9999"):
        remove_account(cast.db, cast.log, cast.operator, "CL9999")


def test_an_account_added_again_is_another_one(cast: Cast) -> None:
    before = account_id(cast.db, ACCOUNT)
    remove_account(cast.db, cast.log, cast.operator, ACCOUNT)

    add_account(cast.db, cast.operator, Account(ACCOUNT))

    assert account_id(cast.db, ACCOUNT) > before
    with refused(Kind.MISSING, "There is no account"):
        show_account(cast.db, cast["manager"], ACCOUNT)
