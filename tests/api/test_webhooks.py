"""Webhooks over the management API."""

from typing import Any

import pytest

from aiguillage.domain.webhooks import EVENTS
from aiguillage.storage.deliveries import erase_bodies
from tests.api.client import Client, client_of, on_new_account
from tests.cast import ACCOUNT, OTHER_ACCOUNT
from tests.standing import Busy
from tests.storage.facts import account_id

PATH = "/webhooks"
# The name is looked up when something is sent, and nobody knows it (RFC 6761).
HOOK = {"name": "CRM", "url": "https://hook.invalid:8443/calls", "events": ["call.unknown"]}


@pytest.fixture
def client(busy: Busy) -> Client:
    """A manager's client, on an account of the test's own."""
    return on_new_account(busy.server, busy.cast)


def add(client: Client, **changes: Any) -> Any:  # noqa: ANN401 - any JSON
    """A new webhook as it is answered."""
    return client.done("POST", PATH, HOOK | changes)


def pinged(client: Client, one: str) -> Any:  # noqa: ANN401 - any JSON
    """The delivery of a ping, once it was tried."""
    path = f"{one}/deliveries/{client.done('POST', f'{one}/test')['id']}"
    while (told := client.get(path))["state"] == "waiting":
        pass
    return told


def test_a_webhook_is_added_changed_and_removed(client: Client) -> None:
    added = client.ask("POST", PATH, HOOK)
    hook = added.json()
    secret = hook.pop("secret")
    one = f"{PATH}/{hook['id']}"

    changed = client.done("PUT", one, {"events": list(EVENTS), "active": False})

    assert added.status_code == 201
    assert secret.startswith("whsec_")
    assert hook | {"trouble": "", "active": True} == {**HOOK, **hook}
    assert changed == hook | {"events": list(EVENTS), "active": False}
    assert client.get(one) == changed
    assert client.get(PATH)["data"] == [changed]
    assert client.get(PATH, active="1")["data"] == []
    assert client.get(PATH, q="cr", sort="-name")["total"] == 1
    assert client.ask("DELETE", one).status_code == 204
    client.refused(404, "GET", one)


def test_a_secret_is_told_once_and_again_only_when_it_is_new(client: Client) -> None:
    key = {"Idempotency-Key": "once"}
    first = client.done("POST", PATH, HOOK, headers=key)
    one = f"{PATH}/{first['id']}"

    replayed = client.done("POST", PATH, HOOK, headers=key)
    second = client.done("POST", f"{one}/regenerate-secret")

    assert replayed == first | {"secret": None}
    assert "secret" not in client.get(one)
    assert second["secret"] != first["secret"]
    assert second | {"secret": ""} == first | {"secret": ""}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"url": "http://example.org/"}, "url"),
        ({"url": "https://10.0.0.1/calls"}, "url"),
        ({"url": "https://[::1]/calls"}, "url"),
        ({"url": "https://localhost/calls"}, "url"),
        ({"url": "https://2130706433/"}, "url"),
        ({"events": []}, "events"),
        ({"events": ["call.known"]}, "events"),
        ({"events": None}, "events"),
        ({"name": ""}, "name"),
        ({"secret": "whsec_"}, "secret"),
        ({"trouble": "x"}, "trouble"),
        ({"customer_id": 2}, "customer_id"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_field(client: Client, changes: dict[str, Any], field: str) -> None:
    hook = add(client)

    problems = [
        client.refused(422, "POST", PATH, HOOK | {"url": "https://example.org/other"} | changes),
        client.refused(422, "PUT", f"{PATH}/{hook['id']}", changes),
    ]

    assert [list(problem["errors"]) for problem in problems] == [[field]] * 2


def test_an_address_that_has_a_webhook_is_a_conflict(client: Client) -> None:
    add(client)

    assert "CRM" in client.refused(409, "POST", PATH, HOOK)["detail"]


def test_a_lost_update_is_refused(client: Client) -> None:
    hook = add(client)
    one = f"{PATH}/{hook['id']}"
    seen = {"If-Match": client.ask("GET", one).headers["etag"]}

    client.done("PUT", one, {"name": "ERP"}, headers=seen)

    client.refused(412, "PUT", one, {"name": "CRM"}, headers=seen)
    client.refused(412, "DELETE", one, headers=seen)
    assert client.get(one)["name"] == "ERP"


def test_a_ping_tells_what_went_wrong(client: Client) -> None:
    one = f"{PATH}/{add(client)['id']}"

    begun = client.ask("POST", f"{one}/test")
    told = pinged(client, one)

    assert (begun.status_code, begun.json()["state"], begun.json()["tries"]) == (202, "waiting", 0)
    assert (told["event"], told["state"], told["status"], told["tries"]) == ("ping", "failed", None, 1)
    assert "hook.invalid is no name that is known" in told["trouble"]
    assert told["body"]["data"] == {"webhook_id": told["webhook_id"]}
    assert client.get(f"{one}/deliveries")["data"][0] == told


def test_deliveries_are_filtered_paged_and_sent_again(client: Client) -> None:
    one = f"{PATH}/{add(client)['id']}"
    sent = [pinged(client, one)["id"] for _ in range(3)]

    again = client.done("POST", f"{one}/deliveries/{sent[0]}/resend")

    def listed(**filters: Any) -> list[int]:  # noqa: ANN401 - of any parameter
        return [delivery["id"] for delivery in client.get(f"{one}/deliveries", **filters)["data"]]

    page = client.get(f"{one}/deliveries", per_page=2)
    assert (again["id"], again["state"], again["tries"]) == (sent[0], "waiting", 0)
    assert [delivery["id"] for delivery in page["data"]] == sent[:0:-1]
    assert page["total"] == 3
    assert client.get(page["next_page_url"])["data"][0]["id"] == sent[0]
    assert listed(event="ping") == sent[::-1]
    assert listed(event="call.unknown") == []
    assert listed(status=200) == []
    assert listed(since=again["created_at"], until="2100-01-01T00:00:00Z") == sent[::-1]
    assert listed(until="2020-01-01T00:00:00Z") == []
    assert listed(state="failed")[:2] == sent[:0:-1]
    assert "errors" in client.refused(422, "GET", f"{one}/deliveries", params={"state": "lost"})
    client.refused(404, "POST", f"{one}/deliveries/1/resend")
    client.done("PUT", one, {"active": False})
    client.refused(409, "POST", f"{one}/deliveries/{sent[0]}/resend")


def test_a_delivery_that_somebody_was_in_who_was_erased_is_listed_without_its_body(client: Client, busy: Busy) -> None:
    one = f"{PATH}/{add(client)['id']}"
    sent = pinged(client, one)["id"]

    with busy.cast.db.write() as connection:
        erase_bodies(connection, account_id(busy.cast.db, client.account), [sent])

    listed = client.get(f"{one}/deliveries")["data"]
    assert [(delivery["id"], delivery["state"], delivery["body"]) for delivery in listed] == [(sent, "failed", None)]
    assert "has been erased" in client.refused(409, "POST", f"{one}/deliveries/{sent}/resend")["detail"]


@pytest.mark.parametrize("name", ["editor", "reader", "router"])
def test_webhooks_are_for_managers(busy: Busy, name: str) -> None:
    client = client_of(busy.server, busy.cast, name)

    for method, path in (
        ("GET", PATH),
        ("POST", PATH),
        ("GET", f"{PATH}/1"),
        ("POST", f"{PATH}/1/test"),
        ("GET", f"{PATH}/1/deliveries/1"),
    ):
        body = HOOK if (method, path) == ("POST", PATH) else None
        assert "requires the role manage" in client.refused(403, method, path, body)["detail"]


def test_an_outsider_cannot_tell_a_webhook_from_none(busy: Busy) -> None:
    theirs = add(on_new_account(busy.server, busy.cast))["id"]
    outsider = client_of(busy.server, busy.cast, "outsider", OTHER_ACCOUNT)
    stranger = client_of(busy.server, busy.cast, "outsider", ACCOUNT)

    for method, below in (
        ("GET", ""),
        ("DELETE", ""),
        ("POST", "/test"),
        ("GET", "/deliveries"),
        ("GET", "/deliveries/1"),
    ):
        foreign, none = (outsider.refused(404, method, f"{PATH}/{id_}{below}") for id_ in (theirs, 999_999_999))
        assert str(foreign).replace(str(theirs), "999999999") == str(none)
        assert "no account" in stranger.refused(404, method, f"{PATH}/{theirs}{below}")["detail"]
