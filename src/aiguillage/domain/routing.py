"""Where a caller goes: the ordered rules that decide one call."""

from msgspec.structs import replace

from aiguillage.domain.calls import Decision, Facts, Known, Rule
from aiguillage.domain.contacts import NO_SELECT
from aiguillage.domain.errors import invalid
from aiguillage.domain.facts import AccountFacts
from aiguillage.domain.geo import Zone
from aiguillage.domain.phone_systems import PHONE_SYSTEM
from aiguillage.domain.queues import QUEUE, ROTA
from aiguillage.domain.ways import duty_of, soonest, way_through

REJECT = "reject"
"""The destination of a caller who is not to be taken at all."""


def blocked_caller(facts: Facts, decision: Decision) -> Decision | None:
    """A blocked caller goes where the block says, or is rejected."""
    blocked = facts.account.blocked.find(facts.number)
    if blocked is None:
        return None
    return replace(decision, reason="blocked_caller", destination=blocked.destination or REJECT, settled=True)


def account_switch(facts: Facts, decision: Decision) -> Decision | None:
    """While a switch of the account is on, every call goes where the switch says."""
    switch = None if decision.settled else facts.account.hours.account_switch(facts.at)
    if switch is None:
        return None
    return replace(decision, reason="account_switch", destination=switch.destination, settled=True, until=switch.until)


def _known(decision: Decision, known: Known, by: str) -> Decision:
    """The decision that the caller is this contact; where a settled call goes stays as it is."""
    if decision.settled:
        return replace(decision, known=known, by=by, select=known.select, boolean=known.boolean)
    return Decision("known_caller", known, by, known.select, known.boolean)


def known_number(facts: Facts, decision: Decision) -> Decision | None:
    """A caller whose number belongs to one contact is that contact."""
    if len(facts.by_number) != 1:
        return None
    return _known(decision, facts.by_number[0], "number")


def shared_number(facts: Facts, decision: Decision) -> Decision | None:
    """A number that several contacts share stands for the oldest of them, if the account has it so."""
    if len(facts.by_number) < 2 or facts.account.shared_numbers != "first":  # noqa: PLR2004 - two share
        return None
    return _known(decision, facts.by_number[0], "number")


def known_prefix(facts: Facts, decision: Decision) -> Decision | None:
    """A caller whose number nobody has, but begins like a contact's number prefix, is that contact."""
    known = facts.by_prefix
    if known is None or facts.by_number:
        return None
    return _known(decision, known, "prefix")


def known_code(facts: Facts, decision: Decision) -> Decision | None:
    """A caller not known by number, who types a contact's code, is that contact."""
    known = facts.by_code
    if known is None or decision.known is not None:
        return None
    return _known(decision, known, "code")


def geography(facts: Facts, decision: Decision) -> Decision | None:
    """A caller for whom no contact names a destination goes where their zone does, by the digits typed or by number."""
    if decision.select != NO_SELECT:
        return None
    zone = _zone(facts)
    if zone is None:
        return None
    return replace(decision, reason=decision.reason if decision.settled else "geography", select=zone.select, zone=zone)


def _zone(facts: Facts) -> Zone | None:
    """The caller's zone. Raises Refusal(invalid) for a list that the account does not have."""
    account, name = facts.account, facts.named.get("list")
    geo_list = account.geo_list if name is None else account.geography.list_named(name)
    if geo_list is None:
        if name is not None or facts.value is not None:
            raise invalid("list is missing, or none of the account's; leave list and value out to ask without a zone")
        return None
    if facts.value is not None:
        return account.geography.find(geo_list, facts.value)
    return account.geography.find_by_number(geo_list, facts.number) if facts.number else None


def called_queue(facts: Facts, decision: Decision) -> Decision | None:
    """A caller without a destination, who dialled a call queue's own number, goes to that queue."""
    if facts.called is None or decision.select != NO_SELECT:
        return None
    queue_id = facts.account.dialled.get(facts.called)
    if queue_id is None:
        return None
    queue = facts.account.queues[queue_id]
    reason = decision.reason if decision.settled else "called_queue"
    return replace(decision, reason=reason, select=(queue.number or queue.code, None, None, None))


def unknown_caller(facts: Facts, decision: Decision) -> Decision | None:
    """A caller known by nothing is unknown; a call flow that wants an answer all the same gets the fields' defaults."""
    if decision.known is not None or decision.reason != "undecided":
        return None
    return replace(decision, reason="unknown_caller")


def field_defaults(facts: Facts, decision: Decision) -> Decision | None:
    """A field that the contact leaves empty takes its default."""
    select, boolean = decision.select, decision.boolean
    if None not in select and None not in boolean:
        return None
    (s1, s2, s3, s4), (b1, b2, b3, b4) = select, boolean
    (d1, d2, d3, d4), (f1, f2, f3, f4) = facts.account.select, facts.account.boolean
    return replace(
        decision,
        select=(d1 if s1 is None else s1, d2 if s2 is None else s2, d3 if s3 is None else s3, d4 if s4 is None else s4),
        boolean=(
            f1 if b1 is None else b1,
            f2 if b2 is None else b2,
            f3 if b3 is None else b3,
            f4 if b4 is None else b4,
        ),
    )


def first_destination(facts: Facts, decision: Decision) -> Decision | None:
    """A call goes to the call queue asked about, else to the first destination, else where the account says."""
    if decision.settled:
        return None
    name = facts.named.get("queue")
    if name is None:
        first = decision.select[0]
        if first is None:
            first = next((one for one in decision.select if one is not None), None) or fallback_of(facts)
        return None if first is None else replace(decision, destination=first)
    queue_id = facts.account.hours.queue_named(name)
    if queue_id is None:
        raise invalid("queue is none of the account's; leave it out to ask about the caller's own")
    queue = facts.account.queues[queue_id]
    return replace(decision, reason="first_destination", destination=queue.number or queue.code)


def fallback_of(facts: Facts) -> str | None:
    """Where a call goes that nothing sends anywhere: where the phone system that asks says, else the account."""
    account = facts.account
    return account.phone_systems.fallback(facts.named.get(PHONE_SYSTEM)) or account.fallback_destination


def opening_hours(facts: Facts, decision: Decision) -> Decision | None:
    """A destination that is a call queue goes where that queue sends calls now, through five more queues at most."""
    if decision.settled or decision.destination is None:
        return None
    queue_id = facts.account.hours.queue_of(decision.destination)
    if queue_id is None:
        return None
    way = way_through(facts, queue_id)
    return replace(
        decision,
        reason=decision.reason if way.stays else "opening_hours",
        destination=way.destination,
        queue=queue_id,
        state=way.state,
        steps=way.steps,
        until=way.until,
    )


def on_call(facts: Facts, decision: Decision) -> Decision | None:
    """A caller with an on-call contract, whose call queue is closed, goes to whoever is on call."""
    state = decision.state
    if state is None or state.open or state.reason == "switch" or not decision.boolean[1]:
        return None
    rota_id = rota_of(facts, decision)
    if rota_id is None:
        return None
    duty = duty_of(facts, rota_id)
    until = soonest(decision.until, duty.until)
    if duty.member is None:  # somebody may come before the queue opens
        return None if until == decision.until else replace(decision, until=until)
    return replace(decision, reason="on_call", destination=duty.member.number, duty=duty, until=until)


def rota_of(facts: Facts, decision: Decision) -> int | None:
    """The rota of the caller's queue, else the account's."""
    queue = None if decision.queue is None else facts.account.queues[decision.queue]
    return facts.account.rota if queue is None or queue.rota is None else queue.rota


def vip_priority(facts: Facts, decision: Decision) -> Decision | None:
    """A VIP's call carries the account's VIP priority."""
    if not decision.boolean[0]:
        return None
    return replace(decision, priority=facts.account.vip_priority)


KEPT: tuple[Rule, ...] = (known_number, shared_number, known_prefix, known_code, unknown_caller, field_defaults)
"""What Encom's APIs ask: the destinations as they are kept, whatever the hour (contracts/encom.md)."""

RULES: tuple[Rule, ...] = (
    blocked_caller,
    account_switch,
    known_number,
    shared_number,
    known_prefix,
    known_code,
    geography,
    called_queue,
    unknown_caller,
    field_defaults,
    first_destination,
    opening_hours,
    on_call,
    vip_priority,
)
"""The order is the policy: each rule sees what the ones before it decided, and changes it or says nothing."""

NEEDS: dict[Rule, str] = {
    blocked_caller: "blocked",
    account_switch: "switch",
    called_queue: QUEUE,
    opening_hours: QUEUE,
    on_call: ROTA,
}
"""Rules that say nothing on an account without facts of a kind."""


def rules_of(account: AccountFacts) -> tuple[Rule, ...]:
    """The rules but those that can say nothing on this account's calls: these need not be asked on each of them."""
    return tuple(rule for rule in RULES if rule not in NEEDS or NEEDS[rule] in account.kinds)


UNDECIDED = Decision()


def decide(facts: Facts, rules: tuple[Rule, ...] = RULES) -> Decision:
    """The decision on one call."""
    decision = UNDECIDED
    for rule in rules:
        step = rule(facts, decision)
        if step is not None:
            decision = step
    return decision
