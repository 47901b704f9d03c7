"""V2's question, described in OpenAPI."""

from typing import Annotated, Any

import msgspec

from aiguillage.dialects.described import (
    Described,
    get_and_head,
    json_body,
    parameter,
    schema_named,
    text_body,
)
from aiguillage.dialects.encom_described import (
    CODE,
    CODE_TEXT,
    HEADERS,
    NUMBER,
    NUMBER_TEXT,
    NUMBERS,
    SHAPES,
    account_parameter,
    refusals,
)
from aiguillage.dialects.v2_formats import FIELDS, FORMATS, Told
from aiguillage.domain.words import example_of, means

TAG = "Calls (V2)"
TEXT = {"type": "string", "maxLength": 128}
AT_TEXT = (
    "Another moment than now, in ISO 8601 (`2026-11-24T18:00:00+01:00`); without an offset, by the clock of the "
    "account's time zone. Needs a token of role `read`."
)


def at_parameter() -> Described:
    """The moment asked about."""
    return parameter("at", AT_TEXT, schema={"type": "string", "maxLength": 40}, example="2026-11-24T18:00:00+01:00")


PARAMETERS = [
    account_parameter("query"),
    parameter("number", NUMBER_TEXT, schema=NUMBER, examples=NUMBERS),
    parameter("code", CODE_TEXT, schema=CODE, example="4321"),
    parameter("value", "What the caller typed to say where they are, such as a postal code.", schema=TEXT),
    parameter("list", "The geo list to look `value` or the number up in; the account's own if left out.", schema=TEXT),
    parameter("called", "The number that the caller dialled, in any form that `number` may have.", schema=NUMBER),
    parameter("queue", "Asks about this call queue, by its code or number, whoever calls.", schema=TEXT),
    at_parameter(),
    parameter(
        "unknown",
        "What an unknown caller gets, in place of what the token says: not found, nothing, or the account's defaults.",
        schema={"type": "string", "enum": ["404", "empty", "default"]},
    ),
    parameter(
        "explain",
        "With `1`, the JSON answer ends with `trace`: a line from every rule.",
        schema={"type": "string", "enum": ["0", "1"], "default": "0"},
    ),
    parameter(
        "format",
        "`json`; `raw`: values with commas between them; `kv`: `name=value` pairs as in a query; `text`: lines.",
        schema={"type": "string", "enum": list(FORMATS), "default": "json"},
    ),
    parameter(
        "fields",
        "These fields alone, separated by commas, in this order. If left out: all, in raw the destination alone.",
        style="form",
        explode=False,
        schema={"type": "array", "items": {"type": "string", "enum": list(FIELDS)}},
    ),
]


class Line(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """What one rule said."""

    rule: Annotated[str, means("The rule's name.")]
    sentence: Annotated[str, means("What the rule says.")]
    looked_at: Annotated[dict[str, Any], means("What the rule looked at.")]
    applied: Annotated[bool, means("Whether the rule had anything to say.")]
    changed: Annotated[dict[str, Any], means("What the rule changed of the decision.")]


_LINES = Annotated[list[Line] | msgspec.UnsetType, means("With `explain=1`: a line from every rule, in their order.")]
ROUTE = msgspec.defstruct(
    "Route",
    [
        *((one.encode_name, one.type | msgspec.UnsetType, msgspec.UNSET) for one in msgspec.structs.fields(Told)),
        ("trace", _LINES, msgspec.UNSET),
    ],
    namespace={"__doc__": "Where the call goes, and why; null where there is nothing. With `fields`, those alone."},
    forbid_unknown_fields=True,
)
_BODY: Described = {
    "type": "object",
    "properties": {
        entry["name"]: {"type": ["string", "number", "boolean", "null"], "description": entry["description"]}
        for entry in PARAMETERS
    },
}
_POSTED = {"customerAccount": "CL0000", "number": NUMBERS["international"]["value"]}
_FLAT = {
    "type": "object",
    "properties": {entry["name"]: {"type": "string", "description": entry["description"]} for entry in PARAMETERS},
}
ASKED: Described = {
    "operationId": "decideCall",
    "tags": [TAG],
    "summary": "Where a call goes now, and why",
    "description": (
        "One of `number`, `code`, `value`, `called` and `queue` must be there. Unknown parameters are ignored, and so "
        "are empty ones, but for `number` (a withheld caller) and `code`; one given twice with two values is a 400. "
        "Checks go in the order 401, 400, 403, 404."
    ),
    "security": [{"bearer": []}],
    "parameters": PARAMETERS,
    "responses": {
        "200": {
            "description": "The decision.",
            "content": json_body(schema_named("Route"), example_of(Told))
            | text_body("With another format: the values, no line end.", "207"),
        },
        **refusals(raw=True),
    },
}
_POST = ASKED | {
    "operationId": "postCall",
    "summary": "The same, with the number in the body",
    "description": "Keeps numbers out of URLs, and so out of logs on the way. Parameters may stand in the query too.",
    "requestBody": {
        "content": {
            "application/json": {"schema": _BODY, "example": _POSTED},
            "application/x-www-form-urlencoded": {"schema": _FLAT, "example": _POSTED},
        }
    },
    "parameters": [entry | {"required": False} for entry in PARAMETERS],
}
DESCRIBED: Described = {
    "tags": [{"name": TAG, "description": "One question settles a call: hours, holidays, zones, rotas, switches."}],
    "paths": {"/api/v2/route": get_and_head(ASKED) | {"post": _POST}},
    "components": {"shapes": (*SHAPES, ROUTE), "headers": HEADERS},
}
