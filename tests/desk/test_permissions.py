"""Who may do what: every use case that names an account, for every one of the cast."""

import inspect
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from aiguillage import desk
from aiguillage.desk import (
    accounts,
    call_flow_tokens,
    ctis,
    drafts,
    facts,
    fields,
    journal,
    phone_systems,
    rota_feeds,
    surveys,
    switches,
)
from aiguillage.desk.tokens import issue_token
from aiguillage.domain.contacts import Option
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.surveys import SurveyRecord
from aiguillage.settings import Settings
from aiguillage.storage.sqlite.engine import Database
from tests.cast import ACCOUNT, NOW, Cast, copy_of, email, known_caller
from tests.desk.sample_facts import add_samples
from tests.desk.use_case import Asked, UseCase
from tests.desk.use_cases import (
    BY_OPERATORS,
    ROLES,
    USE_CASES,
    every_change,
    every_look,
    every_right,
    every_use_case,
    every_wrong,
)
from tests.refusal import refused
from tests.storage.facts import facts_version, rows

NOWHERE = "CL9999"
ELSEWHERE = {
    "change": "the transactions themselves, which all use cases are tried through",
    "exports": "test_exports.py",
    "held_imports": "test_held_imports.py",
    "held_replays": "test_held_replays.py",
    "imports": "test_imports.py, test_imports_undo.py, test_upserts.py",
    "imports_apart": "test_imports.py: the same in a process of its own",
    "proving": "test_proving.py: whoever signs in once more, for themselves",
    "second_factor": "test_second_factor.py: one's own",
    "spreadsheets": "test_exports.py: what an import and an export ask first",
}
"""Use cases with an account that are not in the table, and where an outsider tries them."""

MODULES = [
    import_module(f"{desk.__name__}.{found.name}")
    for found in iter_modules(desk.__path__)
    if found.name not in ELSEWHERE
]


def furnish(cast: Cast) -> int:
    """Gives CL0000 an option, a fact of every kind, secrets of several kinds, and a contact: its id."""
    ids = add_samples(cast.db, cast["editor"], ACCOUNT)
    switches.issue_switch_code(cast.db, cast["manager"], ACCOUNT, ids["switch"])
    ctis.issue_cti_token(cast.db, cast["manager"], ACCOUNT, ids["cti"])
    for name in ROLES:
        call_flow_tokens.issue_call_token(cast.db, cast[name], ACCOUNT, name="PBX")
    phone_systems.set_auth_token(cast.db, cast["manager"], ACCOUNT, ids["phone_system"], "fedcba9876543210")
    rota_feeds.issue_rota_feed(cast.db, cast["manager"], ACCOUNT, ids["rota"])
    fields.add_option(cast.db, cast["editor"], ACCOUNT, "select_1", Option("Support", "207"))
    record = SurveyRecord(survey_id=ids["survey"], moment=cast["editor"].at)
    surveys.add_records(cast.db, cast["editor"], ACCOUNT, [record])
    draft = drafts.begin_draft(cast.db, cast["editor"], ACCOUNT, "Christmas")
    with drafts.in_draft(cast.db, cast["editor"], ACCOUNT, draft.id) as db:
        facts.remove_fact(db, cast["editor"], ACCOUNT, "blocked", ids["blocked"])
    return known_caller(cast, NOW + 1).id


@pytest.fixture(scope="session")
def furnished(assembled: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A database in which CL0000 has some of everything, closed; and the id of its contact."""
    with copy_of(assembled, Settings(data_dir=tmp_path_factory.mktemp("furnished"))) as database:
        contact_id = furnish(Cast(database))
    return database.path, contact_id


@pytest.fixture
def db(settings: Settings, furnished: tuple[Path, int]) -> Iterator[Database]:
    """A database in which CL0000 has some of everything."""
    with copy_of(furnished[0], settings) as database:
        yield database


@pytest.fixture
def contact_id(furnished: tuple[Path, int]) -> int:
    """The id of CL0000's contact."""
    return furnished[1]


def journals(cast: Cast) -> list[object]:
    """Every change of every account."""
    return [tuple(row) for row in rows(cast.db, "SELECT * FROM journal ORDER BY account_id, seq")]


def refusal_of(ask: Callable[[Asked], object], asked: Asked) -> Refusal:
    """How a use case is refused."""
    with pytest.raises(Refusal) as caught:
        ask(asked)
    return caught.value


def use_cases_of_an_account() -> Iterator[str]:
    """The names of all use cases that name an account which is there."""
    for module in MODULES:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                parameters = inspect.signature(function).parameters
                if {"db", "actor", "code"} <= parameters.keys():
                    yield name


def test_no_use_case_escapes_this_table() -> None:
    covered = {case.function.__name__ for case in USE_CASES} | {"remove_account"}

    assert set(use_cases_of_an_account()) == covered


@every_use_case
def test_an_outsider_cannot_tell_an_account_from_none(cast: Cast, contact_id: int, case: UseCase) -> None:
    before = journals(cast)

    about_ours, about_none = (
        refusal_of(case.ask, Asked(cast, cast["outsider"], code, contact_id)) for code in (ACCOUNT, NOWHERE)
    )

    assert about_ours.kind is about_none.kind is Kind.MISSING
    assert about_ours.message == about_none.message.replace(NOWHERE, ACCOUNT)
    assert journals(cast) == before


@every_wrong
def test_a_role_that_is_too_small_is_told_which_one_it_takes(
    cast: Cast, contact_id: int, case: UseCase, name: str
) -> None:
    before = journals(cast)

    with refused(Kind.FORBIDDEN, f"requires the role {case.role.word} on {ACCOUNT}; yours is {ROLES[name].word}"):
        case.ask(Asked(cast, cast[name], ACCOUNT, contact_id))

    assert journals(cast) == before


@every_right
def test_the_role_that_it_takes_is_enough(cast: Cast, contact_id: int, case: UseCase, name: str) -> None:
    try:
        case.ask(Asked(cast, cast[name], ACCOUNT, contact_id))
    except Refusal as refusal:
        assert refusal.message == f"There is no contact {2**70} on this account."  # noqa: PT017 - the one that is asked in vain


@every_use_case
def test_an_account_that_is_not_there_is_missing_for_the_operator_too(
    cast: Cast, contact_id: int, case: UseCase
) -> None:
    for code in (NOWHERE, "", ACCOUNT.lower(), "\udcff", "'; --"):
        refusal = refusal_of(case.ask, Asked(cast, cast["operator"], code, contact_id))

        assert refusal.kind in {Kind.MISSING, Kind.INVALID}


@every_change
def test_a_change_is_in_the_journal_with_who_and_when(cast: Cast, contact_id: int, case: UseCase) -> None:
    manager = cast["manager"]
    before = journal.list_changes(cast.db, manager, ACCOUNT)

    case.ask(Asked(cast, manager, ACCOUNT, contact_id))

    after = journal.list_changes(cast.db, manager, ACCOUNT)
    added, *others = after[: len(after) - len(before)]
    assert after[1 + len(others) :] == before
    assert {one.action for one in others} <= ({added.action} if added.entity == "draft" else set())
    assert added.seq == before[0].seq + 1 + len(others)
    assert (added.actor, added.at) == (email("manager"), manager.at)
    assert added.before != added.after


@every_change
def test_every_change_but_those_to_contacts_makes_workers_look_again(
    cast: Cast, contact_id: int, case: UseCase
) -> None:
    before, directory = facts_version(cast.db, ACCOUNT), facts_version(cast.db)

    case.ask(Asked(cast, cast["manager"], ACCOUNT, contact_id))

    assert facts_version(cast.db, ACCOUNT) == before + (case.changes != "contacts")
    assert facts_version(cast.db) == directory + (case.changes == "secrets")


@every_look
def test_looking_changes_nothing(cast: Cast, contact_id: int, case: UseCase) -> None:
    before, version = journals(cast), facts_version(cast.db, ACCOUNT)

    try:
        case.ask(Asked(cast, cast["manager"], ACCOUNT, contact_id))
    except Refusal as refusal:
        assert refusal.kind is Kind.MISSING  # noqa: PT017 - the one that is asked in vain

    assert journals(cast) == before
    assert facts_version(cast.db, ACCOUNT) == version


@pytest.mark.parametrize("ask", BY_OPERATORS)
@pytest.mark.parametrize("name", ["manager", "editor", "reader", "router", "outsider"])
def test_only_operators_change_the_installation(cast: Cast, ask: Callable[[Asked], object], name: str) -> None:
    before = journals(cast)

    refusals = [refusal_of(ask, Asked(cast, cast[name], code, 0)) for code in (ACCOUNT, NOWHERE)]

    assert {refusal.kind for refusal in refusals} == {Kind.FORBIDDEN}
    assert {refusal.message for refusal in refusals} == {
        "Only an operator of this installation may do this. Ask one of them."
    }
    assert journals(cast) == before


def test_a_token_for_a_foreign_account_is_refused_as_one_for_none(cast: Cast) -> None:
    def issue(code: str) -> Refusal:
        return refusal_of(
            lambda a: issue_token(a.cast.db, a.actor, email("outsider"), name="PBX", accounts=[a.code]),
            Asked(cast, cast["outsider"], code, 0),
        )

    ours, none = issue(ACCOUNT), issue(NOWHERE)

    assert (ours.kind, ours.message) == (none.kind, none.message.replace(NOWHERE, ACCOUNT))


def test_the_installation_itself_is_no_account(cast: Cast) -> None:
    with refused(Kind.MISSING, "There is no account"):
        accounts.show_account(cast.db, cast["operator"], "")
    with refused(Kind.MISSING, "There is no account"):
        accounts.remove_account(cast.db, cast.log, cast["operator"], "")
