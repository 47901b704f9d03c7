"""The call log: calls one by one, as a file, and in figures."""

from collections.abc import Iterator
from typing import Any

import msgspec

from aiguillage.api.operations import Asked, File, Operation
from aiguillage.api.paging import Paged, check_paging, page_behind, page_type
from aiguillage.api.resources import samples
from aiguillage.api.resources.files import MEDIA, exported
from aiguillage.api.resources.shared import BASE, UNSET
from aiguillage.desk.call_exports import export_calls
from aiguillage.desk.calls import Group, Search, count_calls, find_calls, list_strangers
from aiguillage.domain.accounts import Role
from aiguillage.domain.moments import DAY, iso, parse_moment
from aiguillage.storage.calls import LATEST, Call

TAG = "Calls"
Text = str | msgspec.UnsetType
MOST_STRANGERS = 1_000
DEFAULT_DAYS = 30 * DAY


class Period(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From a moment on, and before another: ISO 8601 with an offset."""

    since: Text = UNSET
    until: Text = UNSET


class CallFilters(Period, frozen=True):
    """Which calls. `number` is in any spelling; `destination` is where the call was sent, or one that it was told."""

    number: Text = UNSET
    contact_id: int | msgspec.UnsetType = UNSET
    known: bool | msgspec.UnsetType = UNSET
    dialect: Text = UNSET
    reason: Text = UNSET
    destination: Text = UNSET
    call_id: Text = UNSET


class CallsQuery(CallFilters, frozen=True):
    """Which calls, and which of them: `cursor` comes with `next_page_url`."""

    cursor: str = ""
    per_page: int = 40


class CallsFileQuery(CallFilters, frozen=True):
    """Which calls, as which file: `format` is csv, xlsx, json or jsonl; without it `Accept` decides, else it is csv."""

    format: str = ""


class StrangersQuery(Period, frozen=True):
    """Whom to list: the most frequent of a time."""

    limit: int = 100


class CallShown(msgspec.Struct, frozen=True, kw_only=True):
    """A call. `number` is empty for a withheld one; a `~` begins what stands for one that is no longer kept.

    `unknown` is what the call flow gets of unknown callers, `asked` what else was asked; `own_us` is how long the
    answer took us, in microseconds; `seq` is the last change of the account that the answer knew of.
    """

    at: str | None
    number: str | None
    known: bool
    known_by: str | None
    contact_id: int | None
    dialect: str
    destination: str | None
    destinations: list[str | None] | None
    reason: str | None
    unknown: str | None
    call_id: str | None
    asked: dict[str, Any] | None
    own_us: int
    seq: int | None


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """Calls that have `value` in common, and how many of them were known callers'."""

    value: str | None
    calls: int
    known: int


class StatisticsShown(msgspec.Struct, frozen=True, kw_only=True):
    """Calls in figures. Hours (`00` to `23`) and days are those of the account's clock; the share is from 0 to 1."""

    since: str | None
    until: str | None
    calls: int
    known: int
    unknown: int
    known_share: float | None
    by_dialect: list[Share]
    by_destination: list[Share]
    by_hour: list[Share]
    by_day: list[Share]


class StrangerShown(msgspec.Struct, frozen=True, kw_only=True):
    """An unknown caller; the number is empty for all who gave none."""

    number: str
    calls: int
    last_at: str | None


class StrangersShown(msgspec.Struct, frozen=True, kw_only=True):
    """Unknown callers, the most frequent first."""

    data: list[StrangerShown]


def search_of(query: CallFilters) -> Search:
    """What a query looks for. Raises Refusal(invalid)."""
    names = ("number", "contact_id", "known", "dialect", "reason", "destination", "call_id")
    given = {name: value for name in names if (value := getattr(query, name)) is not UNSET}
    since, until = _period(query)
    return Search(since=since, until=until, **given)


def _period(query: Period, since: int = 0) -> tuple[int, int]:
    return (
        parse_moment(query.since, "since") if isinstance(query.since, str) else since,
        parse_moment(query.until, "until") if isinstance(query.until, str) else LATEST,
    )


def show_call(call: Call) -> CallShown:
    """A call as it is answered."""
    told = None if call.destinations is None else [one or None for one in call.destinations.split(",")]
    return CallShown(
        at=iso(call.at),
        number=call.number,
        known=call.outcome == "known",
        known_by=call.known_by,
        contact_id=call.contact_id,
        dialect=call.dialect,
        destination=call.destination,
        destinations=told,
        reason=call.reason,
        unknown=call.unknown,
        call_id=call.call_id,
        asked=None if call.asked is None else msgspec.json.decode(call.asked, type=dict[str, Any]),
        own_us=call.own_us,
        seq=call.seq,
    )


def _list(asked: Asked) -> Paged:
    query = asked.query
    check_paging(1, query.per_page)
    who = (asked.db, asked.log, asked.actor, asked.account)
    page = find_calls(*who, search_of(query), cursor=query.cursor, limit=query.per_page)
    return page_behind([show_call(call) for call in page.calls], None, query.per_page, asked.url, page.cursor)


def _export(asked: Asked) -> File:
    search = search_of(asked.query)

    def export(db: Any, actor: Any, account: str, form: str) -> Iterator[bytes]:  # noqa: ANN401 - as every export takes them
        return export_calls(db, asked.log, actor, account, search, form)

    return exported(asked, "calls", export)


def _count(asked: Asked) -> StatisticsShown:
    since, until = _period(asked.query, since=asked.actor.at - DEFAULT_DAYS)
    who = (asked.db, asked.log, asked.actor, asked.account)
    counts = count_calls(*who, since=since, until=until)
    return StatisticsShown(
        since=iso(since),
        until=None if until == LATEST else iso(until),
        calls=counts.calls,
        known=counts.known,
        unknown=counts.calls - counts.known,
        known_share=counts.known_share,
        by_dialect=_shares(counts.by_dialect),
        by_destination=_shares(counts.by_destination),
        by_hour=_shares(counts.by_hour),
        by_day=_shares(counts.by_day),
    )


def _shares(groups: list[Group]) -> list[Share]:
    return [Share(value=group.value, calls=group.calls, known=group.known) for group in groups]


def _strangers(asked: Asked) -> StrangersShown:
    since, until = _period(asked.query, since=asked.actor.at - DEFAULT_DAYS)
    limit = max(0, min(asked.query.limit, MOST_STRANGERS))
    who = (asked.db, asked.log, asked.actor, asked.account)
    found = list_strangers(*who, since=since, until=until, limit=limit)
    return StrangersShown(
        data=[StrangerShown(number=one.number, calls=one.calls, last_at=iso(one.last_at)) for one in found]
    )


OPERATIONS = (
    Operation(
        *("GET", f"{BASE}/calls", "listCalls", "List calls, newest first", TAG, _list),
        query=CallsQuery,
        answer=page_type("Call", CallShown),
        needs=Role.READ,
        description="`next_page_url` leads on to older calls; there are no numbered pages.",
    ),
    Operation(
        *("GET", f"{BASE}/calls/export", "exportCalls", "Export calls", TAG, _export),
        query=CallsFileQuery,
        needs=Role.READ,
        apart=0,
        gives=tuple(MEDIA.values()),
        samples=samples.CALLS,
    ),
    Operation(
        *("GET", f"{BASE}/statistics", "countCalls", "Count calls", TAG, _count),
        query=Period,
        answer=StatisticsShown,
        needs=Role.READ,
        description="Of the last 30 days, unless `since` says otherwise. The hundred most frequent destinations.",
    ),
    Operation(
        *("GET", f"{BASE}/strangers", "listStrangers", "List the most frequent unknown callers", TAG, _strangers),
        query=StrangersQuery,
        answer=StrangersShown,
        needs=Role.READ,
        description=f"Of the last 30 days, unless `since` says otherwise; {MOST_STRANGERS:,} at most.",
    ),
)
