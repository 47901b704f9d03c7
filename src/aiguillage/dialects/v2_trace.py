"""The trace of a decision as V2 tells it: plain values, queues by their codes, moments by the account's clock."""

from collections.abc import Callable
from typing import Any

import msgspec

from aiguillage.domain.calls import Decision, Facts, Known, Line
from aiguillage.domain.contacts import Boolean, Select
from aiguillage.domain.geo import Zone
from aiguillage.domain.hours import State
from aiguillage.domain.moments import iso_in
from aiguillage.domain.oncall import Duty

Plain = dict[str, Any]


def trace_of(facts: Facts, decision: Decision) -> list[Plain]:
    """A line from every rule: its name and sentence, what it looked at, whether it applied, what it changed."""
    return [_told(facts, line) for line in decision.trace]


def _told(facts: Facts, line: Line) -> Plain:
    changed: Plain = {}
    for name, value in line.changed.items():
        changed |= _CHANGED[name](facts, value) if name in _CHANGED and value is not None else {name: value}
    return {
        "rule": line.rule,
        "sentence": line.sentence,
        "lookedAt": {_camel(name): _plain(facts, name, value) for name, value in line.looked_at.items()},
        "applied": line.applied,
        "changed": changed,
    }


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def _plain(facts: Facts, name: str, value: object) -> object:
    """What a rule looked at: the ids of rotas and lists as their codes, the queues gone through with their moments."""
    if name == "queues" and isinstance(value, list):
        return [step | {"until": iso_in(step["until"], facts.account.time_zone)} for step in value]
    if name == "rota" and isinstance(value, int):
        return facts.account.rotas[value].code
    return value


def _known(_facts: Facts, known: Known) -> Plain:
    return {"contactId": known.contact_id}


def _select(_facts: Facts, select: Select) -> Plain:
    return {f"destination{n}": value for n, value in enumerate(select, start=1)}


def _boolean(_facts: Facts, boolean: Boolean) -> Plain:
    return {"vip": boolean[0], "onCallDutyContract": boolean[1]}


def _queue(facts: Facts, queue_id: int) -> Plain:
    return {"queue": facts.account.queues[queue_id].code}


def _state(_facts: Facts, state: State) -> Plain:
    return {"open": state.open}


def _steps(facts: Facts, steps: tuple[tuple[int, State], ...]) -> Plain:
    """The queues gone through, each as it was."""
    zone = facts.account.time_zone
    return {
        "queues": [
            _queue(facts, queue_id) | msgspec.structs.asdict(state) | {"until": iso_in(state.until, zone)}
            for queue_id, state in steps
        ]
    }


def _until(facts: Facts, until: int) -> Plain:
    return {"until": iso_in(until, facts.account.time_zone)}


def _zone(_facts: Facts, zone: Zone) -> Plain:
    return {"zone": zone.zone, "nickname": zone.nickname, "fallback": zone.fallback}


def _duty(_facts: Facts, duty: Duty) -> Plain:
    return {"onCall": None if duty.member is None else duty.member.name}


_CHANGED: dict[str, Callable[[Facts, Any], Plain]] = {
    "known": _known,
    "select": _select,
    "boolean": _boolean,
    "queue": _queue,
    "state": _state,
    "steps": _steps,
    "until": _until,
    "zone": _zone,
    "duty": _duty,
}
