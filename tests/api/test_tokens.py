"""Tokens over the management API: personal ones, and those of call flows."""

from typing import Any

import pytest

from tests.api.people import acting, client
from tests.cast import ACCOUNT, OTHER_ACCOUNT, email, known_caller
from tests.standing import Busy

PATH = "/smart-routings/cfd-tokens"
HERE = {"customer_account": ACCOUNT}
CALL = f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&number=0199001234"


def test_the_successors_client_keeps_call_flow_tokens(busy: Busy) -> None:
    known_caller(busy.cast)
    with acting(busy, "manager") as manager:
        me = manager.get("/whoami").json()["id"]
        body = {"user_id": me, "name": "3CX", "hosts": ["127.0.0.1"], "expires_at": "2199-12-31 23:59:59"}
        added = manager.post(PATH, params=HERE, json=body)
        one = f"{PATH}/{added.json()['id']}"
        shown = manager.get(one, params=HERE)
        listed = manager.get(PATH, params=HERE | {"name": "3cx", "per_page": 5}).json()
        answered = busy.server.ask(CALL, added.json()["token"])
        changed = manager.put(one, params=HERE, json={"name": "Asterisk", "hosts": ["192.0.2.0/24"]})
        elsewhere = busy.server.ask(CALL, added.json()["token"])
        cleared = manager.put(one, params=HERE, json={"hosts": None, "expires_at": None, "user_id": None})
        removed = manager.delete(one, params=HERE)
        refused = busy.server.ask(CALL, added.json()["token"])

    expected = {"id": added.json()["id"], "user_id": me, "name": "3CX", "hosts": ["127.0.0.1/32"]}
    assert added.status_code == 201
    assert shown.json() == expected | {"expires_at": "2199-12-31T23:59:59Z"}
    assert added.json() == shown.json() | {"token": added.json()["token"]}
    assert listed["data"] == [shown.json()]
    assert (answered.status, elsewhere.status, refused.status) == (200, 403, 401)
    assert (changed.status_code, cleared.status_code, removed.status_code) == (200, 200, 204)
    assert cleared.json() == expected | {"name": "Asterisk", "hosts": [], "expires_at": None}


def test_a_call_flow_token_asks_calls_and_nothing_else(busy: Busy) -> None:
    with acting(busy, "manager") as manager:
        secret = manager.post(PATH, params=HERE, json={"name": "PBX"}).json()["token"]
    with client(busy, secret) as flow:
        answers = [
            flow.get(PATH, params=HERE),
            flow.post(PATH, params=HERE, json={"name": "more"}),
            flow.get("/smart-routings/grants", params=HERE),
            flow.get("/tokens"),
            flow.post("/tokens", json={"name": "more", "role": "manage"}),
            flow.get("/sessions"),
        ]
        other = flow.get("/smart-routings/grants", params={"customer_account": OTHER_ACCOUNT})

    assert {answer.status_code for answer in answers} == {403}
    assert other.status_code == 404


def test_a_request_that_is_sent_again_makes_one_token_and_tells_its_secret_once(busy: Busy) -> None:
    key = {"Idempotency-Key": "e7c5"}
    with acting(busy, "editor") as editor:
        first, second = (editor.post(PATH, params=HERE, json={"name": "PBX"}, headers=key) for _ in range(2))
        whole = editor.post(PATH, params=HERE, json={"name": "PBX"}, headers={"Prefer": "return=minimal"})

    assert first.json()["token"].startswith("aig_")
    assert second.json() == first.json() | {"token": None}
    assert (whole.status_code, whole.json()["token"][:4]) == (201, "aig_")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": "PBX", "hosts": ["pbx.example.org"]}, "hosts"),
        ({"name": "PBX", "hosts": "192.0.2.7"}, "hosts"),
        ({"name": "PBX", "expires_at": "tomorrow"}, "expires_at"),
        ({"name": "PBX", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"name": "PBX", "expires_at": "9999-12-31T23:59:59-23:00"}, "expires_at"),
        ({"name": "PBX", "user_id": 999_999}, "user_id"),
        ({"name": "PBX", "role": "manage"}, "role"),
        ({"name": "PBX", "accounts": [OTHER_ACCOUNT]}, "accounts"),
        ({"name": "PBX", "customer_id": 1}, "customer_id"),
        ({"name": "PBX", "kind": "personal"}, "kind"),
        ({"name": "PBX", "token": "aig_"}, "token"),
        ({"name": "PBX", "seq": 1}, "seq"),
    ],
)
def test_a_call_flow_token_that_makes_no_sense_is_refused_by_field(
    busy: Busy, body: dict[str, Any], field: str
) -> None:
    with acting(busy, "manager") as manager:
        answer = manager.post(PATH, params=HERE, json=body)

    assert (answer.status_code, [*answer.json()["errors"]]) == (422, [field])


def test_a_manager_sees_all_of_the_accounts_and_others_their_own(busy: Busy) -> None:
    with acting(busy, "reader") as reader, acting(busy, "editor") as editor, acting(busy, "manager") as manager:
        added = reader.post(PATH, params=HERE, json={"name": "reader's"}).json()
        one = f"{PATH}/{added['id']}"
        foreign, none = editor.get(one, params=HERE), editor.get(f"{PATH}/999999", params=HERE)
        for_other = editor.post(PATH, params=HERE, json={"name": "x", "user_id": added["user_id"]})
        seen = manager.get(one, params=HERE)
        stale = manager.delete(one, params=HERE, headers={"If-Match": '"1"'})
        removed = manager.delete(one, params=HERE)

    assert (foreign.status_code, foreign.content) == (404, none.content)
    assert for_other.status_code == 403
    assert (seen.status_code, stale.status_code, removed.status_code) == (200, 412, 204)


def test_the_outsider_cannot_tell_an_account_from_none(busy: Busy) -> None:
    with acting(busy, "manager") as manager:
        one = f"{PATH}/{manager.post(PATH, params=HERE, json={'name': 'PBX'}).json()['id']}"
    asked = [("GET", PATH, None), ("POST", PATH, {"name": "x"}), ("GET", one, None), ("DELETE", one, None)]
    with acting(busy, "outsider") as outsider:
        for method, path, body in [*asked, ("PUT", one, {"name": "x"})]:
            ours, none = (
                outsider.request(method, path, params={"customer_account": code}, json=body)
                for code in (ACCOUNT, "CL9999")
            )
            assert (ours.status_code, ours.text) == (404, none.text.replace("CL9999", ACCOUNT))
        there = {"customer_account": OTHER_ACCOUNT}
        foreign, nothing = outsider.get(one, params=there), outsider.get(f"{PATH}/999999", params=there)

    assert (foreign.status_code, foreign.content) == (404, nothing.content)


def test_people_keep_their_own_tokens(busy: Busy) -> None:
    body = {"name": "import", "role": "edit", "accounts": [ACCOUNT], "hosts": ["127.0.0.0/8"], "unknown": "empty"}
    with acting(busy, "editor") as editor:
        added = editor.post("/tokens", json=body)
        one = f"/tokens/{added.json()['id']}"
        shown, changed = editor.get(one), editor.put(one, json={"name": "nightly import"})
        stale = editor.put(one, json={"name": "x"}, headers={"If-Match": shown.headers["etag"]})
        with client(busy, added.json()["token"]) as script:
            before = script.get("/whoami")
            removed, after = editor.delete(one), script.get("/whoami")
        revoked = editor.get(one).json()["revoked_at"]
        listed = editor.get("/tokens", params={"name": "nightly import"}).json()["data"]

    told = shown.json()
    assert (told["email"], told["kind"], told["role"], told["accounts"]) == (
        email("editor"),
        "personal",
        "edit",
        [ACCOUNT],
    )
    assert (told["hosts"], told["unknown"], told["expires_at"], told["revoked_at"]) == (
        ["127.0.0.0/8"],
        "empty",
        None,
        None,
    )
    assert (changed.json()["name"], stale.status_code) == ("nightly import", 412)
    assert (before.status_code, removed.status_code, after.status_code) == (200, 204, 401)
    assert listed == [changed.json() | {"revoked_at": revoked}]


def test_operators_keep_everybodys_tokens_and_others_cannot_tell_them_from_none(busy: Busy) -> None:
    with acting(busy, "operator") as operator, acting(busy, "reader") as reader, acting(busy, "editor") as editor:
        reader_id = reader.get("/whoami").json()["id"]
        added = operator.post("/tokens", json={"name": "PBX", "user_id": reader_id}).json()
        mine = reader.get(f"/tokens/{added['id']}")
        refused = editor.post("/tokens", json={"name": "PBX", "user_id": reader_id})
        pairs = [
            [editor.request(method, f"/tokens/{one}", json=body) for one in (added["id"], 999_999)]
            for method, body in (("GET", None), ("PUT", {"name": "x"}), ("DELETE", None))
        ]

    assert (added["email"], mine.status_code, refused.status_code) == (email("reader"), 200, 403)
    for foreign, none in pairs:
        assert (foreign.status_code, foreign.text) == (404, none.text.replace("999999", str(added["id"])))


@pytest.mark.parametrize("code", [OTHER_ACCOUNT, "CL9999"])
def test_a_token_for_an_account_of_others_is_refused_as_one_for_none(busy: Busy, code: str) -> None:
    with acting(busy, "editor") as editor:
        answer = editor.post("/tokens", json={"name": "PBX", "accounts": [code]})

    assert answer.status_code == 404
    assert (
        answer.json()["detail"]
        == f"There is no account {code} that you can see. Check its code, or ask one of its managers."
    )
