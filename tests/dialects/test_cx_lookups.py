"""contracts/cx-engine.md, the three look-ups: asked of a real server."""

import json

import pytest

from aiguillage.desk.ctis import issue_cti_token
from aiguillage.desk.facts import list_facts
from aiguillage.domain.accounts import CHALLENGE
from tests.cast import ACCOUNT, OTHER_ACCOUNT
from tests.ruled import EVENING, TUESDAY, Ruled
from tests.server import Answer

QUEUE, ZONE, CTI = (f"/smart-routings/{rest}/lookup" for rest in ("call-queues", "geo/destinations", "ctis"))
GOOD = (
    (QUEUE, {"code": "desk"}),
    (ZONE, {"list_id": "departments", "value": "69"}),
    (CTI, {"cti": "1", "origin": "2"}),
)


def look_up(ruled: Ruled, path: str, by: str | None = "router", **asked: str) -> Answer:
    """A look-up in CL0000."""
    return ruled.get(path, by=by, customer_account=ACCOUNT, **asked)


@pytest.mark.parametrize(
    "named", [{"code": "desk"}, {"code": "Desk"}, {"number": "208"}, {"code": "desk", "number": "208"}]
)
def test_a_queue_is_looked_up_by_code_or_number(ruled: Ruled, named: dict[str, str]) -> None:
    answer = look_up(ruled, QUEUE, "reading", at=TUESDAY, **named)

    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert json.loads(answer.body) == {
        "queue": "desk",
        "open": True,
        "destination": "208",
        "reason": "time_span",
        "until": "2026-11-24T18:00:00+01:00",
    }


def test_a_queue_is_looked_up_by_the_number_that_callers_dial_in_any_form(ruled: Ruled) -> None:
    for form in ("+33199000207", "01 99 00 02 07", "0033199000207"):
        assert json.loads(look_up(ruled, QUEUE, did_number=form).body)["queue"] == "support"


def test_a_queue_is_looked_up_by_its_id(ruled: Ruled) -> None:
    for kept in list_facts(ruled.cast.db, ruled.cast["reader"], ACCOUNT, "queue"):
        assert json.loads(look_up(ruled, QUEUE, id=str(kept.id)).body)["queue"] == kept.fact.code


def test_another_moment_needs_the_role_read(ruled: Ruled) -> None:
    closed = look_up(ruled, QUEUE, "reading", code="desk", at=EVENING)

    assert (json.loads(closed.body)["open"], look_up(ruled, QUEUE, code="desk", at=EVENING).status) == (False, 403)


def test_a_zone_tells_its_four_destinations_or_the_lists_fallback(ruled: Ruled) -> None:
    rhone, elsewhere = (
        json.loads(look_up(ruled, ZONE, list_id=name, value=value).body)
        for name, value in (("departments", "69001"), ("prefixes", "+33199001234"))
    )

    assert rhone == {
        "destination1": "207",
        "destination2": "208",
        "destination3": None,
        "destination4": None,
        "zone": "69",
        "nickname": "Rhône",
        "fallback": False,
    }
    assert (elsewhere["destination1"], elsewhere["zone"], elsewhere["fallback"]) == ("290", None, True)


@pytest.mark.parametrize("origin", ["01 99 00 12 34", "+33199001234", "0199001234"])
def test_an_origin_leads_where_the_cti_says_and_numbers_are_compared_as_numbers(ruled: Ruled, origin: str) -> None:
    answer = look_up(ruled, CTI, cti="lobby", origin=origin)

    assert json.loads(answer.body) == {"origin": origin, "destination": "207"}


def test_a_ctis_own_token_names_neither_the_account_nor_itself(ruled: Ruled) -> None:
    (lobby,) = list_facts(ruled.cast.db, ruled.cast["reader"], ACCOUNT, "cti")
    ruled.secrets["lobby"] = issue_cti_token(ruled.cast.db, ruled.cast["manager"], ACCOUNT, lobby.id)

    found = ruled.get(CTI, by="lobby", origin="+33199001234")
    missing = ruled.get(CTI, by="lobby", origin="+33199001235")
    elsewhere = ruled.get(QUEUE, by="lobby", customer_account=ACCOUNT, code="desk")

    assert (found.status, missing.status, elsewhere.status) == (200, 404, 403)


@pytest.mark.parametrize(
    ("path", "asked", "detail"),
    [
        (QUEUE, {"code": "desk"}, "customer_account is missing"),
        (QUEUE, {"customer_account": ACCOUNT}, "code or number or did_number or id is missing"),
        (QUEUE, {"customer_account": ACCOUNT, "code": ""}, "code or number or did_number or id is missing"),
        (QUEUE, {"customer_account": ACCOUNT, "code": "desk", "at": "now"}, "at is no moment"),
        (ZONE, {"customer_account": ACCOUNT, "value": "69"}, "list_id is missing"),
        (ZONE, {"customer_account": ACCOUNT, "list_id": "departments"}, "value is missing"),
        (CTI, {"customer_account": ACCOUNT, "cti": "lobby"}, "origin is missing"),
        (CTI, {"customer_account": ACCOUNT, "origin": "1"}, "cti or origin is missing"),
        (CTI, {"origin": "1", "cti": "lobby"}, "the account is missing"),
    ],
)
def test_a_malformed_question_is_a_problem_that_says_what_is_missing(
    ruled: Ruled, path: str, asked: dict[str, str], detail: str
) -> None:
    answer = ruled.get(path, **asked)

    problem = json.loads(answer.body)
    assert (answer.status, answer.headers["content-type"]) == (400, "application/problem+json")
    assert (problem["status"], problem["title"]) == (400, "Bad Request")
    assert problem["detail"].startswith(detail)


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        (QUEUE, {"code": "nothing"}),
        (QUEUE, {"id": "0"}),
        (QUEUE, {"code": "desk", "number": "207"}),
        (QUEUE, {"code": "desk", "did_number": "+33199000207"}),
        (QUEUE, {"did_number": "desk"}),
        (ZONE, {"list_id": "nothing", "value": "69"}),
        (CTI, {"cti": "lobby", "origin": "nothing"}),
        (CTI, {"cti": "nothing", "origin": "+33199001234"}),
    ],
)
def test_what_the_account_does_not_have_is_404(ruled: Ruled, path: str, asked: dict[str, str]) -> None:
    answer = look_up(ruled, path, **asked)

    assert (answer.status, json.loads(answer.body)["title"]) == (404, "Not Found")


@pytest.mark.parametrize(("path", "asked"), GOOD)
def test_a_foreign_account_and_a_missing_one_answer_alike_to_the_byte(
    ruled: Ruled, path: str, asked: dict[str, str]
) -> None:
    foreign, missing = (ruled.get(path, by="outsider", customer_account=code, **asked) for code in (ACCOUNT, "CL9999"))

    assert foreign.lasting == missing.lasting
    assert foreign.status == 403
    assert ruled.get(path, by="outsider", customer_account=OTHER_ACCOUNT, **asked).status == 404


@pytest.mark.parametrize(("path", "asked"), GOOD)
def test_a_bad_token_a_broken_query_and_another_method_are_problems_too(
    ruled: Ruled, path: str, asked: dict[str, str]
) -> None:
    without, broken = look_up(ruled, path, None, **asked), ruled.get(f"{path}?customer_account=%FF")
    posted = ruled.get(path, method="POST", customer_account=ACCOUNT, **asked)

    assert (without.status, without.headers["www-authenticate"]) == (401, CHALLENGE)
    assert (broken.status, posted.status, posted.headers["allow"]) == (400, 405, "GET, HEAD")
    assert {answer.headers["content-type"] for answer in (without, broken, posted)} == {"application/problem+json"}
