"""The call log: calls one by one, as a file, and in figures."""

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec

from aiguillage.api.operations import Asked, File, Operations
from aiguillage.api.paging import Paged, check_paging, filtering, page_behind, page_type
from aiguillage.api.resources.files import MEDIA, exported, samples_of
from aiguillage.api.resources.shared import BASE, UNSET
from aiguillage.desk.call_exports import COLUMNS, export_calls
from aiguillage.desk.calls import Group, Search, count_calls, find_calls, list_strangers
from aiguillage.domain import meanings
from aiguillage.domain.accounts import Role
from aiguillage.domain.meanings import example_of, means
from aiguillage.domain.moments import DAY, iso, parse_moment
from aiguillage.storage.calls import LATEST, Call

TAG = "Calls"
OPERATIONS = Operations(TAG, needs=Role.READ)
Text = str | msgspec.UnsetType
MOST_STRANGERS = 1_000
DEFAULT_DAYS = 30 * DAY


KNOWN = means("How many of them were known callers'.", 36)


class Period(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From a moment on, and before another: ISO 8601 with an offset."""

    since: Annotated[Text, meanings.SINCE] = UNSET
    until: Annotated[Text, meanings.UNTIL] = UNSET


class CallFilters(Period, frozen=True):
    """Which calls. `number` is in any spelling; `destination` is where the call was sent, or one that it was told."""

    number: Annotated[Text, filtering("In any spelling, `anonymous` for withheld ones, or a pseudonym (`~...`).")] = (
        UNSET
    )
    contact_id: Annotated[int | msgspec.UnsetType, filtering("The contact's id; null for an unknown caller.")] = UNSET
    known: Annotated[bool | msgspec.UnsetType, filtering("Whether the caller was known.")] = UNSET
    dialect: Annotated[Text, filtering("How the phone system asked.")] = UNSET
    reason: Annotated[Text, filtering("The name of the rule that decided.")] = UNSET
    destination: Annotated[Text, filtering("Where the call was sent, or one of the destinations that it was told.")] = (
        UNSET
    )
    call_id: Annotated[Text, filtering("The call's id in the call log.")] = UNSET


class CallsQuery(CallFilters, frozen=True):
    """Which calls, and which of them: `cursor` comes with `next_page_url`."""

    cursor: Annotated[str, meanings.CURSOR] = ""
    per_page: Annotated[int, meanings.PER_PAGE] = meanings.ON_A_PAGE


class CallsFileQuery(CallFilters, frozen=True):
    """Which calls, as which file: `format` is csv, xlsx, json or jsonl; without it `Accept` decides, else it is csv."""

    format: Annotated[str, meanings.FORMAT] = ""


class StrangersQuery(Period, frozen=True):
    """Whom to list: the most frequent of a time."""

    limit: Annotated[int, means("How many to list, 1,000 at most.")] = 100


class CallShown(msgspec.Struct, frozen=True, kw_only=True):
    """A call. `number` is empty for a withheld one; a `~` begins what stands for one that is no longer kept.

    `unknown` is what the call flow gets of unknown callers, `asked` what else was asked; `own_us` is how long the
    answer took us, in microseconds; `seq` is the last change of the account that the answer knew of.
    """

    at: Annotated[str | None, means("When it was answered, ISO 8601 in UTC.", "2026-11-24T17:00:00Z")]
    number: Annotated[
        str | None,
        means(
            "The caller's number in E.164; empty for a withheld one, `~...` for one that is no longer kept.",
            "+33199001234",
        ),
    ]
    known: Annotated[bool, means("Whether the caller was known.", True)]
    known_by: Annotated[
        str | None,
        means("What the caller was known by: `number`, `prefix` or `code`; null for unknown ones.", "number"),
    ]
    contact_id: Annotated[int | None, means("The contact's id; null for an unknown caller.", 12)]
    dialect: Annotated[str, means("How the phone system asked.", "v2")]
    destination: Annotated[str | None, means("Where the call was sent; null for nowhere.", "207")]
    destinations: Annotated[
        list[str | None] | None, means("All destinations that it was told.", ["207", "209", None, None])
    ]
    reason: Annotated[str | None, means("The name of the rule that decided.", "known_caller")]
    unknown: Annotated[
        str | None, means("What its call flow gets of an unknown caller: `404`, `empty` or `default`.", "404")
    ]
    call_id: Annotated[str | None, means("The call's id in the call log.", "b7c0e51f9d02-1a")]
    asked: Annotated[dict[str, Any] | None, means("What else was asked.", {"queue": "support"})]
    own_us: Annotated[int, means("How long the answer took us, in microseconds.", 31)]
    seq: Annotated[int | None, means("The last change of the account that the answer knew of.", 118)]


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """Calls that have `value` in common, and how many of them were known callers'."""

    value: Annotated[str | None, means("What these calls have in common; null where they have none.", "207")]
    calls: Annotated[int, meanings.CALLS]
    known: Annotated[int, KNOWN]


class StatisticsShown(msgspec.Struct, frozen=True, kw_only=True):
    """Calls in figures. Hours (`00` to `23`) and days are those of the account's clock; the share is from 0 to 1."""

    since: Annotated[str | None, means("From this moment on, ISO 8601 in UTC.", "2026-11-01T00:00:00Z")]
    until: Annotated[str | None, means("Before this moment, ISO 8601 in UTC; null for no end.")]
    calls: Annotated[int, meanings.CALLS]
    known: Annotated[int, KNOWN]
    unknown: Annotated[int, means("How many of them were unknown callers'.", 6)]
    known_share: Annotated[
        float | None, means("The known callers' share, 0 to 1; null where there are no calls.", 0.857)
    ]
    by_dialect: Annotated[list[Share], means("The calls of each dialect.", [{"value": "v2", "calls": 42, "known": 36}])]
    by_destination: Annotated[
        list[Share], means("The calls of each destination.", [{"value": "207", "calls": 42, "known": 36}])
    ]
    by_hour: Annotated[
        list[Share],
        means(
            "The calls of each hour of the account's clock, `00` to `23`.", [{"value": "09", "calls": 42, "known": 36}]
        ),
    ]
    by_day: Annotated[
        list[Share],
        means(
            "The calls of each day of the account's clock, `YYYY-MM-DD`.",
            [{"value": "2026-11-24", "calls": 42, "known": 36}],
        ),
    ]


class StrangerShown(msgspec.Struct, frozen=True, kw_only=True):
    """An unknown caller; the number is empty for all who gave none."""

    number: Annotated[str, means("The caller's number in E.164; empty for all who gave none.", "+33199009999")]
    calls: Annotated[int, meanings.CALLS]
    last_at: Annotated[str | None, means("When they last called, ISO 8601 in UTC.", "2026-11-24T17:00:00Z")]


class StrangersShown(msgspec.Struct, frozen=True, kw_only=True):
    """Unknown callers, the most frequent first."""

    data: Annotated[list[StrangerShown], meanings.LIST]


CALL = (
    example_of(CallShown)
    | {"at": "2026-11-24T17:00:00.120Z", "outcome": "known", "asked": None}
    | {"destinations": "207,209,,"}
)
SAMPLES = samples_of(COLUMNS, {name: CALL[name] for name in COLUMNS}, {})


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


@OPERATIONS.get(f"{BASE}/calls", "listCalls", answer=page_type("Call", CallShown))
def _list(asked: Asked[CallsQuery, None]) -> Paged:
    """List calls, newest first.

    `next_page_url` leads on to older calls; there are no numbered pages.
    """
    query = asked.query
    check_paging(1, query.per_page)
    who = (asked.db, asked.log, asked.actor, asked.account)
    page = find_calls(*who, search_of(query), cursor=query.cursor, limit=query.per_page)
    return page_behind([show_call(call) for call in page.calls], None, query.per_page, asked.url, page.cursor)


@OPERATIONS.get(f"{BASE}/calls/export", "exportCalls", apart=0, gives=tuple(MEDIA.values()), samples=SAMPLES)
def _export(asked: Asked[CallsFileQuery, None]) -> File:
    """Export calls."""
    search = search_of(asked.query)

    def export(db: Any, actor: Any, account: str, form: str) -> Iterator[bytes]:  # noqa: ANN401 - as every export takes them
        return export_calls(db, asked.log, actor, account, search, form)

    return exported(asked, "calls", export)


@OPERATIONS.get(f"{BASE}/statistics", "countCalls")
def _count(asked: Asked[Period, None]) -> StatisticsShown:
    """Count calls.

    Of the last 30 days, unless `since` says otherwise. The hundred most frequent destinations.
    """
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


@OPERATIONS.get(
    f"{BASE}/strangers",
    "listStrangers",
    description=f"Of the last 30 days, unless `since` says otherwise; {MOST_STRANGERS:,} at most.",
)
def _strangers(asked: Asked[StrangersQuery, None]) -> StrangersShown:
    """List the most frequent unknown callers."""
    since, until = _period(asked.query, since=asked.actor.at - DEFAULT_DAYS)
    limit = max(0, min(asked.query.limit, MOST_STRANGERS))
    who = (asked.db, asked.log, asked.actor, asked.account)
    found = list_strangers(*who, since=since, until=until, limit=limit)
    return StrangersShown(
        data=[StrangerShown(number=one.number, calls=one.calls, last_at=iso(one.last_at)) for one in found]
    )
