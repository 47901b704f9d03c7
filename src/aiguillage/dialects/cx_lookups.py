"""The successor's three look-ups: call queues, geo destinations, CTIs (contracts/cx-engine.md, 'What we decide')."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, NamedTuple, cast

import msgspec

from aiguillage.dialects.described import Described, get_and_head, json_body, parameter, schema_named
from aiguillage.dialects.encom_described import ACCOUNT_CODE, HEADERS
from aiguillage.dialects.http import JSON, STATUS, Answer, Headers, Scope, more_about, read_query, render
from aiguillage.dialects.parameters import read_moment
from aiguillage.dialects.v2_described import at_parameter
from aiguillage.domain import words
from aiguillage.domain.accounts import DEFAULT, Role
from aiguillage.domain.calls import Decision, Facts, Question, Rule
from aiguillage.domain.contacts import NO_SELECT
from aiguillage.domain.errors import Refusal
from aiguillage.domain.lookups import ORIGIN, QUEUE, ZONE
from aiguillage.domain.moments import iso_in
from aiguillage.domain.problems import MEDIA_TYPE, Code, Problem, as_json, problem
from aiguillage.domain.words import MOMENT, example_of, means

__all__ = ["DESCRIBED", "METHODS", "NAME", "PATH", "UNREAD", "answer", "ask", "handles", "method_not_allowed", "refuse"]

NAME = "cx_lookups"
PATH = None
METHODS = ("GET", "HEAD")


class QueueLookedUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    queue: Annotated[str, words.QUEUE]
    open: Annotated[bool, means("Whether the queue is inside one of its time spans, or has none.", True)]
    destination: Annotated[str | None, words.DESTINATION]
    reason: Annotated[str, words.WHY]
    until: Annotated[str | None, words.HOLDS, MOMENT]


class ZoneLookedUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    destination1: Annotated[str | None, words.DESTINATION_1]
    destination2: Annotated[str | None, words.DESTINATION_2]
    destination3: Annotated[str | None, words.DESTINATION_3]
    destination4: Annotated[str | None, words.DESTINATION_4]
    zone: Annotated[str | None, means("The zone that was found; null for the list's fallback.", "35")]
    nickname: Annotated[str | None, means("What people call these zones.", "Bretagne")]
    fallback: Annotated[bool, means("Whether the caller is in none of the list's zones.", False)]


class OriginLookedUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    origin: Annotated[str, means("What the phone system sends: a dialled number, a site's code.", "site-12")]
    destination: Annotated[str, words.DESTINATION]


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


TAG = "Look-ups (CX Engine)"
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


_GIVEN = {"type": "string", "maxLength": 128}


def _refusal(status: str) -> Described:
    code, description = REFUSALS[status]
    own = {"401": "WWW-Authenticate", "405": "Allow"}.get(status)
    example = msgspec.to_builtins(problem(code, description, status=HTTPStatus(int(status))))
    answer = {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": schema_named("LookupProblem"), "example": example}},
    }
    return answer | ({"headers": {own: {"$ref": f"#/components/headers/{own}"}}} if own else {})


def _path(name: str, summary: str, asked: list[Described], shape: type[msgspec.Struct]) -> Described:
    account = parameter(
        "customer_account", "The code of the account.", required=True, schema=ACCOUNT_CODE, example="CL0000"
    )
    return get_and_head(
        {
            "operationId": name,
            "tags": [TAG],
            "summary": summary,
            "description": "A look-up is no call: it is not in the call log.",
            "security": [{"bearer": []}],
            "parameters": [account, *asked],
            "responses": {
                "200": {
                    "description": "What was found.",
                    "content": json_body(schema_named(shape.__name__), example_of(shape)),
                },
                **{status: _refusal(status) for status in REFUSALS},
            },
        }
    )


_OF_QUEUE = [
    parameter(
        "code",
        "The queue's code. One of `code`, `number`, `did_number` and `id` must be there.",
        schema=_GIVEN,
        example="support",
    ),
    parameter("number", "The number dialled to reach the queue.", schema=_GIVEN),
    parameter("did_number", "The number that callers dial from outside, in any form.", schema=_GIVEN),
    parameter("id", "The queue's id.", schema=_GIVEN),
    at_parameter(),
]
_OF_ZONE = [
    parameter("list_id", "The list's code or id.", required=True, schema=_GIVEN, example="agences"),
    parameter("value", "What the caller typed.", required=True, schema=_GIVEN, example="35000"),
]
_OF_ORIGIN = [
    parameter(
        "cti",
        "The CTI's name or id. A CTI's own token leaves it out, and the account too.",
        schema=_GIVEN,
        example="3CX",
    ),
    parameter("origin", "What the phone system sends.", required=True, schema=_GIVEN, example="site-12"),
]
_BEGIN = "/smart-routings"
DESCRIBED: Described = {
    "tags": [{"name": TAG, "description": "As the successor's app asks them."}],
    "paths": {
        f"{_BEGIN}/call-queues/lookup": _path("lookUpQueue", "A call queue now", _OF_QUEUE, QueueLookedUp),
        f"{_BEGIN}/geo/destinations/lookup": _path("lookUpZone", "The destinations of a zone", _OF_ZONE, ZoneLookedUp),
        f"{_BEGIN}/ctis/lookup": _path("lookUpOrigin", "Where an origin leads", _OF_ORIGIN, OriginLookedUp),
    },
    "components": {
        "shapes": (QueueLookedUp, ZoneLookedUp, OriginLookedUp, LookupProblem),
        "headers": HEADERS,
    },
}
