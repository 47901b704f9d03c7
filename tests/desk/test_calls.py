"""What the call log tells the account's staff, and nobody else."""

from contextlib import closing
from pathlib import Path

import pytest

from aiguillage.desk.calls import list_calls, list_strangers
from aiguillage.domain.errors import Kind
from aiguillage.storage.calls import Call, Stranger, open_log
from tests.cast import ACCOUNT, OTHER_ACCOUNT, Cast
from tests.refusal import refused
from tests.storage.facts import account_id

ADD_CALL = """
    INSERT INTO calls (at, account_id, number, known_by, contact_id, dialect, outcome, destinations, own_us, worker)
    VALUES (?, ?, ?, NULL, NULL, 'encom_v1', 'unknown', NULL, 20, 'w')"""


@pytest.fixture
def log(cast: Cast, tmp_path: Path) -> Path:
    """A call log with two calls of a stranger to CL0000, and one to CL0001."""
    path = tmp_path / "calls.db"
    with closing(open_log(path)) as connection:
        for at, code in ((10, ACCOUNT), (20, ACCOUNT), (30, OTHER_ACCOUNT)):
            connection.execute(ADD_CALL, (at, account_id(cast.db, code), "+33199009999"))
    return path


def call(at: int) -> Call:
    """The stranger's call at a moment."""
    return Call(at, "+33199009999", None, None, "encom_v1", "unknown", None, 20, "w")


def test_staff_see_their_accounts_calls_alone_newest_first(cast: Cast, log: Path) -> None:
    assert list_calls(cast.db, log, cast["reader"], ACCOUNT) == [call(20), call(10)]
    assert list_calls(cast.db, log, cast["outsider"], OTHER_ACCOUNT) == [call(30)]


def test_staff_choose_among_the_calls(cast: Cast, log: Path) -> None:
    assert list_calls(cast.db, log, cast["reader"], ACCOUNT, since=20) == [call(20)]
    assert list_calls(cast.db, log, cast["reader"], ACCOUNT, limit=1) == [call(20)]
    assert list_calls(cast.db, log, cast["reader"], ACCOUNT, outcome="known") == []


def test_staff_see_whom_they_may_want_to_know(cast: Cast, log: Path) -> None:
    assert list_strangers(cast.db, log, cast["reader"], ACCOUNT) == [Stranger("+33199009999", 2, 20)]
    assert list_strangers(cast.db, log, cast["reader"], ACCOUNT, since=11) == [Stranger("+33199009999", 1, 20)]
    assert list_strangers(cast.db, log, cast["reader"], ACCOUNT, limit=0) == []


def test_a_broken_log_is_told_with_what_to_do(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    path.write_text("This is a shopping list, not a database.\n" * 100)

    with refused(Kind.UNAVAILABLE, "calls.db cannot be used .*Move it away"):
        list_calls(cast.db, path, cast["reader"], ACCOUNT)
