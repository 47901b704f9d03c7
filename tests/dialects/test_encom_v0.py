"""contracts/encom.md, 'V0': each row, asked of a real server."""

import pytest

from tests.cast import CODE, NUMBER
from tests.dialects.conftest import SPARSE_CODE, Door

DEPRECATED = "@1767225600"
LINK = '</api/v1/smartRoutings>; rel="successor-version"'


@pytest.mark.parametrize(
    "rest", [f"number/{NUMBER}", "number/0199001234", f"code/{CODE}", "number/01%2F99%2F00%2F12%2F34"]
)
def test_number_and_code_answer_the_queue_as_bare_text(door: Door, rest: str) -> None:
    answer = door.v0(rest)

    assert (answer.status, answer.text, answer.headers["content-type"]) == (200, "207", "text/plain; charset=utf-8")


@pytest.mark.parametrize("asked", ["isVip", "hasOnCallDutyContract"])
def test_vip_and_on_call_contract_answer_json_true_or_false(door: Door, asked: str) -> None:
    answers = [door.v0(f"{asked}FromNumber/{NUMBER}"), door.v0(f"{asked}FromCode/{CODE}")]
    plain = door.v0(f"{asked}FromCode/{SPARSE_CODE}")

    assert {(a.status, a.text, a.headers["content-type"]) for a in answers} == {(200, "true", "application/json")}
    assert (plain.status, plain.text) == (200, "false")


@pytest.mark.parametrize(
    "rest", ["number/0199009999", "code/99", "isVipFromNumber/0199009999", "hasOnCallDutyContractFromCode/99"]
)
def test_an_unknown_caller_is_404_in_json(door: Door, rest: str) -> None:
    answer = door.v0(rest)

    assert (answer.status, answer.text) == (404, '{"response": "not found"}')


def test_answers_carry_deprecation_and_a_link_to_v1(door: Door) -> None:
    asked = (f"number/{NUMBER}", f"isVipFromCode/{CODE}", "number/0199009999", "code/%FF")
    answers = [door.v0(rest) for rest in asked] + [door.v0(asked[0], by=None), door.v0(asked[0], by="outsider")]

    assert [a.status for a in answers] == [200, 200, 404, 400, 401, 403]
    assert {(a.headers["deprecation"], a.headers["link"]) for a in answers} == {(DEPRECATED, LINK)}


def test_a_queue_that_the_contact_lacks_is_empty_text(door: Door) -> None:
    answer = door.v0(f"code/{SPARSE_CODE}")

    assert (answer.status, answer.text) == (200, "")


def test_a_token_may_say_what_an_unknown_caller_gets(door: Door) -> None:
    asked = ("number/0199009999", "isVipFromNumber/0199009999")

    answers = [door.v0(rest, by=mode) for mode in ("empty", "default") for rest in asked]

    assert [(a.status, a.text) for a in answers] == [(200, ""), (200, "false")] * 2


def test_another_word_in_the_path_is_a_wrong_address(door: Door) -> None:
    assert door.v0("isRichFromNumber/0199001234").status == 400
