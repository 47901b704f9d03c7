"""Retention: old calls lose their numbers, older ones go, and what is done is not done again."""

import json
from pathlib import Path

import msgspec
import pytest

from aiguillage.desk.accounts import set_account
from aiguillage.desk.calls import list_calls, list_strangers
from aiguillage.desk.retention import Kept, keep_retention
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import Kind
from aiguillage.domain.moments import DAY
from aiguillage.domain.pseudonyms import is_pseudonym, pseudonym
from aiguillage.storage import call_retention
from aiguillage.storage.calls import Call, is_readable
from aiguillage.storage.pseudonym_key import pseudonym_key
from tests.cast import ACCOUNT, NOW, NUMBER, OTHER_ACCOUNT, Cast
from tests.refusal import refused
from tests.storage.call_rows import add_calls, known, stranger
from tests.storage.facts import account_id

OTHER = "+33261911234"


def keep(cast: Cast, days_later: int = 0) -> list[Kept]:
    """Keeps retention, some days after the cast acts."""
    actor = msgspec.structs.replace(cast.operator, at=NOW + days_later * DAY)
    return [kept for kept in keep_retention(cast.db, cast.log, actor) if kept is not None]


def calls(cast: Cast, code: str = ACCOUNT) -> list[Call]:
    """The account's calls, newest first."""
    return list_calls(cast.db, cast.log, cast.operator, code)


@pytest.fixture
def log(cast: Cast) -> Path:
    """A log with calls of yesterday, 40 and 400 days ago on both accounts."""
    for code in (ACCOUNT, OTHER_ACCOUNT):
        old = [stranger(NOW - days * DAY, NUMBER) for days in (1, 40, 400)]
        add_calls(cast.log, account_id(cast.db, code), *old)
    return cast.log


def test_numbers_go_after_30_days_and_calls_after_365(cast: Cast, log: Path) -> None:
    assert keep(cast) == [Kept(ACCOUNT, 1, 1), Kept(OTHER_ACCOUNT, 1, 1)]

    newest, older = calls(cast)
    assert (newest.number, is_readable(newest)) == (NUMBER, True)
    assert (is_pseudonym(older.number), is_readable(older)) == (True, False)
    assert calls(cast, OTHER_ACCOUNT)[1].number != older.number
    assert log.with_name("pseudonyms.key").stat().st_mode & 0o777 == 0o600


def test_an_account_says_itself_how_long(cast: Cast, log: Path) -> None:
    assert log.exists()
    set_account(cast.db, cast["manager"], ACCOUNT, {"keep_calls_days": 39, "pseudonymise_days": 39})
    set_account(cast.db, cast.operator, OTHER_ACCOUNT, {"keep_calls_days": 3650, "pseudonymise_days": 3650})

    assert keep(cast) == [Kept(ACCOUNT, 2, 0)]
    assert [call.number for call in calls(cast, OTHER_ACCOUNT)] == [NUMBER] * 3


def test_what_is_done_is_not_looked_at_again_and_the_next_days_calls_are(cast: Cast, log: Path) -> None:
    keep(cast)

    assert keep(cast) == []
    assert keep(cast, days_later=31) == [Kept(ACCOUNT, 0, 1), Kept(OTHER_ACCOUNT, 0, 1)]
    assert all(is_pseudonym(call.number) for call in calls(cast))
    assert keep(cast, days_later=31) == []
    assert log.exists()


def test_old_strangers_are_still_told_apart(cast: Cast) -> None:
    old = [stranger(NOW - 40 * DAY + n, number) for n, number in enumerate((NUMBER, OTHER, NUMBER, "", None))]
    add_calls(cast.log, account_id(cast.db, ACCOUNT), *old)

    keep(cast)

    found = list_strangers(cast.db, cast.log, cast["reader"], ACCOUNT)
    assert [(one.calls, is_pseudonym(one.number)) for one in found] == [(2, False), (2, True), (1, True)]
    assert [call.number for call in calls(cast)][:2] == [None, ""]


def test_what_a_caller_typed_is_hidden_too_and_their_number_wherever_it_stands(cast: Cast) -> None:
    asked = json.dumps(
        {"code": "4321", "value": "35000", "called": "+33353011234", "origin": NUMBER, "list": "agences"}
    )
    add_calls(cast.log, account_id(cast.db, ACCOUNT), known(NOW - 40 * DAY, NUMBER, 7, asked=asked))
    key = pseudonym_key(cast.log)

    keep(cast)

    hidden = [pseudonym(key, account_id(cast.db, ACCOUNT), text) for text in ("4321", "35000", NUMBER)]
    (call,) = calls(cast)
    assert json.loads(call.asked or "") == {
        "code": hidden[0],
        "value": hidden[1],
        "called": "+33353011234",
        "origin": hidden[2],
        "list": "agences",
    }
    assert (call.number, call.contact_id, is_readable(call)) == (hidden[2], 7, False)


def test_many_calls_are_looked_after_in_steps_that_are_cut_off_without_harm(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_retention, "AT_ONCE", 2)
    of_account = account_id(cast.db, ACCOUNT)
    add_calls(cast.log, of_account, *(stranger(NOW - 400 * DAY, NUMBER) for _ in range(5)))
    add_calls(cast.log, of_account, *(stranger(NOW - 40 * DAY, NUMBER) for _ in range(5)))
    steps = keep_retention(cast.db, cast.log, cast.operator)

    for _ in range(4):
        next(steps)

    assert [is_pseudonym(call.number) for call in calls(cast)] == [False] * 3 + [True] * 2
    steps.close()  # type: ignore[attr-defined]
    assert keep(cast) == [Kept(ACCOUNT, 0, 5)]


def test_no_number_is_left_in_the_files_bytes(cast: Cast, log: Path) -> None:
    set_account(cast.db, cast["manager"], ACCOUNT, {"pseudonymise_days": 1})
    set_account(cast.db, cast.operator, OTHER_ACCOUNT, {"keep_calls_days": 1})

    keep(cast, days_later=2)

    assert NUMBER.encode() not in log.read_bytes()


def test_where_there_is_no_log_there_is_nothing_to_do(cast: Cast) -> None:
    assert keep(cast) == []
    assert not cast.log.exists()


def test_a_key_that_is_none_is_told(cast: Cast, log: Path) -> None:
    log.with_name("pseudonyms.key").write_bytes(b"short")

    with refused(Kind.UNAVAILABLE, "pseudonyms.key cannot be used .it is not 32 bytes long"):
        keep(cast)


def test_a_log_that_is_no_database_is_told(cast: Cast) -> None:
    cast.log.write_text("This is a shopping list, not a database.\n" * 100)

    with refused(Kind.UNAVAILABLE, "calls.db cannot be used"):
        keep(cast)


def test_only_an_operator_keeps_it(cast: Cast) -> None:
    manager: Actor = cast["manager"]

    with refused(Kind.FORBIDDEN, "Only an operator"):
        list(keep_retention(cast.db, cast.log, manager))
