"""Moments: how they are written and read."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from aiguillage.domain.errors import Kind
from aiguillage.domain.moments import SECOND, WEEK, in_utc, in_zone, iso, iso_in, moment_of, parse_moment, read_iso
from tests.refusal import refused

AT = 1_795_535_999_987_654
"""2026-11-24T15:59:59.987654Z."""


def test_a_moment_is_a_date_and_time_in_every_zone() -> None:
    in_paris = in_zone(AT, ZoneInfo("Europe/Paris"))

    assert in_utc(AT).isoformat() == "2026-11-24T15:59:59.987654+00:00"
    assert in_paris.isoformat() == "2026-11-24T16:59:59.987654+01:00"
    assert moment_of(in_utc(AT)) == moment_of(in_paris) == AT


def test_a_moment_is_written_as_precisely_as_asked_and_never_rounded_up() -> None:
    assert iso(AT) == "2026-11-24T15:59:59Z"
    assert iso(AT, "milliseconds") == "2026-11-24T15:59:59.987Z"
    assert iso_in(AT, "Europe/Paris") == "2026-11-24T16:59:59+01:00"
    assert iso_in(-1, "UTC") == "1969-12-31T23:59:59+00:00"


def test_no_moment_is_written_as_none() -> None:
    assert (iso(None), iso_in(None, "UTC")) == (None, None)


@pytest.mark.parametrize(
    "text", ["2026-11-24T18:00:00+01:00", " 2026-11-24T18:00:00 01:00 ", "2026-11-24T17:00Z", "2026-11-24T18:00 0100"]
)
def test_a_moment_is_read_with_its_offset_also_where_the_plus_became_a_blank(text: str) -> None:
    assert parse_moment(text) == moment_of(datetime(2026, 11, 24, 17, tzinfo=UTC))


@pytest.mark.parametrize(
    "text", ["", "now", "2026-11-24", "2026-11-24T18:00:00", "2026-02-30T18:00:00Z", "9999-12-31T23:30:00-01:00"]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with refused(Kind.INVALID, "is not a date and time") as refusal:
        parse_moment(text, "since")

    assert refusal.value.field == "since"


def test_a_date_and_time_may_lack_its_offset() -> None:
    assert read_iso("2026-11-24T18:00").tzinfo is None


def test_a_week_is_604_800_seconds() -> None:
    assert WEEK == 604_800 * SECOND
