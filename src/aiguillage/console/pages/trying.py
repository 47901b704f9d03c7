"""Trying a call: where it would go, now or at a moment, and what each rule said; and the line that asks the same."""

from urllib.parse import urlencode

from aiguillage.console.moments import wall_time
from aiguillage.console.visits import Answer, Shown, Visit, faults_of, page
from aiguillage.desk.facts import list_facts
from aiguillage.desk.fields import list_fields
from aiguillage.domain.calls import Question
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.queues import QUEUE
from aiguillage.domain.routing import KEPT, decide
from aiguillage.integrations import TITLES, Place, lines_for
from aiguillage.telling import Telling, named

ASKED = ("number", "code", "value", "called", "queue", "at")


@page("/{account}/try")
def try_call(visit: Visit) -> Answer:
    """The form, and the decision where something was asked."""
    asked = {name: text for name in ASKED if (text := visit.query.get(name, "").strip())}
    queues = [(kept.fact.code, kept.fact.name) for kept in list_facts(visit.db, visit.actor, visit.code, QUEUE)]
    shown = {name: asked.get(name, "") for name in ASKED}
    values = {"asked": shown, "queues": queues, "told": None, "faults": {}, "place_here": "try"}
    if not set(asked) - {"at"}:
        return Shown("try.html", values)
    try:
        return Shown("try.html", values | {"told": decided(visit, asked), "lines": lines_of(visit, asked)})
    except Refusal as refusal:
        if refusal.kind is not Kind.INVALID:
            raise
        return Shown("try.html", values | {"faults": faults_of(refusal)}, 422)


def decided(visit: Visit, asked: dict[str, str]) -> dict[str, object]:
    """A call's decision in words. Raises Refusal."""
    question = Question(
        number=asked.get("number"),
        code=asked.get("code"),
        value=asked.get("value"),
        called=asked.get("called"),
        at=wall_time(asked["at"], "at") if "at" in asked else None,
        named={"queue": asked["queue"]} if "queue" in asked else {},
    )
    explained = visit.means["explain"](visit.db, visit.actor, visit.code, question)
    facts, decision = explained.facts, explained.decision
    telling = Telling(visit.say, facts, decision)
    fields = list_fields(visit.db, visit.actor, visit.code)
    known = decision.known
    queue = None if decision.queue is None else facts.account.queues[decision.queue]
    return {
        "at": facts.at,
        "caller": telling.caller(),
        "contact": None if known is None else known.contact_id,
        "name": "" if known is None else named(known.company, known.first_name, known.last_name),
        "destination": decision.destination,
        "reason": decision.reason,
        "queue": queue,
        "queue_id": decision.queue,
        "open": None if decision.state is None else decision.state.open,
        "because": "" if decision.state is None else telling.because(decision.state.reason, decision.state.label),
        "until": decision.until,
        "vip": bool(decision.boolean[0]),
        "contract": bool(decision.boolean[1]),
        "priority": decision.priority,
        "on_call": None if decision.duty is None else decision.duty.member,
        "kept": [value for value in decide(facts, KEPT).select if value],
        "rules": list(telling.rules(explained.trace, fields)),
    }


def lines_of(visit: Visit, asked: dict[str, str]) -> list[tuple[str, str]]:
    """What a phone system sends to ask the same, filled in; the token has to be put in."""
    query = urlencode({"customerAccount": visit.code} | asked)
    lines = lines_for(Place(visit.base, visit.code), query)
    return [(TITLES[system], line) for system, line in lines.items()]
