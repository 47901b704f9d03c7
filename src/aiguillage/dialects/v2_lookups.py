"""V2's two look-ups: a call queue now, `/api/v2/queues/{code}`, and who is on call, `/api/v2/oncall/{rota}`."""

from functools import partial
from typing import Annotated, NamedTuple, cast

import msgspec

from aiguillage.dialects.encom import METHODS, Account, Short, method_not_allowed, refusal, refusals
from aiguillage.dialects.encom import refuse as encom_refusal
from aiguillage.dialects.http import JSON, LONGEST_QUERY, Answer, Scope, read_query, render
from aiguillage.dialects.parameters import read_moment
from aiguillage.dialects.paths import tidy
from aiguillage.dialects.v2 import TAGS as V2_TAGS
from aiguillage.dialects.v2 import At
from aiguillage.domain import described, meanings
from aiguillage.domain.accounts import DEFAULT, Role
from aiguillage.domain.calls import Decision, Facts, Question, Rule
from aiguillage.domain.described import Content, Described, Tag
from aiguillage.domain.errors import Refusal
from aiguillage.domain.lookups import QUEUE, ROTA
from aiguillage.domain.meanings import MOMENT, example_of, means
from aiguillage.domain.moments import iso_in
from aiguillage.domain.oncall import Member

__all__ = ["METHODS", "NAME", "OPERATIONS", "PATH", "TAGS", "UNREAD"]
__all__ += ["answer", "ask", "handles", "method_not_allowed", "refuse"]

NAME = "v2_lookups"
TAGS: tuple[Tag, ...] = ()
PATH = None


class Path(NamedTuple):
    """Where a look-up's path begins, what its end names, and the rules that answer it."""

    begin: str
    names: str
    rules: tuple[Rule, ...]


REASONS = ("switch", "exception", "holiday", "time_span", "default", "no_hours")
OWNERS = ("account", "group", "queue")
PATHS = (Path("/api/v2/queues/", "code", QUEUE), Path("/api/v2/oncall/", "rota", ROTA))
_READ = {"customerAccount", "at"}
UNREAD = Question(rules=QUEUE, is_call=False)
"""What stands for a request until it is read."""


class QueueNow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A call queue at a moment."""

    queue: Annotated[str, meanings.QUEUE]
    name: Annotated[str, meanings.NAME]
    open: Annotated[bool, means("Whether it is inside one of its time spans, or has none.", True)]
    destination: Annotated[str | None, meanings.DESTINATION]
    reason: Annotated[str, meanings.WHY, msgspec.Meta(extra_json_schema={"enum": list(REASONS)})]
    of: Annotated[str, means("Whose the reason is.", "queue"), msgspec.Meta(extra_json_schema={"enum": list(OWNERS)})]
    label: Annotated[str | None, means("What people call the exception or holiday that says so; null for none.", None)]
    until: Annotated[str | None, meanings.HOLDS, MOMENT]


class OnCallNow(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Who is on call; null in `onCall` when nobody is."""

    rota: Annotated[str, means("The rota's code.", "astreinte")]
    on_call: Annotated[str | None, means("The name of who is on call; null for nobody.", "Karim Vasseur")]
    number: Annotated[str | None, means("The number of who is on call.", "+33639980101")]
    email: Annotated[str | None, means("The e-mail address of who is on call.", "karim@example.org")]
    until: Annotated[
        str | None,
        means("How long all of this holds; null: as far as is set, for ever.", "2026-11-30T09:00:00+01:00"),
        MOMENT,
    ]
    next: Annotated[str | None, means("The name of who comes then; null for nobody.", "Lou Bertin")]
    next_number: Annotated[str | None, means("The number of who comes then.", "+33639980102")]
    level2: Annotated[str | None, means("The name of who comes second; null for nobody.", None)]
    level2_number: Annotated[str | None, means("The number of who comes second.", None)]


class NowQuery(msgspec.Struct, rename="camel"):
    """Of which account, and when."""

    customer_account: Account
    at: At | msgspec.UnsetType = msgspec.UNSET


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


def _queue(facts: Facts, decision: Decision) -> QueueNow:
    ((queue_id, state),) = decision.steps
    queue = facts.account.queues[queue_id]
    return QueueNow(
        queue=queue.code,
        name=queue.name,
        open=state.open,
        destination=decision.destination,
        reason=state.reason,
        of=state.of,
        label=state.label or None,
        until=iso_in(state.until, facts.account.time_zone),
    )


def _rota(facts: Facts, decision: Decision) -> OnCallNow:
    duty, second = decision.duty, decision.second
    on_call, number, email = _member(None if duty is None else duty.member)
    following, next_number, _ = _member(None if duty is None else duty.next)
    level2, level2_number, _ = _member(None if second is None else second.member)
    rota_id = facts.account.on_call.rota_named(facts.named["rota"])
    return OnCallNow(
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


def _described(path: str, name: str, summary: str, shape: type[msgspec.Struct]) -> Described:
    place = path.rpartition("{")[2].removesuffix("}")
    example = example_of(shape)
    answers = {status: answer for status, answer in refusals(raw=False).items() if status != "429"}
    return Described(
        path=path,
        name=name,
        tag=V2_TAGS[0].name,
        summary=summary,
        description="What a call would meet; nothing of it is in the call log.",
        within={place: Annotated[Short, means("Its code.", example["queue" if place == "code" else place])]},
        query=NowQuery,
        answers={
            "200": described.Answer("Now, or at the moment asked about.", {described.JSON: Content(shape, example)}),
            **answers,
            "404": refusal(404, "The account has none of that code."),
        },
    )


OPERATIONS = (
    _described("/api/v2/queues/{code}", "queueNow", "A call queue now", QueueNow),
    _described("/api/v2/oncall/{rota}", "onCallNow", "Who is on call", OnCallNow),
)
