"""The clock on the wall, layers of slots, and ends in a day's last minute: until 23:59 is until the day is over."""

from datetime import date, datetime, time, timedelta

import pytest

from aiguillage.domain.moments import DAY, HOUR, WEEK
from aiguillage.domain.timeline import (
    NEVER,
    Laid,
    Slot,
    Strength,
    WallClock,
    began_first,
    clock_span,
    day_end,
    later_in_list,
    since_monday,
    wall_time,
)
from tests.domain.rotas import EPOCH, event, layer, micro, moment, on_call, override, rota, told, window
from tests.domain.timetables import ON_GROUP, ON_QUEUE, dated, hours, said, weekly
from tests.domain.timetables import moment as paris


@pytest.mark.parametrize(
    ("start", "end", "hours_long"),
    [
        ("00:00", "23:59", 24),
        ("00:00", "23:59:59", 24),
        ("00:00", "23:59:59.999999", 24),
        ("00:00", "00:00", 24),
        ("08:00", "23:59", 16),
        ("08:00", "18:00", 10),
        ("22:00", "06:00", 8),
        ("22:00", "23:59", 2),
        ("23:59", "23:59", 24),
        ("00:00", "23:58", 24 - 2 / 60),
        ("23:59:30", "23:59:10", 24 + 1 / 120),
    ],
)
def test_a_span_that_ends_in_the_last_minute_ends_with_the_day(start: str, end: str, hours_long: float) -> None:
    begin, until = clock_span(time.fromisoformat(start), time.fromisoformat(end))

    assert 0 <= begin < DAY
    assert until - begin == pytest.approx(hours_long * HOUR)


@pytest.mark.parametrize(
    ("shown", "ends"),
    [
        ("2026-12-24 23:59", "2026-12-25 00:00"),
        ("2026-12-31 23:59:59", "2027-01-01 00:00"),
        ("2026-12-24 23:58:59", "2026-12-24 23:58:59"),
        ("2026-12-24 00:00", "2026-12-24 00:00"),
        ("9999-12-31 23:59", "9999-12-31 23:59"),
    ],
)
def test_a_moment_in_the_last_minute_is_the_day_s_end(shown: str, ends: str) -> None:
    assert day_end(datetime.fromisoformat(shown)) == datetime.fromisoformat(ends)


WHOLE_WEEK = [weekly(day, "00:00", "23:59") for day in range(1, 8)]


@pytest.mark.parametrize(
    "at", ["2026-12-01T23:58:30", "2026-12-01T23:59", "2026-12-01T23:59:59", "2026-12-06T23:59:30"]
)
@pytest.mark.parametrize("owner", [ON_QUEUE, ON_GROUP])
def test_a_queue_that_is_open_until_23_59_every_day_never_closes(at: str, owner: dict[str, object]) -> None:
    week = [weekly(day, "00:00", "23:59", **owner) for day in range(1, 8)]

    state = hours(time_span=week).state(1, paris(at))

    assert (state.open, state.until) == (True, None)


def test_a_dated_span_until_23_59_lasts_the_day() -> None:
    state = hours(time_span=[dated("2026-12-24", "08:00", "23:59")]).state(1, paris("2026-12-24T23:59:30"))

    assert (state.open, said(state.until)) == (True, "2026-12-24T23:00:00")


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_days_on_which_clocks_are_set_end_at_midnight_too(day: str) -> None:
    state = hours(time_span=[*WHOLE_WEEK[:-1], weekly(7, "00:00", "23:59", destination="300")]).state(
        1, paris(f"{day}T12:00")
    )

    assert said(state.until) == said(paris(f"{day[:-2]}{int(day[-2:]) + 1}T00:00"))


def test_a_window_of_a_rota_until_23_59_leaves_no_gap() -> None:
    days = tuple(window(day, "00:00", "23:59") for day in range(1, 8))
    duties = on_call(rota(layer(members=["Denis"], windows=days)))

    assert duties.gaps(7, moment("2026-01-06 00:00"), moment("2026-02-06 00:00")) == []


def test_an_override_and_a_shift_until_23_59_last_the_day() -> None:
    overridden = on_call(rota(overrides=(override("2026-01-06 08:00", "2026-01-06 23:59", "Denis"),)))
    shifted = on_call(rota(), [event("2026-01-06 08:00", "2026-01-06 23:59:59", "Denis")])

    for duties, source in ((overridden, "override"), (shifted, "calendar")):
        duty = duties.duty(7, moment("2026-01-06 23:59"))
        assert told(duty) == ("Denis", source, "2026-01-07 00:00+01:00", None)


def test_the_last_day_of_all_has_an_end() -> None:
    assert day_end(datetime.combine(date.max, time(23, 59))) == datetime.combine(date.max, time(23, 59))


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
    clock = WallClock(time_zone)

    at = clock.first(wall_time(datetime.fromisoformat(shown)))

    assert EPOCH + timedelta(microseconds=at) == datetime.fromisoformat(first)


@pytest.mark.parametrize(
    ("begin", "minutes", "end"),
    [
        ("2026-06-01T09:00+02:00", 60, "2026-06-01T10:00+02:00"),
        ("2026-03-29T01:30+01:00", 30, "2026-03-29T03:00+02:00"),
        ("2026-03-29T01:30+01:00", 60, "2026-03-29T03:00+02:00"),
        ("2026-03-29T01:30+01:00", 90, "2026-03-29T03:00+02:00"),
        ("2026-03-29T01:30+01:00", 91, "2026-03-29T03:01+02:00"),
        ("2026-10-25T02:40+02:00", 20, "2026-10-25T02:00+01:00"),
        ("2026-10-25T02:40+02:00", 40, "2026-10-25T02:00+01:00"),
        ("2026-10-25T02:00+01:00", 60, "2026-10-25T03:00+01:00"),
    ],
)
def test_a_span_ends_early_where_the_clock_is_set(begin: str, minutes: int, end: str) -> None:
    at = micro(datetime.fromisoformat(begin))

    clock = WallClock("Europe/Paris")
    change = clock.change(at, clock.wall(at), clock.wall(at) + minutes * 60_000_000)

    assert change == micro(datetime.fromisoformat(end))


def test_a_week_begins_on_monday() -> None:
    assert since_monday(wall_time(datetime.fromisoformat("2026-10-26 00:00"))) == 0
    assert since_monday(wall_time(datetime.fromisoformat("2026-10-25 23:59"))) == WEEK - 60_000_000


@pytest.mark.parametrize("time_zone", ["Europe/Paris", "Pacific/Kiritimati", "Etc/GMT+12"])
def test_what_is_beyond_the_end_of_time_never_comes(time_zone: str) -> None:
    clock = WallClock(time_zone)
    last = wall_time(datetime.fromisoformat("9999-12-31 23:59"))
    at = clock.first(last - 3 * DAY)

    assert clock.first(last) == NEVER
    assert clock.change(at, clock.wall(at), last) == NEVER
    assert clock.change(at, clock.wall(at), NEVER) == NEVER


def test_the_clock_shows_the_time_of_its_zone() -> None:
    at = moment("2026-07-14 22:15")

    assert WallClock("Europe/Paris").wall(at) == wall_time(datetime.fromisoformat("2026-07-14 22:15"))
    assert WallClock("Asia/Kolkata").wall(at) == wall_time(datetime.fromisoformat("2026-07-15 01:45"))


SPANS = [(0, 8, "a"), (3, 11, "b"), (3, 5, "c"), (20, 20, "empty"), (11, 12, "b")]


def seen(strength: Strength) -> list[tuple[int, str | None]]:
    """What is seen from when on, of slots whose order is their place in SPANS."""
    laid = Laid((Slot(begin, end, place, answer) for place, (begin, end, answer) in enumerate(SPANS)), strength)
    changes, at = list[tuple[int, str | None]](), -1
    while at < NEVER:
        answer, until = laid.look(at)
        changes.append((at, answer))
        at = until
    return changes


def test_what_began_first_stays() -> None:
    assert seen(began_first) == [(-1, None), (0, "a"), (8, "b"), (12, None)]


def test_the_later_in_the_list_is_seen() -> None:
    assert seen(later_in_list) == [(-1, None), (0, "a"), (3, "c"), (5, "b"), (12, None)]
