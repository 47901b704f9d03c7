"""The successor's three look-ups: call queues, geo destinations, CTIs (contracts/cx-engine.md, 'What we decide')."""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from aiguillage.dialects.cx_lookups_described import DESCRIBED
from aiguillage.dialects.http import JSON, STATUS, Answer, Headers, Scope, more_about, read_query, render
from aiguillage.dialects.parameters import read_moment
from aiguillage.domain.accounts import DEFAULT, Role
from aiguillage.domain.calls import Decision, Facts, Question, Rule
from aiguillage.domain.contacts import NO_SELECT
from aiguillage.domain.errors import Refusal
from aiguillage.domain.lookups import ORIGIN, QUEUE, ZONE
from aiguillage.domain.moments import iso_in
from aiguillage.domain.problems import MEDIA_TYPE, Code, Problem, as_json, problem

__all__ = ["DESCRIBED", "METHODS", "NAME", "PATH", "UNREAD", "answer", "ask", "handles", "method_not_allowed", "refuse"]

NAME = "cx_lookups"
PATH = None
METHODS = ("GET", "HEAD")


def _queue(facts: Facts, decision: Decision) -> dict[str, Any]:
    ((queue_id, state),) = decision.steps
    return {
        "queue": facts.account.queues[queue_id].code,
        "open": state.open,
        "destination": decision.destination,
        "reason": state.reason,
        "until": iso_in(state.until, facts.account.time_zone),
    }


def _zone(_facts: Facts, decision: Decision) -> dict[str, Any]:
    zone = decision.zone
    return {f"destination{n}": value for n, value in enumerate(zone.select if zone else NO_SELECT, start=1)} | {
        "zone": zone and zone.zone,
        "nickname": (zone and zone.nickname) or None,
        "fallback": zone is None or zone.fallback,
    }


def _origin(facts: Facts, decision: Decision) -> dict[str, Any]:
    return {"origin": facts.named["origin"], "destination": decision.destination}


class Lookup(NamedTuple):
    """One of the three: its rules, how it is told, and which parameters name what (the query's -> the question's).

    One parameter of each of `wanted` must be there; `optional` ones may.
    """

    rules: tuple[Rule, ...]
    told: Callable[[Facts, Decision], dict[str, Any]]
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
