"""A request with several faults is told all of them, by their fields, in the order of what was sent."""

from typing import Any

import httpx
import pytest

from tests.api.client import Client, client_of, on_new_account
from tests.api.people import PASSWORD, fresh
from tests.cast import ACCOUNT, OTHER_ACCOUNT
from tests.standing import Busy

SPAN = {"time_spanable_type": "queue", "time_spanable_id": 1}
LACKED = ("time_spanable_type", "time_spanable_id", "start_time")
NEW: list[tuple[str, object, list[str]]] = [
    (
        "/contacts",
        {"company": 5, "leads": 1, "telecoms": ["0612", "01 99 00 12 34", "1"], "emails": ["no"], "id_code": "1,2"},
        ["company", "leads", "telecoms.0", "telecoms.2", "emails.0", "id_code"],
    ),
    ("/contacts", {"telecoms": ["0612"], "field_boolean_1": "maybe"}, ["telecoms.0", "field_boolean_1"]),
    (
        "/call-queues/queues",
        {"name": 5, "number": "2,3", "odd": 1, "did_number": "0612", "active": "perhaps"},
        ["name", "number", "odd", "did_number", "active", "code"],
    ),
    (
        "/call-queues/time-spans",
        {"day_of_week": "x", "start_time": "25:00", "end_time": "noon", "destination": "1,2", **SPAN},
        ["day_of_week", "start_time", "end_time", "destination"],
    ),
    (
        "/call-queues/exceptions",
        {"day": "2027-02-30", "last_day": "2026-01-01", "label": "a\tb"},
        ["day", "label", "exceptionable_type", "exceptionable_id"],
    ),
    ("/call-queues/exceptions/holidays", {"day": "x", "destination": "1,2"}, ["day", "destination", "label"]),
    (
        "/rotas",
        {
            "code": "a b",
            "members": [{"name": "Ana", "number": "0612"}, {"name": 5, "number": "06 39 98 12 01"}],
            "layers": [{"name": "Semaines", "members": ["Ana"], "unit": "moons", "start": "x"}],
        },
        ["code", "members.0.number", "members.1.name", "layers.0.unit", "layers.0.start", "name"],
    ),
    ("/switches", {"name": "a\tb", "owner_type": "town", "destination": "1,2"}, ["name", "owner_type", "destination"]),
    ("/blocked-callers", {"number": "0612", "destination": "1,2", "label": 5}, ["number", "destination", "label"]),
    (
        "/geo/lists",
        {"list_id": "a b", "fallback_destination_1": "1,2", "odd": 1},
        ["list_id", "fallback_destination_1", "odd", "list_name", "geo_routing_model_id"],
    ),
    ("/ctis", {"name": 5, "odd": 1, "other": 2}, ["name", "odd", "other"]),
    ("/surveys", {"name": "a\tb", "odd": 1}, ["name", "odd"]),
    (
        "/survey-records",
        {"caller": "x" * 201, "score_1": "x" * 200, "datetime": "x"},
        ["caller", "score_1", "datetime", "survey_id"],
    ),
    ("/webhooks", {"name": "", "url": "ftp://x", "events": ["moon"]}, ["name", "url", "events"]),
    (
        "/calendars",
        {"name": 5, "url": "ftp://x", "destination": "1,2", "owner_type": "town"},
        ["name", "url", "destination", "owner_type", "owner_id"],
    ),
    ("/cfd-tokens", {"name": "a\tb", "hosts": ["x"], "expires_at": "x"}, ["name", "hosts", "expires_at"]),
    ("/fields/1/options", {"name": "x" * 201, "value": "1,2", "odd": 1}, ["name", "value", "odd"]),
    (
        "/call-queues/time-spans/bulk",
        [{"day_of_week": 9, "start_time": "x", **SPAN}, {"odd": 1, "end_time": 5}],
        ["0.day_of_week", "0.start_time", "0.end_time", "1.odd", "1.end_time", *(f"1.{name}" for name in LACKED)],
    ),
]
CHANGED: list[tuple[str, dict[str, Any], dict[str, Any], list[str]]] = [
    ("/contacts", {"company": "x"}, {"company": 5, "emails": ["no"], "odd": 1}, ["company", "emails.0", "odd"]),
    (
        "/call-queues/queues",
        {"name": "Support", "code": "support"},
        {"name": "", "number": "1,2", "code": "?"},
        ["name", "number", "code"],
    ),
    (
        "/call-queues/exceptions/holidays",
        {"day": "2027-01-02", "label": "x"},
        {"label": "", "odd": 1},
        ["label", "odd"],
    ),
]
ASKED = [
    ("/contacts", {"page": "one", "odd": "1", "updated_since": "yesterday", "sort": "moon"}),
    ("/call-queues/queues", {"active": "perhaps", "updated_since": "x", "sort": "moon"}),
    ("/calls", {"since": "yesterday", "until": "x", "known": "perhaps", "odd": "1"}),
    ("/journal", {"odd": "1", "since": "x"}),
    ("/contacts/export", {"odd": "1", "more": "2"}),
]


@pytest.fixture
def client(busy: Busy) -> Client:
    """A manager's client, on an account of the test's own."""
    return on_new_account(busy.server, busy.cast)


def fields_of(problem: dict[str, Any]) -> list[str]:
    """The fields that are at fault; what is said of all of them is what is said of each."""
    assert problem["detail"] == " ".join(text for texts in problem["errors"].values() for text in texts)
    return list(problem["errors"])


@pytest.mark.parametrize(("path", "body", "fields"), NEW)
def test_all_faults_of_a_new_thing_are_told_and_nothing_is_kept(
    client: Client, path: str, body: object, fields: list[str]
) -> None:
    before = client.get("/journal")["data"]

    told = fields_of(client.refused(422, "POST", path, body))

    assert told == fields
    assert client.get("/journal")["data"] == before


@pytest.mark.parametrize(("path", "new", "body", "fields"), CHANGED)
def test_all_faults_of_a_change_are_told(
    client: Client, path: str, new: dict[str, Any], body: dict[str, Any], fields: list[str]
) -> None:
    one = client.done("POST", path, new)["id"]
    before = client.get(f"{path}/{one}")

    told = fields_of(client.refused(422, "PUT", f"{path}/{one}", body))

    assert (told, client.get(f"{path}/{one}")) == (fields, before)


@pytest.mark.parametrize(("path", "query"), ASKED)
def test_all_faults_of_a_query_are_told(client: Client, path: str, query: dict[str, str]) -> None:
    assert fields_of(client.refused(422, "GET", path, params=query)) == list(query)


def test_all_faults_of_an_account_and_of_people_are_told(busy: Busy) -> None:
    with fresh(busy, "operator") as operator:
        cases: list[tuple[str, dict[str, Any]]] = [
            ("/accounts", {"code": "?", "country": "Mars", "time_zone": "x", "keep_calls_days": 0, "odd": 1}),
            ("/users", {"email": "no", "name": "a\tb", "password": "short", "odd": 1}),
            ("/tokens", {"name": "a\tb", "role": "king", "hosts": ["x"], "odd": 1}),
        ]
        answers = [(operator.post(path, json=body), body) for path, body in cases]

    for answer, body in answers:
        assert (answer.status_code, fields_of(answer.json())) == (422, list(body))


def test_query_and_body_are_told_together_where_both_are_read(client: Client) -> None:
    query = {"time_spanable_type": "town", "time_spanable_id": "1"}

    problem = client.refused(422, "POST", "/call-queues/time-spans", {"start_time": "x", "odd": 1}, params=query)

    assert {"time_spanable_type", "start_time", "odd"} <= set(problem["errors"])


def test_a_password_is_not_weighed_again_for_the_sake_of_other_faults(busy: Busy) -> None:
    with fresh(busy, "reader") as reader:
        answers = [
            reader.put("/me/password", json={"current": current, "new": "short", "odd": 1, "more": 2})
            for current in (PASSWORD, "incorrect horse battery")
        ]

    assert [fields_of(answer.json()) for answer in answers] == [["odd", "more"]] * 2


def test_a_request_with_a_key_that_is_refused_is_tried_without_it(client: Client) -> None:
    body, headers = {"id_code": "1,2", "odd": 1}, {"Idempotency-Key": "one"}

    refused = client.refused(422, "POST", "/contacts", body, headers=headers)
    done = client.ask("POST", "/contacts", {"id_code": "12"}, headers=headers)

    assert (fields_of(refused), done.status_code) == (["id_code", "odd"], 201)


def test_an_outsider_is_told_nothing_of_faults(busy: Busy) -> None:
    outsider = client_of(busy.server, busy.cast, "outsider", OTHER_ACCOUNT)
    body = {"telecoms": ["0612"], "odd": 1}

    answers: list[httpx.Response] = []
    for account in (ACCOUNT, "CL9999"):
        outsider.account = account
        answers.append(outsider.ask("POST", "/contacts", body))

    assert {(one.status_code, one.json()["code"], "errors" in one.json()) for one in answers} == {
        (404, "not_found", False)
    }
