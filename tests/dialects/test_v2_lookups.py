"""V2's look-ups: a call queue, and who is on call; asked of a real server."""

import json
from typing import Any

import pytest

from tests.cast import ACCOUNT, OTHER_ACCOUNT
from tests.ruled import EVENING, TUESDAY, Ruled

QUEUES, ON_CALL = "/api/v2/queues/", "/api/v2/oncall/"


def told(ruled: Ruled, path: str, **asked: str) -> dict[str, Any]:
    """The JSON of a 200, asked with a token that may read."""
    answer = ruled.get(path, by="reading", customerAccount=ACCOUNT, **asked)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    found: dict[str, Any] = json.loads(answer.body)
    return found


def test_a_queue_tells_whether_it_is_open_and_until_when(ruled: Ruled) -> None:
    assert told(ruled, QUEUES + "desk", at=TUESDAY) == {
        "queue": "desk",
        "name": "Desk",
        "open": True,
        "destination": "208",
        "reason": "time_span",
        "of": "queue",
        "label": None,
        "until": "2026-11-24T18:00:00+01:00",
    }
    assert told(ruled, QUEUES + "DESK", at=EVENING) | {"of": "", "label": None} == {
        "queue": "desk",
        "name": "Desk",
        "open": False,
        "destination": "299",
        "reason": "default",
        "of": "",
        "label": None,
        "until": "2026-11-25T09:00:00+01:00",
    }


def test_a_queue_that_never_changes_holds_for_ever(ruled: Ruled) -> None:
    answer = ruled.get(QUEUES + "support", customerAccount=ACCOUNT)

    assert (answer.status, json.loads(answer.body)["until"]) == (200, None)


def test_a_rota_tells_who_is_on_call_who_comes_next_and_the_second_level(ruled: Ruled) -> None:
    assert told(ruled, ON_CALL + "Duty", at=TUESDAY) == {
        "rota": "duty",
        "onCall": "Ana",
        "number": "+33639980101",
        "email": "ana@example.org",
        "until": "2026-11-30T09:00:00+01:00",
        "next": "Bo",
        "nextNumber": "+33639980102",
        "level2": "Bo",
        "level2Number": "+33639980102",
    }


def test_a_rota_with_nobody_on_call_tells_so(ruled: Ruled) -> None:
    found = told(ruled, ON_CALL + "nobody")

    assert found.pop("rota") == "nobody"
    assert set(found.values()) == {None}


@pytest.mark.parametrize("path", [QUEUES + "nothing", ON_CALL + "nothing", QUEUES + "no%2Fthing", ON_CALL + "a%00b"])
def test_what_the_account_does_not_have_is_404(ruled: Ruled, path: str) -> None:
    answer = ruled.get(path, customerAccount=ACCOUNT)

    assert (answer.status, answer.text) == (404, '{"response": "not found"}')


@pytest.mark.parametrize("path", [QUEUES + "desk", ON_CALL + "duty"])
def test_checks_go_in_the_contracts_order(ruled: Ruled, path: str) -> None:
    answers = [
        ruled.get(path, by=None),
        ruled.get(path),
        ruled.get(path, customerAccount=ACCOUNT, at="now", by="outsider"),
        ruled.get(path + "?customerAccount=%FF"),
        ruled.get(path + "%FF", customerAccount=ACCOUNT),
        ruled.get(path + "x" * 9000, customerAccount=ACCOUNT),
        ruled.get(path, customerAccount=ACCOUNT, at=TUESDAY),
    ]

    assert [answer.status for answer in answers] == [401, 400, 400, 400, 400, 400, 403]
    assert json.loads(answers[1].body)["detail"] == "customerAccount is missing"


@pytest.mark.parametrize("path", [QUEUES + "desk", ON_CALL + "duty"])
def test_a_foreign_account_and_a_missing_one_answer_alike_to_the_byte(ruled: Ruled, path: str) -> None:
    foreign, missing = (ruled.get(path, by="outsider", customerAccount=code) for code in (ACCOUNT, "CL9999"))

    assert foreign.lasting == missing.lasting
    assert foreign.status == 403
    assert ruled.get(path, by="outsider", customerAccount=OTHER_ACCOUNT).status == 404


@pytest.mark.parametrize("path", [QUEUES + "desk", ON_CALL + "duty"])
def test_head_works_and_another_method_is_405(ruled: Ruled, path: str) -> None:
    head, post = (ruled.get(path, method=method, customerAccount=ACCOUNT) for method in ("HEAD", "POST"))

    assert (head.status, head.body) == (200, b"")
    assert (post.status, post.headers["allow"]) == (405, "GET, HEAD")
