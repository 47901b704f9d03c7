"""Signing in over the management API, in the shapes that the successor's client sends."""

from pathlib import Path

import httpx
import pyotp
import pytest

from aiguillage.api.moments import now
from aiguillage.desk.users import grant_role
from aiguillage.domain.accounts import CHALLENGE, Role
from tests.api.people import PASSWORD, acting, client, newcomer, session
from tests.cast import ACCOUNT, OTHER_ACCOUNT
from tests.standing import Busy
from tests.storage.facts import account_id


def test_the_successors_client_signs_in_switches_and_signs_out(busy: Busy) -> None:
    who = newcomer(busy, "camille")
    grant_role(busy.cast.db, busy.cast.operator, who, ACCOUNT, Role.MANAGE)

    with client(busy) as nobody:
        login = nobody.post("/login", json={"email": who, "password": PASSWORD})
    with client(busy, login.json()["token"]) as whole:
        customer = whole.get("/customers/resolve", params={"customer_account": ACCOUNT})
        switched = whole.post("/switch-to", json={"workspace_id": customer.json()["id"]})
    with client(busy, switched.json()["token"]) as held:
        me = held.get("/whoami")
        listed = held.get("/smart-routings/grants", params={"customer_account": ACCOUNT})
        elsewhere = held.get("/smart-routings/grants", params={"customer_account": OTHER_ACCOUNT})
        out = held.post("/logout")
        again = held.get("/whoami")
    with client(busy, login.json()["token"]) as whole:
        first = whole.get("/whoami")

    assert login.status_code == 200
    assert login.json()["user"]["email"] == who
    assert customer.json() == {"id": account_id(busy.cast.db, ACCOUNT), "customer_account": ACCOUNT}
    assert (me.json()["kind"], me.json()["accounts"]) == ("session", [ACCOUNT])
    assert (listed.status_code, elsewhere.status_code) == (200, 404)
    assert (out.status_code, out.content, again.status_code, first.status_code) == (204, b"", 401, 401)


def test_whatever_is_wrong_the_answer_is_the_same_to_the_byte(busy: Busy) -> None:
    who = newcomer(busy, "nour")
    pairs = [(who, "wrong"), ("stranger@example.org", PASSWORD), ("reader@example.org", PASSWORD), ("", "")]

    with client(busy) as nobody:
        answers = [nobody.post("/login", json={"email": email, "password": word}) for email, word in pairs]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    headers = [{k: v for k, v in answer.headers.items() if k not in {"date", "x-request-id"}} for answer in answers]
    assert all(one == headers[0] for one in headers)
    assert headers[0]["www-authenticate"] == CHALLENGE


def test_too_many_tries_are_told_when_to_try_again(busy: Busy) -> None:
    # Each failure doubles the delay, so that a try comes too soon however slow this machine is.
    with client(busy) as nobody:
        tries = (nobody.post("/login", json={"email": "hasty@example.org", "password": "wrong"}) for _ in range(14))
        answer = next(answer for answer in tries if answer.status_code != 401)

    assert answer.status_code == 429
    assert answer.headers["content-type"] == "application/problem+json"
    assert 1 <= int(answer.headers["retry-after"]) <= 512
    assert answer.json()["detail"].startswith("Too many attempts. Try again in ")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "noa@example.org"}, "password"),
        ({"email": 5, "password": "x"}, "email"),
        ({"email": "noa@example.org", "password": None}, "password"),
        ({"email": "noa@example.org", "password": "x", "role": "manage"}, "role"),
        ({"email": "noa@example.org", "password": "x", "customer_id": 1}, "customer_id"),
    ],
)
def test_a_body_of_another_shape_is_refused_by_field(busy: Busy, body: dict[str, object], field: str) -> None:
    with client(busy) as nobody:
        answer = nobody.post("/login", json=body)

    assert (answer.status_code, [*answer.json()["errors"]]) == (422, [field])


def test_a_second_factor_is_begun_confirmed_asked_for_and_taken_off(busy: Busy) -> None:
    who = newcomer(busy, "salma")
    credentials = {"email": who, "password": PASSWORD}
    with session(busy, who) as noa, client(busy) as nobody:
        begun = noa.post("/me/totp", json={"password": PASSWORD}, headers={"Idempotency-Key": "one"})
        replayed = noa.post("/me/totp", json={"password": PASSWORD}, headers={"Idempotency-Key": "one"})
        code = pyotp.TOTP(begun.json()["secret"]).at(now() // 1_000_000)
        confirmed = noa.post("/me/totp/confirm", json={"code": code})
        asked = nobody.post("/login", json=credentials)
        used = nobody.post("/login", json=credentials | {"code": code})
        off = noa.request("DELETE", "/me/totp", json={"password": PASSWORD})
        back = nobody.post("/login", json=credentials)

    assert (begun.status_code, confirmed.status_code, off.status_code, back.status_code) == (201, 204, 204, 200)
    assert replayed.json() == {"secret": None, "uri": None}
    assert replayed.headers["idempotency-replayed"] == "true"
    assert (asked.status_code, [*asked.json()["errors"]]) == (422, ["code"])
    assert used.status_code == 401


def test_a_password_is_changed_and_other_sessions_end(busy: Busy) -> None:
    who = newcomer(busy, "lou")
    with session(busy, who) as one, session(busy, who) as other:
        body = {"current": PASSWORD, "new": "staple in the barn"}
        changed, wrong = one.put("/me/password", json=body), one.put("/me/password", json=body)
        mine, theirs = one.get("/whoami"), other.get("/whoami")

    assert (changed.status_code, wrong.status_code) == (204, 401)
    assert (mine.status_code, theirs.status_code) == (200, 401)


def test_sessions_are_listed_and_ended(busy: Busy) -> None:
    who = newcomer(busy, "sacha")
    with session(busy, who) as one, session(busy, who) as other, acting(busy, "outsider") as outsider:
        listed = one.get("/sessions").json()["data"]
        (theirs,) = [row["id"] for row in listed if not row["current"]]
        foreign, none = outsider.delete(f"/sessions/{theirs}"), outsider.delete("/sessions/999999")
        ended = one.delete(f"/sessions/{theirs}")
        after = other.get("/whoami")

    assert {row["address"] for row in listed} == {"127.0.0.1"}
    assert all(row["name"].startswith("python-httpx") for row in listed)
    assert (foreign.status_code, foreign.content) == (404, none.content)
    assert (ended.status_code, after.status_code) == (204, 401)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_token_of_a_small_role_signs_nobody_in_or_out(busy: Busy, method: str) -> None:
    paths = {"POST": ["/me/totp", "/tokens"], "PUT": ["/me/password"], "DELETE": ["/me/totp", "/sessions/1"]}[method]
    body = {"/me/totp": {"password": "x"}, "/tokens": {"name": "x"}, "/me/password": {"current": "x", "new": "y"}}
    with client(busy, busy.cast.secret("router")) as router:
        answers = [
            router.request(method, path, json=body.get(path) if "session" not in path else None) for path in paths
        ]

    assert {answer.status_code for answer in answers} == {403}


def test_passwords_and_secrets_are_in_no_log_and_no_file(busy: Busy) -> None:
    who = newcomer(busy, "charlie")
    with session(busy, who) as one, client(busy) as nobody:
        token = one.headers["authorization"].removeprefix("Bearer ")
        nobody.post("/login", json={"email": who, "password": "a very wrong password"})
        one.post("/me/totp", json={"password": PASSWORD}, headers={"Idempotency-Key": "two"})

    kept = b"".join(path.read_bytes() for path in Path(busy.cast.db.path).parent.glob("aiguillage.db*"))
    logged = busy.server.log.read_bytes()
    for secret in (token, PASSWORD, "a very wrong password"):
        assert secret.encode() not in kept
        assert secret.encode() not in logged
    assert who.encode() not in logged
    assert b"sign_in_refused" in logged


def test_nobody_is_told_who_they_are(busy: Busy) -> None:
    with client(busy) as nobody:
        answers: list[httpx.Response] = [
            nobody.get("/whoami"),
            nobody.post("/logout"),
            nobody.post("/switch-to", json={"workspace_id": 1}),
            nobody.get("/customers/resolve", params={"customer_account": ACCOUNT}),
            nobody.get("/sessions"),
        ]

    assert {answer.status_code for answer in answers} == {401}


def test_the_outsider_cannot_tell_an_account_from_none(busy: Busy) -> None:
    with acting(busy, "outsider") as outsider, session(busy, newcomer(busy, "maxime")) as maxime:
        ours, none = (outsider.get("/customers/resolve", params={"customer_account": c}) for c in (ACCOUNT, "CL9999"))
        real = maxime.post("/switch-to", json={"workspace_id": account_id(busy.cast.db, ACCOUNT)})
        nothing = maxime.post("/switch-to", json={"workspace_id": 999_999})

    assert (ours.status_code, ours.text) == (none.status_code, none.text.replace("CL9999", ACCOUNT))
    assert (real.status_code, real.content) == (nothing.status_code, nothing.content)
    assert (ours.status_code, real.status_code) == (404, 404)
