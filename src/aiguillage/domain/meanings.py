"""What fields mean, said where they are declared: a sentence and an example; those that several things have, here."""

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

Sent = Mapping[type[msgspec.Struct], Mapping[str, Any]]
"""Values of fields, by the shapes that they are of."""

NOTHING_SENT: Sent = {}


def means(text: str, *example: Any, **otherwise: Any) -> msgspec.Meta:  # noqa: ANN401 - of the field's own type
    """The words of a field, for `Annotated`: the API's description has them, and its examples are made of them.

    `otherwise` is what the API has otherwise than the fact does, as domain/parts.py lists it.
    """
    return msgspec.Meta(description=text, examples=list(example) or None, extra=otherwise or None)


def example_of(shape: type[msgspec.Struct], sent: Sent = NOTHING_SENT) -> dict[str, Any]:
    """One of a shape, as JSON: of what was sent of a shape, else of its fields' examples, null where it may be.

    Raises LookupError for a field of which neither says anything.
    """
    known = sent.get(shape, {})
    return {one.encode_name: _example(one, known, sent) for one in msgspec.structs.fields(shape)}


def _example(field: msgspec.structs.FieldInfo, known: Mapping[str, Any], sent: Sent) -> Any:  # noqa: ANN401 - JSON
    inner = _struct_in(field.type)
    if field.encode_name in known and inner is None:
        return known[field.encode_name]
    examples = [one for meta in metas_of(field.type) for one in meta.examples or ()]
    if examples:
        return examples[0]
    if inner is not None:
        one = example_of(inner, sent)
        return [one] if _holds(field.type, list) or _holds(field.type, tuple) else one
    if _holds(field.type, type(None)):
        return None
    raise LookupError(f"Give {field.name} an example.")


def metas_of(kind: Any) -> Iterator[msgspec.Meta]:  # noqa: ANN401 - an annotation
    """All that is said of a type, also inside a union."""
    for one in get_args(kind):
        if isinstance(one, msgspec.Meta):
            yield one
        else:
            yield from metas_of(one)


def _struct_in(kind: Any) -> type[msgspec.Struct] | None:  # noqa: ANN401 - an annotation
    """The struct that a type is, or that it holds one or several of."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind
    return next((found for one in get_args(kind) if (found := _struct_in(one)) is not None), None)


def _holds(kind: Any, wanted: type) -> bool:  # noqa: ANN401 - an annotation
    """Whether a type is the wanted one, or a union with it."""
    if kind is wanted or get_origin(kind) is wanted:
        return True
    return get_origin(kind) in (Annotated, Union, UnionType) and any(_holds(one, wanted) for one in get_args(kind))


def description_of(kind: Any) -> str:  # noqa: ANN401 - an annotation
    """What is said of a field; empty where nothing is."""
    return next((meta.description for meta in metas_of(kind) if meta.description), "")


def optional(name: str, shape: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """The shape with nothing that has to be there."""
    fields = [
        (one.encode_name, one.type | msgspec.UnsetType, msgspec.UNSET if one.required else one.default)
        for one in msgspec.structs.fields(shape)
    ]
    return msgspec.defstruct(name, fields)


BEARER = "aig_0tzKq4sXbVh2LmR8wYc1NfJp6Gd3A9eTuC"
"""What a token looks like in examples."""

MOMENT = msgspec.Meta(extra_json_schema={"format": "date-time"})
"""A text that is a moment with its offset from UTC, in ISO 8601."""

FOUR = ("207", "209", "214", "216")
"""Examples of the four destinations."""

EMAIL = means("The e-mail address.", "manager@example.org")
EXPIRES_AT = means("When it ends, ISO 8601 in UTC or with an offset; null for never.", "2027-12-31T23:00:00Z")
ID = means("Its id.", 12)
QUEUE = means("The call queue's code.", "support")
WHY = means("What says so: `switch`, `exception`, `holiday`, `time_span`, `default` or `no_hours`.", "time_span")
HOLDS = means("How long all of this holds; null: as far as is set, for ever.", "2026-11-24T18:00:00+01:00")
PERSON = means("What people call the user.", "Noa Martin")
OPERATOR = means("Whether the user may do everything on the installation.", False)
CUSTOMER_ID = means("The account's id.", 1)
TOKEN = means("The bearer secret, told this once: null when the answer is replayed.", BEARER)
ACCOUNT_ID = means("The account's id: what `customer_id` and `workspace_id` mean.", 1)
NAME = means("Its name, for people.", "Support")
CURRENT_PASSWORD = means("Your own password, as a proof of who you are.")
CURRENT_CODE = means("A code that your authenticator app shows, as a proof of who you are.")
ROLE = means("`route`, `read`, `edit` or `manage`; each can do all that the ones before it can.", "edit")
USER_ID = means("The user's id.", 12)
ACCOUNTS = means("The codes of the accounts that it is held to; empty for all of its user's.", ["CL0000"])
CREATED_AT = means("When it was made, ISO 8601 in UTC.", "2026-11-24T17:00:00Z")
IDS = means("The ids of those that are to go, all or none.", [17, 18])
PARTIAL = means("`1` leaves refused ones out, and takes the others.")
CREATED = means("How many are new.", 3)
UPDATED = means("How many are changed.", 1)
UNCHANGED = means("How many stay as they are.", 0)
REFUSED = means("How many are refused.", 0)
REFUSALS = means("Why, for each that is refused.", [])
IMPORT_ID = means("The id of the import, by which it can be undone; null while there is none.", 119)
DRY_RUN = means("`1` tells what would happen, and keeps nothing.")
DELETED = means("How many are removed because they were not sent.", 0)
FORMAT = means("`csv`, `xlsx`, `json` or `jsonl`; if left out `Accept` decides, else it is CSV.")
ASKED_AT = means("When it was asked for, ISO 8601 in UTC.", "2026-11-24T17:00:00Z")
ACTOR = means("Who did it: an e-mail address, or empty for the machine itself.", "editor@example.org")
LIST = means("The list.")
WHEN = means("When, ISO 8601 in UTC.", "2026-11-24T17:00:00Z")
CURSOR = means("Where the page begins: comes with `next_page_url`; empty for the first page.")
PAGE = means("Which page, from 1 on.")
ON_A_PAGE, MOST_ON_A_PAGE = 40, 1_000
"""How many are on a page where nobody says, and at most."""

PER_PAGE = means(f"How many on a page, 1 to {MOST_ON_A_PAGE:,}.")
SINCE = means("From this moment on, ISO 8601 with an offset.")
UNTIL = means("Before this moment, ISO 8601 with an offset.")
CALLS = means("How many calls.", 42)
REASON = means("What is wrong, and what to do.", "'0612' is not a phone number in France.")
LABEL = means("What people call it.", "Inventaire")
DESTINATION = means("What the phone system dials; null for none.", "207")
REFERENCE = means("Its name in other systems.", "")
EVERY_YEAR = means("Whether it is so each year.", False)
ON_THAT_DAY = means("Where calls go on that day; null for the queue's default destination.")
BEGINS = means(
    "When it begins, `HH:MM` or `HH:MM:SS` by the account's clock.",
    "09:00",
    shown=means("When it begins, `HH:MM:SS` by the account's clock.", "09:00:00"),
)
ENDS = means(
    "When it ends, alike; not after the start it is on the next day.",
    "12:30",
    shown=means("When it ends, alike; not after the start it is on the next day.", "12:30:00"),
    ends=True,
)
DESTINATION_1 = means("Destination 1 of four; null for none.", "207")
DESTINATION_2 = means("Destination 2 of four; null for none.", "209")
DESTINATION_3 = means("Destination 3 of four; null for none.", "214")
DESTINATION_4 = means("Destination 4 of four; null for none.", "216")
