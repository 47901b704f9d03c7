"""How many transactions a request takes: what is slow about a small request is their number."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import httpx
import pytest
from sqlalchemy import Engine, event

from aiguillage.app import build_desk
from aiguillage.settings import Settings
from tests.cast import ACCOUNT, Cast

READ, WRITTEN = "read", "written"
QUEUE = {"name": "Support", "code": "support", "number": "207"}


@contextmanager
def noted() -> Iterator[list[str]]:
    """The transactions that begin meanwhile."""
    begun: list[str] = []

    def note(connection: Any) -> None:  # noqa: ANN401 - SQLAlchemy's
        writes = connection.get_execution_options().get("aiguillage_write")
        begun.append(WRITTEN if writes else READ)

    event.listen(Engine, "begin", note)
    try:
        yield begun
    finally:
        event.remove(Engine, "begin", note)


def asked(settings: Settings, cast: Cast, method: str, path: str, body: Any = None) -> tuple[httpx.Response, list[str]]:  # noqa: ANN401 - JSON
    """The answer to a request, and the transactions that it took."""

    async def ask() -> tuple[httpx.Response, list[str]]:
        transport = httpx.ASGITransport(build_desk(settings).application)
        headers = {"Authorization": f"Bearer {cast.managing_secret('editor')}"}
        async with httpx.AsyncClient(transport=transport, headers=headers) as client:
            await client.get("http://localhost/whoami")  # that the token is used is noted, for a minute
            with noted() as begun:
                url = f"http://localhost/smart-routings{path}"
                answer = await client.request(method, url, params={"customer_account": ACCOUNT}, json=body)
            return answer, begun

    return anyio.run(ask)


@pytest.mark.parametrize("path", ["/call-queues/queues", "/contacts", "/survey-records", "/fields", "/rotas"])
def test_what_reads_is_let_in_and_answered_in_one_view_each(settings: Settings, cast: Cast, path: str) -> None:
    answer, begun = asked(settings, cast, "GET", path)

    assert answer.status_code == 200
    assert begun == [READ, READ]


def test_a_contact_that_is_added_takes_one_transaction_more(settings: Settings, cast: Cast) -> None:
    answer, begun = asked(settings, cast, "POST", "/contacts", {"company": "Garage Belleville"})

    assert answer.status_code == 201
    assert begun == [READ, WRITTEN]


def test_a_fact_that_is_changed_is_looked_at_again_for_remarks_alone(settings: Settings, cast: Cast) -> None:
    added, _ = asked(settings, cast, "POST", "/call-queues/queues", QUEUE)

    answer, begun = asked(settings, cast, "PUT", f"/call-queues/queues/{added.json()['id']}", {"name": "Ventes"})

    assert answer.status_code == 200
    assert begun == [READ, WRITTEN, READ]
