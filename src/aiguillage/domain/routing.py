"""Where a caller goes: the ordered rules that decide one call."""

from collections.abc import Callable
from typing import Any

import msgspec

from aiguillage.domain.contacts import NO_BOOLEAN, NO_SELECT, Boolean, Select


class Question(msgspec.Struct, frozen=True, gc=False):
    """One call's request as its dialect read it. `shape` is how the dialect will answer; `fault` makes it a 400."""

    account: str = ""
    number: str | None = None
    code: str | None = None
    shape: Any = None
    fault: str | None = None


class Known(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the table holds of a contact beside each of its keys: all that a decision needs."""

    contact_id: int
    select: Select
    boolean: Boolean
    company: str = ""
    first_name: str = ""
    last_name: str = ""
    language: str = ""


class AccountFacts(msgspec.Struct, frozen=True):
    """What a decision needs of the account; the defaults are those of its eight fields."""

    account_id: int
    code: str
    country: str
    shared_numbers: str
    select: Select = NO_SELECT
    boolean: tuple[bool, bool, bool, bool] = (False, False, False, False)


class Facts(msgspec.Struct, frozen=True, gc=False):
    """All that is known of one call: what was asked, and whom the table found under it.

    `number` and `code` are None when not asked; `by_number` holds the two oldest contacts with that number.
    """

    account: AccountFacts
    number: str | None = None
    code: str | None = None
    by_number: tuple[Known, ...] = ()
    by_prefix: Known | None = None
    by_code: Known | None = None


class Decision(msgspec.Struct, frozen=True, gc=False):
    """Where the call goes. `by` is what the caller was known by: number, prefix or code; None for an unknown caller."""

    reason: str = "undecided"
    known: Known | None = None
    by: str | None = None
    select: Select = NO_SELECT
    boolean: Boolean = NO_BOOLEAN


class Line(msgspec.Struct, frozen=True):
    """One rule's line in the trace: its name, the sentence it goes by, whether it applied, and what it changed."""

    rule: str
    sentence: str
    applied: bool
    changed: dict[str, Any]


UNDECIDED = Decision()
Rule = Callable[[Facts, Decision], Decision | None]


def known_number(facts: Facts, decision: Decision) -> Decision | None:
    """A caller whose number belongs to one contact is that contact."""
    if len(facts.by_number) != 1:
        return None
    known = facts.by_number[0]
    return Decision("known_number", known, "number", known.select, known.boolean)


def shared_number(facts: Facts, decision: Decision) -> Decision | None:
    """A number that several contacts share stands for the oldest of them, if the account has it so."""
    if len(facts.by_number) < 2 or facts.account.shared_numbers != "first":  # noqa: PLR2004 - two share
        return None
    known = facts.by_number[0]
    return Decision("shared_number", known, "number", known.select, known.boolean)


def known_prefix(facts: Facts, decision: Decision) -> Decision | None:
    """A caller whose number nobody has, but begins like a contact's number prefix, is that contact."""
    known = facts.by_prefix
    if known is None or facts.by_number:
        return None
    return Decision("known_prefix", known, "prefix", known.select, known.boolean)


def known_code(facts: Facts, decision: Decision) -> Decision | None:
    """A caller not known by number, who types a contact's code, is that contact."""
    known = facts.by_code
    if known is None or decision.known is not None:
        return None
    return Decision("known_code", known, "code", known.select, known.boolean)


def unknown_caller(facts: Facts, decision: Decision) -> Decision | None:
    """A caller known by nothing is unknown; a call flow that wants an answer all the same gets the fields' defaults."""
    if decision.known is not None:
        return None
    return Decision("unknown_caller")


def field_defaults(facts: Facts, decision: Decision) -> Decision | None:
    """A field that the contact leaves empty takes its default."""
    select, boolean = decision.select, decision.boolean
    if None not in select and None not in boolean:
        return None
    (s1, s2, s3, s4), (b1, b2, b3, b4) = select, boolean
    (d1, d2, d3, d4), (f1, f2, f3, f4) = facts.account.select, facts.account.boolean
    return Decision(
        decision.reason,
        decision.known,
        decision.by,
        (d1 if s1 is None else s1, d2 if s2 is None else s2, d3 if s3 is None else s3, d4 if s4 is None else s4),
        (f1 if b1 is None else b1, f2 if b2 is None else b2, f3 if b3 is None else b3, f4 if b4 is None else b4),
    )


RULES: tuple[Rule, ...] = (known_number, shared_number, known_prefix, known_code, unknown_caller, field_defaults)
"""The order is the policy: each rule sees what the ones before it decided, and changes it or says nothing."""


def decide(facts: Facts) -> Decision:
    """The decision on one call."""
    decision = UNDECIDED
    for rule in RULES:
        step = rule(facts, decision)
        if step is not None:
            decision = step
    return decision


def explain(facts: Facts) -> tuple[Decision, list[Line]]:
    """The same decision, with a line from every rule."""
    decision, trace = UNDECIDED, []
    for rule in RULES:
        step = rule(facts, decision)
        changed = {} if step is None else _difference(decision, step)
        trace.append(Line(rule.__name__, rule.__doc__ or "", step is not None, changed))
        decision = step or decision
    return decision, trace


def _difference(before: Decision, after: Decision) -> dict[str, Any]:
    return {
        name: getattr(after, name)
        for name in Decision.__struct_fields__
        if getattr(before, name) != getattr(after, name)
    }
