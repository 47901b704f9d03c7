"""One of CL0000's people, whose every request is about CL0000."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.api.people import acting
from tests.cast import ACCOUNT
from tests.standing import Busy

BASE = "/smart-routings"


class Person:
    """Asks about CL0000, at paths under /smart-routings."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def ask(self, method: str, path: str, json: Any = None, **more: Any) -> httpx.Response:  # noqa: ANN401 - any JSON
        """One request; further parameters of the query are `params`."""
        params = {"customer_account": ACCOUNT, **more.pop("params", {})}
        sent = more if json is None else more | {"json": json}
        return self.client.request(method, BASE + path, params=params, **sent)

    def done(self, method: str, path: str, json: Any = None, **more: Any) -> Any:  # noqa: ANN401 - any JSON
        """What a request that succeeds is answered."""
        answer = self.ask(method, path, json, **more)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def add(self, path: str, json: Any, **more: Any) -> Any:  # noqa: ANN401 - any JSON
        """A new thing."""
        return self.done("POST", path, json, **more)


@contextmanager
def person(busy: Busy, name: str) -> Iterator[Person]:
    """One of the cast."""
    with acting(busy, name) as client:
        yield Person(client)
