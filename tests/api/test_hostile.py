"""Bodies that nobody means well with, sent to every operation that takes one: refused, cheaply and clearly."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aiguillage.api.operations import Operation, Upload
from tests.api.walk_bodies import body_of
from tests.api.walking import OPERATIONS, Walk, walking
from tests.cast import ACCOUNT

WITH_BODY = {name: operation for name, operation in OPERATIONS.items() if operation.body is not None}
WITH_JSON = {name: operation for name, operation in WITH_BODY.items() if operation.body is not Upload}
TEN_MEGABYTES = 10 << 20
JSON = "application/json"
DEEP = 100_000
MOST_GROWTH = 256 << 10
"""KiB by which a worker may grow while it refuses all of this."""

UNREADABLE: dict[str, tuple[str | None, bytes, set[int]]] = {
    "text": ("text/plain", b"name=x", {415}),
    "a form": ("application/x-www-form-urlencoded", b"name=x", {415}),
    "no type": (None, b"{}", {415}),
    "cut short": (JSON, b'{"name": "x', {400, 422}),
    "not UTF-8": (JSON, b'{"name": "\xff\xfe"}', {400, 422}),
    "half a surrogate": (JSON, b'{"name": "\\ud800"}', {400, 422}),
    "another encoding": (JSON, '{"name": "x"}'.encode("utf-16"), {400}),
    "deep lists": (JSON, b"[" * DEEP + b"]" * DEEP, {400, 413, 422}),
    "deep objects": (JSON, b'{"name":' * DEEP + b"1" + b"}" * DEEP, {400, 413, 422}),
    "a deep field of no name here": (JSON, b'{"x":' + b"[" * DEEP + b"]" * DEEP + b"}", {400, 413, 422}),
    "a number beyond all": (JSON, b'{"id": 1e999, "name": ' + b"9" * 5000 + b"}", {400, 413, 422}),
    "nothing at all": (JSON, b"null", {422}),
    "a text": (JSON, b'"name"', {422}),
    "ten megabytes": (JSON, json.dumps({"name": "x" * TEN_MEGABYTES}).encode(), {413, 422}),
}


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """A server of its own, so that its memory is seen."""
    with walking(tmp_path_factory.mktemp("hostile")) as walk:
        yield walk


def send(walk: Walk, operation: Operation, kind: str | None, content: bytes) -> Any:  # noqa: ANN401 - httpx's
    """One request of the operator's with any body."""
    request = walk.request(operation, ACCOUNT, walk.ours)
    headers = {} if kind is None else {"Content-Type": kind}
    return walk.person("operator").request(**request | {"content": content, "headers": headers})


def peak(pid: int) -> int:
    """The most memory that a process and its children ever had, in KiB."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    return max([own, *(peak(int(child)) for child in children)])


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_body_that_cannot_be_read_is_refused_everywhere(walk: Walk, name: str) -> None:
    kind, content, statuses = UNREADABLE[name]
    before, largest = walk.state(), peak(walk.busy.server.process.pid)

    answers = {one.name: send(walk, one, kind, content) for one in WITH_JSON.values()}

    odd = {one: (answer.status_code, answer.text[:200]) for one, answer in answers.items()}
    assert {one: told for one, told in odd.items() if told[0] not in statuses} == {}
    assert {answer.headers["content-type"] for answer in answers.values()} == {"application/problem+json"}
    assert walk.state() == before
    assert peak(walk.busy.server.process.pid) < largest + MOST_GROWTH


@pytest.mark.parametrize("name", sorted(WITH_BODY.keys() - WITH_JSON.keys()))
def test_a_file_that_is_none_is_refused(walk: Walk, name: str) -> None:
    operation, before = OPERATIONS[name], walk.state()

    for sent_as in operation.takes:
        for kind, content, _ in UNREADABLE.values():
            answer = send(walk, operation, sent_as if kind == JSON else kind, content)
            if answer.status_code == 201:
                assert name == "previewImport"
                assert {"created": 0, "updated": 0, "refused": 1}.items() <= answer.json().items()
            else:
                assert answer.status_code in {400, 413, 415, 422}, (sent_as, content[:40])

    assert walk.state() == before


@pytest.mark.parametrize(
    ("name", "who", "length", "status"),
    [
        ("importContacts", "", 60 << 20, 401),
        ("importContacts", "Authorization: Bearer aig_none\r\n", 60 << 20, 401),
        ("addContact", "Authorization: Bearer {}\r\n", TEN_MEGABYTES, 413),
    ],
)
def test_who_may_not_send_so_much_is_told_before_any_of_it_is_read(
    walk: Walk, name: str, who: str, length: int, status: int
) -> None:
    operation = OPERATIONS[name]
    head = f"{operation.method} {operation.path}?customer_account={ACCOUNT} HTTP/1.1\r\nHost: localhost\r\n"
    sent = f"{head}{who.format(walk.secret('manager'))}Content-Type: {JSON}\r\nContent-Length: {length}\r\n\r\n"

    with socket.create_connection(("127.0.0.1", walk.busy.server.port), timeout=30) as connection:
        connection.sendall(sent.encode())
        told = connection.recv(1 << 16)

    assert told.startswith(f"HTTP/1.1 {status} ".encode())


def test_who_may_not_ask_and_sends_a_body_all_the_same_gets_the_answer(walk: Walk) -> None:
    head = f"POST /smart-routings/contacts?customer_account={ACCOUNT} HTTP/1.1\r\nHost: localhost\r\n"
    body = json.dumps({"company": "x" * 100_000}).encode()

    with socket.create_connection(("127.0.0.1", walk.busy.server.port), timeout=30) as connection:
        connection.sendall(f"{head}Content-Type: {JSON}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        told = connection.recv(1 << 16)

    assert told.startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize("field", ["customer_id", "account_id", "seq", "operator", "role", "__class__"])
def test_a_field_that_is_not_the_senders_to_set_is_refused_by_name(walk: Walk, field: str) -> None:
    before = walk.state()

    for operation in WITH_JSON.values():
        body = body_of(operation, walk.ours)
        things = body if isinstance(body, list) else [body]
        if field == "role" and operation.name in {"addGrant", "setGrant", "addToken"}:
            continue
        more = [{**thing, field: 1} for thing in things]
        answer = send(walk, operation, JSON, json.dumps(more if isinstance(body, list) else more[0]).encode())
        assert answer.status_code == 422, (operation.name, answer.text)
        assert field in "".join(answer.json()["errors"]), operation.name

    assert walk.state() == before
