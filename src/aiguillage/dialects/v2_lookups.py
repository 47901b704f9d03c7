"""V2's two look-ups: a call queue now, `/api/v2/queues/{code}`, and who is on call, `/api/v2/oncall/{rota}`."""

from functools import partial
from typing import NamedTuple, cast

import msgspec

from aiguillage.dialects.encom import METHODS, method_not_allowed
from aiguillage.dialects.encom import refuse as encom_refusal
from aiguillage.dialects.http import JSON, LONGEST_QUERY, Answer, Scope, read_query, render
from aiguillage.dialects.parameters import read_moment
from aiguillage.dialects.paths import tidy
from aiguillage.dialects.v2_lookups_described import DESCRIBED
from aiguillage.domain.accounts import DEFAULT, Role
from aiguillage.domain.calls import Decision, Facts, Question, Rule
from aiguillage.domain.errors import Refusal
from aiguillage.domain.lookups import QUEUE, ROTA
from aiguillage.domain.moments import iso_in
from aiguillage.domain.oncall import Member

__all__ = ["DESCRIBED", "METHODS", "NAME", "PATH", "UNREAD", "answer", "ask", "handles", "method_not_allowed", "refuse"]

NAME = "v2_lookups"
PATH = None


class Path(NamedTuple):
    """Where a look-up's path begins, what its end names, and the rules that answer it."""

    begin: str
    names: str
    rules: tuple[Rule, ...]


PATHS = (Path("/api/v2/queues/", "code", QUEUE), Path("/api/v2/oncall/", "rota", ROTA))
_READ = {"customerAccount", "at"}
UNREAD = Question(rules=QUEUE, is_call=False)
"""What stands for a request until it is read."""


class QueueTold(msgspec.Struct, frozen=True):
    """How a call queue is; `of` is what the reason belongs to: the account, the group or the queue."""

    queue: str
    name: str
    open: bool
    destination: str | None
    reason: str
    of: str
    label: str | None
    until: str | None


class RotaTold(msgspec.Struct, frozen=True, rename="camel"):
    """Who is on call, until when, who comes next, and whom the second level would send."""

    rota: str
    on_call: str | None
    number: str | None
    email: str | None
    until: str | None
    next: str | None
    next_number: str | None
    level2: str | None
    level2_number: str | None


def handles(path: str) -> bool:
    """Whether a path is this dialect's."""
    return _named(path) is not None


def _named(path: str) -> tuple[Path, str] | None:
    """Which of the look-ups a path is, and what its end names."""
    tidied = tidy(path)
    for known in PATHS:
        if tidied.lower().startswith(known.begin):
            return known, tidied[len(known.begin) :]
    return None


def ask(scope: Scope) -> Question:
    """The path as a question; a malformed one has its fault told."""
    path = scope["path"]
    (_, names, rules), name = cast("tuple[Path, str]", _named(path))
    unread = partial(Question, rules=rules, unknown=DEFAULT, is_call=False)
    if "\ufffd" in path or len(path) > LONGEST_QUERY:
        return unread(fault="the path is not UTF-8, or longer than 8 KiB")
    try:
        given = read_query(scope["query_string"], _READ)
        at = read_moment(given["at"]) if given.get("at") else None
    except Refusal as refusal:
        return unread(fault=refusal.message)
    account = given.get("customerAccount", "")
    return unread(
        account,
        fault=None if account else "customerAccount is missing",
        named={names: name},
        at=at,
        needs=Role.ROUTE if at is None else Role.READ,
    )


def answer(question: Question, facts: Facts, decision: Decision) -> Answer:
    """What was looked up, as JSON."""
    told = _rota(facts, decision) if question.rules is ROTA else _queue(facts, decision)
    return render(200, JSON, msgspec.json.encode(told))


def _queue(facts: Facts, decision: Decision) -> QueueTold:
    ((queue_id, state),) = decision.steps
    queue = facts.account.queues[queue_id]
    return QueueTold(
        queue=queue.code,
        name=queue.name,
        open=state.open,
        destination=decision.destination,
        reason=state.reason,
        of=state.of,
        label=state.label or None,
        until=iso_in(state.until, facts.account.time_zone),
    )


def _rota(facts: Facts, decision: Decision) -> RotaTold:
    duty, second = decision.duty, decision.second
    on_call, number, email = _member(None if duty is None else duty.member)
    following, next_number, _ = _member(None if duty is None else duty.next)
    level2, level2_number, _ = _member(None if second is None else second.member)
    rota_id = facts.account.on_call.rota_named(facts.named["rota"])
    return RotaTold(
        rota=facts.account.rotas[cast("int", rota_id)].code,
        on_call=on_call,
        number=number,
        email=email or None,
        until=iso_in(decision.until, facts.account.time_zone),
        next=following,
        next_number=next_number,
        level2=level2,
        level2_number=level2_number,
    )


def _member(member: Member | None) -> tuple[str | None, str | None, str | None]:
    return (None, None, None) if member is None else (member.name, member.number, member.email)


def refuse(question: Question, refusal: Refusal) -> Answer:  # noqa: ARG001 - every dialect is called alike
    """The error in Encom's words."""
    return encom_refusal(refusal, raw=False)
