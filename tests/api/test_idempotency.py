"""Idempotency-Key: answers that are kept are told only to who may still ask for them, and as they are described."""

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import get_type_hints

import httpx
import msgspec
import pytest

from aiguillage.api.management import operations
from aiguillage.api.operations import Operation
from aiguillage.desk.tokens import issue_token
from aiguillage.desk.users import add_user, grant_role
from aiguillage.domain.accounts import Role
from tests.api.people import Body, acting, client, fresh
from tests.cast import ACCOUNT, OTHER_ACCOUNT, email
from tests.standing import Busy

HERE = {"customer_account": ACCOUNT}
CONTACTS = "/smart-routings/contacts"
KEPT = [operation for operation in operations() if operation.method == "POST" and not operation.public]
HIDDEN = [
    pytest.param(operation, field, id=f"{operation.name}-{field}")
    for operation in KEPT
    for field in operation.hides
    if field in getattr(operation.answer, "__struct_fields__", ())
]


def token(busy: Busy, name: str, role: Role = Role.MANAGE, accounts: tuple[str, ...] = ()) -> str:
    """The secret of a new token of somebody."""
    return issue_token(busy.cast.db, busy.cast.operator, email(name), name="new", role=role, accounts=accounts)[1]


def post(asker: httpx.Client, path: str, body: Body, key: str) -> httpx.Response:
    """A request with a key."""
    return asker.post(path, params=HERE, json=body, headers={"Idempotency-Key": key})


@pytest.mark.parametrize(
    ("path", "body", "role"),
    [
        (CONTACTS, {"company": "Garage Belleville"}, Role.READ),
        ("/smart-routings/grants", {"email": email("reader"), "role": "read"}, Role.EDIT),
        ("/tokens", {"name": "more"}, Role.EDIT),
    ],
)
def test_a_kept_answer_is_not_told_to_a_token_that_could_not_ask_for_it(
    busy: Busy, path: str, body: Body, role: Role
) -> None:
    key = f"lesser {path}"
    with fresh(busy, "manager") as manager, client(busy, token(busy, "manager", role)) as lesser:
        answered = post(manager, path, body, key)
        replayed, asked = post(lesser, path, body, key), lesser.post(path, params=HERE, json=body)
        again = post(manager, path, body, key)

    assert answered.status_code == 201
    assert (replayed.status_code, replayed.content) == (403, asked.content)
    assert again.headers["idempotency-replayed"] == "true"


def test_a_kept_answer_is_not_told_to_who_lost_the_role_that_it_takes(busy: Busy) -> None:
    add_user(busy.cast.db, busy.cast.operator, email("demoted"))
    grant_role(busy.cast.db, busy.cast.operator, email("demoted"), ACCOUNT, Role.EDIT)
    with client(busy, token(busy, "demoted")) as demoted:
        answered = post(demoted, CONTACTS, {"company": "Librairie Ormeau"}, "demoted")
        grant_role(busy.cast.db, busy.cast.operator, email("demoted"), ACCOUNT, Role.READ)
        replayed = post(demoted, CONTACTS, {"company": "Librairie Ormeau"}, "demoted")

    assert (answered.status_code, replayed.status_code) == (201, 403)
    assert replayed.json()["detail"] == "This requires the role edit on CL0000; yours is read."


@pytest.mark.parametrize("held", [{"role": Role.READ}, {"accounts": (ACCOUNT,)}])
def test_an_answer_to_an_operator_is_not_told_to_a_token_that_is_held_to_less(busy: Busy, held: Body) -> None:
    body, key = {"code": f"IK{len(held.get('accounts', ()))}"}, f"operators {held}"
    with acting(busy, "operator") as operator, client(busy, token(busy, "operator", **held)) as lesser:
        answered, replayed = post(operator, "/accounts", body, key), post(lesser, "/accounts", body, key)

    assert (answered.status_code, replayed.status_code) == (201, 403)


def test_an_account_that_an_operation_is_not_about_is_not_looked_at(busy: Busy) -> None:
    with acting(busy, "manager") as manager:
        answer = manager.post(
            "/tokens",
            params={"customer_account": OTHER_ACCOUNT},
            json={"name": "PBX"},
            headers={"Idempotency-Key": "elsewhere"},
        )

    assert answer.status_code == 201


@pytest.mark.parametrize(("operation", "field"), HIDDEN)
def test_what_a_kept_answer_leaves_out_may_be_null_as_described(operation: Operation, field: str) -> None:
    assert msgspec.convert(None, get_type_hints(operation.answer)[field]) is None


def test_a_request_is_not_carried_out_twice_however_long_it_takes(busy: Busy) -> None:
    body, key = {"company": "Minoterie Larive"}, "takes its time"
    with acting(busy, "manager") as manager, ThreadPoolExecutor() as elsewhere:
        with busy.cast.db.write():
            sent = [elsewhere.submit(post, manager, CONTACTS, body, key) for _ in range(2)]
            (refused,), (waiting,) = wait(sent, return_when=FIRST_COMPLETED)
        meanwhile, answered, again = refused.result(), waiting.result(), post(manager, CONTACTS, body, key)
        kept = manager.get(CONTACTS, params={**HERE, "company": "Minoterie Larive"}).json()["total"]

    assert meanwhile.json()["detail"].startswith("A request with this Idempotency-Key is being carried out")
    assert (meanwhile.status_code, answered.status_code) == (409, 201)
    assert (again.headers["idempotency-replayed"], kept) == ("true", 1)


def test_an_answer_that_cannot_be_kept_undoes_the_change(busy: Busy) -> None:
    trouble = "CREATE TRIGGER trouble BEFORE INSERT ON answered BEGIN SELECT RAISE(ABORT, 'database is full'); END"
    body, key = {"company": "Scierie du Vallon"}, "not kept"
    with acting(busy, "manager") as manager:
        _change_schema(busy, trouble)
        refused = post(manager, CONTACTS, body, key)
        _change_schema(busy, "DROP TRIGGER trouble")
        before = manager.get(CONTACTS, params={**HERE, "company": "Scierie du Vallon"}).json()["total"]
        answered = post(manager, CONTACTS, body, key)

    assert (refused.is_success, before, answered.status_code) == (False, 0, 201)


def _change_schema(busy: Busy, statement: str) -> None:
    with busy.cast.db.write() as connection:
        connection.exec_driver_sql(statement)
