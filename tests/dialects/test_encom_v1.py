"""contracts/encom.md, 'V1', and the seed document: each row, asked of a real server."""

import json

import pytest

from tests.cast import CODE, NUMBER
from tests.dialects.conftest import SPARSE_CODE, Door


def detail(door: Door, query: str, path: str = "/api/v1/smartRoutings?") -> str:
    """The detail of the 400 that a query gets."""
    answer = door.ask(path + query)
    assert (answer.status, json.loads(answer.body)["response"]) == (400, "bad request")
    return str(json.loads(answer.body)["detail"])


def test_customer_account_is_mandatory(door: Door) -> None:
    assert detail(door, f"number={NUMBER}") == "customerAccount is missing"
    assert detail(door, f"customerAccount=&number={NUMBER}") == "customerAccount is missing"


def test_number_is_mandatory_unless_code_is_given(door: Door) -> None:
    assert detail(door, "customerAccount=CL0000") == "number or code is missing"
    assert door.v1(f"code={CODE}").status == 200


def test_with_number_and_code_the_number_is_tried_first_then_the_code(door: Door) -> None:
    by_number = door.v1(f"number={NUMBER}&code={SPARSE_CODE}&format=raw")
    by_code = door.v1(f"number=0199009999&code={SPARSE_CODE}&format=raw")
    by_neither = door.v1("number=0199009999&code=99")

    assert (by_number.text, by_code.text, by_neither.status) == ("207,209,214,216", ",208,900,", 404)


@pytest.mark.parametrize("code", ["", "%20", "%23%23", "9" * 60, "%00", "%C3%A9"])
def test_a_code_that_nobody_can_have_is_unknown_not_an_error(door: Door, code: str) -> None:
    assert door.v1(f"code={code}").status == 404


def test_format_is_json_by_default_or_raw_else_400(door: Door) -> None:
    json_answer, raw = door.v1(f"number={NUMBER}&format=json"), door.v1(f"number={NUMBER}&format=raw")

    assert json_answer.lasting == door.v1(f"number={NUMBER}").lasting
    assert json_answer.headers["content-type"] == "application/json"
    assert raw.headers["content-type"] == "text/plain; charset=utf-8"
    assert door.v1(f"number={NUMBER}&format=xml").status == 400


@pytest.mark.parametrize("asked", ["destination=2", "destination=destination2", "destination2", "destination2="])
def test_one_destination_may_be_asked_for(door: Door, asked: str) -> None:
    assert door.v1(f"number={NUMBER}&{asked}").text == '{"destination2": "209"}'
    assert door.v1(f"number={NUMBER}&{asked}&format=raw").text == "209"


@pytest.mark.parametrize(
    "asked", ["destination=5", "destination=0", "destination=", "destination=two", "destination=1&destination2"]
)
def test_another_destination_is_400(door: Door, asked: str) -> None:
    assert door.v1(f"number={NUMBER}&{asked}").status == 400


def test_include_adds_the_flags_as_booleans_in_raw_at_the_end(door: Door) -> None:
    asked = f"number={NUMBER}&destination=1&include=onCallDutyContract,vip"

    assert door.v1(asked).text == '{"destination1": "207", "vip": true, "onCallDutyContract": true}'
    assert door.v1(asked + "&format=raw").text == "207,1,1"
    assert door.v1(f"code={SPARSE_CODE}&include=vip&format=raw").text == ",208,900,,0"
    assert door.v1(f"number={NUMBER}&include=age").status == 400


def test_the_four_destinations_are_answered_as_the_seed_shows_them(door: Door) -> None:
    answer = door.v1(f"number={NUMBER}")

    assert answer.text == (
        '{"destination1": "207", "destination2": "209", "destination3": "214", "destination4": "216"}'
    )


def test_raw_is_the_values_with_commas_and_no_line_end(door: Door) -> None:
    assert door.v1(f"number={NUMBER}&format=raw").body == b"207,209,214,216"


def test_a_destination_that_the_contact_lacks_takes_its_fields_default_or_null(door: Door) -> None:
    whole, raw = door.v1(f"code={SPARSE_CODE}"), door.v1(f"code={SPARSE_CODE}&format=raw")

    assert json.loads(whole.body) == {
        "destination1": None,
        "destination2": "208",
        "destination3": "900",
        "destination4": None,
    }
    assert raw.text == ",208,900,"
    assert door.v1(f"code={SPARSE_CODE}&destination=1").text == '{"destination1": null}'
    assert door.v1(f"code={SPARSE_CODE}&destination=1&format=raw").text == ""
