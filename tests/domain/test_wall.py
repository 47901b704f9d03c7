"""The clock on the wall: what it shows, and the first moment at which it shows a time."""

from datetime import datetime, timedelta

import pytest

from aiguillage.domain.wall import EARLIEST, LATEST, WEEK, Wall, shown_by, since_monday
from tests.domain.rotas import EPOCH, micro, moment


@pytest.mark.parametrize(
    ("time_zone", "shown", "first"),
    [
        ("Europe/Paris", "2026-06-01 09:00", "2026-06-01T09:00+02:00"),
        ("Europe/Paris", "2026-03-29 02:00", "2026-03-29T03:00+02:00"),
        ("Europe/Paris", "2026-03-29 02:30", "2026-03-29T03:00+02:00"),
        ("Europe/Paris", "2026-03-29 03:00", "2026-03-29T03:00+02:00"),
        ("Europe/Paris", "2026-10-25 02:30", "2026-10-25T02:30+02:00"),
        ("Europe/Paris", "2026-10-25 03:00", "2026-10-25T03:00+01:00"),
        ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-04T02:30+11:00"),
        ("Pacific/Apia", "2011-12-30 12:00", "2011-12-31T00:00+14:00"),
        ("UTC", "2026-03-29 02:30", "2026-03-29T02:30+00:00"),
    ],
)
def test_a_time_comes_when_the_clock_first_shows_it_or_jumps_over_it(time_zone: str, shown: str, first: str) -> None:
    wall = Wall(time_zone)

    at = wall.first(shown_by(datetime.fromisoformat(shown)))

    assert EPOCH + timedelta(microseconds=at) == datetime.fromisoformat(first)


@pytest.mark.parametrize(
    ("begin", "minutes", "end"),
    [
        ("2026-06-01T09:00+02:00", 60, "2026-06-01T10:00+02:00"),
        ("2026-03-29T01:30+01:00", 30, "2026-03-29T03:00+02:00"),
        ("2026-03-29T01:30+01:00", 90, "2026-03-29T03:00+02:00"),
        ("2026-10-25T02:40+02:00", 20, "2026-10-25T02:00+01:00"),
        ("2026-10-25T02:40+02:00", 40, "2026-10-25T02:00+01:00"),
        ("2026-10-25T02:00+01:00", 60, "2026-10-25T03:00+01:00"),
    ],
)
def test_a_span_ends_early_where_the_clock_is_set(begin: str, minutes: int, end: str) -> None:
    at = micro(datetime.fromisoformat(begin))

    after = Wall("Europe/Paris").after(at, minutes * 60_000_000)

    assert after == micro(datetime.fromisoformat(end))


def test_a_week_begins_on_monday() -> None:
    assert since_monday(shown_by(datetime.fromisoformat("2026-10-26 00:00"))) == 0
    assert since_monday(shown_by(datetime.fromisoformat("2026-10-25 23:59"))) == WEEK - 60_000_000


@pytest.mark.parametrize("time_zone", ["Europe/Paris", "Pacific/Kiritimati", "Etc/GMT+12"])
def test_the_ends_of_time_stand_for_all_beyond_them(time_zone: str) -> None:
    wall = Wall(time_zone)

    assert wall.first(shown_by(datetime.fromisoformat("9999-12-31 23:59"))) == LATEST
    assert wall.first(shown_by(datetime.fromisoformat("0001-01-01 00:00"))) == EARLIEST - (
        wall.shown(EARLIEST) - EARLIEST
    )
    assert wall.after(LATEST - 5, 10) == LATEST


def test_the_clock_shows_the_time_of_its_zone() -> None:
    at = moment("2026-07-14 22:15")

    assert Wall("Europe/Paris").shown(at) == shown_by(datetime.fromisoformat("2026-07-14 22:15"))
    assert Wall("Asia/Kolkata").shown(at) == shown_by(datetime.fromisoformat("2026-07-15 01:45"))
