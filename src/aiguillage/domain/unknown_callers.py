"""What the call flow of an unknown caller is told, by its token's mode or the request's: 404, empty or default."""

from aiguillage.domain.accounts import DEFAULT, NOT_FOUND
from aiguillage.domain.calls import Decision, Facts


def told(facts: Facts, decision: Decision, mode: str) -> Decision:
    """The decision as the call flow hears it. That on a known caller, and one that settles a call, stay as they are.

    Else the call flow is told that nobody is known (`404`), or nothing (`empty`): it asks for a code, or goes on alone.
    """
    if decision.known is not None or mode == DEFAULT or _says_something(facts, decision):
        return decision
    return Decision("unknown_caller", call_id=decision.call_id, trace=decision.trace, not_found=mode == NOT_FOUND)


def _says_something(facts: Facts, decision: Decision) -> bool:
    """Whether an unknown caller's call is settled all the same, or a zone or a queue was found for it.

    A list's fallback says something of a zone that was typed, and nothing of a number that nobody asked about.
    """
    zone = decision.zone
    return (
        decision.settled
        or "queue" in facts.named
        or (zone is not None and (facts.value is not None or not zone.fallback))
        or (facts.called is not None and facts.called in facts.account.dialled)
    )
