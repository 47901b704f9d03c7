"""Genesys Cloud's data action: what it sends is understood, and what it makes of the answer is what it promises."""

import json
import re
from typing import Any

import pytest
from jsonschema import Draft4Validator

from aiguillage.domain.answered import FIELDS
from tests.cast import CODE, NUMBER
from tests.docs.markdown import read
from tests.ruled import BLOCKED, CONTRACT_CODE, STRANGER, Ruled

ACTION: dict[str, Any] = json.loads(read("integrations/genesys/data_action.json"))
REQUEST, RESPONSE = ACTION["config"]["request"], ACTION["config"]["response"]
INPUT, OUTPUT = ACTION["contract"]["input"]["inputSchema"], ACTION["contract"]["output"]["successSchema"]
PLACE = re.compile(r"\$esc\.jsonString\(\$\{input\.(\w+)\}\)")

EXPORTED = {
    "type": "object",
    "required": ["name", "integrationType", "actionType", "config", "contract", "secure"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "maxLength": 256},
        "integrationType": {"enum": ["custom-rest-actions"]},
        "actionType": {"enum": ["custom"]},
        "secure": {"type": "boolean"},
        "config": {
            "type": "object",
            "required": ["request", "response"],
            "additionalProperties": False,
            "properties": {
                "request": {
                    "type": "object",
                    "required": ["requestUrlTemplate", "requestType", "headers", "requestTemplate"],
                    "additionalProperties": {"type": ["string", "object"]},
                },
                "response": {
                    "type": "object",
                    "required": ["translationMap", "translationMapDefaults", "successTemplate"],
                    "additionalProperties": {"type": ["string", "object"]},
                },
            },
        },
        "contract": {"type": "object", "required": ["input", "output"], "additionalProperties": {"type": "object"}},
    },
}
"""What an exported action has (https://help.mypurecloud.com/?p=138534 and its neighbours)."""


def sent(**given: str) -> dict[str, Any]:
    """The body that the action sends: an input that is not given is empty."""
    body = PLACE.sub(lambda place: json.dumps(given.get(place[1], ""))[1:-1], REQUEST["requestTemplate"])
    told: dict[str, Any] = json.loads(body)
    return told


def resolved(answer: bytes) -> dict[str, Any]:
    """What the action makes of an answer: each path's value as JSON, or its default, in the template's places."""
    raw = json.loads(answer)
    values = {
        name: json.dumps(raw[path.removeprefix("$.")])
        if path.removeprefix("$.") in raw
        else RESPONSE["translationMapDefaults"][name]
        for name, path in RESPONSE["translationMap"].items()
    }
    filled = re.sub(r"\$\{(\w+)\}", lambda place: values[place[1]], RESPONSE["successTemplate"])
    told: dict[str, Any] = json.loads(filled)
    return told


def test_the_file_is_an_action_and_its_contracts_are_schemas() -> None:
    Draft4Validator(EXPORTED).validate(ACTION)

    for schema in (INPUT, OUTPUT):
        Draft4Validator.check_schema(schema)
    assert set(PLACE.findall(REQUEST["requestTemplate"])) == set(INPUT["properties"])
    assert "$" not in PLACE.sub("", REQUEST["requestTemplate"])
    assert list(OUTPUT["properties"]) == list(RESPONSE["translationMap"]) == list(RESPONSE["translationMapDefaults"])
    assert set(OUTPUT["properties"]) <= set(FIELDS)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"number": NUMBER}, {"known": "true", "vip": "true", "priority": "10", "destination": "207", "open": "true"}),
        ({"number": STRANGER}, {"known": "false", "destination": "", "open": "", "reason": "unknown_caller"}),
        ({"number": STRANGER, "code": CODE}, {"known": "true", "destination": "207"}),
        ({"number": "anonymous", "code": CONTRACT_CODE}, {"company": "Durand, Fils & Cie", "lastName": "D’Été"}),
        ({"number": BLOCKED}, {"known": "false", "destination": "reject", "reason": "blocked_caller"}),
        ({"number": 'x"}\n\\', "called": "$!{"}, {"known": "false"}),
    ],
)
def test_what_it_returns_is_what_its_contract_promises(
    ruled: Ruled, given: dict[str, str], expected: dict[str, str]
) -> None:
    Draft4Validator(INPUT).validate(given)

    answer = ruled.post(json.dumps(sent(**given)).encode(), REQUEST["headers"]["Content-Type"])

    told = resolved(answer.body)
    assert answer.status == 200
    Draft4Validator(OUTPUT).validate(told)
    assert told | expected == told


def test_what_is_wrong_is_no_success(ruled: Ruled) -> None:
    body = json.dumps(sent(number=NUMBER)).encode()

    refused = ruled.server.ask(
        REQUEST["requestUrlTemplate"].removeprefix("https://calls.example.org"),
        "aig_wrong",
        method="POST",
        body=body,
        **{"Content-Type": "application/json"},
    )

    assert refused.status == 401
    assert REQUEST["headers"]["Authorization"] == "Bearer aig_..."
