"""Sources: what makes one acceptable, and when it is imported next."""

from datetime import UTC, datetime, time

import pytest

from aiguillage.domain.accounts import Account
from aiguillage.domain.errors import Kind
from aiguillage.domain.moments import HOUR, moment_of
from aiguillage.domain.sources import (
    COLUMN_MAP,
    SOURCE,
    ColumnMap,
    ContactSource,
    check_column_map,
    check_source,
    next_run,
    next_try,
)
from tests.refusal import refused

ACCOUNT = Account("CL0000")
URL = "https://example.org/contacts.csv?key=hush"
DAILY = ContactSource(url=URL, schedule="daily", time_of_day=time(4, 30))
HOURLY = ContactSource(url=URL, schedule="hourly")
PARIS = "Europe/Paris"


def at(text: str) -> int:
    """A moment in UTC."""
    return moment_of(datetime.fromisoformat(text).replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("after", "due"),
    [
        ("2026-11-29T03:29", "2026-11-29T03:30"),
        ("2026-11-29T03:30", "2026-11-30T03:30"),
        ("2026-11-29T23:30", "2026-11-30T03:30"),
        ("2026-03-28T12:00", "2026-03-29T02:30"),
    ],
)
def test_a_daily_source_is_due_at_its_time_by_the_accounts_clock(after: str, due: str) -> None:
    assert next_run(DAILY, at(after), PARIS) == at(due)


def test_an_hourly_one_is_due_an_hour_later_and_one_that_is_off_or_by_hand_never() -> None:
    now = at("2026-11-29T12:10")

    assert next_run(HOURLY, now, PARIS) == now + HOUR
    assert next_run(ContactSource(url=URL), now, PARIS) is None
    assert next_run(ContactSource(url=URL, schedule="hourly", active=False), now, PARIS) is None


def test_what_failed_is_tried_again_in_an_hour_three_times_and_then_at_its_next_time() -> None:
    now = at("2026-11-29T12:10")

    tried = [next_try(DAILY, tries, now, PARIS) for tries in (1, 3, 4)]

    assert tried == [now + HOUR, now + HOUR, at("2026-11-30T03:30")]
    assert next_try(DAILY, 1, at("2026-11-29T03:00"), PARIS) == at("2026-11-29T03:30")
    assert next_try(ContactSource(url=URL), 1, now, PARIS) is None


def test_its_host_says_where_it_is_and_no_secret() -> None:
    assert [one.host for one in (DAILY, ContactSource(url="https://example.org?key=hush"))] == ["example.org"] * 2


@pytest.mark.parametrize(
    ("source", "field"),
    [
        (ContactSource(url="http://example.org/a.csv"), "url"),
        (ContactSource(url="https://example.org/a b.csv"), "url"),
        (ContactSource(url=URL, schedule="weekly"), "schedule"),
        (ContactSource(url=URL, columns={str(n): "" for n in range(201)}), "columns"),
        (ContactSource(url=URL, columns={"x" * 201: ""}), "columns"),
        (ContactSource(url=URL, columns={"x": "y" * 201}), "columns"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(source: ContactSource, field: str) -> None:
    with refused(Kind.INVALID, "Choose|Write|Say") as told:
        check_source(source, None, {}, ACCOUNT)

    assert told.value.field == field


def test_an_account_has_one_source_and_seconds_of_a_time_are_whole() -> None:
    precise = ContactSource(url=URL, time_of_day=time(4, 30, 1, 5, tzinfo=UTC))

    with refused(Kind.CONFLICT, "already"):
        check_source(DAILY, None, {SOURCE: {3: HOURLY}}, ACCOUNT)

    assert check_source(DAILY, 3, {SOURCE: {3: HOURLY}}, ACCOUNT) == DAILY
    assert check_source(precise, None, {}, ACCOUNT).time_of_day == time(4, 30, 1)


def test_headings_are_known_again_in_whatever_order_and_remembered_once() -> None:
    kept = check_column_map(ColumnMap(headings=(" Tél", "Client"), columns={"Client": "company"}), None, {}, ACCOUNT)

    with refused(Kind.CONFLICT, "already"):
        check_column_map(ColumnMap(headings=("Client", "Tél"), columns={}), None, {COLUMN_MAP: {3: kept}}, ACCOUNT)

    assert kept.headings == ("Client", "Tél")
    assert check_column_map(kept, 3, {COLUMN_MAP: {3: kept}}, ACCOUNT) == kept
