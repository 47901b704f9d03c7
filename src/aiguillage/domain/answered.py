"""What a call flow can be told of a call: each dialect tells of it what its phone system can take."""

from typing import TYPE_CHECKING, Annotated

import msgspec

from aiguillage.domain import meanings
from aiguillage.domain.meanings import MOMENT, means
from aiguillage.domain.moments import iso_in

if TYPE_CHECKING:  # they need the kinds of facts, one of which names these answers' fields
    from aiguillage.domain.calls import Decision, Facts

BY = msgspec.Meta(
    description="What the caller is known by; null for unknown ones.",
    examples=["number"],
    extra_json_schema={"enum": ["number", "prefix", "code", None]},
)


class Told(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The answer, shallow; its fields in the order in which they are told. None where there is nothing."""

    known: Annotated[bool, means("Whether the caller is one of the account's contacts.", True)]
    by: Annotated[str | None, BY]
    contact_id: Annotated[int | None, means("The contact's id; null for an unknown caller.", 12)]
    company: Annotated[str | None, means("The company's name.", "Clinique des Acacias")]
    first_name: Annotated[str | None, means("The caller's first name.", "Camille")]
    last_name: Annotated[str | None, means("The caller's last name.", "Roche")]
    language: Annotated[str | None, means("The caller's language, as in `fr`.", "fr")]
    vip: Annotated[bool, means("Whether the caller is a VIP.", True)]
    on_call_duty_contract: Annotated[bool, means("Whether the caller has an on-call contract.", False)]
    priority: Annotated[int, means("A VIP's calls have the account's VIP priority, others 0.", 10)]
    destination: Annotated[str | None, means("Where to send the call now, all rules applied.", "207")]
    destination1: Annotated[str | None, meanings.DESTINATION_1]
    destination2: Annotated[str | None, meanings.DESTINATION_2]
    destination3: Annotated[str | None, meanings.DESTINATION_3]
    destination4: Annotated[str | None, meanings.DESTINATION_4]
    queue: Annotated[str | None, means("The code of the call queue that the caller was meant for.", "support")]
    open: Annotated[bool | None, means("Whether that queue is inside one of its time spans.", True)]
    until: Annotated[str | None, means("How long all of this holds.", "2026-11-24T18:00:00+01:00"), MOMENT]
    reason: Annotated[str, means("The name of the rule that said where the call goes.", "known_caller")]
    call_id: Annotated[str | None, means("The call in the call log.", "b7c0e51f9d02-1a")]


FIELDS = Told.__struct_encode_fields__
"""The answer's names, in their order."""

FREE_TEXT = ("company", "firstName", "lastName")
"""What people enter: last in key=value pairs, where a phone system may take a quote in it for a bracket."""

ATTRIBUTES = dict(zip(FIELDS, Told.__struct_fields__, strict=True))
"""The attribute of each name."""


def told(facts: "Facts", decision: "Decision") -> Told:
    """A decision as it is told."""
    known, select, boolean, state, queue = (
        decision.known,
        decision.select,
        decision.boolean,
        decision.state,
        decision.queue,
    )
    account = facts.account
    return Told(
        known is not None,
        decision.by,
        None if known is None else known.contact_id,
        None if known is None else known.company or None,
        None if known is None else known.first_name or None,
        None if known is None else known.last_name or None,
        None if known is None else known.language or None,
        bool(boolean[0]),
        bool(boolean[1]),
        decision.priority,
        decision.destination,
        *select,
        None if queue is None else account.queues[queue].code,
        None if state is None else state.open,
        iso_in(decision.until, account.time_zone),
        decision.reason,
        decision.call_id or None,
    )
