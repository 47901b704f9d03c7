"""contracts/encom.md, 'Both': each row, asked of a real server."""

import json
from urllib.parse import quote

import pytest

from aiguillage.domain.accounts import CHALLENGE
from tests.cast import ACCOUNT, CODE, NUMBER, OTHER_ACCOUNT
from tests.dialects.conftest import Door

FULL = {"destination1": "207", "destination2": "209", "destination3": "214", "destination4": "216"}
FORMS = (
    "0033199001234",
    "%2B33199001234",
    "+33199001234",
    "0199001234",
    "01%2099%2000%2012%2034",
    "01+99+00+12+34",
    "01.99.00.12.34",
    "01-99-00-12-34",
    "01/99/00/12/34",
    "(01)99001234",
    "%2B33(0)199001234",
    "0033%20(0)1%2099%2000%2012%2034",
    "sip:%2B33199001234@pbx.example.org",
    "sip:+33199001234@pbx.example.org",
    "sips:0199001234@192.0.2.7:5061;user=phone",
    "tel:%2B33-1-99-00-12-34",
    quote('"Camille" <sip:+33199001234@192.0.2.7>;tag=1'),
)
WITHHELD = (
    "anonymous",
    "Anonymous",
    "restricted",
    "unavailable",
    "unknown",
    "private",
    "withheld",
    "sip:@pbx.example.org",
    "sip:anonymous@anonymous.invalid",
    "%2B266696687",
    "%2B86282452253",
    "",
)
NOT_FOUND = '{"response": "not found"}'
NO_NUMBER = ("INTERNATIONAL", "anonyme", "not-a-number", "camille@pbx.example.org", "%22Camille%22%20%3C%3E", "%2A72")


def test_the_scheme_is_case_insensitive_and_blanks_around_the_token_are_ignored(door: Door) -> None:
    secret = door.cast.secret("router")
    path = f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&number={NUMBER}"

    statuses = {
        header: door.server.ask(path, Authorization=header).status
        for header in (f"Bearer {secret} ", f"bearer  {secret}", f"BEARER {secret}\t")
    }

    assert set(statuses.values()) == {200}


def test_each_request_names_the_account_and_a_token_reaches_all_that_its_user_has(door: Door) -> None:
    path = "/api/v1/smartRoutings?customerAccount={}&number=" + NUMBER

    own, other = (door.ask(path.format(code), by="outsider") for code in (OTHER_ACCOUNT, ACCOUNT))

    assert (own.status, other.status) == (404, 403)


@pytest.mark.parametrize("form", FORMS)
def test_a_number_is_known_in_every_accepted_form(door: Door, form: str) -> None:
    answer = door.v1(f"number={form}")

    assert (answer.status, json.loads(answer.body)) == (200, FULL)


@pytest.mark.parametrize("name", NO_NUMBER)
def test_a_caller_whose_identity_is_no_number_is_an_unknown_caller_too(door: Door, name: str) -> None:
    v1, v0 = door.v1(f"number={name}"), door.v0(f"number/{name}")

    assert (v1.status, v1.text, v0.status, v0.text) == (404, NOT_FOUND, 404, NOT_FOUND)


@pytest.mark.parametrize("name", WITHHELD)
def test_a_withheld_caller_is_an_unknown_caller_not_an_error(door: Door, name: str) -> None:
    answer = door.v1(f"number={name}")

    assert (answer.status, answer.text) == (404, NOT_FOUND)


def test_a_possible_number_counts_even_where_no_library_lists_its_range(door: Door) -> None:
    assert door.v1("number=0639980012").status == 404


def test_digits_that_are_no_possible_number_are_compared_as_they_are(door: Door) -> None:
    assert door.v1("number=3631&destination=1&format=raw").text == "300"


def test_a_number_with_a_known_prefix_is_known(door: Door) -> None:
    assert door.v1("number=0261912345&destination=1&format=raw").text == "300"


def test_without_a_good_token_the_answer_is_401_even_to_a_malformed_request(door: Door) -> None:
    good = door.cast.secret("router")
    wrong = good[:-1] + ("A" if good[-1] != "A" else "B")
    headers = ("Basic Og==", f"Bearer {wrong}", "")

    answers = [door.server.ask("/api/v1/smartRoutings", Authorization=header) for header in headers]
    answers.append(door.server.ask("/api/v1/smartRoutings"))

    assert {(a.status, a.text, a.headers["www-authenticate"]) for a in answers} == {
        (401, '{"response": "unauthorized"}', CHALLENGE)
    }


def test_a_malformed_request_is_400_even_without_rights_on_the_account(door: Door) -> None:
    answer = door.v1(f"number={NUMBER}&format=xml", by="outsider")

    assert (answer.status, json.loads(answer.body)["response"]) == (400, "bad request")
    assert set(json.loads(answer.body)) == {"response", "detail"}


def test_missing_rights_are_403_even_for_a_caller_whom_nobody_knows(door: Door) -> None:
    answer = door.v1("number=0199009999", by="outsider")

    assert (answer.status, answer.text) == (403, '{"response": "not authorized"}')


def test_an_account_that_does_not_exist_and_one_without_rights_answer_alike_to_the_byte(door: Door) -> None:
    path = "/api/v1/smartRoutings?customerAccount={}&number=" + NUMBER

    foreign, missing = (door.ask(path.format(code), by="outsider") for code in (ACCOUNT, "CL9999"))

    assert foreign.lasting == missing.lasting


def test_an_unknown_caller_is_404(door: Door) -> None:
    answer = door.v1("number=0199009999")

    assert (answer.status, answer.text) == (404, '{"response": "not found"}')


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_another_method_is_405_and_told_which_are_allowed(door: Door, method: str) -> None:
    for answer in (door.v1(f"number={NUMBER}", method=method), door.v0(f"number/{NUMBER}", method=method)):
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("query", "by", "status", "body"),
    [
        ("number=&number=1&format=raw", "router", 400, "bad request"),
        (f"number={NUMBER}&format=raw", None, 401, "unauthorized"),
        (f"number={NUMBER}&format=raw", "outsider", 403, "not authorized"),
        ("number=0199009999&format=raw", "router", 404, ""),
    ],
)
def test_in_raw_format_errors_are_the_same_words_as_text_but_404_is_empty(
    door: Door, query: str, by: str | None, status: int, body: str
) -> None:
    answer = door.v1(query, by=by)

    assert (answer.status, answer.text, answer.headers["content-type"]) == (status, body, "text/plain; charset=utf-8")


def test_head_works_as_get_without_the_body(door: Door) -> None:
    for asked in (f"number={NUMBER}", "number=0199009999", "destination=x"):
        got, head = door.v1(asked), door.v1(asked, method="HEAD")
        assert (head.status, head.headers["content-length"], head.body) == (got.status, str(len(got.body)), b"")
    assert door.v0(f"number/{NUMBER}", method="HEAD").status == 200


def test_unknown_parameters_are_ignored(door: Door) -> None:
    assert door.v1(f"number={NUMBER}&unknown=empty&callId=7&number2=x").text == json.dumps(FULL)


def test_a_parameter_given_twice_with_two_values_is_400_and_with_one_value_is_fine(door: Door) -> None:
    twice, thrice = door.v1(f"number={NUMBER}&number=0199009999"), door.v1(f"number={NUMBER}&number={NUMBER}")

    assert (twice.status, json.loads(twice.body)["detail"]) == (400, "number is given twice with two values")
    assert thrice.status == 200


def test_a_token_may_say_what_an_unknown_caller_gets(door: Door) -> None:
    empty, default = (door.v1("number=0199009999&format=raw", by=mode) for mode in ("empty", "default"))

    assert (empty.status, empty.text, default.status, default.text) == (200, ",,,", 200, ",,900,")


def test_a_known_code_is_known(door: Door) -> None:
    assert door.v1(f"code={CODE}").text == json.dumps(FULL)
