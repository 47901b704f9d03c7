"""A rota's feed over the wire."""

import json

import httpx
import pytest

from aiguillage.desk.rota_feeds import issue_rota_feed, revoke_rota_feed
from aiguillage.domain.accounts import new_secret
from tests.calendars import rota
from tests.cast import ACCOUNT, Cast
from tests.server import Server
from tests.standing import Busy


@pytest.fixture
def server(busy: Busy) -> Server:
    """A server that tests may change facts of."""
    return busy.server


@pytest.fixture
def cast(busy: Busy) -> Cast:
    """The cast that it knows."""
    return busy.cast


@pytest.fixture(scope="module")
def rota_id(busy: Busy) -> int:
    """A rota of CL0000."""
    return rota(busy.cast)


@pytest.fixture
def secret(cast: Cast, rota_id: int) -> str:
    """The secret of its feed."""
    return issue_rota_feed(cast.db, cast["manager"], ACCOUNT, rota_id)


def test_a_feed_is_a_calendar_that_nobody_keeps(server: Server, secret: str) -> None:
    answer = server.ask(f"/feeds/rotas/{secret}.ics")

    assert answer.status == 200
    assert answer.headers["content-type"].replace(" ", "") == "text/calendar;charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == 'attachment; filename="rota.ics"'
    assert answer.text.startswith("BEGIN:VCALENDAR\r\n")
    assert "SUMMARY:Ada" in answer.text


def test_a_long_feed_is_compressed_for_who_takes_that(server: Server, secret: str) -> None:
    url = f"http://127.0.0.1:{server.port}/feeds/rotas/{secret}.ics"

    packed, plain = (httpx.get(url, headers={"Accept-Encoding": one}, timeout=60) for one in ("gzip", "identity"))

    assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert "content-encoding" not in plain.headers
    assert "SUMMARY:Ada" in packed.text


def test_head_says_the_same_without_the_calendar(server: Server, secret: str) -> None:
    answer = server.ask(f"/feeds/rotas/{secret}.ics", method="HEAD")

    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-type"].startswith("text/calendar")


@pytest.mark.parametrize(
    "file",
    [
        "nothing.ics",
        pytest.param(f"{new_secret()}.ics", id="another secret"),
        ".ics",
        "%00.ics",
        "a%2Fb.ics",
        "a" * 5000,
    ],
)
def test_an_address_that_stands_for_nothing_is_missing(server: Server, secret: str, file: str) -> None:
    answer = server.ask(f"/feeds/rotas/{file}")

    assert answer.status == 404
    assert secret not in answer.text
    assert "Ada" not in answer.text


def test_an_address_without_its_end_is_told_so(server: Server, secret: str) -> None:
    answer = server.ask(f"/feeds/rotas/{secret}")

    assert answer.status == 404
    assert "ends in .ics" in json.loads(answer.body)["detail"]


def test_a_feed_is_gone_as_soon_as_it_is_revoked(server: Server, cast: Cast, rota_id: int, secret: str) -> None:
    assert server.ask(f"/feeds/rotas/{secret}.ics").status == 200

    revoke_rota_feed(cast.db, cast["manager"], ACCOUNT, rota_id)

    assert server.ask(f"/feeds/rotas/{secret}.ics").status == 404


def test_a_token_opens_no_feed(server: Server, cast: Cast, rota_id: int) -> None:
    assert rota_id
    assert server.ask(f"/feeds/rotas/{cast.secret('manager')}.ics", cast.secret("manager")).status == 404


def test_the_secret_is_in_no_log_line(server: Server, secret: str) -> None:
    for path in (f"/feeds/rotas/{secret}.ics", f"/feeds/rotas/{secret}", f"/feeds/rotas/{secret}.ics/x"):
        for method in ("GET", "HEAD", "POST"):
            server.ask(path, method=method)

    assert secret not in server.log.read_text()
