"""Accounts over the management API."""

from typing import Any

import pytest

from tests.api.people import acting
from tests.cast import ACCOUNT, OTHER_ACCOUNT
from tests.standing import Busy
from tests.storage.facts import account_id


def test_an_operator_adds_shows_changes_and_removes_an_account(busy: Busy) -> None:
    with acting(busy, "operator") as operator:
        added = operator.post("/accounts", json={"code": "CL0007", "name": "Mistral", "keep_calls_days": 90})
        path = f"/accounts/{added.json()['id']}"
        changes = {"vip_priority": 20, "pseudonymise_days": 7, "fallback_destination": "200"}
        changed = operator.put(path, json=changes)
        shown = operator.get(path)
        removed, gone = operator.delete(path), operator.get(path)

    assert (added.status_code, changed.status_code, removed.status_code, gone.status_code) == (201, 200, 204, 404)
    assert added.json() == {
        "id": added.json()["id"],
        "code": "CL0007",
        "name": "Mistral",
        "country": "FR",
        "time_zone": "Europe/Paris",
        "shared_numbers": "refuse",
        "vip_priority": 10,
        "rota_id": None,
        "geo_list_id": None,
        "fallback_destination": None,
        "keep_calls_days": 90,
        "pseudonymise_days": 30,
    }
    assert shown.json() == added.json() | changes == changed.json()
    assert shown.headers["etag"] == changed.headers["etag"] != added.headers["etag"]


def test_a_manager_sets_their_account_in_the_state_that_they_saw(busy: Busy) -> None:
    path = f"/accounts/{account_id(busy.cast.db, ACCOUNT)}"
    with acting(busy, "manager") as manager:
        seen = manager.get(path).headers["etag"]
        first = manager.put(path, json={"name": "Acacias"}, headers={"If-Match": seen})
        second = manager.put(path, json={"name": "Mistral"}, headers={"If-Match": seen})

    assert (first.status_code, second.status_code) == (200, 412)
    assert second.json()["detail"].startswith("Somebody changed this since you read it.")


def test_everybody_lists_the_accounts_that_they_may_read(busy: Busy) -> None:
    codes = {}
    for name in ("operator", "reader", "router", "outsider"):
        with acting(busy, name) as somebody:
            codes[name] = {row["code"] for row in somebody.get("/accounts").json()["data"]}

    assert codes["operator"] >= {ACCOUNT, OTHER_ACCOUNT}
    assert codes["reader"] == {ACCOUNT}
    assert codes["router"] == set()
    assert codes["outsider"] == {OTHER_ACCOUNT}


def test_accounts_are_filtered_searched_sorted_and_paged(busy: Busy) -> None:
    with acting(busy, "operator") as operator:
        filtered = operator.get("/accounts", params={"code": OTHER_ACCOUNT.lower()}).json()
        searched = operator.get("/accounts", params={"q": "boul"}).json()
        first = operator.get("/accounts", params={"sort": "-code", "per_page": 1}).json()
        unknown = operator.get("/accounts", params={"updated_since": "2026-01-01T00:00:00Z"})

    assert [row["code"] for row in filtered["data"]] == [row["code"] for row in searched["data"]] == [OTHER_ACCOUNT]
    assert (len(first["data"]), first["per_page"]) == (1, 1)
    assert first["next_page_url"].endswith("page=2")
    assert unknown.status_code == 422


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"keep_calls_days": 0}, "keep_calls_days"),
        ({"keep_calls_days": 3651}, "keep_calls_days"),
        ({"pseudonymise_days": -1}, "pseudonymise_days"),
        ({"vip_priority": 1_000_001}, "vip_priority"),
        ({"vip_priority": None}, "vip_priority"),
        ({"country": "Atlantis"}, "country"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"shared_numbers": "maybe"}, "shared_numbers"),
        ({"code": "CL0009"}, "code"),
        ({"seq": 1}, "seq"),
        ({"id": 1}, "id"),
        ({"customer_id": 1}, "customer_id"),
        ({"facts_version": 1}, "facts_version"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_by_field(busy: Busy, body: dict[str, Any], field: str) -> None:
    path = f"/accounts/{account_id(busy.cast.db, ACCOUNT)}"
    with acting(busy, "manager") as manager:
        before = manager.get(path).json()
        answer = manager.put(path, json=body)
        after = manager.get(path).json()

    assert (answer.status_code, [*answer.json()["errors"]]) == (422, [field])
    assert before == after


@pytest.mark.parametrize("name", ["manager", "editor", "reader", "router", "outsider"])
def test_only_operators_add_and_remove_accounts(busy: Busy, name: str) -> None:
    with acting(busy, name) as somebody:
        added = somebody.post("/accounts", json={"code": "CL0008"})
        removed = somebody.delete(f"/accounts/{account_id(busy.cast.db, ACCOUNT)}")

    assert added.status_code == 403
    assert removed.status_code == (404 if name == "outsider" else 403)


@pytest.mark.parametrize(("name", "status"), [("editor", 403), ("reader", 403), ("router", 403), ("outsider", 404)])
def test_only_managers_set_an_account(busy: Busy, name: str, status: int) -> None:
    with acting(busy, name) as somebody:
        answer = somebody.put(f"/accounts/{account_id(busy.cast.db, ACCOUNT)}", json={"name": "Mine"})

    assert answer.status_code == status


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_the_outsider_cannot_tell_an_account_from_none(busy: Busy, method: str) -> None:
    body = {"name": "Mine"} if method == "PUT" else None
    with acting(busy, "outsider") as outsider:
        answers = [
            outsider.request(method, f"/accounts/{one}", json=body)
            for one in (account_id(busy.cast.db, ACCOUNT), 999_999, 0, account_id(busy.cast.db, ""), "x", "9" * 30)
        ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers[:4]}) == 1
