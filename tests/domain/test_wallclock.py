"""Ends in a day's last minute: what is set until 23:59 lasts until the day is over."""

from datetime import date, datetime, time

import pytest

from aiguillage.domain.wallclock import DAY, SECOND, clock_span, day_end
from tests.domain.rotas import event, layer, moment, on_call, override, rota, told, window
from tests.domain.timetables import ON_GROUP, ON_QUEUE, dated, hours, said, weekly
from tests.domain.timetables import moment as paris

HOUR = 3600 * SECOND


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
