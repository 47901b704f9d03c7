"""A request is let in or turned away by its head: whoever may not ask is told so, and what they send is never read."""

import socket
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from aiguillage.api.operations import Operation, Upload
from aiguillage.domain.accounts import Role
from tests.api.walking import OPERATIONS, Walk, walking
from tests.cast import ACCOUNT

WITH_BODY = [operation for operation in OPERATIONS.values() if operation.body is not None]
ASKING = [operation for operation in WITH_BODY if not operation.public]
OF_ACCOUNT = [operation for operation in ASKING if operation.about_account]
OF_ROLE = [operation for operation in OF_ACCOUNT if (operation.needs or Role.ROUTE) > Role.ROUTE]
OF_OPERATORS = [operation for operation in ASKING if operation.operators]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """A server of its own, so that its log is seen."""
    with walking(tmp_path_factory.mktemp("heads")) as walk:
        yield walk


def told(walk: Walk, operation: Operation, secret: str, length: int = 1000) -> str:
    """What a client is told that waits with its body until it is asked for it, and then goes."""
    request = walk.request(operation, ACCOUNT, walk.ours)
    kind = operation.takes[0] if operation.body is Upload else "application/json"
    head = (
        f"{operation.method} {request['url']}?{urlencode(request['params'])} HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {secret}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n"
        "Expect: 100-continue\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", walk.busy.server.port), timeout=60) as connection:
        connection.sendall(head.encode())
        return connection.recv(1 << 16).decode()


def statuses(walk: Walk, operations: list[Operation], secret: str) -> dict[str, str]:
    """The first status of each, where it is no refusal that ends the connection."""
    answers = {operation.name: told(walk, operation, secret).lower() for operation in operations}
    return {
        name: answer[:14] if "\r\nconnection: close\r\n" in answer else f"open: {answer[:14]}"
        for name, answer in answers.items()
    }


def test_a_stranger_is_never_asked_for_a_body(walk: Walk) -> None:
    found = statuses(walk, ASKING, "aig_none")

    assert set(found.values()) == {"http/1.1 401 u"}, found


def test_an_outsider_is_never_asked_for_a_body(walk: Walk) -> None:
    found = statuses(walk, OF_ACCOUNT, walk.secret("outsider"))

    assert set(found.values()) == {"http/1.1 404 n"}, found


def test_who_has_too_small_a_role_is_never_asked_for_a_body(walk: Walk) -> None:
    found = statuses(walk, OF_ROLE, walk.secret("router"))

    assert set(found.values()) == {"http/1.1 403 f"}, found


def test_who_is_no_operator_is_never_asked_for_what_only_those_may_send(walk: Walk) -> None:
    found = statuses(walk, OF_OPERATORS, walk.secret("manager"))

    assert OF_OPERATORS
    assert set(found.values()) == {"http/1.1 403 f"}, found


def test_a_body_that_is_too_long_is_never_asked_for(walk: Walk) -> None:
    secret = walk.secret("operator")

    answers = {one.name: told(walk, one, secret, one.longest + 1)[:12] for one in WITH_BODY}

    assert set(answers.values()) == {"HTTP/1.1 413"}, answers


def test_who_may_send_a_body_is_asked_for_it_and_may_go_without_a_trace(walk: Walk) -> None:
    before = walk.state()

    answers = {one.name: told(walk, one, walk.secret("operator"))[:12] for one in WITH_BODY}

    assert set(answers.values()) == {"HTTP/1.1 100"}, answers
    assert walk.person("operator").get("/whoami").status_code == 200
    assert walk.state() == before
    assert "request_failed" not in walk.busy.server.log.read_text()


@pytest.mark.parametrize("name", ["signIn", "switchAccount", "setMyPassword"])
def test_a_password_is_not_sent_in_a_long_body(name: str) -> None:
    assert OPERATIONS[name].longest == 4096
