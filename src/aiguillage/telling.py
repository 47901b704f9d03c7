"""A decision in words, in a person's language: who calls, where the call goes, what each rule looked at and changed."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from aiguillage.domain.calls import Decision, Facts, Known, Line
from aiguillage.domain.contacts import Field, Select
from aiguillage.domain.moments import in_zone

Say = Callable[[str], str]
"""A message in the person's language."""

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


class Told(NamedTuple):
    """One rule in words: its name and sentence, whether it applied, what it looked at, what it changed."""

    rule: str
    sentence: str
    applied: bool
    looked_at: str
    changed: str


def named(company: str, first_name: str, last_name: str) -> str:
    """A contact's name as people read it: the company, then the person."""
    return ", ".join(part for part in (company, f"{first_name} {last_name}".strip()) if part)


def joined(destinations: Select) -> str:
    """The destinations in their order; a dash where there is none before another."""
    shown = ["-" if one is None else one for one in destinations]
    while shown and shown[-1] == "-":
        shown.pop()
    return ", ".join(shown)


class Telling:
    """Says a decision about a call."""

    def __init__(self, say: Say, facts: Facts, decision: Decision) -> None:
        self.say, self._facts, self._decision = say, facts, decision

    def caller(self) -> str:
        """Who calls, in a sentence."""
        say, facts, known = self.say, self._facts, self._decision.known
        asked = [
            say("a withheld number") if facts.number == "" else facts.number,
            facts.code and say("code {code}").format(code=facts.code),
        ]
        caller = ", ".join(part for part in asked if part) or say("neither number nor code")
        if known is None:
            if len(facts.by_number) > 1:
                return say("The caller ({caller}) is treated as unknown: several contacts share the number.").format(
                    caller=caller
                )
            return say("The caller ({caller}) is unknown.").format(caller=caller)
        name = named(known.company, known.first_name, known.last_name)
        told = {
            "number": say("The caller ({caller}) is known by number: contact {id}, {name}."),
            "prefix": say("The caller ({caller}) is known by number prefix: contact {id}, {name}."),
            "code": say("The caller ({caller}) is known by code: contact {id}, {name}."),
        }
        return told[self._decision.by or "number"].format(caller=caller, id=known.contact_id, name=name or "-")

    def answer(self, kept: Decision) -> dict[str, object]:
        """Where the call goes and why, name by name; all destinations where they are not those that are kept."""
        say, facts, decision = self.say, self._facts, self._decision
        queue = None if decision.queue is None else facts.account.queues[decision.queue]
        told: dict[str, object] = {
            say("moment ({zone})").format(zone=facts.account.time_zone): self._local(facts.at),
            say("destination"): decision.destination or say("none"),
            say("reason"): decision.reason,
        }
        if queue is not None and decision.state is not None:
            told |= {
                say("queue"): f"{queue.code} {queue.name}",
                say("open"): decision.state.open,
                say("because"): self.because(decision.state.reason, decision.state.label),
            }
        if decision.select != kept.select:
            told[say("destinations")] = joined(decision.select)
        if decision.zone is not None:
            told[say("zone")] = say("none: the fallback") if decision.zone.fallback else decision.zone.zone
        if decision.duty is not None and decision.duty.member is not None:
            told[say("on call")] = decision.duty.member.name
        return told | {
            say("until"): self._local(decision.until) or say("further notice"),
            say("priority"): decision.priority,
        }

    def because(self, reason: str, label: str) -> str:
        """Why a queue is as it is, and what that is called."""
        return f"{self.say(WHY[reason])} {label}".rstrip()

    def rules(self, trace: Sequence[Line], fields: Sequence[Field]) -> Iterator[Told]:
        """Every rule in its order."""
        labels = [field.label or field.key for field in fields]
        for line in trace:
            changed = {name: value for name, value in line.changed.items() if name not in LOOKED_AT_TOO}
            yield Told(
                line.rule,
                self.say(line.sentence),
                line.applied,
                self._values(line.looked_at, labels),
                self._values(changed, labels),
            )

    def _values(self, values: dict[str, Any], labels: Sequence[str]) -> str:
        """Names and values, one after the other."""
        return "; ".join(
            f"{self.say(NAMES[name])}: {self._value(name, value, labels)}" for name, value in values.items()
        )

    def _value(self, name: str, value: Any, labels: Sequence[str]) -> str:  # noqa: ANN401 - a trace holds plain values
        if isinstance(value, Known):
            return str(value.contact_id)
        if name == "boolean":
            return ", ".join(label for label, on in zip(labels[4:], value, strict=True) if on) or "-"
        if name in {"select", "destinations", "defaults"}:
            return joined(value) or "-"
        if name == "until":
            return self._local(value) or "-"
        if name == "queue" and isinstance(value, int):
            return self._facts.account.queues[value].code
        if name == "queues":
            return ", ".join(map(self._step, value))
        return self._plain(self.say(NAMES[value]) if name == "by" and value else value, labels)

    def _step(self, step: dict[str, Any]) -> str:
        """How one queue is: open or closed, why, where its calls go, until when."""
        told = self.say("{queue} is open") if step["open"] else self.say("{queue} is closed")
        until = self._local(step["until"])
        why = self.because(step["reason"], step["label"])
        return f"{told.format(queue=step['queue'])} ({why}) -> {step['destination'] or '-'}" + (
            f" {self.say('until {when}').format(when=until)}" if until else ""
        )

    def _plain(self, value: Any, labels: Sequence[str]) -> str:  # noqa: ANN401 - same
        if isinstance(value, msgspec.Struct):
            return f"({self._values(msgspec.structs.asdict(value), labels)})"
        if isinstance(value, dict):
            return f"({self._values(value, labels)})"
        if isinstance(value, list | tuple):
            return ", ".join(self._plain(one, labels) for one in value) or "-"
        if isinstance(value, bool):
            return self.say("yes") if value else self.say("no")
        return "-" if value in (None, "") else str(value)

    def _local(self, at: int | None) -> str:
        """A moment as people read it, by the account's clock."""
        zone = ZoneInfo(self._facts.account.time_zone)
        return "" if at is None else f"{in_zone(at, zone):%Y-%m-%d %H:%M:%S}"
