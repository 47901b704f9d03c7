"""V2's formats, and the fields that can be picked."""

import json
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

import pytest

from tests.cast import NUMBER
from tests.dialects.test_v2 import KEYS
from tests.ruled import CONTRACT_CODE, EVENING, STRANGER, Ruled

TEXT = "text/plain; charset=utf-8"
ODD: dict[str, dict[str, str]] = {STRANGER: {}, NUMBER: {"fields": "x"}}
"""What is refused, by the number that is asked about."""


def test_json_is_the_default(ruled: Ruled) -> None:
    plain, asked = ruled.told(number=NUMBER), ruled.told(number=NUMBER, format="json")

    assert list(asked) == KEYS
    assert asked | {"callId": ""} == plain | {"callId": ""}


def test_strings_are_every_field_as_a_text_and_never_null(ruled: Ruled) -> None:
    answer = ruled.route(code=CONTRACT_CODE, format="strings", at=EVENING, by="reading")

    told = json.loads(answer.body)
    assert (answer.status, answer.headers["content-type"], list(told)) == (200, "application/json", KEYS)
    assert {type(value) for value in told.values()} == {str}
    assert told | {"contactId": ""} == {
        **dict.fromkeys(KEYS, ""),
        "known": "true",
        "by": "code",
        "company": "Durand, Fils & Cie",
        "lastName": "D’Été",
        "vip": "false",
        "onCallDutyContract": "true",
        "priority": "0",
        "destination": "+33639980101",
        "destination1": "208",
        "destination4": "900",
        "queue": "desk",
        "open": "false",
        "until": "2026-11-25T09:00:00+01:00",
        "reason": "on_call",
    }


def test_strings_can_be_picked_from_and_their_errors_are_json(ruled: Ruled) -> None:
    picked = ruled.route(number=NUMBER, format="strings", fields="vip,destination")
    refused = [ruled.route(number=number, format="strings", **more) for number, more in ODD.items()]

    assert picked.text == '{"vip":"true","destination":"207"}'
    assert [(answer.status, answer.headers["content-type"]) for answer in refused] == [
        (404, "application/json"),
        (400, "application/json"),
    ]


def test_raw_is_the_destination_alone(ruled: Ruled) -> None:
    answer = ruled.route(number=NUMBER, format="raw")

    assert (answer.status, answer.headers["content-type"], answer.body) == (200, TEXT, b"207")


def test_raw_fields_stand_in_the_order_asked_for_with_commas_between(ruled: Ruled) -> None:
    asked = "vip,destination,onCallDutyContract, queue,destination2,,vip,open,priority"

    answer = ruled.route(code=CONTRACT_CODE, format="raw", fields=asked, at=EVENING, by="reading")

    assert answer.text == "0,+33639980101,1,desk,,0,0"


def test_no_value_of_raw_looks_like_two(ruled: Ruled) -> None:
    answer = ruled.route(code=CONTRACT_CODE, format="raw", fields="company,lastName,language,destination1")

    assert answer.text == "Durand Fils & Cie,D’Été,,208"


def test_kv_is_every_field_percent_encoded(ruled: Ruled) -> None:
    answer = ruled.route(code=CONTRACT_CODE, format="kv", at=EVENING, by="reading")

    pairs = dict(parse_qsl(answer.text, keep_blank_values=True, strict_parsing=True))
    assert (answer.headers["content-type"], sorted(pairs)) == (TEXT, sorted(KEYS))
    assert answer.text.startswith("known=1&by=code&contactId=")
    assert answer.text.endswith("&company=Durand%2C%20Fils%20%26%20Cie&firstName=&lastName=D%E2%80%99%C3%89t%C3%A9")
    assert "&destination=%2B33639980101&" in answer.text
    assert pairs["until"] == "2026-11-25T09:00:00+01:00"


def test_kv_can_be_picked_from(ruled: Ruled) -> None:
    assert ruled.route(number=NUMBER, format="kv", fields="destination,vip").text == "destination=207&vip=1"


def test_kv_has_what_people_enter_last_where_no_quote_in_it_takes_a_destination_away(ruled: Ruled) -> None:
    answer = ruled.route(code=CONTRACT_CODE, format="kv", fields="company,destination", at=EVENING, by="reading")

    assert answer.text == "destination=%2B33639980101&company=Durand%2C%20Fils%20%26%20Cie"


@pytest.mark.parametrize("wanted", ["raw", "kv", "text", "strings"])
def test_an_explanation_goes_with_json_alone(ruled: Ruled, wanted: str) -> None:
    refused, without = (ruled.route(number=NUMBER, format=wanted, explain=explain) for explain in ("1", "0"))

    assert (refused.status, "bad request" in refused.text, without.status) == (400, True, 200)


def test_text_is_a_line_for_each_field(ruled: Ruled) -> None:
    answer = ruled.route(code=CONTRACT_CODE, format="text")

    lines = answer.text.split("\n")
    assert answer.headers["content-type"] == TEXT
    assert [line.partition(":")[0] for line in lines] == KEYS
    assert {"known: 1", "company: Durand, Fils & Cie", "firstName:", "vip: 0", "destination1: 208"} <= set(lines)


def test_json_can_be_picked_from_and_explained(ruled: Ruled) -> None:
    picked = ruled.route(number=NUMBER, fields="reason,destination,open")
    explained = ruled.told(number=NUMBER, fields="destination", explain="1")

    assert picked.text == '{"reason":"known_caller","destination":"207","open":true}'
    assert list(explained) == ["destination", "trace"]


@pytest.mark.parametrize("wanted", ["raw", "kv", "text"])
def test_in_text_errors_are_words_but_404_is_empty(ruled: Ruled, wanted: str) -> None:
    answers = [
        ruled.route(number=STRANGER, format=wanted),
        ruled.route(number="INTERNATIONAL", format=wanted),
        ruled.route(number=NUMBER, format=wanted, fields="x"),
        ruled.route(number=NUMBER, format=wanted, by="outsider"),
    ]

    assert [(answer.status, answer.text) for answer in answers] == [
        (404, ""),
        (404, ""),
        (400, "bad request"),
        (403, "not authorized"),
    ]
    assert {answer.headers["content-type"] for answer in answers} == {TEXT}


def test_a_post_gets_the_format_that_its_body_asks_for_in_errors_too(ruled: Ruled) -> None:
    asked = {"customerAccount": "CL0000", "number": NUMBER, "format": "raw", "fields": "x"}

    answer = ruled.post(json.dumps(asked).encode())

    assert (answer.status, answer.text) == (400, "bad request")


def test_an_unknown_caller_who_gets_nothing_gets_an_empty_raw_body(ruled: Ruled) -> None:
    answer = ruled.route(number=STRANGER, format="raw", unknown="empty")

    assert (answer.status, answer.text) == (200, "")


def test_xml_is_an_element_for_each_field_whatever_is_in_it(ruled: Ruled) -> None:
    answer = ruled.route(code=CONTRACT_CODE, format="xml", fields="company,vip,destination", at=EVENING, by="reading")

    told = ruled.told(code=CONTRACT_CODE, at=EVENING, by="reading")
    found = {one.tag: one.text for one in ET.fromstring(answer.body)}  # noqa: S314 - ours
    assert answer.headers["content-type"] == "application/xml; charset=utf-8"
    assert found == {"company": told["company"], "vip": str(int(told["vip"])), "destination": told["destination"]}


def test_twiml_is_what_twilio_does_with_the_call(ruled: Ruled) -> None:
    known, unknown = (ruled.route(number=one, format="twiml", unknown="empty") for one in (NUMBER, STRANGER))

    assert known.text.endswith("<Response><Enqueue>207</Enqueue></Response>")
    assert unknown.text.endswith("<Response></Response>")
