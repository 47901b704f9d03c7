"""V2: what can be asked, what is answered, what is refused; asked of a real server."""

import json

import pytest

from aiguillage.desk.tokens import issue_token
from tests.cast import ACCOUNT, CODE, NUMBER, OTHER_ACCOUNT, email
from tests.ruled import (
    BLOCKED,
    CONTRACT_CODE,
    DIALLED,
    EVENING,
    FROM_NANTES,
    ROUTE,
    STRANGER,
    TUESDAY,
    Ruled,
)
from tests.server import Answer

KEYS = [
    *("known", "by", "contactId", "company", "firstName", "lastName", "language", "vip", "onCallDutyContract"),
    *("priority", "destination", "destination1", "destination2", "destination3", "destination4"),
    *("queue", "open", "until", "reason", "callId"),
]


def detail(answer: Answer) -> str:
    """The detail of a 400."""
    told = json.loads(answer.body)
    assert (answer.status, told["response"]) == (400, "bad request")
    return str(told["detail"])


def test_a_known_caller_is_told_whole_on_one_line_in_order(ruled: Ruled) -> None:
    answer = ruled.route(number=NUMBER)

    told = json.loads(answer.body)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert list(told) == KEYS
    assert b"\n" not in answer.body
    assert told | {"contactId": 0, "callId": ""} == {
        "known": True,
        "by": "number",
        "contactId": 0,
        "company": "Garage Belleville",
        "firstName": "Camille",
        "lastName": "Roche",
        "language": "fr",
        "vip": True,
        "onCallDutyContract": True,
        "priority": 10,
        "destination": "207",
        "destination1": "207",
        "destination2": "209",
        "destination3": "214",
        "destination4": "216",
        "queue": "support",
        "open": True,
        "until": None,
        "reason": "known_caller",
        "callId": "",
    }


def test_each_call_has_an_id_of_its_own(ruled: Ruled) -> None:
    assert len({ruled.told(number=NUMBER)["callId"] for _ in range(5)}) == 5


def test_what_there_is_nothing_of_is_null(ruled: Ruled) -> None:
    told = ruled.told(code=CONTRACT_CODE)

    assert {told[name] for name in ("firstName", "language", "destination2", "destination3")} == {None}
    assert (told["by"], told["destination4"], told["priority"], told["vip"]) == ("code", "900", 0, False)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"at": TUESDAY}, {"open": True, "destination": "208", "until": "2026-11-24T18:00:00+01:00"}),
        ({"at": "2026-11-24T10:00:00"}, {"open": True, "destination": "208", "reason": "known_caller"}),
        ({"at": "2026-11-24T09:00Z"}, {"open": True}),
        ({"at": "2026-11-24T18:00Z"}, {"open": False}),
        ({"at": EVENING}, {"open": False, "reason": "on_call", "destination": "+33639980101"}),
        ({"at": EVENING}, {"queue": "desk", "until": "2026-11-25T09:00:00+01:00", "destination1": "208"}),
        ({"at": "2026-11-28"}, {"open": False, "until": "2026-11-30T09:00:00+01:00"}),
    ],
)
def test_another_moment_may_be_asked_about(ruled: Ruled, asked: dict[str, str], expected: dict[str, object]) -> None:
    told = ruled.told(by="reading", code=CONTRACT_CODE, **asked)

    assert {name: told[name] for name in expected} == expected
    assert told["callId"] is None


def test_another_moment_needs_the_role_read(ruled: Ruled) -> None:
    assert ruled.route(number=NUMBER, at=TUESDAY).status == 403
    assert ruled.route(number=NUMBER, at=TUESDAY, by="reading").status == 200


def test_a_plus_in_a_moment_may_have_become_a_blank(ruled: Ruled) -> None:
    target = f"{ROUTE}?customerAccount={ACCOUNT}&code={CONTRACT_CODE}&at=2026-11-24T10:00:00+01:00"

    assert json.loads(ruled.server.ask(target, ruled.secret("reading")).body)["open"] is True


@pytest.mark.parametrize(
    "at",
    ["now", "2026-13-01", "2026-11-24T25:00Z", "1795000000", "0001-01-01", "9999-12-31T23:00-23:00", "1969-12-31Z"],
)
def test_what_is_no_moment_is_a_bad_request(ruled: Ruled, at: str) -> None:
    answer = ruled.route(number=NUMBER, at=at, by="reading")

    assert detail(answer).startswith("at is no moment")


NOBODY: tuple[dict[str, str], ...] = (
    {"number": STRANGER},
    {"number": STRANGER, "unknown": "404"},
    {"number": "anonymous", "code": "99"},
    {"number": "anonymous", "called": "reception"},
    {"number": "INTERNATIONAL"},
    {"number": "camille@pbx.example.org"},
)


def test_an_unknown_caller_is_404_unless_the_question_says_otherwise(ruled: Ruled) -> None:
    for asked in NOBODY:
        answer = ruled.route(**asked)
        assert (answer.status, answer.text) == (404, '{"response": "not found"}')


def test_an_unknown_caller_may_get_nothing(ruled: Ruled) -> None:
    told = ruled.told(number=STRANGER, unknown="empty")

    told.pop("callId")
    assert told.pop("reason") == "unknown_caller"
    assert set(told.values()) == {None, False}


def test_an_unknown_caller_may_get_the_accounts_defaults(ruled: Ruled) -> None:
    by_code, by_number = ruled.told(code="99", unknown="default"), ruled.told(number=STRANGER, unknown="default")

    assert (by_code["known"], by_code["destination4"], by_code["destination"]) == (False, "900", "900")
    assert (by_number["reason"], by_number["destination"]) == ("geography", "290")


def test_what_the_question_says_of_unknown_callers_goes_before_what_the_token_says(ruled: Ruled) -> None:
    _, secret = issue_token(ruled.cast.db, ruled.cast.operator, email("router"), name="empty", unknown="empty")
    target = f"{ROUTE}?customerAccount={ACCOUNT}&code=99"

    statuses = [ruled.server.ask(target + more, secret).status for more in ("", "&unknown=404")]

    assert statuses == [200, 404]


@pytest.mark.parametrize("unknown", ["404", "empty"])
@pytest.mark.parametrize(
    ("asked", "reason", "destination"),
    [
        ({"number": BLOCKED}, "blocked_caller", "reject"),
        ({"value": "69001", "list": "departments"}, "geography", "207"),
        ({"number": STRANGER, "value": "75001", "list": "departments"}, "geography", "900"),
        ({"number": FROM_NANTES}, "geography", "291"),
        ({"number": "anonymous", "called": "01 99 00 02 07"}, "called_queue", "207"),
        ({"number": "Out of Area", "called": "sip:+33199000207@pbx.example.org"}, "called_queue", "207"),
        ({"called": DIALLED}, "called_queue", "207"),
        ({"called": "207"}, "called_queue", "207"),
        ({"queue": "support"}, "first_destination", "207"),
        ({"queue": "207", "number": STRANGER}, "first_destination", "207"),
    ],
)
def test_an_unknown_callers_call_that_is_settled_all_the_same_is_answered(
    ruled: Ruled, asked: dict[str, str], reason: str, destination: str | None, unknown: str
) -> None:
    told = ruled.told(**asked, unknown=unknown)

    assert (told["known"], told["reason"], told["destination"]) == (False, reason, destination)


def test_a_known_caller_can_be_blocked_and_is_known_all_the_same(ruled: Ruled) -> None:
    told = ruled.told(number=BLOCKED, code=CODE)

    assert (told["known"], told["by"], told["destination"], told["reason"]) == (
        True,
        "code",
        "reject",
        "blocked_caller",
    )
    assert told["destination1"] == "207"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, "number, code, value, called or queue is missing"),
        ({"value": "", "queue": ""}, "number, code, value, called or queue is missing"),
        ({"number": NUMBER, "unknown": "maybe"}, "'maybe' is not an answer for unknown callers"),
        ({"number": NUMBER, "format": "yaml"}, "format is one of json, strings, raw, kv, text, xml, twiml"),
        ({"number": NUMBER, "fields": "destination,secret"}, "fields are any of known, by"),
        ({"number": NUMBER, "explain": "why"}, "explain is 1 or 0"),
        ({"queue": "nothing"}, "queue is none of the account's"),
        ({"value": "69", "list": "nothing"}, "list is missing, or none of the account's"),
    ],
)
def test_a_malformed_question_is_a_bad_request_that_says_what_to_do(
    ruled: Ruled, asked: dict[str, str], message: str
) -> None:
    answer = ruled.route(**asked)

    assert detail(answer).startswith(message)


def test_the_account_is_mandatory(ruled: Ruled) -> None:
    for asked in ({"number": NUMBER}, {"number": NUMBER, "customerAccount": ""}, {"queue": "support"}):
        answer = ruled.get(ROUTE, **asked)
        assert detail(answer) == "customerAccount is missing"


def test_an_empty_parameter_is_one_that_the_call_flow_had_nothing_for(ruled: Ruled) -> None:
    empty = dict.fromkeys(("value", "list", "called", "queue", "at", "unknown", "format", "fields"), "")

    told = ruled.told(number=NUMBER, **empty)

    assert told | {"callId": ""} == ruled.told(number=NUMBER) | {"callId": ""}


def test_head_works_as_get_without_the_body(ruled: Ruled) -> None:
    for asked in ({"number": STRANGER}, {"number": "x"}, {"number": NUMBER, "fields": "destination"}):
        got, head = ruled.route(**asked), ruled.route(method="HEAD", **asked)
        assert (head.status, head.headers["content-length"], head.body) == (got.status, str(len(got.body)), b"")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_another_method_is_405_and_told_which_are_allowed(ruled: Ruled, method: str) -> None:
    answer = ruled.route(number=NUMBER, method=method)

    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, POST")


def test_checks_go_in_the_contracts_order(ruled: Ruled) -> None:
    statuses = [
        ruled.route(number=STRANGER, fields="x", by=None).status,
        ruled.route(number=STRANGER, fields="x", by="outsider").status,
        ruled.route(number=STRANGER, by="outsider").status,
        ruled.route(number=STRANGER).status,
    ]

    assert statuses == [401, 400, 403, 404]


def test_a_foreign_account_and_a_missing_one_answer_alike_to_the_byte(ruled: Ruled) -> None:
    asked = {"number": NUMBER, "queue": "support", "list": "departments", "explain": "1"}

    foreign, missing = (ruled.get(ROUTE, by="outsider", customerAccount=code, **asked) for code in (ACCOUNT, "CL9999"))

    assert foreign.lasting == missing.lasting
    assert foreign.status == 403
    assert ruled.get(ROUTE, by="outsider", customerAccount=OTHER_ACCOUNT, number=NUMBER).status == 404
