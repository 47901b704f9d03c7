"""The calls of a day in figures: as the statistics have them, though only what came since the last look is counted."""

from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from aiguillage.desk import todays_calls
from aiguillage.desk.calls import Group, count_calls, list_strangers
from aiguillage.desk.todays_calls import BEGIN_AGAIN, MOST_STRANGERS, STRANGERS_AGAIN, Day, count_day
from aiguillage.domain.errors import Kind
from aiguillage.domain.moments import HOUR
from aiguillage.storage.calls import open_log
from tests.cast import ACCOUNT, NOW, OTHER_ACCOUNT, Cast
from tests.refusal import refused
from tests.storage.facts import account_id

MORNING = NOW - 6 * HOUR
ADD = """
    INSERT INTO calls (at, account_id, number, dialect, outcome, destination, own_us, worker)
    VALUES (?, ?, ?, 'v1', ?, ?, 20, 'w')"""


def add(cast: Cast, log: Path, *calls: tuple[int, str, str | None], code: str = ACCOUNT) -> None:
    """Calls: so many hours after the morning, known or unknown, sent where."""
    with closing(open_log(log)) as connection:
        for hour, outcome, destination in calls:
            values = (MORNING + hour * HOUR, account_id(cast.db, code), f"+3319900{hour:04}", outcome, destination)
            connection.execute(ADD, values)


@pytest.fixture
def log(cast: Cast, tmp_path: Path) -> Path:
    path = tmp_path / "calls.db"
    add(cast, path, (-1, "known", "299"), (1, "known", "207"), (1, "unknown", None), (2, "known", "208"))
    add(cast, path, (2, "known", "500"), code=OTHER_ACCOUNT)
    return path


def day(cast: Cast, log: Path, later: int = 0) -> Day:
    return count_day(cast.db, log, msgspec.structs.replace(cast["reader"], at=NOW + later), ACCOUNT, since=MORNING)


def require_as_counted(cast: Cast, log: Path, found: Day) -> None:
    counted = count_calls(cast.db, log, cast["reader"], ACCOUNT, since=MORNING)
    assert (found.calls, found.known, found.known_share) == (counted.calls, counted.known, counted.known_share)
    assert sorted(found.by_hour, key=lambda one: one.value or "") == counted.by_hour
    assert sorted(found.by_destination, key=lambda one: one.value or "") == sorted(
        counted.by_destination, key=lambda one: one.value or ""
    )


def test_a_day_is_as_the_statistics_have_it_also_when_more_calls_came(cast: Cast, log: Path) -> None:
    require_as_counted(cast, log, day(cast, log))
    add(cast, log, (3, "known", "207"), (1, "unknown", "207"), (-2, "known", "207"))
    add(cast, log, (3, "known", "500"), code=OTHER_ACCOUNT)

    found = day(cast, log, 1)

    require_as_counted(cast, log, found)
    assert found.by_destination[0] == Group("207", 3, 2)


def test_strangers_are_read_again_after_a_minute(cast: Cast, log: Path) -> None:
    first = day(cast, log).strangers
    add(cast, log, (4, "unknown", None))

    assert day(cast, log, STRANGERS_AGAIN - 1).strangers == first
    now = list_strangers(cast.db, log, cast["reader"], ACCOUNT, since=MORNING, limit=MOST_STRANGERS)
    assert day(cast, log, STRANGERS_AGAIN).strangers == now


def test_what_was_erased_is_counted_until_the_figures_begin_again(cast: Cast, log: Path) -> None:
    day(cast, log)
    with closing(open_log(log)) as connection:
        connection.execute("DELETE FROM calls WHERE destination = '207'")

    assert day(cast, log, 1).calls == 3
    require_as_counted(cast, log, day(cast, log, BEGIN_AGAIN))


def test_another_log_in_its_place_is_counted_from_its_beginning(cast: Cast, log: Path) -> None:
    day(cast, log)
    with closing(open_log(log)) as connection:
        connection.execute("DELETE FROM calls")
    add(cast, log, (2, "known", "209"))

    require_as_counted(cast, log, day(cast, log, 1))


def test_the_figures_of_many_accounts_are_not_all_kept(cast: Cast, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(todays_calls, "MOST_KEPT", 1)
    day(cast, log)
    count_day(cast.db, log, cast["outsider"], OTHER_ACCOUNT, since=MORNING)

    require_as_counted(cast, log, day(cast, log))


def test_nobody_counts_a_stranger_account_s_calls(cast: Cast, log: Path) -> None:
    with refused(Kind.MISSING, "no account"):
        count_day(cast.db, log, cast["outsider"], ACCOUNT, since=MORNING)


def test_without_a_log_there_are_no_calls(cast: Cast, tmp_path: Path) -> None:
    found = day(cast, tmp_path / "none.db")

    assert (found.calls, found.known_share, found.strangers) == (0, None, [])
