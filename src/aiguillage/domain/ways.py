"""The way through an account's call queues: each sends calls to itself or on to another, for a while."""

from collections.abc import Sequence

import msgspec

from aiguillage.domain.calls import Facts
from aiguillage.domain.hours import State
from aiguillage.domain.oncall import Duty

MOST_STEPS = 5
"""How many queues in a row may send a call on."""

Steps = Sequence[tuple[int, State]]


class Way(msgspec.Struct, frozen=True, gc=False):
    """Where a call queue sends calls from `since` until `until`; `stays` when it is open and takes them itself.

    `state` is the queue's own, `steps` has it and those of the queues that it sends calls on to.
    """

    since: int
    until: int | None
    destination: str
    stays: bool
    state: State
    steps: tuple[tuple[int, State], ...]


def way_through(facts: Facts, queue_id: int) -> Way:
    """Where the queue sends a call, remembered while it holds if the call is asked about now."""
    if not facts.remember:
        return _find_way(facts, queue_id)
    way: Way | None = facts.account.ways.get(queue_id)
    if way is None or not way.since <= facts.at or (way.until is not None and facts.at >= way.until):
        way = facts.account.ways[queue_id] = _find_way(facts, queue_id)
    return way


def _find_way(facts: Facts, queue_id: int) -> Way:
    steps = follow(facts, queue_id)
    last, following = steps[-1][1], _following(facts, steps)
    queue = None if following is None else facts.account.queues[following]
    return Way(
        facts.at,
        soonest(*(state.until for _, state in steps)),
        sends_to(facts, *steps[-1]) if queue is None else queue.number or queue.code,
        last.open and following == queue_id and len(steps) == 1,
        steps[0][1],
        steps,
    )


def sends_to(facts: Facts, queue_id: int, state: State) -> str:
    """Where a queue sends calls; closed, with nowhere to send them, where the account does, else it keeps them."""
    queue = facts.account.queues[queue_id]
    return state.destination or facts.account.fallback_destination or queue.number or queue.code


def _following(facts: Facts, steps: Steps) -> int | None:
    """The queue to which the last of the queues sends calls: itself, another, or none."""
    destination = steps[-1][1].destination or facts.account.fallback_destination
    return None if destination is None else facts.account.hours.queue_of(destination)


def state_of(facts: Facts, queue_id: int) -> State:
    """How a queue is at the moment of the call."""
    hours = facts.account.hours
    return hours.state_now(queue_id, facts.at) if facts.remember else hours.state(queue_id, facts.at)


def duty_of(facts: Facts, rota_id: int) -> Duty:
    """Who is on call at the moment of the call."""
    on_call = facts.account.on_call
    return on_call.duty_now(rota_id, facts.at) if facts.remember else on_call.duty(rota_id, facts.at)


def follow(facts: Facts, queue_id: int) -> tuple[tuple[int, State], ...]:
    """The queue and those that it sends calls on to, each with its state; a queue that comes again ends it."""
    steps = [(queue_id, state_of(facts, queue_id))]
    seen = {queue_id}
    while len(steps) <= MOST_STEPS:
        following = _following(facts, steps)
        if following is None or following in seen:
            break
        seen.add(following)
        steps.append((following, state_of(facts, following)))
    return tuple(steps)


def loops(facts: Facts, steps: Steps) -> bool:
    """Whether the last of the queues sends calls back to one before it, or to itself while it is closed."""
    last, state = steps[-1]
    following = _following(facts, steps)
    return any(queue_id == following for queue_id, _ in steps) and not (state.open and following == last)


def cut_short(facts: Facts, steps: Steps) -> bool:
    """Whether the last of the queues sends calls on to yet another, which is not followed any more."""
    following = _following(facts, steps)
    return following is not None and all(queue_id != following for queue_id, _ in steps)


def soonest(*moments: int | None) -> int | None:
    """The first of the moments; None among them stands for never."""
    return min((moment for moment in moments if moment is not None), default=None)
