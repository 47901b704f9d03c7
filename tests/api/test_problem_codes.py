"""Codes of problems: each can be got, is the one that is declared, and tells nobody more than the words do."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pyotp
import pytest

from aiguillage.api.front import NO_HOST
from aiguillage.api.moments import now
from aiguillage.api.problems import problem_answer
from aiguillage.callpath.counts import Counts, memory_for
from aiguillage.callpath.health import Health
from aiguillage.desk.answers import BUSY, Ticket
from aiguillage.desk.users import add_user, require_user
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import Refusal
from aiguillage.domain.problems import CODES, MEDIA_TYPE, Code
from aiguillage.domain.webhooks import MOST_WEBHOOKS
from aiguillage.lanes import Lane, Lanes
from aiguillage.storage.claims import claimed
from tests.api.client import BASE, Client, on_new_account
from tests.api.people import PASSWORD, client, newcomer, session
from tests.cast import ACCOUNT, email
from tests.standing import Busy

Told = tuple[int, dict[str, Any]]
NOBODYS = 900_009
GETTING: dict[Code, Callable[[Busy], Told]] = {}
"""What gets each code."""


def gets(code: Code) -> Callable[[Callable[[Busy], Told]], Callable[[Busy], Told]]:
    """Registers what gets the code."""

    def register(getting: Callable[[Busy], Told]) -> Callable[[Busy], Told]:
        GETTING[code] = getting
        return getting

    return register


def told(answer: httpx.Response) -> Told:
    """A problem that the server answered."""
    assert answer.headers["content-type"] == MEDIA_TYPE
    return answer.status_code, answer.json()


def made_of(error: Exception) -> Told:
    """A problem that the server would answer when this is raised."""
    answer = problem_answer(error, "en")
    return answer.status_code or 0, json.loads(answer.content)


def managing(busy: Busy) -> Client:
    """A manager with a token, on an account of the test's own."""
    return on_new_account(busy.server, busy.cast)


def url(busy: Busy, path: str) -> str:
    """A path's address."""
    return f"http://127.0.0.1:{busy.server.port}{path}"


def crowded(lane: Lane) -> Told:
    """What the first request of an account's that is one too many gets."""
    try:
        with ExitStack() as stack:
            while True:
                stack.enter_context(lane.entered("CL0000"))
    except Refusal as refusal:
        return made_of(refusal)


@gets(Code.BAD_REQUEST)
def no_json(busy: Busy) -> Told:
    return told(managing(busy).ask("POST", "/contacts", content=b"{", headers={"Content-Type": "application/json"}))


@gets(Code.UNAUTHORIZED)
def no_token(busy: Busy) -> Told:
    return told(httpx.get(url(busy, "/whoami"), timeout=60))


@gets(Code.FORBIDDEN)
def small_role(busy: Busy) -> Told:
    return told(Client(busy.server, busy.cast.secret("router")).ask("GET", "/contacts"))


@gets(Code.PROOF_NEEDED)
def no_proof(busy: Busy) -> Told:
    return told(managing(busy).ask("POST", "/grants", {"email": email("reader"), "role": "read"}))


@gets(Code.NOT_FOUND)
def no_such_contact(busy: Busy) -> Told:
    return told(managing(busy).ask("GET", f"/contacts/{NOBODYS}"))


@gets(Code.UNKNOWN_PATH)
def no_such_path(busy: Busy) -> Told:
    return told(managing(busy).ask("GET", "/leads"))


@gets(Code.METHOD_NOT_ALLOWED)
def no_such_method(busy: Busy) -> Told:
    return told(managing(busy).ask("PATCH", "/contacts"))


@gets(Code.CONFLICT)
def no_session(busy: Busy) -> Told:
    return told(managing(busy).ask("POST", url(busy, "/logout")))


@gets(Code.TAKEN)
def code_of_two(busy: Busy) -> Told:
    asking = managing(busy)
    asking.done("POST", "/contacts", {"id_code": "4321"})
    return told(asking.ask("POST", "/contacts", {"id_code": "4321"}))


@gets(Code.IN_USE)
def group_of_queue(busy: Busy) -> Told:
    asking = managing(busy)
    group = asking.done("POST", "/call-queues/groups", {"name": "Support"})["id"]
    asking.done("POST", "/call-queues/queues", {"name": "Accueil", "code": "a", "call_queue_group_id": group})
    return told(asking.ask("DELETE", f"/call-queues/groups/{group}"))


@gets(Code.IN_PROGRESS)
def carried_out_elsewhere(busy: Busy) -> Told:
    asking = managing(busy)
    account_id = asking.get("/fields")["data"][0]["customer_id"]
    with busy.cast.db.read() as connection:
        user_id = require_user(connection, email("manager")).id
    with claimed(busy.cast.db.path, Ticket(account_id, user_id, "one", b"").name, BUSY):
        return told(asking.ask("POST", "/contacts", {"id_code": "1"}, headers={"Idempotency-Key": "one"}))


@gets(Code.STALE)
def changed_since(busy: Busy) -> Told:
    asking = managing(busy)
    contact = asking.done("POST", "/contacts", {"id_code": "1"})["id"]
    return told(asking.ask("PUT", f"/contacts/{contact}", {"id_code": "2"}, headers={"If-Match": '"1000000"'}))


@gets(Code.TOO_LONG)
def long_body(busy: Busy) -> Told:
    return told(managing(busy).ask("POST", "/contacts", {"company": "x" * (1 << 20)}))


@gets(Code.WRONG_TYPE)
def text_body(busy: Busy) -> Told:
    return told(managing(busy).ask("POST", "/contacts", content=b"{}", headers={"Content-Type": "text/plain"}))


@gets(Code.INVALID)
def no_number(busy: Busy) -> Told:
    return told(managing(busy).ask("POST", "/contacts", {"telecoms": ["0612"]}))


@gets(Code.CODE_NEEDED)
def password_alone(busy: Busy) -> Told:
    with session(busy, newcomer(busy, "careful")) as careful:
        secret = careful.post("/me/totp", json={"password": PASSWORD}).json()["secret"]
        careful.post("/me/totp/confirm", json={"code": pyotp.TOTP(secret).now()})
    with client(busy) as nobody:
        return told(nobody.post("/login", json={"email": email("careful"), "password": PASSWORD}))


@gets(Code.NEW_PASSWORD_NEEDED)
def password_of_somebody_else(busy: Busy) -> Told:
    add_user(busy.cast.db, Actor("terminal", now(), operator=True), email("beginner"), password=PASSWORD)
    with client(busy) as nobody:
        return told(nobody.post("/login", json={"email": email("beginner"), "password": PASSWORD}))


@gets(Code.QUOTA)
def webhook_too_many(busy: Busy) -> Told:
    asking = managing(busy)
    hooks = [
        {"name": "CRM", "url": f"https://example.org/{number}", "events": ["call.unknown"]}
        for number in range(MOST_WEBHOOKS + 1)
    ]
    *_, last = (asking.ask("POST", "/webhooks", hook) for hook in hooks)
    return told(last)


@gets(Code.TOO_MUCH)
def no_memory(_: Busy) -> Told:
    return made_of(MemoryError())


@gets(Code.LIMITED)
def many_sign_in(_: Busy) -> Told:
    return crowded(Lanes().signing_in)


@gets(Code.FAILED)
def our_mistake(_: Busy) -> Told:
    return made_of(ZeroDivisionError())


@gets(Code.UNAVAILABLE)
def no_table(_: Busy) -> Told:
    status, _headers, body = Health(Counts(memory_for(1), 1), lambda: False).answer("/readyz", "GET") or (0, (), b"")
    return status, json.loads(body)


@gets(Code.BUSY)
def many_wait(_: Busy) -> Told:
    return crowded(Lanes().fetching)


@pytest.mark.parametrize("code", Code)
def test_every_code_can_be_got_with_its_status(busy: Busy, code: Code) -> None:
    status, problem = GETTING[code](busy)

    assert (problem["code"], status) == (code, CODES[code].status)
    assert (problem["status"], problem["title"]) == (status, CODES[code].status.phrase)
    assert problem["detail"]


def test_every_code_has_a_meaning() -> None:
    assert list(CODES) == list(Code)


def test_a_code_does_not_tell_whether_an_account_is_there(busy: Busy) -> None:
    outsider = busy.cast.managing_secret("outsider")

    answers = [Client(busy.server, outsider, account).ask("GET", "/contacts") for account in (ACCOUNT, "CL9999")]

    assert {(one.status_code, one.json()["code"]) for one in answers} == {(404, Code.NOT_FOUND)}


def raw_answers(busy: Busy) -> Iterator[bytes]:
    """What is answered without the web framework, by the front and by a call worker."""
    yield busy.server.ask("/whoami", Host="a b").body
    yield busy.server.ask("/healthz", method="PUT").body
    yield busy.server.ask(f"{BASE}/call-queues/lookup?customer_account={ACCOUNT}", busy.cast.secret("router")).body
    yield busy.server.ask(f"{BASE}/ctis/lookup", method="PUT").body


def test_what_is_answered_before_the_web_framework_has_a_code_too(busy: Busy) -> None:
    problems = [json.loads(body) for body in raw_answers(busy)]

    assert problems[0]["detail"] == NO_HOST
    assert [(one["status"], one["code"]) for one in problems] == [
        (400, Code.BAD_REQUEST),
        (405, Code.METHOD_NOT_ALLOWED),
        (400, Code.INVALID),
        (405, Code.METHOD_NOT_ALLOWED),
    ]
