"""What is asked about one fact of an account, not about a caller: a queue, a rota, a zone, a CTI's origin."""

from collections.abc import Callable

from msgspec.structs import replace

from aiguillage.domain.calls import Decision, Facts, Rule
from aiguillage.domain.errors import invalid, missing
from aiguillage.domain.ways import duty_of, sends_to, state_of


def queue_asked(facts: Facts, decision: Decision) -> Decision | None:
    """The call queue asked about says whether it is open, where it sends a call now, and until when."""
    queue_id = _queue_of(facts)
    if queue_id is None:
        raise missing("there is no such call queue")
    state = state_of(facts, queue_id)
    return replace(
        decision,
        reason=state.reason,
        destination=sends_to(facts, queue_id, state),
        queue=queue_id,
        state=state,
        steps=((queue_id, state),),
        until=state.until,
    )


def _queue_of(facts: Facts) -> int | None:
    """The active queue by its code, number, dialled number or id (contracts/cx-engine.md): by all that are named."""
    found = {look(facts) for name, look in LOOKS.items() if name in facts.named}
    if not found:
        raise invalid("code, number, did_number or id is missing")
    return found.pop() if len(found) == 1 else None


def _by_id(facts: Facts) -> int | None:
    text = facts.named["id"]
    queue = facts.account.queues.get(int(text)) if text.isdecimal() and len(text) < 19 else None  # noqa: PLR2004 - 64 bits
    return int(text) if queue is not None and queue.active else None


def _by_did(facts: Facts) -> int | None:
    queue_id = facts.account.dialled.get(facts.called or "")
    return queue_id if queue_id is not None and facts.account.queues[queue_id].did_number == facts.called else None


LOOKS: dict[str, Callable[[Facts], int | None]] = {
    "code": lambda facts: facts.account.hours.queue_named(facts.named["code"]),
    "number": lambda facts: facts.account.hours.queue_named(facts.named["number"]),
    "did_number": _by_did,
    "id": _by_id,
}


def rota_asked(facts: Facts, decision: Decision) -> Decision | None:
    """The rota asked about says who is on call, until when, and who comes next; its second level too, if it has one."""
    account = facts.account
    rota_id = account.on_call.rota_named(facts.named["rota"])
    if rota_id is None:
        raise missing("there is no such rota")
    duty, level2 = duty_of(facts, rota_id), account.rotas[rota_id].level2
    second = None if level2 is None else duty_of(facts, level2)
    number = None if duty.member is None else duty.member.number
    return replace(decision, reason="rota_asked", destination=number, duty=duty, second=second, until=duty.until)


def zone_asked(facts: Facts, decision: Decision) -> Decision | None:
    """The geo list asked about says the four destinations of a zone, or those of callers from none of its zones."""
    if "list" not in facts.named or facts.value is None:
        raise invalid("list_id or value is missing")
    geo_list = facts.account.geography.list_named(facts.named["list"])
    if geo_list is None:
        raise missing("there is no such geo list")
    zone = facts.account.geography.find(geo_list, facts.value)
    return replace(decision, reason="zone_asked", destination=zone.select[0], select=zone.select, zone=zone)


def origin_asked(facts: Facts, decision: Decision) -> Decision | None:
    """The CTI asked about says where an origin leads."""
    if not {"cti", "origin"} <= facts.named.keys():
        raise invalid("cti or origin is missing")
    if facts.leads_to is None:
        raise missing("there is no such origin")
    return replace(decision, reason="origin_asked", destination=facts.leads_to)


QUEUE: tuple[Rule, ...] = (queue_asked,)
ROTA: tuple[Rule, ...] = (rota_asked,)
ZONE: tuple[Rule, ...] = (zone_asked,)
ORIGIN: tuple[Rule, ...] = (origin_asked,)
