"""The eight fields and their options over the management API."""

import pytest

from tests.api.client import Client, client_of, on_new_account
from tests.cast import OTHER_ACCOUNT
from tests.standing import Busy


@pytest.fixture
def client(busy: Busy) -> Client:
    """A manager's client, on an account of the test's own."""
    return on_new_account(busy.server, busy.cast)


def test_eight_fields_are_always_there(client: Client) -> None:
    fields = client.get("/fields")["data"]

    assert [field["id"] for field in fields] == list(range(1, 9))
    assert fields[0] == client.get("/fields/1")
    assert fields[0].keys() == {"id", "name", "default_value", "default_option_id", "customer_id", "strict"}
    assert [fields[0]["name"], fields[4]["name"]] == ["Destination 1", "VIP"]
    assert client.get("/fields", name="vip")["total"] == 1


def test_a_field_is_changed_and_cleared(client: Client) -> None:
    option = client.done("POST", "/fields/1/options", {"name": "Accueil", "value": "207"})

    changed = client.done("PUT", "/fields/1", {"name": "File", "default_option_id": option["id"], "strict": True})

    assert changed == client.get("/fields/1")
    assert {name: changed[name] for name in ("name", "default_value", "default_option_id", "strict")} == {
        "name": "File",
        "default_value": "207",
        "default_option_id": option["id"],
        "strict": True,
    }
    assert client.done("PUT", "/fields/1", {"default_option_id": None})["default_value"] is None
    assert client.ask("DELETE", "/fields/1").status_code == 204
    assert client.ask("DELETE", "/fields/1").status_code == 204
    assert client.get("/fields/1")["name"] == "Destination 1"
    assert client.get("/fields/1/options")["data"] == []


def test_a_stored_field_is_the_one_it_names_or_the_first_that_nobody_set(client: Client) -> None:
    client.done("PUT", "/fields/1", {"default_value": "207"})

    made = [client.done("POST", "/fields", body)["id"] for body in ({"name": "A"}, {"id": 5, "name": "B"})]
    made += [client.done("POST", "/fields", {"name": f"C{n}"})["id"] for n in range(5)]

    assert made == [2, 5, 3, 4, 6, 7, 8]
    assert "All eight fields are set" in client.refused(409, "POST", "/fields", {"name": "D"})["detail"]
    client.refused(404, "POST", "/fields", {"id": 9, "name": "D"})


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/fields/1", {"id": 2, "name": "x"}, "id"),
        ("/fields/1", {"customer_id": 2}, "customer_id"),
        ("/fields/1", {"name": None}, "name"),
        ("/fields/1", {"default_value": "2,3"}, "default_value"),
        ("/fields/1", {"default_option_id": 999}, "default_option_id"),
        ("/fields/1", {"default_option_id": None, "strict": "x"}, "strict"),
        ("/fields/5", {"default_value": "perhaps"}, "default_value"),
        ("/fields/5", {"strict": True}, "strict"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(
    client: Client, path: str, body: dict[str, object], field: str
) -> None:
    problem = client.refused(422, "PUT", path, body)

    assert list(problem["errors"]) == [field]


def test_a_default_and_its_option_must_agree(client: Client) -> None:
    option = client.done("POST", "/fields/1/options", {"name": "Accueil", "value": "207"})["id"]

    client.refused(422, "PUT", "/fields/1", {"default_option_id": option, "default_value": "208"})

    assert client.done("PUT", "/fields/1", {"default_option_id": option, "default_value": "207"})
    assert client.done("PUT", "/fields/1", {"default_option_id": None, "default_value": "9"})["default_value"] == "9"


def test_an_option_is_added_shown_changed_and_removed(client: Client) -> None:
    made = client.ask("POST", "/fields/2/options", {"name": "Accueil", "value": "207"})
    one = f"/fields/2/options/{made.json()['id']}"
    client.done("PUT", "/fields/2", {"default_value": "207"})

    changed = client.done("PUT", one, {"value": "208"}, headers={"If-Match": made.headers["etag"]})

    assert (made.status_code, made.json()) == (201, changed | {"value": "207"})
    assert changed == client.get(one) == client.get("/fields/2/options")["data"][0]
    assert changed["routing_field_id"] == 2
    assert client.get("/fields/2")["default_value"] == "208"
    assert client.done("PUT", one, {}) == changed
    client.refused(412, "PUT", one, {"value": "209"}, headers={"If-Match": made.headers["etag"]})
    client.refused(412, "DELETE", one, headers={"If-Match": made.headers["etag"]})
    assert client.ask("DELETE", one).status_code == 204
    client.refused(404, "GET", one)


def test_options_that_make_no_sense_are_refused(client: Client) -> None:
    one = f"/fields/1/options/{client.done('POST', '/fields/1/options', {'name': 'A', 'value': '1'})['id']}"
    client.done("POST", "/fields/1/options", {"name": "B", "value": "2"})
    client.done("PUT", "/fields/1", {"default_value": "1", "strict": True})

    client.refused(409, "POST", "/fields/1/options", {"name": "C", "value": "1"})
    client.refused(409, "PUT", one, {"value": "2"})
    client.refused(409, "DELETE", one)
    client.refused(422, "POST", "/fields/5/options", {"name": "C", "value": "1"})
    client.refused(422, "POST", "/fields/1/options", {"name": "C"})
    client.refused(422, "POST", "/fields/1/options", {"name": "C", "value": "3", "routing_field_id": 2})
    for path in ("/fields/9/options", "/fields/0", "/fields/9", one.replace("/1/", "/2/"), one + "9"):
        client.refused(404, "GET", path)
    client.refused(404, "POST", "/fields/9/options", {"name": "C", "value": "1"})


def test_a_field_that_somebody_changed_is_not_changed_unseen(client: Client) -> None:
    seen = {"If-Match": client.ask("GET", "/fields/3").headers["etag"]}
    client.done("PUT", "/fields/3", {"name": "A"}, headers=seen)

    client.refused(412, "PUT", "/fields/3", {"name": "B"}, headers=seen)
    client.refused(412, "DELETE", "/fields/3", headers=seen)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/fields"),
        ("POST", "/fields"),
        ("GET", "/fields/1"),
        ("PUT", "/fields/1"),
        ("DELETE", "/fields/1"),
        ("GET", "/fields/1/options"),
        ("POST", "/fields/1/options"),
        ("GET", "/fields/1/options/{id}"),
        ("PUT", "/fields/1/options/{id}"),
        ("DELETE", "/fields/1/options/{id}"),
    ],
)
def test_an_outsider_cannot_tell_an_account_from_none(client: Client, busy: Busy, method: str, path: str) -> None:
    option = client.done("POST", "/fields/1/options", {"name": "Accueil", "value": "207"})["id"]
    body = {"name": "x", "value": "1"} if path.endswith(("options", "{id}")) else {"name": "x"}

    ours, none = (
        client_of(busy.server, busy.cast, "outsider", code).ask(
            method, path.format(id=option), body if method in {"POST", "PUT"} else None
        )
        for code in (client.account, "CL9999")
    )

    assert ours.status_code == none.status_code == 404
    assert ours.text.replace(client.account, "") == none.text.replace("CL9999", "")
    foreign = client_of(busy.server, busy.cast, "outsider", OTHER_ACCOUNT)
    assert foreign.ask("GET", f"/fields/1/options/{option}").status_code == 404
