"""Encom's V0 call-path API, V1's forerunner (contracts/encom.md, 'V0')."""

import json
import re
from functools import lru_cache
from typing import Any, NamedTuple

from aiguillage.dialects.encom import METHODS, Account, Code, Number, not_found, refusals, text
from aiguillage.dialects.encom import method_not_allowed as encom_method_not_allowed
from aiguillage.dialects.encom import refuse as encom_refusal
from aiguillage.dialects.http import JSON, LONGEST_QUERY, TEXT, Answer, Scope, render
from aiguillage.domain import described
from aiguillage.domain.calls import Decision, Facts, Question
from aiguillage.domain.described import Content, Described, Tag
from aiguillage.domain.errors import Refusal
from aiguillage.domain.routing import KEPT

__all__ = ["METHODS", "NAME", "OPERATIONS", "PATH", "TAGS", "UNREAD"]
__all__ += ["answer", "ask", "handles", "method_not_allowed", "refuse"]

NAME = "encom_v0"
PATH = None
QUEUE, VIP, ON_CALL = range(3)
ASKS = {
    "number": (QUEUE, False),
    "code": (QUEUE, True),
    "isVipFromNumber": (VIP, False),
    "isVipFromCode": (VIP, True),
    "hasOnCallDutyContractFromNumber": (ON_CALL, False),
    "hasOnCallDutyContractFromCode": (ON_CALL, True),
}
"""The path's verb: what is asked, and whether by code."""

_ASKS = {verb.lower(): asked for verb, asked in ASKS.items()}
_PATH = re.compile(rf"/+api/+(.+?)/+customer/+({'|'.join(ASKS)})/(.*)", re.DOTALL | re.IGNORECASE)
MORE = (
    (b"deprecation", b"@1767225600"),
    (b"link", b'</api/v1/smartRoutings>; rel="successor-version"'),
)
"""RFC 9745: deprecated since 2026-01-01T00:00:00Z; RFC 5829: what comes after."""


class Shape(NamedTuple):
    """What the path asks for, and whether by code."""

    wanted: int
    by_code: bool


UNREAD = Question(shape=Shape(QUEUE, by_code=False), rules=KEPT)
"""What stands for a request until it is read."""


def handles(path: str) -> bool:
    """Whether a path is this dialect's."""
    return _PATH.fullmatch(path) is not None


def ask(scope: Scope) -> Question:
    """The path as a question; one that is not UTF-8 has its fault told."""
    path = scope["path"]
    match = _PATH.fullmatch(path)
    if match is None:  # pragma: no cover - the engine asks handles() first
        raise ValueError(path)
    account, verb, caller = match[1], match[2], match[3].strip("/")
    shape = Shape(*_ASKS[verb.lower()])
    fault = "the path is not UTF-8" if "\ufffd" in path else None
    if len(path) > LONGEST_QUERY or len(scope["query_string"]) > LONGEST_QUERY:
        fault = "the path or the query is longer than 8 KiB"
    number, code = (None, caller) if shape.by_code else (caller, None)
    first = 0 if shape.wanted == QUEUE else None
    return Question(account, number, code, shape, fault, rules=KEPT, first=first)


def answer(question: Question, facts: Facts, decision: Decision) -> Answer:  # noqa: ARG001 - all alike
    """The queue as text, or the flag as JSON."""
    wanted = question.shape.wanted
    if decision.not_found:
        return _later(not_found(raw=False))
    return _queue(decision.select[0]) if wanted == QUEUE else _flag(bool(decision.boolean[wanted - VIP]))


def refuse(question: Question, refusal: Refusal) -> Answer:  # noqa: ARG001 - every dialect is called alike
    """The error as JSON: V0 has no formats."""
    return _later(encom_refusal(refusal, raw=False))


def method_not_allowed() -> Answer:
    """A 405 with the methods that are allowed."""
    return _later(encom_method_not_allowed())


def _later(told: Answer) -> Answer:
    return told._replace(headers=told.headers + MORE)


@lru_cache(maxsize=1024)
def _queue(destination: str | None) -> Answer:
    return render(200, TEXT, (destination or "").encode(), MORE)


@lru_cache(maxsize=2)
def _flag(value: bool) -> Answer:  # noqa: FBT001 - the value is the answer
    return render(200, JSON, json.dumps(value).encode(), MORE)


TAGS = (Tag("Calls (V0, deprecated)", "V1's forerunner, for call flows that still ask it. Nothing is added here."),)
LATER = ("Deprecation", "Link")
"""The headers of every answer."""

FOUND = "The caller is known."
QUEUE_TOLD = described.Answer(
    FOUND, text("The call queue (the first destination); empty when there is none.", "900"), LATER
)
FLAG_TOLD = described.Answer(FOUND, {described.JSON: Content(bool, example=True)}, LATER)
NAMED = {
    "number": ("queueOfNumber", "The call queue of a number"),
    "code": ("queueOfCode", "The call queue of a code"),
    "isVipFromNumber": ("isVipFromNumber", "Whether a number's caller is a VIP"),
    "isVipFromCode": ("isVipFromCode", "Whether a code's caller is a VIP"),
    "hasOnCallDutyContractFromNumber": ("hasContractFromNumber", "Whether a number's caller has an on-call contract"),
    "hasOnCallDutyContractFromCode": ("hasContractFromCode", "Whether a code's caller has an on-call contract"),
}
"""The path's verb: what its operation is called, and what it answers."""


def _described(verb: str) -> Described:
    (name, summary), (wanted, by_code) = NAMED[verb], ASKS[verb]
    known_by: dict[str, Any] = {"code": Code} if by_code else {"number": Number}
    (place,) = known_by
    return Described(
        path=f"/api/{{customerAccount}}/customer/{verb}/{{{place}}}",
        name=name,
        tag=TAGS[0].name,
        summary=summary,
        description="Ask V1 instead: one request there answers all of this.",
        within={"customerAccount": Account, **known_by},
        answers={"200": QUEUE_TOLD if wanted == QUEUE else FLAG_TOLD, **refusals(raw=False, headers=LATER)},
        deprecated=True,
    )


OPERATIONS = tuple(map(_described, NAMED))
