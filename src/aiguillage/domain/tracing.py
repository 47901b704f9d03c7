"""The trace of a decision: a line from every rule, with what it looked at and what it changed."""

from collections.abc import Callable
from typing import Any

import msgspec

from aiguillage.domain import routing
from aiguillage.domain.calls import Decision, Facts, Line, Rule
from aiguillage.domain.hours import State
from aiguillage.domain.routing import RULES, UNDECIDED
from aiguillage.domain.ways import cut_short, duty_of, follow, loops

Look = Callable[[Facts, Decision], dict[str, Any]]


def _people(facts: Facts, _decision: Decision) -> dict[str, Any]:
    return {"number": facts.number, "contacts": [known.contact_id for known in facts.by_number]}


def _prefix(facts: Facts, _decision: Decision) -> dict[str, Any]:
    return {"number": facts.number, "contact": facts.by_prefix and facts.by_prefix.contact_id}


def _code(facts: Facts, _decision: Decision) -> dict[str, Any]:
    return {"code": facts.code, "contact": facts.by_code and facts.by_code.contact_id}


def _shared(facts: Facts, decision: Decision) -> dict[str, Any]:
    return _people(facts, decision) | {"shared_numbers": facts.account.shared_numbers}


def _zone(facts: Facts, decision: Decision) -> dict[str, Any]:
    named = facts.named.get("list", facts.account.geo_list)
    return {"list": named, "value": facts.value, "number": facts.number, "destinations": decision.select}


def _fields(facts: Facts, decision: Decision) -> dict[str, Any]:
    return {"destinations": decision.select, "defaults": facts.account.select}


def _first(facts: Facts, decision: Decision) -> dict[str, Any]:
    return {
        "queue": facts.named.get("queue"),
        "destinations": decision.select,
        "fallback": routing.fallback_of(facts),
    }


def step_told(facts: Facts, queue_id: int, state: State) -> dict[str, Any]:
    """How one queue was, in plain values."""
    return {"queue": facts.account.queues[queue_id].code} | msgspec.structs.asdict(state)


def _hours(facts: Facts, decision: Decision) -> dict[str, Any]:
    looked: dict[str, Any] = {"destination": decision.destination}
    if decision.settled or decision.destination is None:
        return looked
    queue_id = facts.account.hours.queue_of(decision.destination)
    if queue_id is None:
        return looked
    steps = follow(facts, queue_id)
    looked["queues"] = [step_told(facts, *step) for step in steps]
    return looked | {"loop": loops(facts, steps), "cut_short": cut_short(facts, steps)}


def _rota(facts: Facts, decision: Decision) -> dict[str, Any]:
    state, rota_id = decision.state, routing.rota_of(facts, decision)
    looked: dict[str, Any] = {
        "contract": bool(decision.boolean[1]),
        "open": None if state is None else state.open,
        "rota": rota_id,
    }
    if rota_id is not None:
        member = duty_of(facts, rota_id).member
        looked["on_call"] = None if member is None else member.name
    return looked


LOOKED_AT: dict[Rule, Look] = {
    routing.blocked_caller: lambda facts, _: {"number": facts.number},
    routing.account_switch: lambda facts, _: {"account": facts.account.code},
    routing.known_number: _people,
    routing.shared_number: _shared,
    routing.known_prefix: _prefix,
    routing.known_code: _code,
    routing.geography: _zone,
    routing.called_queue: lambda facts, _: {"called": facts.called},
    routing.unknown_caller: lambda _, decision: {"known": decision.known is not None},
    routing.field_defaults: _fields,
    routing.first_destination: _first,
    routing.opening_hours: _hours,
    routing.on_call: _rota,
    routing.vip_priority: lambda _, decision: {"vip": bool(decision.boolean[0])},
}
"""What each rule looks at, told in plain values."""


def explain(facts: Facts, rules: tuple[Rule, ...] = RULES) -> tuple[Decision, list[Line]]:
    """The same decision as routing.decide(), with a line from every rule."""
    decision, trace = UNDECIDED, []
    for rule in rules:
        looked_at = LOOKED_AT[rule](facts, decision)
        step = rule(facts, decision)
        changed = {} if step is None else _difference(decision, step)
        trace.append(Line(rule.__name__, rule.__doc__ or "", looked_at, step is not None, changed))
        decision = step or decision
    return decision, trace


def _difference(before: Decision, after: Decision) -> dict[str, Any]:
    return {
        name: getattr(after, name)
        for name in Decision.__struct_fields__
        if getattr(before, name) != getattr(after, name)
    }
