"""Every operation of the management API x every kind of id x the standing cast: who sees what, and who may do what.

The walk is made of the operations and of the document that is served: a new path is in it, or fails it.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import compress, product
from typing import Any

import httpx
import pytest

from aiguillage.api.operations import Operation
from aiguillage.domain.accounts import CHALLENGE, Role
from tests.api.walk_bodies import (
    ACCOUNTS,
    IMPORTS,
    INSIDE,
    NO_REFERENCES,
    REFERENCES,
    SHARED,
    UPLOADS,
    Ids,
    body_of,
)
from tests.api.walking import NOWHERE, OPERATIONS, Walk, collections, touched, walking
from tests.cast import ACCOUNT, CODE, NUMBER, OTHER_ACCOUNT, ROLES
from tests.document import CALLS as ASKED
from tests.document import document

PATHS, SCHEMAS = document()["paths"], document()["components"]["schemas"]
CALLS = {operation.path: PATHS[operation.path] for operation in ASKED}
NO_ACCOUNTS = {"/healthz", "/readyz", "/metrics", "/openapi.json", "/feeds/rotas/{file}", "/api/v2/switches/{code}"}
"""Paths that take no token: what is secret of them is their address."""

ODD_IDS = ("0", "x", "9" * 30)

NO_ACCOUNT = "CL9999"
UNSAID = {"date", "content-length", "x-request-id"}
"""Headers that differ between answers that are alike: the length says no more than the body, whose ids have one."""

EVERYBODY = {
    "listAccounts": 200,
    "showMe": 200,
    "switchAccount": 200,
    "setMyPassword": 401,
    "beginSecondFactor": 401,
    "confirmSecondFactor": 409,
    "endSecondFactor": 401,
    "listTokens": 200,
    "addToken": 201,
    "showToken": 200,
    "setToken": 200,
    "removeToken": 204,
    "listSessions": 200,
    "removeSession": 204,
}
"""What everybody may do with what is their own, and how the walk's requests are answered: its passwords are wrong."""

WITHOUT_ROLES = {"signIn", "signOut"}
"""What has no rows in the table of roles: the one takes no token, the other ends the one that it is asked with."""

OTHERWISE = {"addCalendar": 422}
"""What those who may are answered where it is no success: the walk's feed is not public."""

TO_OPERATORS = {"addGrant": 404}
"""What operators alone are answered: they are told that the user is new (desk/users.py)."""


def each_operation(fit: Callable[[Operation], object] = lambda _: True) -> pytest.MarkDecorator:
    """Every operation that fits."""
    fitting = [operation for operation in OPERATIONS.values() if fit(operation)]
    return pytest.mark.parametrize("operation", fitting, ids=[operation.name for operation in fitting])


def is_about_account(operation: Operation) -> bool:
    """Whether a request of it names an account."""
    return operation.about_account


def has_ids(operation: Operation) -> bool:
    """Whether there are ids in its path."""
    return "{" in operation.path


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """A server on which CL0000 and CL0001 have one of everything."""
    with walking(tmp_path_factory.mktemp("walk")) as walk:
        yield walk


def told(answer: httpx.Response, *ids: int) -> tuple[int, dict[str, str], str]:
    """All that an answer tells but for the account's code and these ids."""
    named = rf"\b({'|'.join((ACCOUNT, NO_ACCOUNT, *map(str, ids)))})\b"
    headers = {name: re.sub(named, "…", value) for name, value in answer.headers.items() if name not in UNSAID}
    return answer.status_code, headers, re.sub(named, "…", answer.text)


def nowhere(*names: str) -> Ids:
    """Ids of which there is nothing."""
    return dict.fromkeys(names, NOWHERE)


def secret_collections(operation: Operation) -> list[str]:
    """The collections of the ids in an operation's path, but for those that are the same on every account."""
    return [one for one in collections(operation.path) if one not in SHARED]


def ids_in(names: Iterable[str], operation: Operation) -> dict[str, str]:
    """The fields that are ids of things, and the collection that each is of."""
    found = {}
    for name in names:
        if re.search(r"(^|_)ids?$", name) and name not in NO_REFERENCES:
            known = name in {"id", "ids"} or name in REFERENCES
            assert known, f"Say in tests/api/walk_bodies.py what {name} of {operation.name} is an id of."
            found[name] = REFERENCES.get(name) or touched(operation)
    return {name: of for name, of in found.items() if of not in SHARED}


def fields_in(schema: Any) -> set[str]:  # noqa: ANN401 - JSON
    """The names of all fields of a schema, inner ones too."""
    if isinstance(schema, list):
        return {name for one in schema for name in fields_in(one)}
    if not isinstance(schema, dict):
        return set()
    if "$ref" in schema:
        return fields_in(SCHEMAS[schema["$ref"].rpartition("/")[2]])
    inner = (fields_in(one) for name, one in schema.items() if name != "example")
    return set(schema.get("properties", ())).union(*inner)


def with_id(operation: Operation, ids: Ids, field: str, one: int) -> Any:  # noqa: ANN401 - any JSON
    """A body that fits but for the id in one of its fields."""
    body = body_of(operation, ids)
    if isinstance(body, list):
        return [{**thing, field: one} for thing in body]
    return {**body, field: [one] if field == "ids" else one}


def without(body: Any, field: str) -> Any:  # noqa: ANN401 - any JSON
    """A body that leaves a field to the query."""
    if isinstance(body, list):
        return [without(one, field) for one in body]
    return {name: value for name, value in body.items() if name != field} if isinstance(body, dict) else body


def who_may(operation: Operation) -> set[str]:
    """Those of the cast who may do it about CL0000."""
    if operation.operators:
        return {"operator"}
    if operation.name in EVERYBODY:
        return {*ROLES, "operator"}
    assert operation.about_account or operation.path.startswith(f"{ACCOUNTS}/"), (
        f"Say in tests/api/test_walk.py who may do {operation.name}."
    )
    return {"operator", *(name for name, role in ROLES.items() if role >= (operation.needs or Role.ROUTE))}


@each_operation(is_about_account)
def test_an_outsider_cannot_tell_the_account_from_none(walk: Walk, operation: Operation) -> None:
    about = list(product((ACCOUNT, NO_ACCOUNT), (walk.ours, walk.ours | nowhere(*secret_collections(operation)))))

    fitting = [walk.ask("outsider", operation, *one) for one in about]
    wrong = [walk.ask("outsider", operation, *one, body={"seq": 1, "role": "manage"}) for one in about]

    assert {answer.status_code for answer in fitting} == {404}
    for answers in (fitting, wrong):
        assert len({repr(told(answer, NOWHERE, *walk.ours.values())) for answer in answers}) == 1


@each_operation(lambda operation: operation.about_account and has_ids(operation))
def test_what_is_no_id_tells_an_outsider_nothing(walk: Walk, operation: Operation) -> None:
    for odd in ODD_IDS:
        ids: dict[str, Any] = walk.ours | dict.fromkeys(collections(operation.path), odd)
        ours, none = (walk.ask("outsider", operation, account, ids) for account in (ACCOUNT, NO_ACCOUNT))
        own = walk.ask("manager", operation, ACCOUNT, ids)

        assert (ours.status_code, own.status_code) == (404, 404), odd
        assert told(ours) == told(none), odd


@each_operation(has_ids)
def test_foreign_and_missing_ids_in_the_path_look_alike(walk: Walk, operation: Operation) -> None:
    secret = secret_collections(operation)

    for foreign in product((True, False), repeat=len(secret)):
        names = list(compress(secret, foreign))
        if names:
            of_others = walk.ask("outsider", operation, OTHER_ACCOUNT, walk.theirs | {n: walk.ours[n] for n in names})
            of_nobody = walk.ask("outsider", operation, OTHER_ACCOUNT, walk.theirs | nowhere(*names))
            masked = (NOWHERE, *(walk.ours[name] for name in names))

            assert of_others.status_code in {403, 404}
            assert told(of_others, *masked) == told(of_nobody, *masked)


@each_operation(lambda operation: operation.path.startswith(f"{IMPORTS}/{{id}}"))
def test_foreign_and_missing_uploads_look_alike(walk: Walk, operation: Operation) -> None:
    uploads = (walk.ours[UPLOADS], walk.ours[UPLOADS] - 1)

    of_others, of_nobody = (
        walk.ask("outsider", operation, OTHER_ACCOUNT, walk.theirs | {IMPORTS: one}) for one in uploads
    )

    assert of_others.status_code == 404
    assert told(of_others, *uploads) == told(of_nobody, *uploads)


@each_operation(lambda operation: operation.body is not None)
def test_foreign_and_missing_ids_in_a_body_look_alike(walk: Walk, operation: Operation) -> None:
    described = PATHS[operation.path][operation.method.lower()].get("requestBody")
    before = walk.state()

    for field, of in ids_in(fields_in(described), operation).items():
        of_others, of_nobody = (
            walk.ask(
                "outsider", operation, OTHER_ACCOUNT, walk.theirs, body=with_id(operation, walk.theirs, field, one)
            )
            for one in (walk.ours[of], NOWHERE)
        )

        assert of_others.is_client_error, field
        assert told(of_others, NOWHERE, walk.ours[of]) == told(of_nobody, NOWHERE, walk.ours[of]), field

    assert walk.state() == before


@pytest.mark.parametrize("name", INSIDE)
def test_foreign_and_missing_ids_inside_rows_look_alike(walk: Walk, name: str) -> None:
    operation = OPERATIONS[name]
    ids = (walk.ours[touched(operation)], NOWHERE)

    of_others, of_nobody = (
        walk.ask("outsider", operation, OTHER_ACCOUNT, walk.theirs, body=INSIDE[name](one)) for one in ids
    )

    assert of_others.is_client_error
    assert told(of_others, *ids) == told(of_nobody, *ids)


@each_operation(lambda operation: operation.query.__struct_fields__)
def test_foreign_and_missing_ids_in_a_query_look_alike(walk: Walk, operation: Operation) -> None:
    for field, of in ids_in(operation.query.__struct_fields__, operation).items():
        ids = (walk.ours.get(of, walk.ours[ACCOUNTS]), NOWHERE)
        body = None if operation.body is None else without(body_of(operation, walk.theirs), field)
        of_others, of_nobody = (
            walk.ask("outsider", operation, OTHER_ACCOUNT, walk.theirs, body=body, query={field: one}) for one in ids
        )

        assert told(of_others, *ids) == told(of_nobody, *ids), field


@each_operation(lambda operation: not operation.public)
def test_nobody_gets_in_without_a_token(walk: Walk, operation: Operation) -> None:
    request = walk.request(operation, ACCOUNT, walk.ours)
    secrets = (None, "Bearer", "Bearer aig_wrong", f"Basic {walk.busy.cast.secret('manager')}")
    typed, before = request.pop("headers", {}), walk.state()

    for secret in secrets:
        headers = typed if secret is None else typed | {"Authorization": secret}
        answer = walk.person("nobody").request(**request, headers=headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, CHALLENGE), secret

    assert walk.state() == before


@each_operation(lambda operation: operation.name not in WITHOUT_ROLES)
def test_a_role_can_do_what_its_row_says_and_nothing_above_it(walk: Walk, operation: Operation) -> None:
    may, before = who_may(operation), walk.state()

    refused = {name: walk.ask(name, operation, ACCOUNT, walk.ours) for name in {*ROLES, "operator"} - may}
    after = walk.state()
    done = {}
    for name in sorted(may):
        ids = walk.prepare(name, operation, ACCOUNT)
        done[name] = walk.ask(name, operation, ACCOUNT, ids)
        walk.settle(operation, ACCOUNT, ids)

    assert {name: answer.status_code for name, answer in refused.items()} == dict.fromkeys(refused, 403)
    assert before == after
    for name, answer in done.items():
        expected = {**EVERYBODY, **OTHERWISE, **(TO_OPERATORS if name == "operator" else {})}
        assert answer.status_code == expected.get(operation.name, operation.status), (name, answer.text)


def test_every_path_of_the_document_is_walked(walk: Walk) -> None:
    paths = walk.person("nobody").get("/openapi.json").json()["paths"]
    described = {(path, method) for path, methods in paths.items() for method in methods}

    walked = {(operation.path, operation.method.lower()) for operation in OPERATIONS.values()}

    assert {path for path, _ in described - walked} == {*CALLS, *NO_ACCOUNTS}


@pytest.mark.parametrize("path", [path for path, methods in CALLS.items() if "get" in methods])
def test_an_outsider_cannot_tell_a_caller_from_none_on_a_call_path(walk: Walk, path: str) -> None:
    names = {one["name"]: one.get("required", False) for one in CALLS[path]["get"]["parameters"]}
    subject = "number" if "number" in names else "code"
    answers = []

    for account, value in product((ACCOUNT, NO_ACCOUNT), (NUMBER, CODE, "0199009999")):
        given = {"customerAccount": account, "customer_account": account, subject: value}
        asked = {name: given.get(name, "1") for name, required in names.items() if required or name in given}
        url = path.format(**dict.fromkeys(names, "1") | given)
        answers.append(walk.person("outsider").get(url, params={} if "/customer/" in path else asked))

    assert len({repr(told(answer)) for answer in answers}) == 1
    assert answers[0].status_code == 403
