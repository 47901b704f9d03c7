"""What V2 answers, and its formats: JSON, a flat map of texts, raw values, key=value pairs, lines of text."""

from typing import Annotated, Any
from urllib.parse import quote

import msgspec

from aiguillage.dialects.http import JSON, TEXT, Answer, render
from aiguillage.domain import meanings
from aiguillage.domain.calls import Decision, Facts
from aiguillage.domain.meanings import MOMENT, means
from aiguillage.domain.moments import iso_in

TEXTUAL = ("raw", "kv", "text")
"""The formats that are text/plain, errors too."""

FORMATS = ("json", "strings", *TEXTUAL)


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

_ATTRIBUTES = dict(zip(FIELDS, Told.__struct_fields__, strict=True))
_encode = msgspec.json.Encoder().encode


def told(facts: Facts, decision: Decision) -> Told:
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


def as_json(answer: Told) -> Answer:
    """All of it, on one line."""
    return render(200, JSON, _encode(answer))


def as_asked(answer: Told, wanted: str, fields: tuple[str, ...], trace: list[dict[str, Any]] | None) -> Answer:
    """The fields asked for (none: all, raw: the destination alone) in the format asked for; a trace goes with JSON."""
    chosen = fields or (("destination",) if wanted == "raw" else FIELDS)
    values = {name: getattr(answer, _ATTRIBUTES[name]) for name in chosen}
    if wanted == "json":
        return render(200, JSON, _encode(values if trace is None else values | {"trace": trace}))
    if wanted == "strings":
        return render(200, JSON, _encode({name: as_string(value) for name, value in values.items()}))
    return render(200, TEXT, _WRITTEN[wanted](values).encode())


def as_string(value: object) -> str:
    """A value as the text that a flow compares it with: yes and no as `true` and `false`, nothing for None."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _text(value: object) -> str:
    """A value as text on one line: booleans as 1 and 0, nothing for None."""
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, bool) else " ".join(str(value).split())


def _raw(values: dict[str, Any]) -> str:
    """The values with commas between them; one in a value becomes a blank, or it would look like two values."""
    return ",".join(_text(value).replace(", ", " ").replace(",", " ") for value in values.values())


def _pairs(values: dict[str, Any]) -> str:
    ordered = sorted(values.items(), key=lambda item: item[0] in FREE_TEXT)
    return "&".join(f"{name}={quote(_text(value), safe='')}" for name, value in ordered)


def _lines(values: dict[str, Any]) -> str:
    return "\n".join(f"{name}: {_text(value)}".rstrip() for name, value in values.items())


_WRITTEN = {"raw": _raw, "kv": _pairs, "text": _lines}
