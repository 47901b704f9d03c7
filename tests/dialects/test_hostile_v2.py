"""Hostile requests to V2 and the look-ups: odd names, zones, origins, moments and bodies."""

import json

import pytest

from tests.cast import NUMBER
from tests.dialects.wire import CX, KNOWN, LONG, QUEUE, TEXT, V2, ask, send
from tests.standing import Standing


@pytest.mark.parametrize("name", [b"%00", b"a%00b", b"..%2F..", b"%27", b"%F0%9F%93%9E", LONG[:2000], b"1e10"])
def test_a_name_that_nothing_has_is_not_found(standing: Standing, name: bytes) -> None:
    assert ask(standing, QUEUE + name + b"?customerAccount=CL0000")[0] == 404
    assert ask(standing, QUEUE.replace(b"queues", b"oncall") + name + b"?customerAccount=CL0000")[0] == 404
    assert ask(standing, CX + name)[0] == 404
    assert ask(standing, CX.replace(b"&code=", b"&id=") + name)[0] == 404


@pytest.mark.parametrize("value", [b"%00", b"%27%20OR", b"-", b"%F0%9F%93%9E", LONG[:4000], b"69%00", b"2%C2%B2"])
def test_a_zone_that_is_none_is_the_lists_fallback(standing: Standing, value: bytes) -> None:
    asked = b"/smart-routings/geo/destinations/lookup?customer_account=CL0000&list_id=prefixes&value="
    status, _, body = ask(standing, asked + value)

    assert (status, json.loads(body)["fallback"]) == (200, True)
    assert ask(standing, V2 + b"&list=prefixes&value=" + value)[0] == 200


@pytest.mark.parametrize("origin", [b"%00", b"x" * 65, b"%E2%80%A8"])
def test_an_origin_that_can_be_none_is_a_bad_request(standing: Standing, origin: bytes) -> None:
    asked = b"/smart-routings/ctis/lookup?customer_account=CL0000&cti=lobby&origin="

    assert ask(standing, asked + origin)[0] == 400


@pytest.mark.parametrize(
    "at", [b"%00", b"now", LONG[:4000], b"2026-11-24T10:00:00%2B99:99", b"-1", b"2026-W48-2", b"%F0%9F%93%9E"]
)
def test_a_moment_that_is_none_does_no_harm(standing: Standing, at: bytes) -> None:
    for path in (V2 + KNOWN, QUEUE + b"desk?customerAccount=CL0000", CX + b"desk"):
        assert ask(standing, path + b"&at=" + at)[0] in {400, 403}


@pytest.mark.parametrize(
    ("framing", "status"),
    [
        (b"Content-Length: 20000\r\n\r\n" + b"{" * 20_000, 400),
        (b"Content-Length: 5\r\n\r\n{", 400),
        (b"Content-Length: -1\r\n\r\n", 400),
        (b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 400),
        (b"Transfer-Encoding: chunked\r\n\r\n2\r\n{", 400),
    ],
)
def test_a_body_that_is_broken_or_does_not_end_is_a_bad_request(
    standing: Standing, framing: bytes, status: int
) -> None:
    head = b"POST /api/v2/route HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
    told = send(standing, head + b"Authorization: Bearer %s\r\n" % standing.secret.encode() + framing)

    assert told == b"" or told.startswith(b"HTTP/1.1 %d " % status)


@pytest.mark.parametrize("option", [b"fields=x", b"explain=x", b"number=1", b"code=%FF", b"padding=" + LONG, b"at=x"])
@pytest.mark.parametrize("wanted", [b"raw", b"kv", b"text"])
def test_with_a_text_format_of_v2_a_bad_request_is_text(standing: Standing, wanted: bytes, option: bytes) -> None:
    status, headers, body = ask(standing, V2 + KNOWN + b"&format=" + wanted + b"&" + option)

    assert (status, headers["content-type"], body) == (400, TEXT, b"bad request")


def test_after_all_that_the_server_answers_and_its_log_has_no_failure_and_nobodys_number(standing: Standing) -> None:
    log = standing.server.log.read_text()

    assert ask(standing, V2 + KNOWN)[0] == 200
    assert "failed" not in log
    assert "Traceback" not in log
    assert not any(secret in log for secret in (NUMBER, KNOWN.decode(), standing.secret))
