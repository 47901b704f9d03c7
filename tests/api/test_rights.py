"""Whoever asks for what they may not is in the log: by user and operation, each time or counted."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from aiguillage.desk.tokens import issue_token
from aiguillage.domain.accounts import Role
from aiguillage.domain.errors import CODE, Kind
from aiguillage.domain.problems import CODES
from tests.api.people import acting, client, fresh
from tests.api.walking import OPERATIONS
from tests.cast import ACCOUNT, email
from tests.server import READY_WITHIN
from tests.standing import Busy, busy_server
from tests.storage.facts import account_id

CONTACTS = f"/smart-routings/contacts?customer_account={ACCOUNT}"
WORDS = {"event", "level", "timestamp", "user", "operation", "kind", "request_id"}


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Busy]:
    """A server of its own, so that its log is seen."""
    with busy_server(tmp_path_factory.mktemp("rights")) as busy:
        yield busy


def lines(busy: Busy, operation: str) -> list[dict[str, Any]]:
    """What the log says of refused rights to an operation."""
    found = [json.loads(line) for line in busy.server.log.read_text().splitlines() if '"right_refused"' in line]
    return [line for line in found if line["operation"] == operation]


def told(busy: Busy, operation: str, times: int) -> list[dict[str, Any]]:
    """The same, as soon as it tells of so many refusals: what was counted is told after a second."""
    deadline = time.monotonic() + READY_WITHIN
    while counted(found := lines(busy, operation)) < times:
        assert time.monotonic() < deadline, found
        busy.server.ask("/healthz")
    return found


def counted(found: list[dict[str, Any]]) -> int:
    """How many refusals the lines tell of."""
    return sum(line.get("times", 1) for line in found)


def user_id(busy: Busy, name: str) -> int:
    """The id of one of the cast."""
    with acting(busy, name) as person:
        return int(person.get("/whoami").json()["id"])


def test_every_refusal_of_an_outsider_is_said_or_counted(busy: Busy) -> None:
    outsider = user_id(busy, "outsider")

    with acting(busy, "outsider") as person:
        statuses = {person.get(CONTACTS).status_code for _ in range(30)}
    found = told(busy, "listContacts", 30)

    assert statuses == {404}
    assert {(line["user"], line["kind"]) for line in found} == {(outsider, "missing")}
    assert counted(found) == 30
    assert {word for line in found for word in line} <= {*WORDS, "times"}


@pytest.mark.parametrize(
    ("name", "operation", "kind"),
    [
        ("router", "listFields", "forbidden"),
        ("reader", "addContact", "forbidden"),
        ("outsider", "addContact", "missing"),
        ("outsider", "exportContacts", "missing"),
        ("manager", "listUsers", "forbidden"),
        ("manager", "setMyPassword", "unauthorized"),
        ("outsider", "switchAccount", "missing"),
        ("outsider", "showAccount", "missing"),
        ("outsider", "removeAccount", "missing"),
    ],
)
def test_a_refused_right_is_told_with_its_kind(busy: Busy, name: str, operation: str, kind: str) -> None:
    ours, asked = account_id(busy.cast.db, ACCOUNT), OPERATIONS[operation]
    bodies = {
        "setMyPassword": {"current": "wrong", "new": "staple in the barn"},
        "switchAccount": {"workspace_id": ours},
    }
    sent: dict[str, Any] = {} if asked.body is None else {"json": bodies.get(operation, {})}
    about = {"customer_account": ACCOUNT} if asked.about_account else {}

    with (fresh if operation == "switchAccount" else acting)(busy, name) as person:
        answer = person.request(asked.method, asked.path.format(id=ours), params=about, **sent)

    found = told(busy, operation, 1)
    assert answer.status_code == CODES[CODE[Kind(kind)]].status
    assert (user_id(busy, name), kind) in {(line["user"], line["kind"]) for line in found}


def test_a_token_used_from_elsewhere_names_its_user_and_a_strangers_nobody(busy: Busy) -> None:
    secret = issue_token(
        busy.cast.db, busy.cast.operator, email("editor"), name="away", role=Role.EDIT, hosts=["192.0.2.0/24"]
    )[1]

    with client(busy, secret) as away, client(busy, "aig_wrong") as stranger:
        statuses = [person.get("/whoami").status_code for person in (away, stranger)]

    found = told(busy, "showMe", 2)
    assert statuses == [403, 401]
    assert [(line["user"], line["kind"]) for line in found] == [
        (user_id(busy, "editor"), "forbidden"),
        (None, "unauthorized"),
    ]


def test_what_is_simply_not_there_is_no_refused_right(busy: Busy) -> None:
    with acting(busy, "manager") as manager, acting(busy, "operator") as operator, client(busy) as nobody:
        answers = [
            manager.get(f"/smart-routings/contacts/999999?customer_account={ACCOUNT}"),
            operator.get("/smart-routings/journal?customer_account=CL9999"),
            operator.get("/users/999999"),
            nobody.post("/login", json={"email": "nobody@example.org", "password": "wrong"}),
        ]
        nobody.get("/sessions")

    told(busy, "listSessions", 1)
    assert [answer.status_code for answer in answers] == [404, 404, 404, 401]
    assert [lines(busy, name) for name in ("showContact", "showUser", "signIn", "listChanges")] == [[]] * 4
