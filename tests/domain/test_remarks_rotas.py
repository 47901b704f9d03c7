"""What is said of rotas that are entered."""

from datetime import time, timedelta

import pytest

from aiguillage.domain.remarks import MOST_REMARKS, on_rotas
from aiguillage.domain.rotas import Override, Rota, Window
from tests.domain.rotas import layer, override, rota


def told(fact: Rota) -> list[str]:
    """What is said of a rota."""
    return [str(remark) for remark in on_rotas({7: fact}, {})[7]]


def windows(*spans: str) -> tuple[Window, ...]:
    """Windows as in `1 08:00 19:59`."""
    parts = [span.split() for span in spans]
    return tuple(
        Window(day_of_week=int(day), start_time=time.fromisoformat(begin), end_time=time.fromisoformat(end))
        for day, begin, end in parts
    )


def gap(day: str, since: str, until: str) -> str:
    """The remark on a gap."""
    meant = f"Unless that is meant, let the earlier end at {until}."
    return f"No layer's window holds on {day} from {since} to {until}. {meant}"


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([["1 08:00 19:59", "1 20:00 08:00"]], [gap("Monday", "19:59", "20:00")]),
        ([["1 08:00 19:59"], ["1 20:00 08:00"]], [gap("Monday", "19:59", "20:00")]),
        ([["7 08:00 07:59:30", "1 08:00 12:00"]], [gap("Monday", "07:59:30", "08:00")]),
        ([["7 20:00 23:58:59", "7 23:59 06:00"]], [gap("Sunday", "23:58:59", "23:59")]),
        ([["7 20:00 23:59", "1 00:00 06:00"]], []),
        ([["1 08:00 20:00", "1 20:00 08:00"]], []),
        ([["1 08:00 19:58", "1 20:00 08:00"]], []),
        ([["1 08:00 19:59", "1 20:00 08:00", "1 19:00 21:00"]], []),
        ([["1 08:00 19:59", "1 20:00 08:00"], []], []),
        ([], []),
    ],
)
def test_a_gap_of_up_to_a_minute_between_windows_is_told(layers: list[list[str]], expected: list[str]) -> None:
    assert told(rota(*(layer(windows=windows(*spans)) for spans in layers))) == expected


def test_overrides_of_different_members_that_overlap_are_told_with_who_wins() -> None:
    overrides = (
        override("2026-12-24 12:00", "2026-12-26 12:00", "Denis"),
        override("2026-12-24 00:00", "2026-12-25 00:00", "Élise"),
        override("2026-12-26 00:00", "2026-12-27 00:00", "Camille Roche"),
    )

    first, second = told(rota(overrides=overrides))

    assert first == (
        "The overrides of Élise and Denis overlap from 2026-12-24 12:00 to 2026-12-25 00:00: the one that is later in "
        "the list wins, Élise's."
    )
    assert second.startswith(
        "The overrides of Denis and Camille Roche overlap from 2026-12-26 00:00 to 2026-12-26 12:00"
    )
    assert second.endswith("wins, Camille Roche's.")


def test_overrides_that_meet_or_are_of_one_member_are_told_nothing() -> None:
    overrides = (
        override("2026-12-24 00:00", "2026-12-25 00:00", "Denis"),
        override("2026-12-25 00:00", "2026-12-26 00:00", "Élise"),
        override("2026-12-25 12:00", "2026-12-25 13:00", "Élise"),
    )

    assert told(rota(overrides=overrides)) == []


def test_many_overlaps_are_counted() -> None:
    first = override("2026-12-24 00:00", "2026-12-25 00:00", "Denis")
    hours = [
        Override(begins=first.begins + timedelta(minutes=n), ends=first.ends, member="Élise")
        for n in range(1, MOST_REMARKS + 4)
    ]

    remarks = told(rota(overrides=(first, *hours)))

    assert len(remarks) == MOST_REMARKS + 1
    assert remarks[-1].startswith("3 more overrides overlap others.")
