"""A decision in words: the short answer, and what each rule looked at, said and changed."""

from collections.abc import Iterator
from typing import Any

import msgspec

from aiguillage.cli.contacts import name_of
from aiguillage.cli.facts import joined
from aiguillage.cli.moments import local
from aiguillage.cli.printing import plain
from aiguillage.cli.words import _
from aiguillage.domain.calls import Decision, Facts, Known, Line
from aiguillage.domain.contacts import Field
from aiguillage.explaining import Explained

LOOKED_AT_TOO = {"state", "steps"}
"""What a rule changes that it is told to have looked at: how the queues were."""


WHY = {
    "switch": "switch",
    "exception": "exception",
    "holiday": "holiday",
    "time_span": "time span",
    "default": "default destination",
    "no_hours": "no opening hours",
}
"""What a queue goes by."""

NAMES = {
    "account": "account",
    "boolean": "flags",
    "by": "by",
    "called": "called",
    "code": "code",
    "contact": "contact",
    "contacts": "contacts",
    "contract": "contract",
    "cut_short": "cut short",
    "defaults": "defaults",
    "destination": "destination",
    "destinations": "destinations",
    "duty": "duty",
    "email": "e-mail",
    "fallback": "fallback",
    "known": "known",
    "list": "list",
    "loop": "loop",
    "member": "member",
    "name": "name",
    "next": "next",
    "nickname": "nickname",
    "number": "number",
    "on_call": "on call",
    "open": "open",
    "prefix": "number prefix",
    "priority": "priority",
    "queue": "queue",
    "queues": "queues",
    "reason": "reason",
    "rota": "rota",
    "select": "destinations",
    "settled": "settled",
    "shared_numbers": "shared numbers",
    "source": "source",
    "until": "until",
    "value": "value",
    "vip": "VIP",
    "zone": "zone",
}
"""What the values of a trace are called."""


def caller_in_words(explained: Explained) -> str:
    """Who calls, in a sentence."""
    facts, known = explained.facts, explained.decision.known
    asked = [
        _("a withheld number") if facts.number == "" else facts.number,
        facts.code and _("code {code}").format(code=facts.code),
    ]
    caller = ", ".join(part for part in asked if part) or _("neither number nor code")
    if known is None:
        if len(facts.by_number) > 1:
            return _("The caller ({caller}) is treated as unknown: several contacts share the number.").format(
                caller=caller
            )
        return _("The caller ({caller}) is unknown.").format(caller=caller)
    name = name_of(known.company, known.first_name, known.last_name).replace("\n", ", ")
    told = {
        "number": _("The caller ({caller}) is known by number: contact {id}, {name}."),
        "prefix": _("The caller ({caller}) is known by number prefix: contact {id}, {name}."),
        "code": _("The caller ({caller}) is known by code: contact {id}, {name}."),
    }
    return told[explained.decision.by or "number"].format(caller=caller, id=known.contact_id, name=name or "-")


def answer_in_words(explained: Explained, kept: Decision) -> dict[str, object]:
    """Where the call goes and why, name by name; all destinations where they are not those that are kept."""
    facts, decision = explained.facts, explained.decision
    time_zone = facts.account.time_zone
    queue = None if decision.queue is None else facts.account.queues[decision.queue]
    told: dict[str, object] = {
        _("moment ({zone})").format(zone=time_zone): local(facts.at, time_zone),
        _("destination"): decision.destination or _("none"),
        _("reason"): decision.reason,
    }
    if queue is not None and decision.state is not None:
        told |= {
            _("queue"): f"{queue.code} {queue.name}",
            _("open"): decision.state.open,
            _("because"): _because(decision.state.reason, decision.state.label),
        }
    if decision.select != kept.select:
        told[_("destinations")] = joined(decision.select)
    if decision.zone is not None:
        told[_("zone")] = _("none: the fallback") if decision.zone.fallback else decision.zone.zone
    if decision.duty is not None and decision.duty.member is not None:
        told[_("on call")] = decision.duty.member.name
    return told | {
        _("until"): local(decision.until, time_zone) or _("further notice"),
        _("priority"): decision.priority,
    }


def _because(reason: str, label: str) -> str:
    """Why a queue is as it is, and what that is called."""
    return f"{_(WHY[reason])} {label}".rstrip()


def rules_in_words(explained: Explained, fields: list[Field]) -> Iterator[str]:
    """A few lines for every rule: its name and sentence, what it looked at, what it changed or that it said nothing."""
    words = _Words(explained.facts, fields)
    for n, line in enumerate(explained.trace, start=1):
        yield f"{n:2}. {line.rule}: {_('applies') if line.applied else _('says nothing')}"
        yield f"    {_(line.sentence)}"
        yield f"    {_('looked at')}  {words.told(line.looked_at)}"
        if line.changed:
            changed = {name: value for name, value in line.changed.items() if name not in LOOKED_AT_TOO}
            yield f"    {_('it changed')} {words.told(changed)}"
        yield ""


class _Words:
    """The values of a trace as people read them."""

    def __init__(self, facts: Facts, fields: list[Field]) -> None:
        self._facts = facts
        self._time_zone = facts.account.time_zone
        self._labels = [field.label or field.key for field in fields]

    def told(self, values: dict[str, Any]) -> str:
        """Names and values, one after the other."""
        return "; ".join(f"{_(NAMES[name])}: {self._value(name, value)}" for name, value in values.items())

    def _value(self, name: str, value: Any) -> str:  # noqa: ANN401 - a trace holds plain values
        if isinstance(value, Known):
            return str(value.contact_id)
        if name == "boolean":
            return ", ".join(label for label, on in zip(self._labels[4:], value, strict=True) if on) or "-"
        if name in {"select", "destinations", "defaults"}:
            return joined(value) or "-"
        if name == "until":
            return local(value, self._time_zone) or "-"
        if name == "queue" and isinstance(value, int):
            return self._facts.account.queues[value].code
        if name == "queues":
            return ", ".join(map(self._step, value))
        return self._plain(_(NAMES[value]) if name == "by" and value else value)

    def _step(self, step: dict[str, Any]) -> str:
        """How one queue is: open or closed, why, where its calls go, until when."""
        told = _("{queue} is open") if step["open"] else _("{queue} is closed")
        why = _because(step["reason"], step["label"])
        until = local(step["until"], self._time_zone)
        return f"{told.format(queue=step['queue'])} ({why}) -> {step['destination'] or '-'}" + (
            f" {_('until {when}').format(when=until)}" if until else ""
        )

    def _plain(self, value: Any) -> str:  # noqa: ANN401 - same
        if isinstance(value, msgspec.Struct):
            return f"({self.told(msgspec.structs.asdict(value))})"
        if isinstance(value, dict):
            return f"({self.told(value)})"
        if isinstance(value, list | tuple):
            return ", ".join(self._plain(one) for one in value) or "-"
        return plain(value) or "-"


def line_document(line: Line) -> Any:  # noqa: ANN401 - JSON
    """A rule's line as JSON shows it."""
    return msgspec.to_builtins(line, str_keys=True)
