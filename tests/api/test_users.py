"""Users and roles over the management API."""

from typing import Any

import pytest

from aiguillage.desk.users import add_user, list_users
from tests.api.people import PASSWORD, acting, client, fresh, newcomer
from tests.cast import ACCOUNT, OTHER_ACCOUNT, email
from tests.standing import Busy

HERE = {"customer_account": ACCOUNT}


def test_an_operator_adds_changes_and_disables_a_user(busy: Busy) -> None:
    who = email("ariane")
    with fresh(busy, "operator") as operator:
        added = operator.post("/users", json={"email": who.upper(), "name": "Ariane", "password": PASSWORD})
        path = f"/users/{added.json()['id']}"
        with client(busy) as nobody:
            once = nobody.post("/login", json={"email": who, "password": PASSWORD})
            opened = nobody.post("/login", json={"email": who, "password": PASSWORD, "new": "staple in the barn"})
        with client(busy, opened.json()["token"]) as ariane:
            renamed = operator.put(path, json={"name": "Ariane Roche"})
            stale = operator.put(path, json={"name": "x"}, headers={"If-Match": added.headers["etag"]})
            disabled = operator.put(path, json={"disabled": True})
            out = ariane.get("/whoami")
        listed = operator.get("/users", params={"email": who}).json()["data"]

    assert (once.status_code, [*once.json()["errors"]]) == (422, ["new"])
    assert added.status_code == 201
    assert added.json() == {
        "id": added.json()["id"],
        "email": who,
        "name": "Ariane",
        "operator": False,
        "disabled": False,
        "grants": {},
    }
    assert (renamed.status_code, stale.status_code, disabled.status_code, out.status_code) == (200, 412, 200, 401)
    assert listed == [added.json() | {"name": "Ariane Roche", "disabled": True}]


def test_an_operator_sets_a_password_and_takes_a_second_factor_off(busy: Busy) -> None:
    who = newcomer(busy, "elie")
    with fresh(busy, "operator") as operator, fresh(busy, "elie") as elie, client(busy) as nobody:
        path = f"/users/{elie.get('/whoami').json()['id']}"
        answers = [
            operator.put(f"{path}/password", json={"password": "staple in the barn"}),
            operator.delete(f"{path}/totp"),
            elie.get("/whoami"),
            nobody.post("/login", json={"email": who, "password": "staple in the barn", "new": PASSWORD}),
        ]

    assert [answer.status_code for answer in answers] == [204, 204, 401, 200]


@pytest.mark.parametrize("field", ["operator", "role", "seq", "id", "customer_id", "grants", "totp_secret", "email"])
def test_nobody_makes_more_of_a_user_than_a_body_may_say(busy: Busy, field: str) -> None:
    with fresh(busy, "operator") as operator:
        me = operator.get("/whoami").json()["id"]
        answer = operator.put(f"/users/{me}", json={"name": "x", field: 1})

    assert (answer.status_code, [*answer.json()["errors"]]) == (422, [field])


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/users", None),
        ("POST", "/users", {"email": email("intruder")}),
        ("GET", "/users/{id}", None),
        ("PUT", "/users/{id}", {"name": "x"}),
        ("PUT", "/users/{id}/password", {"password": "staple in the barn"}),
        ("DELETE", "/users/{id}/totp", None),
    ],
)
@pytest.mark.parametrize("name", ["manager", "editor", "reader", "router", "outsider"])
def test_users_are_the_operators_alone(busy: Busy, name: str, method: str, path: str, body: dict[str, Any]) -> None:
    with fresh(busy, name) as somebody:
        answers = [
            somebody.request(method, path.format(id=one), json=body) for one in (busy.cast["reader"].user_id, 999_999)
        ]

    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.content for answer in answers}) == 1


def test_a_manager_gives_changes_and_takes_a_role(busy: Busy) -> None:
    who = newcomer(busy, "yael")
    with fresh(busy, "manager") as manager:
        added = manager.post("/smart-routings/grants", params=HERE, json={"email": who, "role": "read"})
        path = f"/smart-routings/grants/{added.json()['id']}"
        changed = manager.put(path, params=HERE, json={"role": "edit"})
        stale = manager.put(path, params=HERE, json={"role": "read"}, headers={"If-Match": added.headers["etag"]})
        shown = manager.get(path, params=HERE)
        listed = manager.get("/smart-routings/grants", params=HERE | {"role": "edit", "q": "yael"}).json()["data"]
        removed, gone = manager.delete(path, params=HERE), manager.get(path, params=HERE)

    assert added.status_code == 201
    assert added.json() == {"id": added.json()["id"], "user_id": added.json()["id"], "email": who, "role": "read"}
    assert (changed.status_code, stale.status_code, removed.status_code, gone.status_code) == (200, 412, 204, 404)
    assert changed.json() == shown.json() == added.json() | {"role": "edit"}
    assert listed == [shown.json()]


def test_a_manager_cannot_tell_an_invited_user_from_one_who_was_here_before(busy: Busy) -> None:
    add_user(busy.cast.db, busy.cast.operator, email("former"), name="Former", operator=True)
    told: dict[str, list[Any]] = {}
    with fresh(busy, "manager") as manager:
        for who in (email("former"), email("invited")):
            added = manager.post("/smart-routings/grants", params=HERE, json={"email": who, "role": "route"})
            member = manager.get(f"/smart-routings/users/{added.json()['id']}", params=HERE)
            told[who] = [added.status_code, sorted(added.json()), member.status_code, member.json() | {"id": 0}]

    former, invited = told.values()
    assert former == [
        201,
        ["email", "id", "role", "user_id"],
        200,
        {"id": 0, "email": email("former"), "role": "route"},
    ]
    assert invited == [*former[:3], former[3] | {"email": email("invited")}]


def test_a_manager_lists_who_has_a_role(busy: Busy) -> None:
    with fresh(busy, "manager") as manager:
        listed = manager.get("/smart-routings/users", params=HERE | {"email": email("reader")}).json()["data"]

    assert listed == [{"id": busy.cast["reader"].user_id, "email": email("reader"), "role": "read"}]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "nobody", "role": "read"}, "email"),
        ({"email": email("reader"), "role": "owner"}, "role"),
        ({"email": email("reader"), "role": "read", "customer_id": 1}, "customer_id"),
        ({"email": email("reader"), "role": "read", "operator": True}, "operator"),
    ],
)
def test_a_role_that_makes_no_sense_is_refused_by_field(busy: Busy, body: dict[str, Any], field: str) -> None:
    with fresh(busy, "manager") as manager:
        answer = manager.post("/smart-routings/grants", params=HERE, json=body)

    assert (answer.status_code, [*answer.json()["errors"]]) == (422, [field])


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/smart-routings/users", None),
        ("GET", "/smart-routings/users/{id}", None),
        ("GET", "/smart-routings/grants", None),
        ("POST", "/smart-routings/grants", {"email": email("outsider"), "role": "manage"}),
        ("GET", "/smart-routings/grants/{id}", None),
        ("PUT", "/smart-routings/grants/{id}", {"role": "manage"}),
        ("DELETE", "/smart-routings/grants/{id}", None),
    ],
)
def test_only_managers_see_roles_and_the_outsider_sees_no_account(
    busy: Busy, method: str, path: str, body: dict[str, Any]
) -> None:
    path = path.format(id=busy.cast["router"].user_id)
    statuses = {}
    for name in ("editor", "reader", "router"):
        with fresh(busy, name) as somebody:
            statuses[name] = somebody.request(method, path, params=HERE, json=body).status_code
    with fresh(busy, "outsider") as outsider:
        ours, none = (
            outsider.request(method, path, params={"customer_account": code}, json=body) for code in (ACCOUNT, "CL9999")
        )

    assert set(statuses.values()) == {403}
    assert (ours.status_code, none.status_code) == (404, 404)
    assert ours.text == none.text.replace("CL9999", ACCOUNT)


def test_a_user_of_one_account_is_nobody_on_another(busy: Busy) -> None:
    there = {"customer_account": OTHER_ACCOUNT}
    with fresh(busy, "outsider") as outsider:
        for path in ("/smart-routings/users", "/smart-routings/grants"):
            ours, none = (outsider.get(f"{path}/{one}", params=there) for one in (busy.cast["reader"].user_id, 999_999))

            assert (ours.status_code, ours.content) == (404, none.content)


def test_what_is_about_people_takes_a_proof_whoever_asks_with_a_token(busy: Busy) -> None:
    who = newcomer(busy, "ines")
    path = f"/users/{require_id(busy, who)}"
    with acting(busy, "operator") as operator:
        bare = [
            operator.put(f"{path}/password", json={"password": "staple in the barn"}),
            operator.delete(f"{path}/totp"),
            operator.put(path, json={"disabled": True}),
            operator.post("/users", json={"email": email("door")}),
            operator.post("/smart-routings/grants", params=HERE, json={"email": who, "role": "manage"}),
        ]
        wrong = operator.put(path, json={"name": "Ines", "current_password": "wrong"})
        proven = operator.put(path, json={"name": "Ines", "current_password": PASSWORD})
        own = operator.put(
            f"/users/{operator.get('/whoami').json()['id']}/password",
            json={"password": "staple in the barn", "current_password": PASSWORD},
        )

    assert {answer.status_code for answer in bare} == {403}
    assert {answer.json()["detail"][:30] for answer in bare} == {"This requires a recent proof o"}
    assert (wrong.status_code, proven.status_code, own.status_code) == (401, 200, 409)


def require_id(busy: Busy, who: str) -> int:
    """The id of the user of that address."""
    return next(user.id for user in list_users(busy.cast.db, busy.cast.operator) if user.email == who)
