"""What of a calendar counts, and what is said of the rest."""

from datetime import datetime

import msgspec

from aiguillage.domain.omissions import MOST_FIRST, REASONS, remarks_of, use_of
from aiguillage.domain.queues import Calendar, Event, LeftOut, Omitted
from tests.domain.rotas import CAMILLE, DENIS, MEMBERS, rota

BEGINS, ENDS = datetime(2026, 12, 1, 9), datetime(2026, 12, 1, 18)  # noqa: DTZ001 - as the clock on the wall shows it
CANCELLED = LeftOut("cancelled", 1, (Omitted(BEGINS, "Noël"),))


def shifts(*titles: str) -> Calendar:
    """A rota's calendar with shifts of these titles."""
    events = tuple(Event(BEGINS, ENDS, title) for title in titles)
    return Calendar(owner_type="rota", owner_id=7, name="Shifts", events=events, left_out=(CANCELLED,))


def told(calendar: Calendar) -> list[str]:
    """What is said of it."""
    return [str(remark) for remark in remarks_of(use_of(calendar, {7: rota()}))]


def test_all_events_of_a_queues_calendar_count_but_for_those_that_were_left_out() -> None:
    calendar = msgspec.structs.replace(shifts("Denis", "Inventory"), owner_type="queue")

    assert use_of(calendar, {}) == (2, (CANCELLED,))
    assert told(calendar) == ["Left out, because they are cancelled: 1 (2026-12-01 09:00 Noël)."]


def test_shifts_count_that_are_somebodys() -> None:
    use = use_of(shifts("Denis", "Denise", "Denis / Élise", "", "Élise"), {7: rota()})

    assert use == (
        2,
        (
            CANCELLED,
            LeftOut("nobody", 2, (Omitted(BEGINS, "Denise"), Omitted(BEGINS, ""))),
            LeftOut("several", 1, (Omitted(BEGINS, "Denis / Élise"),)),
        ),
    )


def test_whose_a_shift_is_depends_on_the_rota_as_it_is() -> None:
    calendar = shifts("Denis", "Élise")

    assert use_of(calendar, {7: rota(members=MEMBERS)}).used == 2
    assert use_of(calendar, {7: rota(members=(DENIS,))}).used == 1


def test_people_invited_make_a_shift_count() -> None:
    calendar = msgspec.structs.replace(shifts(), events=(Event(BEGINS, ENDS, "On call", (CAMILLE.email,)),))

    assert use_of(calendar, {7: rota()}).used == 1


def test_that_nothing_counts_is_said_first() -> None:
    assert told(shifts("Denise")) == [
        "No event of this calendar counts. Calls are decided as if it were not there.",
        "Left out, because they are cancelled: 1 (2026-12-01 09:00 Noël).",
        "Nobody's shifts, because they name no member: 1 (2026-12-01 09:00 Denise).",
    ]


def test_a_calendar_without_an_event_is_of_no_use_either() -> None:
    assert told(msgspec.structs.replace(shifts(), left_out=())) == [
        "No event of this calendar counts. Calls are decided as if it were not there."
    ]


def test_it_is_said_which_are_left_out_up_to_the_first_ones() -> None:
    first = (Omitted(BEGINS, "Noël"), Omitted(BEGINS), Omitted(None, "Pont"), Omitted(None))
    calendar = shifts("Denis")

    for left_out, listed in (
        (LeftOut("free", 9, first), "9 (2026-12-01 09:00 Noël, 2026-12-01 09:00, Pont, -, ...)"),
        (LeftOut("free", 4, first), "4 (2026-12-01 09:00 Noël, 2026-12-01 09:00, Pont, -)"),
    ):
        assert told(msgspec.structs.replace(calendar, left_out=(left_out,))) == [
            f"Left out, because they are marked free: {listed}. Mark them busy, or enter them as whole days."
        ]


def test_of_many_shifts_of_nobody_the_first_ones_are_named() -> None:
    [_, nobody] = use_of(shifts(*[f"Nobody {n}" for n in range(9)]), {7: rota()}).left_out

    assert (nobody.count, len(nobody.first)) == (9, MOST_FIRST)


def test_every_reason_has_its_words() -> None:
    calendar = shifts("Denis")
    for reason in REASONS:
        [said] = told(msgspec.structs.replace(calendar, left_out=(LeftOut(reason, 3),)))

        assert ": 3" in said
