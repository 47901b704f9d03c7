"""The successor's three look-ups: call queues, geo destinations, CTIs (contracts/cx-engine.md, 'What we decide')."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, NamedTuple, cast

import msgspec

from aiguillage.dialects.encom import Left, PlainAccount, Short
from aiguillage.dialects.http import JSON, STATUS, Answer, Headers, Scope, more_about, read_query, render
from aiguillage.dialects.parameters import read_moment
from aiguillage.dialects.v2 import At
from aiguillage.domain import described, meanings
from aiguillage.domain.accounts import DEFAULT, Role
from aiguillage.domain.calls import Decision, Facts, Question, Rule
from aiguillage.domain.contacts import NO_SELECT
from aiguillage.domain.described import Content, Described, Tag
from aiguillage.domain.errors import Refusal
from aiguillage.domain.lookups import ORIGIN, QUEUE, ZONE
from aiguillage.domain.meanings import MOMENT, example_of, means
from aiguillage.domain.moments import iso_in
from aiguillage.domain.problems import MEDIA_TYPE, Code, Problem, as_json, problem

__all__ = ["METHODS", "NAME", "OPERATIONS", "PATH", "TAGS", "UNREAD"]
__all__ += ["answer", "ask", "handles", "method_not_allowed", "refuse"]

NAME = "cx_lookups"
PATH = None
METHODS = ("GET", "HEAD")


class QueueLookedUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    queue: Annotated[str, meanings.QUEUE]
    open: Annotated[bool, means("Whether the queue is inside one of its time spans, or has none.", True)]
    destination: Annotated[str | None, meanings.DESTINATION]
    reason: Annotated[str, meanings.WHY]
    until: Annotated[str | None, meanings.HOLDS, MOMENT]


class ZoneLookedUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    destination1: Annotated[str | None, meanings.DESTINATION_1]
    destination2: Annotated[str | None, meanings.DESTINATION_2]
    destination3: Annotated[str | None, meanings.DESTINATION_3]
    destination4: Annotated[str | None, meanings.DESTINATION_4]
    zone: Annotated[str | None, means("The zone that was found; null for the list's fallback.", "35")]
    nickname: Annotated[str | None, means("What people call these zones.", "Bretagne")]
    fallback: Annotated[bool, means("Whether the caller is in none of the list's zones.", False)]


class OriginLookedUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    origin: Annotated[str, means("What the phone system sends: a dialled number, a site's code.", "site-12")]
    destination: Annotated[str, meanings.DESTINATION]


def _queue(facts: Facts, decision: Decision) -> QueueLookedUp:
    ((queue_id, state),) = decision.steps
    return QueueLookedUp(
        facts.account.queues[queue_id].code,
        state.open,
        decision.destination,
        state.reason,
        iso_in(state.until, facts.account.time_zone),
    )


def _zone(_facts: Facts, decision: Decision) -> ZoneLookedUp:
    zone = decision.zone
    if zone is None:
        return ZoneLookedUp(*NO_SELECT, None, None, fallback=True)
    return ZoneLookedUp(*zone.select, zone.zone, zone.nickname or None, zone.fallback)


def _origin(facts: Facts, decision: Decision) -> OriginLookedUp:
    return OriginLookedUp(facts.named["origin"], cast("str", decision.destination))


class Lookup(NamedTuple):
    """One of the three: its rules, how it is told, and which parameters name what (the query's -> the question's).

    One parameter of each of `wanted` must be there; `optional` ones may.
    """

    rules: tuple[Rule, ...]
    told: Callable[[Facts, Decision], msgspec.Struct]
    names: dict[str, str]
    wanted: tuple[tuple[str, ...], ...]
    optional: tuple[str, ...] = ()

    @property
    def reads(self) -> set[str]:
        """Every parameter that means something to it."""
        return {"customer_account", *self.names, *self.optional, *(name for names in self.wanted for name in names)}


LOOKUPS = {
    "/smart-routings/call-queues/lookup": Lookup(
        QUEUE,
        _queue,
        {"code": "code", "number": "number", "did_number": "did_number", "id": "id"},
        (("customer_account",), ("code", "number", "did_number", "id")),
        ("at",),
    ),
    "/smart-routings/geo/destinations/lookup": Lookup(
        ZONE, _zone, {"list_id": "list"}, (("customer_account",), ("list_id",), ("value",))
    ),
    "/smart-routings/ctis/lookup": Lookup(ORIGIN, _origin, {"cti": "cti", "origin": "origin"}, (("origin",),)),
}
"""A CTI's own token names its account and itself, so neither is wanted of everybody."""

UNREAD = Question(rules=QUEUE, is_call=False)
"""What stands for a request until it is read."""


def handles(path: str) -> bool:
    """Whether a path is this dialect's."""
    return path in LOOKUPS


def ask(scope: Scope) -> Question:
    """The query as a question; a malformed one has its fault told. An empty parameter counts as left out."""
    lookup = LOOKUPS[scope["path"]]
    try:
        given = {name: value for name, value in read_query(scope["query_string"], lookup.reads).items() if value}
        at = read_moment(given["at"]) if "at" in given else None
    except Refusal as refusal:
        return Question(shape=lookup, fault=refusal.message, rules=lookup.rules, is_call=False)
    return Question(
        given.get("customer_account", ""),
        shape=lookup,
        fault=_missing(lookup, given),
        value=given.get("value"),
        called=given.get("did_number"),
        at=at,
        named={name: given[asked] for asked, name in lookup.names.items() if asked in given},
        rules=lookup.rules,
        needs=Role.ROUTE if at is None else Role.READ,
        unknown=DEFAULT,
        is_call=False,
    )


def _missing(lookup: Lookup, given: dict[str, str]) -> str | None:
    """What is wanted and not there."""
    absent = next((names for names in lookup.wanted if not given.keys() & names), None)
    return None if absent is None else f"{' or '.join(absent)} is missing"


def answer(question: Question, facts: Facts, decision: Decision) -> Answer:
    """What was looked up, as JSON."""
    return render(200, JSON, msgspec.json.encode(question.shape.told(facts, decision)))


def refuse(question: Question, refusal: Refusal) -> Answer:  # noqa: ARG001 - every dialect is called alike
    """The error as problem details (RFC 9457)."""
    return _told(problem(refusal.code, refusal.message, status=STATUS[refusal.kind]), more_about(refusal))


def method_not_allowed() -> Answer:
    """A 405 with the methods that are allowed."""
    allowed = ((b"allow", ", ".join(METHODS).encode()),)
    return _told(problem(Code.METHOD_NOT_ALLOWED, f"Ask with {' or '.join(METHODS)}."), allowed)


def _told(told: Problem, more: Headers) -> Answer:
    return render(told.status, MEDIA_TYPE.encode(), as_json(told), more)


TAGS = (Tag("Look-ups (CX Engine)", "As the successor's app asks them."),)
Account = Annotated[PlainAccount, means("The code of the account.", "CL0000")]
REFUSALS = {
    "400": (Code.INVALID, "A parameter is missing, wrong, too long or given twice."),
    "401": (Code.UNAUTHORIZED, "The token is missing, unknown, expired or revoked."),
    "403": (Code.FORBIDDEN, "The token may not ask this about this account, or there is no such account."),
    "404": (Code.NOT_FOUND, "The account has nothing of that name."),
    "405": (Code.METHOD_NOT_ALLOWED, "The path does not take this method."),
    "503": (Code.UNAVAILABLE, "The facts cannot be read at this moment."),
}
"""The refusals by their statuses: the code, and when."""


class LookupProblem(msgspec.Struct, forbid_unknown_fields=True):
    status: Annotated[int, means("The HTTP status.")]
    title: Annotated[str, means("The status in words.")]
    detail: Annotated[str, means("What is wrong.")]
    code: Annotated[
        str, means("The same."), msgspec.Meta(extra_json_schema={"enum": [code.value for code, _ in REFUSALS.values()]})
    ]


class QueueQuery(msgspec.Struct):
    """Which call queue, and when."""

    customer_account: Account
    code: Annotated[
        Short | Left,
        means("The queue's code. One of `code`, `number`, `did_number` and `id` must be there.", "support"),
    ] = msgspec.UNSET
    number: Annotated[Short | Left, means("The number dialled to reach the queue.")] = msgspec.UNSET
    did_number: Annotated[Short | Left, means("The number that callers dial from outside, in any form.")] = (
        msgspec.UNSET
    )
    id: Annotated[Short | Left, means("The queue's id.")] = msgspec.UNSET
    at: At | Left = msgspec.UNSET


class ZoneQuery(msgspec.Struct):
    """Which zone of which list."""

    customer_account: Account
    list_id: Annotated[Short, means("The list's code or id.", "agences")]
    value: Annotated[Short, means("What the caller typed.", "35000")]


class OriginQuery(msgspec.Struct):
    """Which origin of which CTI."""

    customer_account: Account
    origin: Annotated[Short, means("What the phone system sends.", "site-12")]
    cti: Annotated[
        Short | Left, means("The CTI's name or id. A CTI's own token leaves it out, and the account too.", "3CX")
    ] = msgspec.UNSET


def _refused(status: str) -> described.Answer:
    code, description = REFUSALS[status]
    own = {"401": ("WWW-Authenticate",), "405": ("Allow",)}.get(status, ())
    example = msgspec.to_builtins(problem(code, description, status=HTTPStatus(int(status))))
    return described.Answer(description, {MEDIA_TYPE: Content(LookupProblem, example)}, own)


def _described(
    path: str, name: str, summary: str, query: type[msgspec.Struct], shape: type[msgspec.Struct]
) -> Described:
    found = described.Answer("What was found.", {described.JSON: Content(shape, example_of(shape))})
    return Described(
        path=f"/smart-routings/{path}/lookup",
        name=name,
        tag=TAGS[0].name,
        summary=summary,
        description="A look-up is no call: it is not in the call log.",
        query=query,
        answers={"200": found, **{status: _refused(status) for status in REFUSALS}},
    )


OPERATIONS = (
    _described("call-queues", "lookUpQueue", "A call queue now", QueueQuery, QueueLookedUp),
    _described("geo/destinations", "lookUpZone", "The destinations of a zone", ZoneQuery, ZoneLookedUp),
    _described("ctis", "lookUpOrigin", "Where an origin leads", OriginQuery, OriginLookedUp),
)
