"""Encom's V0 call-path API, described in OpenAPI."""

from aiguillage.dialects.described import Described, get_and_head, json_body, parameter, text_body
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

TAG = "Calls (V0, deprecated)"
LATER = {name: {"$ref": f"#/components/headers/{name}"} for name in ("Deprecation", "Link")}
"""The headers of every answer."""

WHAT = {"number": parameter("number", NUMBER_TEXT, where="path", schema=NUMBER, examples=NUMBERS)} | {
    "code": parameter("code", CODE_TEXT, where="path", schema=CODE, example="4321")
}
QUEUE = {
    "description": "The caller is known.",
    "headers": LATER,
    "content": text_body("The call queue (the first destination); empty when there is none.", "900"),
}
FLAG = {
    "description": "The caller is known.",
    "headers": LATER,
    "content": json_body({"type": "boolean"}, example=True),
}
ASKED = {
    "number": ("queueOfNumber", "The call queue of a number", QUEUE),
    "code": ("queueOfCode", "The call queue of a code", QUEUE),
    "isVipFromNumber": ("isVipFromNumber", "Whether a number's caller is a VIP", FLAG),
    "isVipFromCode": ("isVipFromCode", "Whether a code's caller is a VIP", FLAG),
    "hasOnCallDutyContractFromNumber": (
        "hasContractFromNumber",
        "Whether a number's caller has an on-call contract",
        FLAG,
    ),
    "hasOnCallDutyContractFromCode": ("hasContractFromCode", "Whether a code's caller has an on-call contract", FLAG),
}
"""The path's verb: operation, what it answers, how."""


def _path(verb: str) -> tuple[str, Described]:
    name, summary, answer = ASKED[verb]
    known_by = "code" if verb.lower().endswith("code") else "number"
    operation = {
        "operationId": name,
        "tags": [TAG],
        "deprecated": True,
        "summary": summary,
        "description": "Ask V1 instead: one request there answers all of this.",
        "security": [{"bearer": []}],
        "parameters": [account_parameter("path"), WHAT[known_by]],
        "responses": {"200": answer, **refusals(raw=False, headers=LATER)},
    }
    return f"/api/{{customerAccount}}/customer/{verb}/{{{known_by}}}", get_and_head(operation)


DESCRIBED: Described = {
    "tags": [{"name": TAG, "description": "V1's forerunner, for call flows that still ask it. Nothing is added here."}],
    "paths": dict(map(_path, ASKED)),
    "components": {
        "shapes": SHAPES,
        "headers": HEADERS
        | {
            "Deprecation": {
                "description": "Since when the path is deprecated (RFC 9745).",
                "required": True,
                "schema": {"type": "string", "pattern": "^@[0-9]+$"},
                "example": "@1767225600",
            },
            "Link": {
                "description": "What comes after (RFC 5829).",
                "required": True,
                "schema": {"type": "string", "const": '</api/v1/smartRoutings>; rel="successor-version"'},
            },
        },
    },
}
