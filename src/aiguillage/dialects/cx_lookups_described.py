"""The successor's three look-ups, described in OpenAPI."""

from http import HTTPStatus

import msgspec

from aiguillage.dialects.described import Described, get_and_head, json_body, parameter, schema_named
from aiguillage.dialects.encom_described import ACCOUNT_CODE, HEADERS
from aiguillage.dialects.v2_described import at_parameter
from aiguillage.domain.problems import MEDIA_TYPE, Code, problem

TAG = "Look-ups (CX Engine)"
_TEXT, _TEXT_OR_NOTHING = {"type": "string"}, {"type": ["string", "null"]}
_GIVEN = {"type": "string", "maxLength": 128}
TOLD = {
    "400": (Code.INVALID, "A parameter is missing, wrong, too long or given twice."),
    "401": (Code.UNAUTHORIZED, "The token is missing, unknown, expired or revoked."),
    "403": (Code.FORBIDDEN, "The token may not ask this about this account, or there is no such account."),
    "404": (Code.NOT_FOUND, "The account has nothing of that name."),
    "405": (Code.METHOD_NOT_ALLOWED, "The path does not take this method."),
    "503": (Code.UNAVAILABLE, "The facts cannot be read at this moment."),
}
"""The refusals by their statuses: the code, and when."""


def _refusal(status: str) -> Described:
    code, description = TOLD[status]
    own = {"401": "WWW-Authenticate", "405": "Allow"}.get(status)
    example = msgspec.to_builtins(problem(code, description, status=HTTPStatus(int(status))))
    answer = {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": schema_named("LookupProblem"), "example": example}},
    }
    return answer | ({"headers": {own: {"$ref": f"#/components/headers/{own}"}}} if own else {})


def _answer(properties: Described) -> Described:
    return {
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }


QUEUE = _answer(
    {
        "queue": _TEXT,
        "open": {"type": "boolean"},
        "destination": _TEXT_OR_NOTHING,
        "reason": _TEXT,
        "until": {"type": ["string", "null"], "format": "date-time"},
    }
)
ZONE = _answer(
    {f"destination{n}": _TEXT_OR_NOTHING for n in range(1, 5)}
    | {"zone": _TEXT_OR_NOTHING, "nickname": _TEXT_OR_NOTHING, "fallback": {"type": "boolean"}}
)
ORIGIN = _answer({"origin": _TEXT, "destination": _TEXT})
PROBLEM = _answer(
    {
        "status": {"type": "integer"},
        "title": _TEXT,
        "detail": {"type": "string", "description": "What is wrong."},
        "code": {"type": "string", "enum": [code.value for code, _ in TOLD.values()]},
    }
)


def _path(name: str, summary: str, asked: list[Described], schema: str, example: Described) -> Described:
    account = parameter(
        "customer_account", "The code of the account.", required=True, schema=ACCOUNT_CODE, example="CL0000"
    )
    return get_and_head(
        {
            "operationId": name,
            "tags": [TAG],
            "summary": summary,
            "description": "A look-up is no call: it is not in the call log.",
            "security": [{"bearer": []}],
            "parameters": [account, *asked],
            "responses": {
                "200": {"description": "What was found.", "content": json_body(schema_named(schema), example)},
                **{status: _refusal(status) for status in TOLD},
            },
        }
    )


_OF_QUEUE = [
    parameter(
        "code",
        "The queue's code. One of `code`, `number`, `did_number` and `id` must be there.",
        schema=_GIVEN,
        example="support",
    ),
    parameter("number", "The number dialled to reach the queue.", schema=_GIVEN),
    parameter("did_number", "The number that callers dial from outside, in any form.", schema=_GIVEN),
    parameter("id", "The queue's id.", schema=_GIVEN),
    at_parameter(),
]
_OF_ZONE = [
    parameter("list_id", "The list's code or id.", required=True, schema=_GIVEN, example="agences"),
    parameter("value", "What the caller typed.", required=True, schema=_GIVEN, example="35000"),
]
_OF_ORIGIN = [
    parameter(
        "cti",
        "The CTI's name or id. A CTI's own token leaves it out, and the account too.",
        schema=_GIVEN,
        example="3CX",
    ),
    parameter("origin", "What the phone system sends.", required=True, schema=_GIVEN, example="site-12"),
]
QUEUE_EXAMPLE = {
    "queue": "support",
    "open": True,
    "destination": "207",
    "reason": "time_span",
    "until": "2026-11-24T18:00:00+01:00",
}
ZONE_EXAMPLE = {"destination1": "207", "destination2": None, "destination3": None, "destination4": None} | {
    "zone": "35",
    "nickname": "Bretagne",
    "fallback": False,
}
ORIGIN_EXAMPLE = {"origin": "site-12", "destination": "207"}
_BEGIN = "/smart-routings"
DESCRIBED: Described = {
    "tags": [{"name": TAG, "description": "As the successor's app asks them."}],
    "paths": {
        f"{_BEGIN}/call-queues/lookup": _path(
            "lookUpQueue", "A call queue now", _OF_QUEUE, "QueueLookedUp", QUEUE_EXAMPLE
        ),
        f"{_BEGIN}/geo/destinations/lookup": _path(
            "lookUpZone", "The destinations of a zone", _OF_ZONE, "ZoneLookedUp", ZONE_EXAMPLE
        ),
        f"{_BEGIN}/ctis/lookup": _path(
            "lookUpOrigin", "Where an origin leads", _OF_ORIGIN, "OriginLookedUp", ORIGIN_EXAMPLE
        ),
    },
    "components": {
        "schemas": {
            "QueueLookedUp": QUEUE,
            "ZoneLookedUp": ZONE,
            "OriginLookedUp": ORIGIN,
            "LookupProblem": PROBLEM,
        },
        "headers": HEADERS,
    },
}
