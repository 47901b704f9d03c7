"""Who is on call instead: overrides, and the shifts of a calendar."""

import pytest

from aiguillage.domain.oncall import OnCall
from aiguillage.domain.queues import Calendar, Event
from tests.domain.rotas import (
    Told,
    event,
    layer,
    moment,
    on_call,
    override,
    rota,
    told,
)

OVERRIDES = (
    override("2026-01-06 12:00", "2026-01-08 12:00", "Denis"),
    override("2026-01-07 00:00", "2026-01-07 06:00", "Élise"),
    override("2026-01-07 05:00", "2026-01-07 07:00", "Camille Roche"),
)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-01-06 11:59", ("Camille Roche", "Weeks", "2026-01-06 12:00+01:00", "Denis")),
        ("2026-01-06 12:00", ("Denis", "override", "2026-01-07 00:00+01:00", "Élise")),
        ("2026-01-07 04:59", ("Élise", "override", "2026-01-07 05:00+01:00", "Camille Roche")),
        ("2026-01-07 05:59", ("Camille Roche", "override", "2026-01-07 07:00+01:00", "Denis")),
        ("2026-01-07 07:00", ("Denis", "override", "2026-01-08 12:00+01:00", "Camille Roche")),
        ("2026-01-08 12:00", ("Camille Roche", "Weeks", "2026-01-12 09:00+01:00", "Denis")),
    ],
)
def test_an_override_wins_over_layers_and_the_later_override_over_the_earlier(at: str, expected: Told) -> None:
    duty = on_call(rota(layer(), overrides=OVERRIDES)).duty(7, moment(at))

    assert told(duty) == expected


SHIFTS = (
    event("2026-01-07 12:00", "2026-01-07 18:00", "Astreinte : DENIS"),
    event("2026-01-06 00:00", "2026-01-08 00:00", "ELISE@example.org"),
    event("2026-01-09 00:00", "2026-01-10 00:00", "Nobody that we know"),
)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-01-06 00:00", ("Élise", "calendar", "2026-01-07 12:00+01:00", "Denis")),
        ("2026-01-07 12:00", ("Denis", "calendar", "2026-01-07 15:00+01:00", "Camille Roche")),
        ("2026-01-07 15:00", ("Camille Roche", "override", "2026-01-07 16:00+01:00", "Denis")),
        ("2026-01-07 18:00", ("Élise", "calendar", "2026-01-08 00:00+01:00", "Camille Roche")),
        ("2026-01-09 12:00", ("Camille Roche", "Weeks", "2026-01-12 09:00+01:00", "Denis")),
    ],
)
def test_a_shift_wins_over_layers_and_the_one_that_began_later_over_the_other(at: str, expected: Told) -> None:
    overridden = rota(layer(), overrides=(override("2026-01-07 15:00", "2026-01-07 16:00", "camille roche"),))

    duty = on_call(overridden, SHIFTS[:1], SHIFTS[1:]).duty(7, moment(at))

    assert told(duty) == expected


def test_a_rota_may_live_from_its_calendar_alone() -> None:
    duties = on_call(rota(), SHIFTS)

    assert told(duties.duty(7, moment("2026-01-05 00:00"))) == (None, "", "2026-01-06 00:00+01:00", "Élise")
    assert told(duties.duty(7, moment("2026-01-07 20:00"))) == ("Élise", "calendar", "2026-01-08 00:00+01:00", None)


@pytest.mark.parametrize("owner", [("queue", 7), ("rota", 8)])
def test_a_calendar_of_something_else_holds_no_shifts(owner: tuple[str, int]) -> None:
    calendar = Calendar(owner_type=owner[0], owner_id=owner[1], name="Closed", events=SHIFTS)
    duties = OnCall("Europe/Paris", {"rota": {7: rota()}, "calendar": {20: calendar}})

    assert duties.duty(7, moment("2026-01-07 12:00")).member is None


def test_a_shift_is_also_that_of_who_is_invited_to_it() -> None:
    invited = Event(*(SHIFTS[0].begins, SHIFTS[0].ends), "On call", ("Élise <elise@example.org>",))

    assert told(on_call(rota(), [invited]).duty(7, moment("2026-01-07 12:00")))[:2] == ("Élise", "calendar")
