"""A client of the management API, as a program would write one."""

import signal
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from aiguillage.desk.accounts import add_account
from aiguillage.desk.users import grant_role
from aiguillage.domain.accounts import Account, Role
from tests.cast import ACCOUNT, Cast, email
from tests.server import Server

BASE = "/smart-routings"


class Unavailable(AssertionError):  # noqa: N818 - what it is, as Refusal is
    """A 503: what was asked may have been done or not, as where a connection breaks."""


NO_ANSWER = (httpx.TransportError, Unavailable)
"""What a client of a server that is killed gets: its call worker may outlive its desk by a moment."""


@dataclass
class Client:
    """Asks a server with somebody's token about one account."""

    server: Server
    secret: str
    account: str = ACCOUNT

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:  # noqa: ANN401 - any JSON
        """One request: `params` are filters beside the account, `content` is a body that is no JSON."""
        params = {"customer_account": self.account, **options.pop("params", {})}
        headers = {"Authorization": f"Bearer {self.secret}", **options.pop("headers", {})}
        if body is not None:
            options["json"] = body
        url = path if path.startswith("http") else f"http://127.0.0.1:{self.server.port}{BASE}{path}"
        return httpx.request(
            method, url, params=None if path.startswith("http") else params, headers=headers, timeout=60, **options
        )

    def get(self, path: str, **params: Any) -> Any:  # noqa: ANN401 - any JSON
        """What a path shows, which must be there."""
        answer = self.ask("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def done(self, method: str, path: str, body: Any = None, **options: Any) -> Any:  # noqa: ANN401 - any JSON
        """What a request that succeeds is answered; None for an answer without a body."""
        answer = self.ask(method, path, body, **options)
        if answer.status_code == 503:
            raise Unavailable(answer.text)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def require_killed(self) -> None:
        """Only a server that was killed may have given no answer. Raises TimeoutExpired for one that lives."""
        assert self.server.process.wait(30) == -signal.SIGKILL

    def refused(self, status: int, method: str, path: str, body: Any = None, **options: Any) -> Any:  # noqa: ANN401
        """The problem that a request is answered with."""
        answer = self.ask(method, path, body, **options)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        return answer.json()


def client_of(server: Server, cast: Cast, name: str, account: str = ACCOUNT) -> Client:
    """A client with a token of one of the cast, good for all that they may do."""
    return Client(server, cast.managing_secret(name), account)


def on_new_account(server: Server, cast: Cast, name: str = "manager") -> Client:
    """A client of one of the cast who manages a new account: each test has its own on a server that tests share."""
    code = f"T{uuid4().hex[:12]}"
    add_account(cast.db, cast.operator, Account(code=code))
    grant_role(cast.db, cast.operator, email(name), code, Role.MANAGE)
    return client_of(server, cast, name, code)
