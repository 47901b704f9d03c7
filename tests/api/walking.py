"""Two accounts with one of everything each, on a real server, and requests of every operation about them."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import msgspec
from sqlalchemy import select, update

from aiguillage.api.management import operations
from aiguillage.api.moments import now
from aiguillage.api.operations import Operation, Upload
from aiguillage.api.resources.replay import ReplayShown
from aiguillage.desk.held_replays import hold_replay
from aiguillage.desk.passwords import set_password
from aiguillage.desk.users import add_user, list_users
from aiguillage.domain.accounts import Actor
from aiguillage.storage.schema import accounts
from tests.api.people import PASSWORD, client, session
from tests.api.walk_bodies import (
    ACCOUNTS,
    CALL_TOKENS,
    ENTERED,
    FEW,
    IN_PLACE,
    JOURNAL,
    MAKERS,
    PREPARED,
    REPLAYS,
    SESSIONS,
    SHARED,
    TOKENS,
    UPLOADS,
    USERS,
    Ids,
    body_of,
    query_of,
)
from tests.cast import ACCOUNT, OTHER_ACCOUNT, ROLES, email, known_caller
from tests.standing import Busy, busy_server

OPERATIONS = {operation.name: operation for operation in operations()}
OURS_FROM, NOWHERE = 700_000, 900_009
"""CL0000's ids begin where CL0001 has none; and an id that no thing has, as long as those."""

NOTHING: Mapping[str, object] = {}
OWN = {TOKENS, SESSIONS, CALL_TOKENS}
"""What everybody has of their own, and shows to nobody."""

MANAGERS = {ACCOUNT: "manager", OTHER_ACCOUNT: "outsider"}


def collections(path: str) -> list[str]:
    """The collections that the ids in a path are of, by their own paths, the outer one first."""
    return [path[: found.start() - 1] for found in re.finditer(r"{\w+}", path)]


def touched(operation: Operation) -> str:
    """The collection of the thing that an operation is about."""
    return [operation.path.removesuffix("/bulk"), *collections(operation.path)][-1]


COLLECTIONS = sorted({one for operation in OPERATIONS.values() for one in collections(operation.path)})

JOBS = {"applyImport": ("showImport", "applying"), "runSource": ("showSource", "running")}
"""Operations that change the account after their answer: what shows that, and its state until then."""


@dataclass
class Walk:
    """The server, and the ids of what CL0000 and CL0001 have."""

    busy: Busy
    ours: Ids = field(default_factory=dict)
    theirs: Ids = field(default_factory=dict)
    people: dict[str, httpx.Client] = field(default_factory=dict)
    spare: dict[tuple[str, str], int] = field(default_factory=dict)

    def person(self, name: str) -> httpx.Client:
        """One of the cast, signed in, or `nobody`."""
        if name not in self.people:
            self.people[name] = client(self.busy) if name == "nobody" else session(self.busy, email(name))
        return self.people[name]

    def secret(self, name: str) -> str:
        """The secret of the session of one of the cast."""
        return self.person(name).headers["Authorization"].removeprefix("Bearer ")

    def ask(
        self,
        name: str,
        operation: Operation,
        account: str,
        ids: Ids,
        *,
        body: object = None,
        query: Mapping[str, object] = NOTHING,
    ) -> httpx.Response:
        """One request, with a body that fits unless one is given."""
        return self.person(name).request(**self.request(operation, account, ids, body=body, query=query))

    def request(
        self,
        operation: Operation,
        account: str,
        ids: Ids,
        *,
        body: object = None,
        query: Mapping[str, object] = NOTHING,
    ) -> dict[str, Any]:
        """What httpx is told of a request."""
        path = operation.path
        for collection in collections(path):
            path = re.sub(r"{\w+}", str(ids[collection]), path, count=1)
        params = {"customer_account": account} if operation.about_account else {}
        body = body_of(operation, ids) if body is None else body
        params |= query_of(operation, ids) | dict(query)
        return {"method": operation.method, "url": path, "params": params, **_content(operation, body)}

    def prepare(self, name: str, operation: Operation, account: str) -> Ids:
        """CL0000's or CL0001's ids, with a new thing for somebody to do the operation with."""
        ids = dict(self.ours if account == ACCOUNT else self.theirs)
        if operation.name in PREPARED:
            self.ask(MANAGERS[account], OPERATIONS[PREPARED[operation.name]], account, ids)
        of = touched(operation)
        made = IN_PLACE.get(operation.name, of)
        if of not in COLLECTIONS:
            return ids
        if (account, of) in self.spare:
            self.ask(MANAGERS[account], OPERATIONS[FEW[of]], account, {of: self.spare.pop((account, of))})
        ids[of] = self.new(made, name, account, ids)
        if of in FEW:
            self.spare[account, of] = ids[of]
        return ids

    def settle(self, operation: Operation, account: str, ids: Ids) -> None:
        """Waits until a job that changes the account is over, if the operation is one."""
        show, working = JOBS.get(operation.name, ("", ""))
        while show and self.ask(MANAGERS[account], OPERATIONS[show], account, ids).json()["state"] == working:
            pass

    def new(self, collection: str, name: str, account: str, ids: Ids) -> int:
        """The id of a new thing in a collection, made by whoever may, or by that one of the cast what is their own."""
        if collection in SHARED:
            return SHARED[collection]
        if collection == ACCOUNTS and name != "operator":
            return ids[ACCOUNTS]
        if collection == SESSIONS:
            self.ask(name, OPERATIONS["switchAccount"], account, ids)
            return int(self.person(name).get(SESSIONS, params={"sort": "-id"}).json()["data"][0]["id"])
        if collection == REPLAYS:
            return self._replay(MANAGERS[account], account)
        if collection == JOURNAL:
            self.ask(MANAGERS[account], OPERATIONS["addCti"], account, ids)
            changes = self.ask(MANAGERS[account], OPERATIONS["listChanges"], account, ids)
            return int(changes.json()["data"][0]["seq"])
        makers = [one.name for one in OPERATIONS.values() if (one.method, one.path) == ("POST", collection)]
        maker, key = MAKERS.get(collection) or (makers[0], "id")
        by = name if collection in OWN else MANAGERS[account] if OPERATIONS[maker].about_account else "operator"
        answer = self.ask(by, OPERATIONS[maker], account, ids)
        assert answer.is_success, f"{maker}: {answer.text}"
        return int(answer.json()[key])

    def _replay(self, name: str, account: str) -> int:
        """The id of a replay that somebody has asked for, and that took long."""
        actor = msgspec.structs.replace(self.busy.cast[name], at=now())
        replaying = hold_replay(self.busy.cast.db, actor, account)
        replaying.end(lambda: ReplayShown(calls=0, skipped=0, left_out=0, moved=0, moves=[]))
        return replaying.replay.id

    def fill(self, name: str, account: str, ids: Ids) -> None:
        """One of everything for an account, by one of the cast who manages it."""
        resolved = self.ask(name, OPERATIONS["resolveCustomer"], account, ids).json()
        ids |= SHARED | {ACCOUNTS: resolved["id"], USERS: self.person(name).get("/whoami").json()["id"]}
        for collection in (*ENTERED, *COLLECTIONS, UPLOADS):
            if collection not in ids:
                ids[collection] = self.new(collection, name, account, ids)

    def state(self) -> list[int]:
        """The number of the last change of every account, and of the installation."""
        with self.busy.cast.db.read() as connection:
            return list(connection.execute(select(accounts.c.seq).order_by(accounts.c.id)).scalars())


def _content(operation: Operation, body: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON, or bytes
    if body is None:
        return {}
    kind = operation.takes[0] if operation.body is Upload else "application/json"
    return {
        "content": body if isinstance(body, bytes) else json.dumps(body).encode(),
        "headers": {"Content-Type": kind},
    }


@contextmanager
def walking(directory: Path) -> Iterator[Walk]:
    """The server with its accounts, in a directory of its own."""
    with busy_server(directory) as busy:
        with busy.cast.db.write() as connection:
            connection.execute(update(accounts).where(accounts.c.code == ACCOUNT).values(seq=OURS_FROM))
        add_user(busy.cast.db, busy.cast.operator, email("operator"), operator=True)
        for user in list_users(busy.cast.db, busy.cast.operator):
            set_password(busy.cast.db, Actor("terminal", now(), user.id, operator=True), user.email, PASSWORD)
        known_caller(busy.cast)
        walk = Walk(busy)
        for name in (*ROLES, "outsider", "operator"):
            walk.person(name)  # before anything that is sent could have signing in slowed down
        walk.fill("manager", ACCOUNT, walk.ours)
        walk.fill("outsider", OTHER_ACCOUNT, walk.theirs)
        yield walk
        for person in walk.people.values():
            person.close()
