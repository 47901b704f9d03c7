"""A switch over the wire: how phones ask and flip it."""

import http.client
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from aiguillage.desk.facts import add_fact, remove_fact, show_fact
from aiguillage.desk.switches import issue_switch_code, revoke_switch_code
from aiguillage.domain.accounts import new_secret
from aiguillage.domain.errors import Kind
from aiguillage.domain.moments import iso, parse_moment
from aiguillage.domain.queues import Switch
from tests.cast import ACCOUNT, Cast
from tests.refusal import refused
from tests.server import Answer, Server
from tests.standing import Busy

FAR = "2099-11-24T18:00:00+01:00"
FAR_IN_UTC = "2099-11-24T17:00:00Z"
OFF = {"switch": "Night", "on": False, "until": None, "destination": "214"}
ON = OFF | {"on": True}


@pytest.fixture
def server(busy: Busy) -> Server:
    """A server that tests may change facts of."""
    return busy.server


@pytest.fixture
def cast(busy: Busy) -> Cast:
    """The cast that it knows."""
    return busy.cast


@pytest.fixture
def switch_id(cast: Cast) -> Iterator[int]:
    """A switch of CL0000 that sends all calls to 214."""
    fact = Switch(name="Night", owner_type="account", destination="214")
    switch_id = int(add_fact(cast.db, cast["editor"], ACCOUNT, fact).kept.id)
    yield switch_id
    remove_fact(cast.db, cast["editor"], ACCOUNT, "switch", switch_id)


@pytest.fixture
def path(cast: Cast, switch_id: int) -> str:
    """The switch's path, with its code."""
    return f"/api/v2/switches/{issue_switch_code(cast.db, cast['manager'], ACCOUNT, switch_id)}"


def document(answer: Answer) -> Any:  # noqa: ANN401 - JSON
    """The body of an answer that has to be good."""
    assert answer.status == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return json.loads(answer.body)


def post(server: Server, path: str, body: str, kind: str = "application/x-www-form-urlencoded") -> Answer:
    """One POST with a body."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request("POST", path, body, {"Content-Type": kind})
        answer = connection.getresponse()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def test_a_switch_says_how_it_is(server: Server, path: str) -> None:
    assert document(server.ask(path)) == OFF
    assert document(server.ask(f"{path}?do=state")) == OFF


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_phone_flips_a_switch_on_off_and_over(server: Server, path: str, method: str) -> None:
    said = [document(server.ask(f"{path}?do={do}", method=method))["on"] for do in ("on", "off", "toggle", "toggle")]

    assert said == [True, False, True, False]


def test_a_form_flips_a_switch_too_and_goes_before_the_query(server: Server, path: str) -> None:
    assert document(post(server, path, urlencode({"do": "on", "until": FAR}))) == ON | {"until": FAR_IN_UTC}
    assert document(post(server, f"{path}?do=on", "do=off")) == OFF


def test_what_was_flipped_is_kept_and_journalled_without_the_code(
    server: Server, cast: Cast, switch_id: int, path: str
) -> None:
    server.ask(f"{path}?do=on")

    assert show_fact(cast.db, cast["reader"], ACCOUNT, "switch", switch_id).fact.on
    with cast.db.read() as connection:
        rows = connection.exec_driver_sql("SELECT actor, before, after FROM journal").all()
    assert not any(path.rpartition("/")[2] in str(row) for row in rows)


def test_raw_is_one_for_on_and_zero_for_off(server: Server, path: str) -> None:
    answers = [server.ask(f"{path}?do={do}&format=raw") for do in ("on", "state", "off")]

    assert [answer.text for answer in answers] == ["1", "1", "0"]
    assert {answer.headers["content-type"] for answer in answers} == {"text/plain; charset=utf-8"}


def test_a_switch_is_on_for_a_time(server: Server, path: str) -> None:
    assert document(server.ask(f"{path}?do=on&until={quote(FAR)}"))["until"] == FAR_IN_UTC
    assert document(server.ask(path))["until"] == FAR_IN_UTC
    assert document(server.ask(f"{path}?do=on"))["until"] is None


@pytest.mark.parametrize("query", ["", "?do=on", "?do=toggle"])
def test_head_never_flips(server: Server, path: str, query: str) -> None:
    answer = server.ask(path + query, method="HEAD")

    assert (answer.status, answer.body) == (200, b"")
    assert document(server.ask(path)) == OFF


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("do=ON", "not an action of a switch"),
        ("do=", "not an action of a switch"),
        ("do=on&format=xml", "not a format"),
        ("do=on&until=tonight", "not a date and time"),
        ("do=on&until=2099-11-24", "not a date and time"),
        ("do=on&until=2099-11-24T18:00:00", "not a date and time"),
        ("do=on&until=2001-01-01T00:00:00Z", "would already be off again"),
        ("do=off&do=on", "given twice with different values"),
        ("do=on&until=9999-12-31T23:59:59-23:59", ""),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_not_clear_flips_nothing(server: Server, path: str, method: str, query: str, message: str) -> None:
    answer = server.ask(f"{path}?{query}", method=method)

    if message:
        assert answer.status == 422
        assert message in json.loads(answer.body)["detail"]
        assert document(server.ask(path)) == OFF
    assert answer.status < 500


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "code", [pytest.param(new_secret(), id="another code"), "nothing", "%00", "a" * 5000, "é".encode().hex()]
)
def test_a_code_that_stands_for_nothing_is_missing(server: Server, path: str, method: str, code: str) -> None:
    answer = server.ask(f"/api/v2/switches/{code}?do=on", method=method)

    assert answer.status == 404
    assert document(server.ask(path)) == OFF


def test_a_token_is_no_code_and_a_code_is_no_token(server: Server, cast: Cast, path: str) -> None:
    assert server.ask(f"/api/v2/switches/{cast.secret('manager')}?do=on", cast.secret("manager")).status == 404
    code = path.rpartition("/")[2]
    assert server.ask(f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&number=0199001234", code).status == 401


def test_a_code_that_was_revoked_flips_nothing(server: Server, cast: Cast, switch_id: int, path: str) -> None:
    revoke_switch_code(cast.db, cast["manager"], ACCOUNT, switch_id)

    assert server.ask(f"{path}?do=on").status == 404


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("do=on&" + "x" * 10_000, "application/x-www-form-urlencoded", 413),
        ('{"do": "on"}', "application/json", 422),
        ("do=on", "text/plain", 422),
        ("do=on", "", 422),
        ("\x00\x01", "multipart/form-data; boundary=x", 422),
        ("do=%FF%FE", "application/x-www-form-urlencoded", 422),
        ("do=on&do=toggle", "application/x-www-form-urlencoded", 422),
        ("do=on&do=on", "application/x-www-form-urlencoded", 200),
        ("do=on&until=" + "&" * 3000, "application/x-www-form-urlencoded; charset=utf-8", 200),
        ("", "application/json", 200),
    ],
)
def test_a_body_is_a_form_or_nothing(server: Server, path: str, body: str, kind: str, status: int) -> None:
    assert post(server, path, body, kind).status == status


def test_the_code_is_in_no_log_line(server: Server, path: str) -> None:
    for query in ("", "?do=on", "?do=x", "?do=on&until=x", "/x"):
        for method in ("GET", "HEAD", "POST", "DELETE"):
            server.ask(path + query, method=method)

    assert path.rpartition("/")[2] not in server.log.read_text()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-24T18:00:00+01:00", "2026-11-24T17:00:00Z"),
        ("2026-11-24T18:00:00 01:00", "2026-11-24T17:00:00Z"),
        (" 2026-11-24T17:00:00Z ", "2026-11-24T17:00:00Z"),
        ("20261124T170000Z", "2026-11-24T17:00:00Z"),
        ("2026-11-24 18:00:00+01:00", "2026-11-24T17:00:00Z"),
    ],
)
def test_a_moment_with_an_offset_is_read(text: str, moment: str) -> None:
    assert iso(parse_moment(text)) == moment


@pytest.mark.parametrize("text", ["", "now", "2026-11-24", "2026-11-24T18:00:00", "1795000000", "2026-13-01T00:00:00Z"])
def test_any_other_moment_is_refused(text: str) -> None:
    with refused(Kind.INVALID, "not a date and time"):
        parse_moment(text)


def test_the_moment_of_a_flip_is_this_one(server: Server, path: str) -> None:
    soon = datetime.now(UTC).replace(microsecond=0).isoformat()

    assert server.ask(f"{path}?do=on&until={quote(soon)}").status == 422
