"""When call queues are open: time spans, exceptions, the account's own holidays (contracts/cx-engine.md)."""

from datetime import date
from typing import Any

import msgspec

from aiguillage.api.operations import Asked
from aiguillage.api.resources.call_queues import TAG
from aiguillage.api.resources.shared import (
    BASE,
    UNSET,
    Body,
    FactResource,
    Flag,
    Number,
    Text,
    read_day,
    read_end,
    read_time,
)
from aiguillage.api.shown import QUEUE_SHOWN, SOME_SPANS
from aiguillage.domain.errors import invalid
from aiguillage.domain.queues import ACCOUNT, GROUP, QUEUE, DayException
from aiguillage.storage.facts import Kept

CLASSES = (("CallQueue", QUEUE), ("CallQueueGroup", GROUP))
SUNDAY = 7


class SpanPlace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the time span is of, as the successor's client sends it."""

    time_spanable_id: int | msgspec.UnsetType = UNSET
    time_spanable_type: str | msgspec.UnsetType = UNSET


class SpanBody(Body, frozen=True):
    """A time span as it is sent: on a day of the week (1 Monday .. 7 Sunday, 0 is Sunday too) or on a date."""

    reference: Text = UNSET
    destination: Text = UNSET
    day_of_week: Number = UNSET
    date_full: Text = UNSET
    start_time: Text = UNSET
    end_time: Text = UNSET
    time_spanable_id: Number = UNSET
    time_spanable_type: Text = UNSET


class SpanShown(msgspec.Struct, frozen=True, kw_only=True):
    """A time span as it is answered."""

    id: int
    reference: str
    destination: str | None
    day_of_week: int | None
    date_full: str | None
    start_time: str
    end_time: str
    time_spanable_id: int
    time_spanable_type: str
    customer_id: int


class ExceptionPlace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the exception is of, as the successor's client sends it."""

    exceptionable_id: int | msgspec.UnsetType = UNSET
    exceptionable_type: str | msgspec.UnsetType = UNSET


class ExceptionBody(Body, frozen=True):
    """An exception as it is sent; without `last_day` it is as long as it was, one day when it is new."""

    reference: Text = UNSET
    label: Text = UNSET
    destination: Text = UNSET
    day: Text = UNSET
    last_day: Text = UNSET
    every_year: Flag = UNSET
    exceptionable_id: Number = UNSET
    exceptionable_type: Text = UNSET


class ExceptionShown(msgspec.Struct, frozen=True, kw_only=True):
    """An exception as it is answered."""

    id: int
    reference: str
    label: str
    destination: str | None
    day: str
    last_day: str
    every_year: bool
    exceptionable_id: int
    exceptionable_type: str
    customer_id: int


class HolidayBody(Body, frozen=True):
    """A holiday of the account as it is sent; it is of `account`, by whose id or none."""

    reference: Text = UNSET
    label: Text = UNSET
    destination: Text = UNSET
    day: Text = UNSET
    every_year: Flag = UNSET
    exceptionable_id: Number = UNSET
    exceptionable_type: Text = UNSET


class HolidayShown(msgspec.Struct, frozen=True, kw_only=True):
    """A holiday of the account as it is answered: an exception of `account`."""

    id: int
    reference: str
    label: str
    destination: str | None
    day: str
    every_year: bool
    exceptionable_id: int
    exceptionable_type: str
    customer_id: int


def read_owner(text: str, _field: str) -> str:
    """`queue` or `group`, also as the name of a class that ends as the successor's does."""
    return next((kind for ending, kind in CLASSES if text.strip().endswith(ending)), text.strip())


def _read_account(text: str, field: str) -> str:
    if text.strip() != ACCOUNT:
        raise invalid("A holiday is of the account. Send 'account', or leave it out.", field)
    return ACCOUNT


def _read_weekday(day: int, _field: str) -> int:
    return SUNDAY if day == 0 else day


def _tell_span(_asked: Asked, kept: Kept) -> dict[str, Any]:
    span = kept.fact
    return {
        "date_full": None if span.date_full is None else span.date_full.isoformat(),
        "start_time": span.start_time.isoformat(timespec="seconds"),
        "end_time": span.end_time.isoformat(timespec="seconds"),
    }


def _settle_exception(sent: dict[str, Any], before: DayException | None) -> dict[str, Any]:
    """The last day goes along with the first, where it is not told. Raises Refusal(invalid)."""
    if sent.get("owner_type") == ACCOUNT:
        message = "An exception is of a queue or a group. Send one of the account to /call-queues/exceptions/holidays."
        raise invalid(message, "exceptionable_type")
    first = sent.get("first_day")
    if first is None or sent.get("last_day") is not None:
        return sent
    if before is None or "last_day" in sent:
        return sent | {"last_day": first}
    try:
        last = date.fromisoformat(first) + (before.last_day - before.first_day)
    except OverflowError:
        raise invalid("The exception would end after the year 9999. Choose an earlier day.", "day") from None
    return sent | {"last_day": last.isoformat()}


def _tell_exception(_asked: Asked, kept: Kept) -> dict[str, Any]:
    return {"day": kept.fact.first_day.isoformat(), "last_day": kept.fact.last_day.isoformat()}


def _settle_holiday(sent: dict[str, Any], _before: object) -> dict[str, Any]:
    return {name: value for name, value in sent.items() if not name.startswith("exceptionable_")}


def _tell_holiday(_asked: Asked, kept: Kept) -> dict[str, Any]:
    return {"day": kept.fact.day.isoformat(), "exceptionable_type": ACCOUNT}


TIME_SPANS = FactResource(
    path=f"{BASE}/call-queues/time-spans",
    noun="time span",
    plural="the time spans",
    tag=TAG,
    kind="time_span",
    body=SpanBody,
    answer=SpanShown,
    names={"time_spanable_id": "owner_id", "time_spanable_type": "owner_type"},
    reads={
        "day_of_week": _read_weekday,
        "date_full": read_day,
        "start_time": read_time,
        "end_time": read_end,
        "time_spanable_type": read_owner,
    },
    tell=_tell_span,
    place=SpanPlace,
    bulk=("POST", "DELETE"),
    example={
        "day_of_week": 1,
        "start_time": "09:00",
        "end_time": "12:30",
        "time_spanable_id": QUEUE_SHOWN,
        "time_spanable_type": "queue",
    },
    change={"end_time": "18:00"},
    removed=SOME_SPANS,
)
EXCEPTIONS = FactResource(
    path=f"{BASE}/call-queues/exceptions",
    noun="exception",
    plural="the exceptions",
    tag=TAG,
    kind="exception",
    body=ExceptionBody,
    answer=ExceptionShown,
    names={"day": "first_day", "exceptionable_id": "owner_id", "exceptionable_type": "owner_type"},
    reads={"day": read_day, "last_day": read_day, "exceptionable_type": read_owner},
    settle=_settle_exception,
    tell=_tell_exception,
    place=ExceptionPlace,
    example={
        "day": "2026-12-24",
        "label": "Inventaire",
        "exceptionable_id": QUEUE_SHOWN,
        "exceptionable_type": "queue",
    },
    change={"label": "Réveillon de la Saint-Sylvestre"},
)
HOLIDAYS = FactResource(
    path=f"{BASE}/call-queues/exceptions/holidays",
    noun="holiday",
    plural="the account's own holidays",
    tag=TAG,
    kind="holiday",
    body=HolidayBody,
    answer=HolidayShown,
    reads={"day": read_day, "exceptionable_type": _read_account},
    settle=_settle_holiday,
    tell=_tell_holiday,
    of_account="exceptionable_id",
    place=ExceptionPlace,
    description="Those that somebody entered. The public holidays that the account observes are at /holidays.",
    example={"day": "2026-11-27", "label": "Fête du village", "every_year": True},
    change={"label": "Saint-Jean-Baptiste"},
)
