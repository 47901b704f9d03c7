"""What is acceptable of queues and their hours, and how it is kept."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import msgspec
import pytest

from aiguillage.domain.accounts import Account
from aiguillage.domain.errors import Kind
from aiguillage.domain.queues import (
    Calendar,
    DayException,
    Event,
    Group,
    Holiday,
    Observance,
    Queue,
    Switch,
    TimeSpan,
    check_calendar,
    check_exception,
    check_group,
    check_holiday,
    check_observance,
    check_queue,
    check_switch,
    check_time_span,
    settle_exception,
)
from tests.refusal import refused

Fact = msgspec.Struct
ACCOUNT = Account("CL0000")
SUPPORT = Queue(name="Support", code="support", number="207", group=5, default_destination="209")
SALES = Queue(name="Sales", code="Sales")
NEW = Queue(name="New", code="new", number="210", default_destination="211")
BY_KIND = {"queue": {1: SUPPORT, 2: SALES}}
SPAN = TimeSpan(owner_type="queue", owner_id=1, day_of_week=1, start_time=time(8), end_time=time(18))
EXCEPTION = DayException(owner_type="queue", owner_id=1, first_day=date(2026, 8, 3), last_day=date(2026, 8, 14))
HOLIDAY = Holiday(day=date(2026, 6, 12), label="Founders' day")
OBSERVANCE = Observance(country="FR")
CALENDAR = Calendar(owner_type="queue", owner_id=1, name="Closing days")
SWITCH = Switch(name="Storm", owner_type="queue", owner_id=1, destination="320")
NOON = datetime.fromisoformat("2026-07-01T12:00")
CHECKS: dict[Any, Callable[..., Fact]] = {
    Group: check_group,
    Queue: check_queue,
    TimeSpan: check_time_span,
    DayException: check_exception,
    Holiday: check_holiday,
    Observance: check_observance,
    Calendar: check_calendar,
    Switch: check_switch,
}


def kept(fact: Fact, fact_id: int | None = None, **changes: Any) -> Fact:  # noqa: ANN401 - any of its fields
    """What the check of the fact's kind makes of it, with some fields changed before."""
    return CHECKS[type(fact)](msgspec.structs.replace(fact, **changes), fact_id, BY_KIND, ACCOUNT)


@pytest.mark.parametrize("fact", [Group(name="Support"), SPAN, EXCEPTION, HOLIDAY, OBSERVANCE, CALENDAR, SWITCH])
def test_a_fact_that_makes_sense_is_kept_as_it_is(fact: Fact) -> None:
    assert kept(fact) == fact


def test_a_queue_that_is_changed_stands_not_in_its_own_way() -> None:
    assert kept(SUPPORT, 1) == SUPPORT


@pytest.mark.parametrize(
    ("fact", "given", "becomes"),
    [
        (Group(name="Support"), {"name": " Sales "}, {"name": "Sales"}),
        (
            NEW,
            {"name": " After sales ", "code": " after.sales-1 ", "number": " 208 ", "default_destination": " 210 "},
            {"name": "After sales", "code": "after.sales-1", "number": "208", "default_destination": "210"},
        ),
        (
            NEW,
            {"number": " ", "default_destination": "", "did_number": ""},
            {"number": None, "default_destination": None, "did_number": None},
        ),
        (
            NEW,
            {"did_number": "01 99 00 12 34", "host_name": " pbx.example.org "},
            {"did_number": "+33199001234", "host_name": "pbx.example.org"},
        ),
        (SPAN, {"day_of_week": 0}, {"day_of_week": 7}),
        (
            SPAN,
            {"day_of_week": None, "date_full": date(2026, 12, 24)},
            {"day_of_week": None, "date_full": date(2026, 12, 24)},
        ),
        (SPAN, {"destination": " 300 ", "reference": " morning "}, {"destination": "300", "reference": "morning"}),
        (SPAN, {"destination": "207"}, {"destination": None}),
        (SPAN, {"destination": "SUPPORT"}, {"destination": None}),
        (SPAN, {"destination": " "}, {"destination": None}),
        (SPAN, {"owner_id": 9, "destination": "207"}, {"destination": "207"}),
        (SPAN, {"owner_type": "group", "owner_id": 5, "destination": "207"}, {"destination": "207"}),
        (EXCEPTION, {"label": " Summer ", "destination": " 300 "}, {"label": "Summer", "destination": "300"}),
        (EXCEPTION, {"owner_type": "group", "destination": "207"}, {"destination": "207"}),
        (EXCEPTION, {"owner_type": "group", "owner_id": 5, "destination": "Sales"}, {"destination": "Sales"}),
        (EXCEPTION, {"every_year": True, "last_day": date(2027, 8, 2)}, {"last_day": date(2027, 8, 2)}),
        (HOLIDAY, {"label": " Fair ", "destination": " "}, {"label": "Fair", "destination": None}),
        (
            OBSERVANCE,
            {
                "country": " fr",
                "subdivision": "Alsace-Moselle",
                "off": ("Noël ", "Noël"),
                "destinations": {" Ascension": " 300"},
            },
            {"country": "FR", "subdivision": "57", "off": ("Noël",), "destinations": {"Ascension": "300"}},
        ),
        (
            CALENDAR,
            {"url": " https://calendar.example.org/a.ics ", "name": " Closing days"},
            {"url": "https://calendar.example.org/a.ics", "name": "Closing days"},
        ),
        (CALENDAR, {"url": " ", "owner_type": "rota", "destination": "207"}, {"url": None, "destination": "207"}),
        (
            CALENDAR,
            {"events": (Event(datetime(2026, 7, 1, 8, tzinfo=UTC), NOON, " Works\n upstairs "),)},
            {"events": (Event(datetime.fromisoformat("2026-07-01T10:00"), NOON, "Works upstairs"),)},
        ),
        (SWITCH, {"name": " Flood ", "destination": " 321 "}, {"name": "Flood", "destination": "321"}),
        (SWITCH, {"owner_type": "account", "owner_id": None}, {"owner_id": None}),
        (SWITCH, {"owner_type": "group", "destination": "207"}, {"destination": "207"}),
    ],
)
def test_a_fact_is_kept_in_one_form(fact: Fact, given: dict[str, Any], becomes: dict[str, Any]) -> None:
    assert kept(fact, **given) == msgspec.structs.replace(fact, **(given | becomes))


@pytest.mark.parametrize(
    ("fact", "changes", "kind", "message"),
    [
        (Group(name=" "), {}, Kind.INVALID, "The group has no name. Give it one, as in Support"),
        (SUPPORT, {"name": ""}, Kind.INVALID, "The queue has no name"),
        (SUPPORT, {"code": ""}, Kind.INVALID, "'' is not a queue code"),
        (SUPPORT, {"code": "after sales"}, Kind.INVALID, "'after sales' is not a queue code"),
        (SUPPORT, {"code": "-a"}, Kind.INVALID, "'-a' is not a queue code"),
        (SUPPORT, {"code": "SUPPORT"}, Kind.CONFLICT, "already has a queue with the code support. Choose another code"),
        (SUPPORT, {"code": "new"}, Kind.CONFLICT, "Queue support already has the number 207. Choose another number"),
        (NEW, {"code": "207"}, Kind.CONFLICT, "Queue support has the number 207. Choose another code"),
        (
            NEW,
            {"number": "SALES"},
            Kind.CONFLICT,
            "CL0000 has a queue with the code Sales. Choose another number",
        ),
        (
            SALES,
            {"code": "new", "default_destination": "NEW"},
            Kind.INVALID,
            "default destination sends .* itself, NEW",
        ),
        (SALES, {"code": "new", "number": "1", "default_destination": "1"}, Kind.INVALID, "itself, 1. Choose another"),
        (SUPPORT, {"code": "new", "number": "1", "did_number": "junk"}, Kind.INVALID, "junk"),
        (SPAN, {"owner_type": "account"}, Kind.INVALID, "A time span cannot belong to 'account'.*: queue, group"),
        (SPAN, {"day_of_week": None}, Kind.INVALID, "Give the time span either a day of the week .* or a date"),
        (
            SPAN,
            {"date_full": date(2026, 1, 1)},
            Kind.INVALID,
            "Give the time span either a day of the week .* or a date",
        ),
        (SPAN, {"day_of_week": 8}, Kind.INVALID, "8 is not a day of the week. Use 1 for Monday to 7 for Sunday"),
        (SPAN, {"day_of_week": -1}, Kind.INVALID, "-1 is not a day of the week"),
        (SPAN, {"start_time": time(8, tzinfo=UTC)}, Kind.INVALID, "Write times without a time zone, as in 08:00"),
        (SPAN, {"end_time": time(8, tzinfo=UTC)}, Kind.INVALID, "Write times without a time zone, as in 08:00"),
        (SPAN, {"destination": "1,2"}, Kind.INVALID, "'1,2' is not a destination"),
        (EXCEPTION, {"owner_type": "rota"}, Kind.INVALID, "An exception cannot belong to 'rota'"),
        (EXCEPTION, {"last_day": date(2026, 8, 2)}, Kind.INVALID, "2026-08-02, is before the first, 2026-08-03"),
        (EXCEPTION, {"every_year": True, "last_day": date(2027, 9, 1)}, Kind.INVALID, "Choose an earlier last day"),
        (EXCEPTION, {"destination": "207"}, Kind.INVALID, "The exception sends .* queue support to the queue itself"),
        (
            EXCEPTION,
            {"owner_type": "group", "owner_id": 5, "destination": "207"},
            Kind.INVALID,
            "The exception sends .* queue support to the queue itself, 207",
        ),
        (
            CALENDAR,
            {"owner_type": "group", "owner_id": 5, "destination": "support"},
            Kind.INVALID,
            "The calendar sends .* to the queue itself",
        ),
        (
            SWITCH,
            {"owner_type": "group", "owner_id": 5, "destination": "207"},
            Kind.INVALID,
            "The switch sends .* to the queue itself",
        ),
        (HOLIDAY, {"label": ""}, Kind.INVALID, "The holiday has no name"),
        (OBSERVANCE, {"country": "XX"}, Kind.INVALID, "The public holidays of 'XX' are not known"),
        (OBSERVANCE, {"subdivision": "Bayern"}, Kind.INVALID, "'Bayern' is not a subdivision of FR"),
        (
            CALENDAR,
            {"owner_type": "account"},
            Kind.INVALID,
            "A calendar cannot belong to 'account'.*queue, group, rota",
        ),
        (CALENDAR, {"url": "http://calendar.example.org/a.ics"}, Kind.INVALID, "must begin with https://"),
        (CALENDAR, {"url": "https://calendar.example.org/" + "a" * 2000}, Kind.INVALID, "at most 2,000 characters"),
        (CALENDAR, {"name": ""}, Kind.INVALID, "The calendar has no name"),
        (CALENDAR, {"destination": "support"}, Kind.INVALID, "The calendar sends .* to the queue itself"),
        (SWITCH, {"owner_type": "rota"}, Kind.INVALID, "A switch cannot belong to 'rota'.*account, group, queue"),
        (SWITCH, {"owner_id": None}, Kind.INVALID, "Give the id of the group or queue"),
        (SWITCH, {"owner_type": "account"}, Kind.INVALID, "a switch for the account has none"),
        (SWITCH, {"destination": " "}, Kind.INVALID, "give a destination"),
        (SWITCH, {"destination": "207"}, Kind.INVALID, "The switch sends .* to the queue itself"),
        (SWITCH, {"name": ""}, Kind.INVALID, "The switch has no name"),
    ],
)
def test_a_fact_that_makes_no_sense_is_refused_with_what_to_do(
    fact: Fact, changes: dict[str, Any], kind: Kind, message: str
) -> None:
    with refused(kind, message):
        kept(fact, **changes)


@pytest.mark.parametrize(
    ("kind", "fact"),
    [
        ("exception", msgspec.structs.replace(EXCEPTION, destination="300")),
        ("calendar", msgspec.structs.replace(CALENDAR, destination="300")),
        ("switch", msgspec.structs.replace(SWITCH, destination="300")),
    ],
)
def test_a_queue_cannot_take_a_number_to_which_its_own_facts_send_its_calls(kind: str, fact: Fact) -> None:
    renumbered = msgspec.structs.replace(SUPPORT, number="300")

    with refused(Kind.INVALID, f"The {kind} sends the calls of queue support to the queue itself, 300"):
        check_queue(renumbered, 1, {**BY_KIND, kind: {11: fact}}, ACCOUNT)

    assert check_queue(SUPPORT, 1, {**BY_KIND, kind: {11: fact}}, ACCOUNT) == SUPPORT
    others = msgspec.structs.replace(fact, owner_id=2)
    assert check_queue(renumbered, 1, {**BY_KIND, kind: {11: others}}, ACCOUNT) == renumbered


@pytest.mark.parametrize("fact_id", [None, 1])
@pytest.mark.parametrize(
    ("kind", "fact"),
    [
        ("exception", msgspec.structs.replace(EXCEPTION, owner_type="group", owner_id=6, destination="207")),
        ("calendar", msgspec.structs.replace(CALENDAR, owner_type="group", owner_id=6, destination="207")),
        ("switch", msgspec.structs.replace(SWITCH, owner_type="group", owner_id=6, destination="207")),
    ],
)
def test_a_queue_cannot_move_into_a_group_that_sends_its_calls_to_it(
    kind: str, fact: Fact, fact_id: int | None
) -> None:
    by_kind: dict[str, dict[int, Any]] = {"queue": {2: SALES}, kind: {11: fact}}

    with refused(Kind.INVALID, f"The {kind} of its group sends the calls of queue support to the queue itself, 207"):
        check_queue(msgspec.structs.replace(SUPPORT, group=6), fact_id, by_kind, ACCOUNT)

    assert check_queue(SUPPORT, fact_id, by_kind, ACCOUNT) == SUPPORT


@pytest.mark.parametrize("fact", [HOLIDAY, msgspec.structs.replace(SWITCH, owner_type="account", owner_id=None)])
def test_what_is_the_accounts_may_send_calls_to_any_queue(fact: Fact) -> None:
    assert kept(fact, destination="207") == msgspec.structs.replace(fact, destination="207")


def test_a_queues_number_may_be_its_own_code() -> None:
    assert kept(NEW, number="new") == msgspec.structs.replace(NEW, number="new")


def test_numbers_that_differ_in_a_letters_case_alone_are_two() -> None:
    first = msgspec.structs.replace(SALES, number="sip:Sales@pbx.example.org")
    second = msgspec.structs.replace(SUPPORT, number="sip:sales@pbx.example.org")

    assert check_queue(second, None, {"queue": {2: first}}, ACCOUNT) == second


def test_an_account_observes_the_holidays_of_one_place() -> None:
    by_kind = {"observance": {20: OBSERVANCE}}

    with refused(Kind.CONFLICT, "CL0000 already observes public holidays. Change their country"):
        check_observance(OBSERVANCE, None, by_kind, ACCOUNT)

    assert check_observance(OBSERVANCE, 20, by_kind, ACCOUNT) == OBSERVANCE


@pytest.mark.parametrize(
    ("sent", "before", "last"),
    [
        ({"first_day": "2026-12-24"}, None, "2026-12-24"),
        ({"first_day": "2026-12-24"}, EXCEPTION, "2027-01-04"),
        ({"first_day": "2026-12-24", "last_day": None}, EXCEPTION, "2026-12-24"),
        ({"first_day": "2026-12-24", "last_day": "2026-12-25"}, EXCEPTION, "2026-12-25"),
        ({"label": "Closed"}, EXCEPTION, None),
    ],
)
def test_the_last_day_of_an_exception_moves_with_its_first(
    sent: dict[str, Any], before: DayException | None, last: str | None
) -> None:
    assert settle_exception(sent, before).get("last_day") == last


@pytest.mark.parametrize(
    ("sent", "before", "field"),
    [({"owner_type": "account"}, None, "owner_type"), ({"first_day": "9999-12-31"}, EXCEPTION, "first_day")],
)
def test_an_exception_that_cannot_be_is_refused(sent: dict[str, Any], before: DayException | None, field: str) -> None:
    with refused(Kind.INVALID, "Send|Choose") as raised:
        settle_exception(sent, before)

    assert raised.value.field == field
