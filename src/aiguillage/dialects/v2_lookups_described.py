"""V2's two look-ups, described in OpenAPI."""

from aiguillage.dialects.described import Described, get_and_head, json_body, parameter, schema_named
from aiguillage.dialects.encom_described import HEADERS, SCHEMAS, account_parameter, refusals
from aiguillage.dialects.v2_described import TAG, at_parameter

_TEXT, _TEXT_OR_NOTHING = {"type": "string"}, {"type": ["string", "null"]}
_MOMENT = {"type": ["string", "null"], "format": "date-time"}
_UNTIL = _MOMENT | {"description": "How long all of this holds; null: as far as is set, for ever."}


def _answer(description: str, properties: Described) -> Described:
    return {
        "type": "object",
        "description": description,
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }


QUEUE = _answer(
    "A call queue at a moment.",
    {
        "queue": _TEXT,
        "name": _TEXT,
        "open": {"type": "boolean", "description": "Whether it is inside one of its time spans, or has none."},
        "destination": _TEXT_OR_NOTHING,
        "reason": {"type": "string", "enum": ["switch", "exception", "holiday", "time_span", "default", "no_hours"]},
        "of": {"type": "string", "enum": ["account", "group", "queue"], "description": "Whose the reason is."},
        "label": _TEXT_OR_NOTHING,
        "until": _UNTIL,
    },
)
QUEUE_EXAMPLE = {
    "queue": "support",
    "name": "Support",
    "open": True,
    "destination": "207",
    "reason": "time_span",
    "of": "queue",
    "label": None,
    "until": "2026-11-24T18:00:00+01:00",
}
ROTA = _answer(
    "Who is on call; null in `onCall` when nobody is.",
    {
        "rota": _TEXT,
        "onCall": _TEXT_OR_NOTHING,
        "number": _TEXT_OR_NOTHING,
        "email": _TEXT_OR_NOTHING,
        "until": _UNTIL,
        "next": _TEXT_OR_NOTHING,
        "nextNumber": _TEXT_OR_NOTHING,
        "level2": _TEXT_OR_NOTHING,
        "level2Number": _TEXT_OR_NOTHING,
    },
)
ROTA_EXAMPLE = {
    "rota": "astreinte",
    "onCall": "Karim Vasseur",
    "number": "+33639980101",
    "email": "karim@example.org",
    "until": "2026-11-30T09:00:00+01:00",
    "next": "Lou Bertin",
    "nextNumber": "+33639980102",
    "level2": None,
    "level2Number": None,
}


def _path(where: str, name: str, summary: str, schema: str, example: Described) -> Described:
    told = {status: answer for status, answer in refusals(raw=False).items() if status != "429"}
    told["404"] = told["404"] | {"description": "The account has none of that code."}
    return get_and_head(
        {
            "operationId": name,
            "tags": [TAG],
            "summary": summary,
            "description": "What a call would meet; nothing of it is in the call log.",
            "security": [{"bearer": []}],
            "parameters": [
                parameter(
                    where,
                    "Its code.",
                    where="path",
                    schema={"type": "string", "maxLength": 128},
                    example=example["queue" if where == "code" else where],
                ),
                account_parameter("query"),
                at_parameter(),
            ],
            "responses": {
                "200": {
                    "description": "Now, or at the moment asked about.",
                    "content": json_body(schema_named(schema), example),
                },
                **told,
            },
        }
    )


DESCRIBED: Described = {
    "tags": [],
    "paths": {
        "/api/v2/queues/{code}": _path("code", "queueNow", "A call queue now", "QueueNow", QUEUE_EXAMPLE),
        "/api/v2/oncall/{rota}": _path("rota", "onCallNow", "Who is on call", "OnCallNow", ROTA_EXAMPLE),
    },
    "components": {"schemas": SCHEMAS | {"QueueNow": QUEUE, "OnCallNow": ROTA}, "headers": HEADERS},
}
