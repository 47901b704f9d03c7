"""Refusals name the field that is at fault, as the API calls it, and say what is wrong with its value."""

from typing import Any

import pytest

from tests.api.client import Client, on_new_account
from tests.standing import Busy

CASES: list[tuple[dict[str, Any], str, str]] = [
    ({"id_code": "12,34"}, "id_code", "is not a code"),
    ({"company": "x" * 201}, "company", "is too long. Use up to 200 characters."),
    ({"company": "a\x00b"}, "company", "contains control characters, such as a tab or a line break. Remove them."),
    ({"reference": "x" * 65}, "reference", "is too long. Use up to 64 characters."),
    ({"language_code": "zzzzzz"}, "language_code", "Write two or three letters, as in fr, en or fr-CA."),
    ({"email_destination": "x" * 256}, "email_destination", "Use up to 255 characters."),
    ({"telecom_destination": "207,209"}, "telecom_destination", "is not a destination"),
    ({"field_select_2": "207,209"}, "field_select_2", "is not a destination"),
    ({"telecoms": ["0612"]}, "telecoms.0", "is not a phone number"),
    (
        {"telecoms": ["0199001234", 5]},
        "telecoms.1",
        "'telecoms.1' is a whole number. It must be a text or an object.",
    ),
    ({"emails": [None]}, "emails.0", "'emails.0' is null. It must be a text or an object."),
    ({"first_name": 5}, "first_name", "'first_name' is a whole number. It must be a text or null."),
    ({"field_boolean_1": "maybe"}, "field_boolean_1", "is a text. It must be true or false or null."),
]


@pytest.fixture
def client(busy: Busy) -> Client:
    """A manager's client, on an account of the test's own."""
    return on_new_account(busy.server, busy.cast)


@pytest.mark.parametrize(("body", "field", "says"), CASES)
def test_a_contact_is_refused_by_its_field(client: Client, body: dict[str, Any], field: str, says: str) -> None:
    one = client.done("POST", "/contacts", {"company": "Garage Belleville"})["id"]

    problems = [
        client.refused(422, "POST", "/contacts", {"company": "Garage Mistral"} | body),
        client.refused(422, "PUT", f"/contacts/{one}", body),
    ]

    for problem in problems:
        assert list(problem["errors"]) == [field]
        assert says in problem["detail"]
        assert problem["errors"][field] == [problem["detail"]]


def test_a_value_that_a_strict_field_lacks_is_told_by_the_fields_name(client: Client) -> None:
    client.done("POST", "/fields/1/options", {"name": "Accueil", "value": "207"})
    client.done("PUT", "/fields/1", {"strict": True})
    one = client.done("POST", "/contacts", {"company": "Garage Belleville", "reference": "C-1"})["id"]

    alone = client.refused(422, "PUT", f"/contacts/{one}", {"field_select_1": "999"})
    among = client.refused(422, "POST", "/contacts/bulk", {"contacts": [{"reference": "C-1", "field_select_1": "999"}]})

    assert alone["detail"].startswith("'999' is not an option of field_select_1 (Destination 1). Choose one of: 207.")
    assert (list(alone["errors"]), list(among["errors"])) == (["field_select_1"], ["contacts.0.field_select_1"])


def test_what_a_contact_has_of_a_field_that_became_strict_is_told_by_the_fields_name(client: Client) -> None:
    contact = {"reference": "C-1", "company": "Garage Belleville", "field_select_1": "999"}
    client.done("POST", "/contacts", contact)
    client.done("POST", "/fields/1/options", {"name": "Accueil", "value": "207"})
    client.done("PUT", "/fields/1", {"strict": True})

    told = client.refused(422, "POST", "/contacts/bulk", {"contacts": [{"reference": "C-1", "company": "x"}]})

    assert list(told["errors"]) == ["contacts.0"]
    assert "is not an option of field_select_1" in told["errors"]["contacts.0"][0]


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("PUT", "/fields/1", {"name": "x" * 201}, "name"),
        ("PUT", "/fields/1", {"default_value": "207,209"}, "default_value"),
        ("PUT", "/fields/1", {"default_value": "207", "strict": True}, "default_value"),
        ("PUT", "/fields/5", {"strict": True}, "strict"),
        ("POST", "/fields/1/options", {"name": "x" * 201, "value": "207"}, "name"),
        ("POST", "/fields/1/options", {"name": "x", "value": "207,209"}, "value"),
        ("POST", "/blocked-callers", {"number": "0612"}, "number"),
        ("POST", "/blocked-callers", {"number": "0199001234", "destination": "207,209"}, "destination"),
        ("POST", "/blocked-callers", {"number": "0199001234", "label": "x" * 201}, "label"),
        ("POST", "/ctis", {"name": ""}, "name"),
        ("POST", "/ctis", {"name": "x" * 201}, "name"),
        ("POST", "/surveys", {"name": "a\tb"}, "name"),
        ("POST", "/webhooks", {"name": "a\tb", "url": "https://example.org/", "events": ["call.unknown"]}, "name"),
        ("POST", "/cfd-tokens", {"name": "a\tb"}, "name"),
        ("POST", "/replay", {"journal_before": 0}, "journal_before"),
    ],
)
def test_other_things_are_refused_by_their_fields_too(
    client: Client, method: str, path: str, body: dict[str, Any], field: str
) -> None:
    assert list(client.refused(422, method, path, body)["errors"]) == [field]


def test_an_origin_is_refused_by_its_field(client: Client) -> None:
    path = f"/ctis/{client.done('POST', '/ctis', {'name': 'PBX'})['id']}/destinations"

    fields = [
        list(client.refused(422, "POST", path, body)["errors"])
        for body in ({"origin": " ", "destination": "207"}, {"origin": "site-12", "destination": "207,209"})
    ]

    assert fields == [["origin"], ["destination"]]


def test_a_flip_is_refused_by_its_field(client: Client) -> None:
    switch = {"name": "Panne", "owner_type": "account", "destination": "299"}
    path = f"/switches/{client.done('POST', '/switches', switch)['id']}/flip"

    fields = [
        list(client.refused(422, "POST", path, body)["errors"])
        for body in ({"action": "blink"}, {"action": "on", "until": "2020-01-01T00:00:00Z"})
    ]

    assert fields == [["action"], ["until"]]


@pytest.mark.parametrize("path", ["/fields", "/fields/1/options"])
def test_fields_know_no_moment_of_their_last_change(client: Client, path: str) -> None:
    problem = client.refused(422, "GET", path, params={"updated_since": "2026-01-01T00:00:00Z"})

    assert list(problem["errors"]) == ["updated_since"]


def test_imports_are_listed_since_they_were_made_or_undone(client: Client) -> None:
    client.done("POST", "/contacts/bulk", {"contacts": [{"id_code": "1"}]})

    found = [
        client.get("/imports", updated_since=since)["total"]
        for since in ("2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z")
    ]

    assert found == [1, 0]


@pytest.mark.parametrize(
    "path", ["/imports/7/undo", "/journal/7/revert", "http://127.0.0.1:{}/tokens/7", "http://127.0.0.1:{}/sessions/7"]
)
def test_nobody_who_asks_over_http_is_sent_to_the_terminal(client: Client, path: str) -> None:
    method = "DELETE" if path.startswith("http") else "POST"

    detail = client.refused(404, method, path.format(client.server.port))["detail"]

    assert "7" in detail or "session" in detail
    assert "aiguillage" not in detail


def test_one_row_that_is_refused_is_told_as_one(client: Client) -> None:
    ctis = [{"name": "PBX", "destinations": [{"origin": "site-12", "destination": "207,209"}]}]

    of_contacts = client.refused(422, "POST", "/contacts/import", [{"id_code": "12,34"}])["detail"]
    of_ctis = client.refused(422, "POST", "/ctis/import", ctis)["detail"]

    assert of_contacts.startswith("1 of 1 rows is refused, so none is imported. ")
    assert of_ctis.startswith("1 row is refused. Nothing was imported. Line 1: ")


def test_contacts_of_an_upsert_are_told_by_their_places(client: Client) -> None:
    contacts = [{"id_code": "4"}, {"id_code": "4", "company": "twice"}]

    errors = client.refused(422, "POST", "/contacts/bulk", {"contacts": contacts})["errors"]

    assert errors["contacts.1.id_code"][0].startswith("The code 4 is at contacts.0 already.")
