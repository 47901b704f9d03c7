"""Who is on call: turns, layers, windows, overrides, shifts and gaps, case by case."""

from typing import Any

import pytest

from aiguillage.domain.oncall import MOST_TURNS, Layer, OnCall, Rota
from tests.domain.rotas import (
    CAMILLE,
    DENIS,
    ELISE,
    NAMES,
    Told,
    layer,
    moment,
    on_call,
    on_wall,
    override,
    rota,
    told,
    window,
)

NIGHTS = tuple(window(day, "18:00", "08:00") for day in range(1, 8))
DAYS = tuple(window(day, "08:00", "18:00") for day in range(1, 8))
ALL_DAY = tuple(window(day, "00:00", "00:00") for day in range(1, 8))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-01-05 08:59", (None, "", "2026-01-05 09:00+01:00", "Camille Roche")),
        ("2026-01-05 09:00", ("Camille Roche", "Weeks", "2026-01-12 09:00+01:00", "Denis")),
        ("2026-01-12 08:59", ("Camille Roche", "Weeks", "2026-01-12 09:00+01:00", "Denis")),
        ("2026-01-12 09:00", ("Denis", "Weeks", "2026-01-19 09:00+01:00", "Élise")),
        ("2026-01-26 09:00", ("Camille Roche", "Weeks", "2026-02-02 09:00+01:00", "Denis")),
        ("2026-03-28 12:00", ("Élise", "Weeks", "2026-03-30 09:00+02:00", "Camille Roche")),
        ("1850-01-01 00:00", (None, "", "2026-01-05 09:00+01:00", "Camille Roche")),
    ],
)
def test_members_take_turns_from_the_first_handover_on(at: str, expected: Told) -> None:
    duty = on_call(rota(layer())).duty(7, moment(at))

    assert told(duty) == expected


@pytest.mark.parametrize(
    ("turns", "at", "until"),
    [
        ({"every": 1, "unit": "days"}, "2026-01-05 09:00", "2026-01-06 09:00+01:00"),
        ({"every": 3, "unit": "days"}, "2026-01-05 09:00", "2026-01-08 09:00+01:00"),
        ({"every": 2, "unit": "weeks"}, "2026-01-05 09:00", "2026-01-19 09:00+01:00"),
        ({"every": 366, "unit": "weeks"}, "2026-01-05 09:00", "2033-01-10 09:00+01:00"),
        ({"every": 1, "unit": "days"}, "2028-02-28 10:00", "2028-02-29 09:00+01:00"),
        ({"every": 1, "unit": "days"}, "2028-02-29 10:00", "2028-03-01 09:00+01:00"),
    ],
)
def test_a_turn_lasts_as_many_days_or_weeks_as_set(turns: dict[str, Any], at: str, until: str) -> None:
    duty = on_call(rota(layer(**turns))).duty(7, moment(at))

    assert on_wall(duty.until) == until


WORKING_DAYS = tuple(window(day, "09:00", "19:00") for day in range(1, 6))
WORKING_NIGHTS = tuple(window(day, "18:00", "08:00") for day in range(1, 6))
NIGHTS_IN_TWO = tuple(
    span for day in range(1, 6) for span in (window(day, "18:00", "00:00"), window(day + 1, "00:00", "08:00"))
)


@pytest.mark.parametrize(
    ("windows", "turns", "expected"),
    [
        pytest.param(
            WORKING_DAYS,
            {},
            {"05 10": "C", "06 10": "D", "07 10": "É", "08 10": "C", "09 10": "D", "12 10": "É", "13 10": "C"},
            id="Friday's turn is followed by Monday's",
        ),
        pytest.param(
            WORKING_DAYS,
            {"every": 2},
            {"05 10": "C", "06 10": "C", "07 10": "D", "08 10": "D", "09 10": "É", "12 10": "É", "13 10": "C"},
            id="a turn of two days goes over the weekend",
        ),
        pytest.param(
            WORKING_DAYS,
            {"start": "2026-01-03"},
            {"05 10": "C", "06 10": "D", "12 10": "É"},
            id="the first turn is that of the first day that counts",
        ),
        pytest.param(
            tuple(window(day, "07:00", "19:00") for day in range(1, 6)),
            {},
            {"05 10": "C", "06 08": "C", "06 10": "D", "09 10": "D", "12 08": "D", "12 10": "É"},
            id="what is before a Monday's handover is Friday's",
        ),
        pytest.param(
            tuple(window(day, "07:00", "19:00") for day in range(1, 6)),
            {"start": "2026-01-04"},
            {"05 08": "C", "05 10": "C", "06 10": "D"},
            id="or the first one's, where there was no Friday",
        ),
        pytest.param(
            WORKING_NIGHTS,
            {},
            {"05 20": "C", "06 07": "C", "06 20": "D", "09 20": "D", "10 07": "D", "12 20": "É"},
            id="a night counts as the day on which it begins",
        ),
        pytest.param(
            NIGHTS_IN_TWO,
            {},
            {"05 20": "C", "06 07": "C", "06 20": "D", "09 20": "D", "10 07": "D", "12 20": "É"},
            id="also one in two windows",
        ),
        pytest.param(
            (window(6, "02:00", "06:00"),),
            {},
            {"10 03": "C", "17 03": "D", "24 03": "É", "31 03": "C"},
            id="a window before the handover alone",
        ),
        pytest.param(
            (*WORKING_DAYS, window(7, "10:00", "12:00")),
            {},
            {"09 10": "D", "11 10": "É", "12 10": "C"},
            id="Saturday alone does not count",
        ),
        pytest.param(
            WORKING_DAYS,
            {"unit": "weeks"},
            {"05 10": "C", "09 10": "C", "12 10": "D", "19 10": "É"},
            id="turns of weeks are weeks",
        ),
    ],
)
def test_daily_turns_count_the_days_on_which_their_layer_is_set(
    windows: tuple[Any, ...], turns: dict[str, Any], expected: dict[str, str]
) -> None:
    duties = on_call(rota(layer(**{"unit": "days", "windows": windows} | turns)))

    members = {at: duties.duty(7, moment(f"2026-01-{at}:00")).member for at in expected}

    assert {at: member and member.name[0] for at, member in members.items()} == expected


@pytest.mark.parametrize(
    ("handover", "at", "fold", "until"),
    [
        ("02:30", "2026-03-29 01:59", 0, "2026-03-29 03:00+02:00"),
        ("02:30", "2026-03-29 03:00", 0, "2026-03-30 02:30+02:00"),
        ("02:30", "2026-10-25 02:29", 0, "2026-10-25 02:30+02:00"),
        ("02:30", "2026-10-25 02:30", 0, "2026-10-26 02:30+01:00"),
        ("02:30", "2026-10-25 02:10", 1, "2026-10-26 02:30+01:00"),
        ("02:30", "2026-10-25 02:40", 1, "2026-10-26 02:30+01:00"),
        ("09:00", "2026-10-24 09:00", 0, "2026-10-25 09:00+01:00"),
    ],
)
def test_a_handover_happens_once_also_when_clocks_change(handover: str, at: str, fold: int, until: str) -> None:
    daily = layer(unit="days", handover=window(1, handover, handover).start_time)

    duty = on_call(rota(daily)).duty(7, moment(at, fold))

    assert on_wall(duty.until) == until


def test_a_layer_that_starts_where_clocks_go_back_starts_once() -> None:
    daily = layer(unit="days", start="2026-10-25", handover=window(1, "02:30", "03:00").start_time)
    duties = on_call(rota(daily))

    assert duties.duty(7, moment("2026-10-25 02:29")).member is None
    assert told(duties.duty(7, moment("2026-10-25 02:10", 1))) == (
        "Camille Roche",
        "Weeks",
        "2026-10-26 02:30+01:00",
        "Denis",
    )


@pytest.mark.parametrize(
    ("layers", "at", "expected"),
    [
        pytest.param(
            [layer(end="2026-01-14")],
            "2026-01-13 12:00",
            ("Denis", "Weeks", "2026-01-14 00:00+01:00", None),
            id="the layer's end",
        ),
        pytest.param([layer(end="2026-01-14")], "2026-01-14 00:00", (None, "", "never", None), id="after its end"),
        pytest.param([], "2026-01-14 00:00", (None, "", "never", None), id="no layer"),
        pytest.param([layer(members=["Denis"])], "2026-02-01 00:00", ("Denis", "Weeks", "never", None), id="alone"),
        pytest.param(
            [layer(members=["Denis", "Denis", "Élise"])],
            "2026-01-06 00:00",
            ("Denis", "Weeks", "2026-01-19 09:00+01:00", "Élise"),
            id="twice in a row",
        ),
        pytest.param(
            [layer(members=["Denis"]), layer("Nights", ["Élise"], windows=NIGHTS)],
            "2026-01-20 07:59",
            ("Élise", "Nights", "2026-01-20 08:00+01:00", "Denis"),
            id="a later layer wins where it is set",
        ),
        pytest.param(
            [layer(members=["Denis"]), layer("Nights", ["Élise"], windows=NIGHTS)],
            "2026-01-25 12:00",
            ("Denis", "Weeks", "2026-01-25 18:00+01:00", "Élise"),
            id="the earlier one elsewhere",
        ),
        pytest.param(
            [layer("Nights", ["Élise"], windows=NIGHTS)],
            "2026-01-26 07:00",
            ("Élise", "Nights", "2026-01-26 08:00+01:00", None),
            id="over midnight and the week's end",
        ),
        pytest.param(
            [layer("Nights", ["Élise"], windows=NIGHTS)],
            "2026-01-26 08:00",
            (None, "", "2026-01-26 18:00+01:00", "Élise"),
            id="a gap",
        ),
        pytest.param(
            [layer(members=["Denis"], windows=ALL_DAY)],
            "2026-01-26 08:00",
            ("Denis", "Weeks", "never", None),
            id="whole days",
        ),
        pytest.param(
            [layer(members=["Denis"]), layer("Nights", ["Denis"], windows=NIGHTS)],
            "2026-01-26 20:00",
            ("Denis", "Nights", "never", None),
            id="the same member in two layers",
        ),
        pytest.param(
            [layer(members=["Denis", "Élise"], every=366), layer("Nights", ["Denis"], windows=NIGHTS)],
            "2026-01-26 20:00",
            ("Denis", "Nights", "2033-01-10 09:00+01:00", "Élise"),
            id="years of windows that change nothing",
        ),
        pytest.param(
            [
                layer(members=NAMES),
                layer("Nights", ["Denis"], windows=NIGHTS),
                layer("Days", ["Denis"], windows=DAYS, end="2040-05-01"),
            ],
            "2026-01-26 20:00",
            ("Denis", "Nights", "2040-05-01 08:00+02:00", "Camille Roche"),
            id="a layer hidden for years",
        ),
        pytest.param(
            [layer(members=["Denis"]), layer("Later", ["Élise"], start="2031-07-01")],
            "2026-01-26 20:00",
            ("Denis", "Weeks", "2031-07-01 09:00+02:00", "Élise"),
            id="a later layer that starts in years",
        ),
        pytest.param(
            [layer(end="2026-02-01"), layer("Summer", ["Élise"], start="2026-07-01")],
            "2026-03-01 20:00",
            (None, "", "2026-07-01 09:00+02:00", "Élise"),
            id="between two layers",
        ),
    ],
)
def test_layers_say_who_is_on_duty_until_when_and_who_comes_next(layers: list[Layer], at: str, expected: Told) -> None:
    duty = on_call(rota(*layers)).duty(7, moment(at))

    assert told(duty) == expected


def test_turns_that_change_nothing_many_times_over_are_taken_to_repeat_themselves() -> None:
    monday, tuesday = (window(day, "10:00", "12:00") for day in (1, 2))
    both = layer("Both", ["Denis", "Élise"], unit="days", windows=(monday, tuesday))
    base = layer(members=["Denis"], end="2060-01-01")

    duty = on_call(rota(base, both, layer("Tuesdays", ["Denis"], windows=(tuesday,)))).duty(
        7, moment("2026-01-06 12:00")
    )

    assert MOST_TURNS < (2060 - 2026) * 52 * 2
    assert told(duty) == ("Denis", "Weeks", "2060-01-01 00:00+01:00", None)


@pytest.mark.parametrize(
    ("at", "fold", "expected"),
    [
        ("2026-10-25 02:29", 0, (None, "", "2026-10-25 02:30+02:00", "Denis")),
        ("2026-10-25 02:30", 0, ("Denis", "Weeks", "2026-10-25 02:00+01:00", None)),
        ("2026-10-25 02:00", 1, (None, "", "2026-10-25 02:30+01:00", "Denis")),
        ("2026-10-25 02:59", 1, ("Denis", "Weeks", "2026-10-25 03:00+01:00", None)),
        ("2026-03-29 01:59", 0, (None, "", "2026-04-05 02:30+02:00", "Denis")),
    ],
)
def test_a_window_goes_by_what_the_wall_shows(at: str, fold: int, expected: Told) -> None:
    sundays = layer(members=["Denis"], windows=(window(7, "02:30", "03:00"),))

    duty = on_call(rota(sundays)).duty(7, moment(at, fold))

    assert told(duty) == expected


def test_a_duty_is_remembered_until_somebody_else_comes() -> None:
    duties = on_call(rota(layer()))

    first = duties.duty_now(7, moment("2026-01-06 00:00"))

    assert duties.duty_now(7, moment("2026-01-12 08:59")) is first
    assert duties.duty_now(7, moment("2026-01-12 09:00")).member == DENIS
    assert duties.duty_now(7, moment("2026-01-06 00:00")) == first


def test_a_remembered_duty_says_what_says_so_now() -> None:
    duties = on_call(rota(layer(), overrides=(override("2026-01-06 12:00", "2026-01-08 12:00", "Camille Roche"),)))

    sources = [duties.duty_now(7, moment(f"2026-01-{day} 12:00")).source for day in ("05", "06", "07", "08")]

    assert sources == ["Weeks", "override", "override", "Weeks"]


def test_an_unknown_rota_is_a_missing_key() -> None:
    duties = on_call(rota(layer()))

    with pytest.raises(KeyError):
        duties.duty(8, 0)


@pytest.mark.parametrize(("text", "rota_id"), [("support", 7), ("SUPPORT", 7), ("sup", None)])
def test_a_rota_is_named_by_its_code_in_any_case(text: str, rota_id: int | None) -> None:
    assert on_call(rota()).rota_named(text) == rota_id


def test_an_account_without_rotas_has_none() -> None:
    assert OnCall("UTC", {}).rota_named("support") is None


def test_shifts_are_told_in_order_with_gaps_and_equal_neighbours_merged() -> None:
    nights = layer("Nights", ["Denis", "Denis", "Élise"], unit="days", windows=(window(2, "08:00", "12:00"), *NIGHTS))
    duties = on_call(rota(nights, overrides=(override("2026-01-07 06:00", "2026-01-07 12:00", "Denis"),)))

    shifts = list(duties.shifts(7, moment("2026-01-06 07:00"), moment("2026-01-07 23:00")))

    assert [(on_wall(begin), on_wall(end), member, source) for begin, end, member, source in shifts] == [
        ("2026-01-06 07:00+01:00", "2026-01-06 12:00+01:00", DENIS, "Nights"),
        ("2026-01-06 12:00+01:00", "2026-01-06 18:00+01:00", None, ""),
        ("2026-01-06 18:00+01:00", "2026-01-07 06:00+01:00", DENIS, "Nights"),
        ("2026-01-07 06:00+01:00", "2026-01-07 12:00+01:00", DENIS, "override"),
        ("2026-01-07 12:00+01:00", "2026-01-07 18:00+01:00", None, ""),
        ("2026-01-07 18:00+01:00", "2026-01-07 23:00+01:00", ELISE, "Nights"),
    ]
    assert duties.gaps(7, moment("2026-01-06 07:00"), moment("2026-01-07 23:00")) == [
        (moment("2026-01-06 12:00"), moment("2026-01-06 18:00")),
        (moment("2026-01-07 12:00"), moment("2026-01-07 18:00")),
    ]


def test_no_time_has_no_shifts() -> None:
    assert list(on_call(rota(layer())).shifts(7, 5, 5)) == []


@pytest.mark.parametrize("at", [-(10**18), 10**18])
@pytest.mark.parametrize("fact", [rota(layer(start="0001-01-01")), rota(layer(unit="days", start="9998-01-01"))])
def test_no_moment_is_out_of_reach(fact: Rota, at: int) -> None:
    duties = on_call(fact)

    duty = duties.duty(7, at)

    assert duty.member in {None, CAMILLE, DENIS, ELISE}
    assert duty.until is None or duty.until > at
    assert len(list(duties.shifts(7, at - 5, at))) <= 1
