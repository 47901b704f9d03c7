"""Encom's V1 call-path API, described in OpenAPI."""

from typing import Annotated

import msgspec

from aiguillage.dialects.described import Described, get_and_head, json_body, parameter, schema_named, text_body
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
from aiguillage.domain.words import means

TAG = "Calls (V1)"
NAMES = ("destination1", "destination2", "destination3", "destination4")
ALL = {"destination1": "207", "destination2": "209", "destination3": "214", "destination4": "216"}
FLAGS = ("vip", "onCallDutyContract")

_DESTINATION = means("What the phone system dials; null when neither the contact nor the field's default says it.")


class Routing(msgspec.Struct, forbid_unknown_fields=True):
    """Where the call goes. With one destination asked for, that key alone."""

    destination1: Annotated[str | msgspec.UnsetType | None, _DESTINATION] = msgspec.UNSET
    destination2: Annotated[str | msgspec.UnsetType | None, _DESTINATION] = msgspec.UNSET
    destination3: Annotated[str | msgspec.UnsetType | None, _DESTINATION] = msgspec.UNSET
    destination4: Annotated[str | msgspec.UnsetType | None, _DESTINATION] = msgspec.UNSET
    vip: Annotated[bool | msgspec.UnsetType, means("With `include=vip`: whether the caller is a VIP.")] = msgspec.UNSET
    onCallDutyContract: Annotated[  # noqa: N815 - its name on the wire
        bool | msgspec.UnsetType,
        means("With `include=onCallDutyContract`: whether the caller has an on-call contract."),
    ] = msgspec.UNSET


PARAMETERS = [
    account_parameter("query"),
    parameter(
        "number",
        f"{NUMBER_TEXT}\n\nMandatory unless `code` is given. With both, the number is tried first.",
        schema=NUMBER,
        examples=NUMBERS,
    ),
    parameter("code", f"{CODE_TEXT} Mandatory unless `number` is given.", schema=CODE),
    parameter(
        "format",
        "`json`, or `raw`: the values alone, separated by commas, as text.",
        schema={"type": "string", "enum": ["json", "raw"], "default": "json"},
    ),
    parameter(
        "destination",
        "Asks for one destination alone; leave it out to get all four.",
        schema={"type": "string", "enum": ["1", "2", "3", "4", *NAMES]},
    ),
    *(
        parameter(
            name,
            f"Bare (`&{name}`), the same as `destination={number}`; its value is ignored.",
            allowEmptyValue=True,
            schema={"type": "string", "maxLength": 128},
        )
        for number, name in enumerate(NAMES, start=1)
    ),
    parameter(
        "include",
        "Adds these flags, separated by commas: as booleans in JSON, as `1` or `0` at the end in raw.",
        style="form",
        explode=False,
        schema={"type": "array", "items": {"type": "string", "enum": list(FLAGS)}},
    ),
]
_JSON_EXAMPLES = {
    "four": {"summary": "All four", "value": ALL},
    "one": {"summary": "With destination=1", "value": {"destination1": "207"}},
    "flags": {
        "summary": "With include=vip,onCallDutyContract",
        "value": ALL | {"vip": True, "onCallDutyContract": False},
    },
}
_RAW_EXAMPLES = {
    "four": {"summary": "All four", "value": "207,209,214,216"},
    "one": {"summary": "With destination=1", "value": "207"},
    "missing": {"summary": "With no second destination", "value": "207,,214,216"},
    "flags": {"summary": "With include=vip,onCallDutyContract", "value": "207,209,214,216,1,0"},
}


def _with_examples(content: Described, examples: Described) -> Described:
    return {media_type: {"schema": body["schema"], "examples": examples} for media_type, body in content.items()}


ANSWER = {
    "description": "The caller is known (or the token has unknown callers answered with nothing or the defaults).",
    "content": _with_examples(json_body(schema_named("Routing"), ALL), _JSON_EXAMPLES)
    | _with_examples(text_body("With `format=raw`: the values, no line end.", ""), _RAW_EXAMPLES),
}
DESCRIBED: Described = {
    "tags": [
        {
            "name": TAG,
            "description": "Where a caller goes. Ask by number first and, if that is not known, by the code typed.",
        }
    ],
    "paths": {
        "/api/v1/smartRoutings": get_and_head(
            {
                "operationId": "routeCall",
                "tags": [TAG],
                "summary": "The destinations of a call",
                "description": (
                    "The call queues that a caller goes to, up to four, as kept for the contact; a destination that "
                    "the contact lacks takes its field's default. Unknown parameters are ignored; a parameter given "
                    "twice with two values is a 400. Checks go in the order 401, 400, 403, 404."
                ),
                "security": [{"bearer": []}],
                "parameters": PARAMETERS,
                "responses": {"200": ANSWER, **refusals(raw=True)},
            }
        )
    },
    "components": {"shapes": (*SHAPES, Routing), "headers": HEADERS},
}
