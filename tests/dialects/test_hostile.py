"""Hostile and broken requests, sent to a real server byte by byte: the contract's 400 or 404, never a 5xx."""

from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.cast import CODE, NUMBER
from tests.dialects.wire import KNOWN, LONG, TEXT, V0, V0_CODE, V1, V1_CODE, V2, V2_CODE, ask, assert_bad_request, send
from tests.standing import Standing


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        (b"", "customerAccount is missing"),
        (b"customerAccount=CL0000", "number or code is missing"),
        (b"number=0199001234", "customerAccount is missing"),
        (b"customerAccount=&number=0199001234", "customerAccount is missing"),
        (b"customeraccount=CL0000&number=0199001234", "customerAccount is missing"),
        (b"customerAccount=CL0000&number=1&number=2", "number is given twice with two values"),
        (b"customerAccount=CL0000&customerAccount=CL0001&number=1", "customerAccount is given twice with two values"),
        (b"customerAccount=CL0000&number=0199001234&format=xml", "format is json or raw"),
        (b"customerAccount=CL0000&number=0199001234&format=", "format is json or raw"),
        (b"customerAccount=CL0000&number=0199001234&format=RAW", "format is json or raw"),
        (b"customerAccount=CL0000&number=0199001234&destination=5", "destination is 1, 2, 3 or 4"),
        (b"customerAccount=CL0000&number=0199001234&destination=", "destination is 1, 2, 3 or 4"),
        (b"customerAccount=CL0000&number=0199001234&destination=-1", "destination is 1, 2, 3 or 4"),
        (
            b"customerAccount=CL0000&number=0199001234&include=vip,password",
            "include is any of vip, onCallDutyContract, separated by commas",
        ),
    ],
)
def test_a_wrong_missing_or_doubled_parameter_is_a_bad_request(standing: Standing, query: bytes, detail: str) -> None:
    assert_bad_request(ask(standing, b"/api/v1/smartRoutings?" + query), detail)


@pytest.mark.parametrize(
    "number",
    [
        *(b"%00", b"%01", b"%7F", b"nobody", b"%27%20OR%201=1--"),
        *(b"%", b"%z", b"%zz", b"%2", b"0199001234%", b"%25", b"%2500", b"..%2F..%2Fetc%2Fpasswd", b"%3Cscript%3E"),
        *(b"%D9%A0%D9%A1%D9%A2", b"%EF%BC%90%EF%BC%91", b"%F0%9F%93%9E", b"0199001234*", b"1e10"),
    ],
)
@pytest.mark.parametrize("path", [V1, V2, V0], ids=["v1", "v2", "v0"])
def test_what_is_no_number_is_an_unknown_caller(standing: Standing, path: bytes, number: bytes) -> None:
    assert ask(standing, path + number)[0] == 404


@pytest.mark.parametrize("junk", [b"%FF", b"%C3", b"%C0%80", b"%ED%A0%80", b"0199001234%FE%FF"])
def test_what_is_not_utf_8_is_a_bad_request(standing: Standing, junk: bytes) -> None:
    assert_bad_request(ask(standing, V1 + junk), "the query is not UTF-8")
    assert_bad_request(ask(standing, V1 + KNOWN + b"&code=" + junk), "the query is not UTF-8")
    assert_bad_request(ask(standing, V2 + junk), "the query is not UTF-8")
    assert_bad_request(ask(standing, V0 + junk), "the path is not UTF-8")
    assert_bad_request(ask(standing, V0_CODE + junk), "the path is not UTF-8")


@pytest.mark.parametrize(
    "unread",
    [
        *(b"x=1&x=2", b"%FF=1", b"x=%FF", b"%FF=1&%FF=2", b"%ED%A0%80=%C3", b"x[]=1&x[a][b]=2", b"=1&=2"),
        *(b"&&", b"Number=1", b"customeraccount=CL0001"),
    ],
)
def test_what_nobody_reads_is_not_judged(standing: Standing, unread: bytes) -> None:
    for path in (V1, V2):
        assert ask(standing, path + KNOWN + b"&" + unread)[0] == 200
        assert ask(standing, path.replace(b"?", b"?" + unread + b"&") + KNOWN)[0] == 200
    assert ask(standing, V0 + KNOWN + b"?" + unread)[0] == 200


def test_a_parameter_that_is_read_is_judged_beside_others_that_are_not_utf_8(standing: Standing) -> None:
    assert_bad_request(ask(standing, V1 + b"%FF&x=%FF"), "the query is not UTF-8")
    assert_bad_request(ask(standing, V2 + KNOWN + b"&x=%FF&number=1"), "number is given twice with two values")


def test_a_query_over_8_kib_is_a_bad_request(standing: Standing) -> None:
    longer = b"the query is longer than 8 KiB"

    assert_bad_request(ask(standing, V1 + LONG), longer.decode())
    assert_bad_request(ask(standing, V1 + KNOWN + b"&padding=" + LONG), longer.decode())
    assert_bad_request(ask(standing, V2 + LONG), longer.decode())
    assert ask(standing, V1 + KNOWN + b"&padding=" + LONG[:8000])[0] == 200


def test_an_over_long_v0_request_is_a_bad_request(standing: Standing) -> None:
    longer = "the path or the query is longer than 8 KiB"

    assert_bad_request(ask(standing, V0 + LONG), longer)
    assert_bad_request(ask(standing, V0 + KNOWN + b"?padding=" + LONG), longer)
    assert_bad_request(ask(standing, b"/api/" + LONG + b"/customer/number/1"), longer)


@pytest.mark.parametrize(
    "number", [LONG[:200], b"%22" * 2000, b"%3C" * 2000, b"sip:" * 1500, b"%25" * 2000, b";" * 6000, b"%22%5C" * 1000]
)
def test_an_over_long_number_is_an_unknown_caller(standing: Standing, number: bytes) -> None:
    assert ask(standing, V1 + number)[0] == 404


def test_what_a_trunk_puts_around_a_number_is_not_looked_at(standing: Standing) -> None:
    quoted, marked = b"%22Camille%22%20%3C" + KNOWN + b"%3E", b"%E2%80%AD" + KNOWN + b"%E2%80%AC"

    for number in (quoted, marked, KNOWN + b"%00", KNOWN + b"%0A", b"sip:" + KNOWN + b":secret@pbx.example.org"):
        assert ask(standing, V1 + number)[0] == 200
        assert ask(standing, V0 + number)[0] == 200


@pytest.mark.parametrize("code", [b"%00", b"4321%00", b"%zz", b"%27%20OR%201=1--", LONG[:2000], b"%F0%9F%93%9E"])
def test_a_code_that_can_be_none_belongs_to_nobody(standing: Standing, code: bytes) -> None:
    assert ask(standing, V1_CODE + code)[0] == 404
    assert ask(standing, V2_CODE + code)[0] == 404
    assert ask(standing, V0_CODE + code)[0] == 404


@pytest.mark.parametrize(
    "account", [b"CL%00", b"CL0000%00", b"cl0000", b"%27", b"CL%2F0000", b"CL0000%20", LONG[:2000]]
)
def test_an_account_that_is_none_looks_like_one_without_rights(standing: Standing, account: bytes) -> None:
    v1 = ask(standing, b"/api/v1/smartRoutings?number=0199001234&customerAccount=" + account)
    v0 = ask(standing, b"/api/" + account + b"/customer/number/0199001234")
    v2 = ask(standing, b"/api/v2/route?number=0199001234&customerAccount=" + account)
    foreign = ask(standing, b"/api/v1/smartRoutings?number=0199001234&customerAccount=CL0001")

    assert (
        (v1[0], v1[2])
        == (v2[0], v2[2])
        == (v0[0], v0[2])
        == (foreign[0], foreign[2])
        == (403, b'{"response": "not authorized"}')
    )


@pytest.mark.parametrize("form", [b"+33199001234", b"%2B33199001234", b"%2b33199001234", b"%2B33%20199%2000%2012%2034"])
def test_a_plus_may_be_sent_as_it_is_or_encoded(standing: Standing, form: bytes) -> None:
    assert ask(standing, V1 + form)[0] == 200
    assert ask(standing, V2 + form)[0] == 200
    assert ask(standing, V0 + form)[0] == 200


def test_a_slash_in_a_number_is_part_of_it_even_when_encoded(standing: Standing) -> None:
    assert ask(standing, V0 + b"01%2F99%2F00%2F12%2F34")[0] == 200
    assert ask(standing, V0 + b"01/99/00/12/34")[0] == 200


def test_a_path_may_be_percent_encoded(standing: Standing) -> None:
    assert ask(standing, V1.replace(b"smart", b"%73mart") + KNOWN)[0] == 200


@pytest.mark.parametrize("option", [b"destination=5", b"include=x", b"number=1", b"code=%FF", b"padding=" + LONG])
def test_with_format_raw_a_bad_request_is_text(standing: Standing, option: bytes) -> None:
    status, headers, body = ask(standing, V1 + KNOWN + b"&format=raw&" + option)

    assert (status, headers["content-type"], body) == (400, TEXT, b"bad request")


@pytest.mark.parametrize(
    "method", [b"POST", b"PUT", b"DELETE", b"OPTIONS", b"TRACE", b"CONNECT", b"PROPFIND", b"QUERY"]
)
@pytest.mark.parametrize("path", [V1, V0, V1[:21]], ids=["v1", "v0", "bare"])
def test_another_method_is_told_which_are_allowed(standing: Standing, method: bytes, path: bytes) -> None:
    status, headers, _ = ask(standing, path, method=method)

    assert (status, headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "request_line",
    [
        *(
            b"FOO %s HTTP/1.1",
            b"get %s HTTP/1.1",
            b"G\x00T %s HTTP/1.1",
            b"GET %s\x00 HTTP/1.1",
            b"GET %s\xff HTTP/1.1",
        ),
        *(
            b"GET %s\x01 HTTP/1.1",
            b"GET  HTTP/1.1",
            b"GET %s HTTP/9.9",
            b"\x16\x03\x01\x02%s",
            b"GET %s HTTP/1.1\r\nBad Header",
        ),
    ],
)
def test_what_is_not_http_is_a_bad_request(standing: Standing, request_line: bytes) -> None:
    line = request_line.replace(b"%s", V1 + KNOWN)

    assert send(standing, line + b"\r\nHost: localhost\r\n\r\n").startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "authorization",
    [
        b"",
        b"Bearer",
        b"Bearer ",
        b"Basic",
        b"Basic eDp5",
        b"Basic %%%",
        b"Basic eDphaWdf\xff",
        b"Bearer \xff\xfe",
        b"Bearer " + LONG * 10,
        b"Bearer aig_%00",
        b"aig_x",
    ],
)
def test_a_broken_authorization_is_unauthorized(standing: Standing, authorization: bytes) -> None:
    request = b"GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: %s\r\n\r\n"
    told = send(standing, request % (V1 + KNOWN, authorization))

    assert told.startswith(b"HTTP/1.1 401 ")
    assert told.endswith(b'{"response": "unauthorized"}')


def test_unauthorized_comes_before_bad_request(standing: Standing) -> None:
    assert send(standing, b"GET %s%%FF HTTP/1.0\r\n\r\n" % V1).startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize(
    "more",
    [
        *(b"X-Long: " + b"a" * 60_000 + b"\r\n", b"".join(b"X-%d: a\r\n" % n for n in range(2_000))),
        *(b"X-Odd: \xff\xfe\r\n", b"Content-Length: 0\r\n", b"Cookie: " + LONG + b"\r\n", b"X-Forwarded-For: \xff\r\n"),
    ],
)
def test_odd_headers_do_no_harm(standing: Standing, more: bytes) -> None:
    assert ask(standing, V1 + KNOWN, more=more)[0] == 200


@pytest.mark.parametrize("target", [b"*", b"/apis", b"/v1/smartRoutings", b"/%2e%2e/%2e%2e/etc"])
def test_a_path_of_no_dialect_is_not_found(standing: Standing, target: bytes) -> None:
    status, headers, _ = ask(standing, target)

    assert (status, headers["content-type"]) == (404, "application/problem+json")


def resident_kib(standing: Standing) -> int:
    """How much memory the server has in use."""
    status = Path(f"/proc/{standing.server.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_refusals_take_no_memory(standing: Standing) -> None:
    connection = HTTPConnection("127.0.0.1", standing.server.port, timeout=30)
    before = 0

    for secret, path in (("wrong", V1 + KNOWN), (standing.secret, V1.replace(b"CL0000", b"CL9999") + KNOWN)):
        for turn in range(4_000):
            connection.request("GET", path.decode(), headers={"Authorization": f"Bearer {secret}"})
            connection.getresponse().read()
            if turn == 1_000:
                before = resident_kib(standing)
        assert resident_kib(standing) - before < 4_096, path

    connection.close()


def test_after_all_that_the_server_answers_and_its_log_has_no_failure_and_nobodys_number(standing: Standing) -> None:
    log = standing.server.log.read_text()

    assert ask(standing, V1 + KNOWN)[0] == 200
    assert ask(standing, V2 + KNOWN)[0] == 200
    assert ask(standing, V1_CODE + CODE.encode())[0] == 200
    assert "failed" not in log
    assert "Traceback" not in log
    assert not any(secret in log for secret in (NUMBER, KNOWN.decode(), standing.secret))
