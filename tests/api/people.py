"""People who ask the management API, each with a token that can do all that they may."""

from typing import Any

import httpx

from aiguillage.api.moments import now
from aiguillage.desk.change import change_directory
from aiguillage.desk.sessions import open_session
from aiguillage.desk.users import add_user, require_user
from aiguillage.domain.accounts import Actor
from tests.cast import email
from tests.standing import Busy

PASSWORD = "correct horse battery"
Body = dict[str, Any]


def client(busy: Busy, secret: str | None = None) -> httpx.Client:
    """A client of the server, with that bearer secret."""
    headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
    return httpx.Client(base_url=f"http://127.0.0.1:{busy.server.port}", headers=headers, timeout=60, trust_env=False)


def acting(busy: Busy, name: str) -> httpx.Client:
    """One of the cast, or somebody added to it; `operator` is a user who is one."""
    if name == "operator" and "operator manages" not in busy.cast.secrets:
        newcomer(busy, name, operator=True)
    return client(busy, busy.cast.managing_secret(name))


def fresh(busy: Busy, name: str) -> httpx.Client:
    """The same with a session that was opened just now, as by signing in: some things take no less."""
    acting(busy, name).close()
    with busy.cast.db.read() as connection:
        user = require_user(connection, email(name))
    with change_directory(busy.cast.db, Actor(user.email, now(), user.id)) as change:
        secret = open_session(change, user.id, address=None, agent="tests")[1]
    return client(busy, secret)


def newcomer(busy: Busy, name: str, *, operator: bool = False) -> str:
    """The e-mail of a new user who has a password of their own."""
    who: dict[str, Any] = {"name": name.title(), "operator": operator, "password": PASSWORD, "one_time": False}
    add_user(busy.cast.db, busy.cast.operator, email(name), **who)
    return email(name)


def session(busy: Busy, who: str) -> httpx.Client:
    """Somebody who signed in."""
    with client(busy) as nobody:
        answer = nobody.post("/login", json={"email": who, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return client(busy, answer.json()["token"])
