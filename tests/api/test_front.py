"""What stands before the web framework: hosts that can be none, headers that every answer has, our public address."""

import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from aiguillage.api.front import is_host
from aiguillage.compression import LEAST_COMPRESSED
from aiguillage.settings import Settings
from tests.api.client import client_of, on_new_account
from tests.cast import ACCOUNT, Cast
from tests.secure import certificate
from tests.server import Server, running
from tests.standing import Busy, busy_server

NO_HOSTS = ("x:99999", "[::1", "[zz]", "a b", "x/y", "someone@example.org", "x:", "[::1]x", "x:1:2")


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that speaks TLS."""
    directory = tmp_path_factory.mktemp("secured")
    own = str(certificate(directory))
    with busy_server(directory, AIGUILLAGE_TLS_CERT=own, AIGUILLAGE_TLS_KEY=own) as busy:
        yield busy.server


def asked_of(server: Server, host: str) -> str:
    """The answer to who names that host."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(
            f"GET /smart-routings/contacts HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        )
        with connection.makefile("rb") as answer:
            return answer.read().decode()


@pytest.mark.parametrize("host", NO_HOSTS)
def test_a_host_that_can_be_none_is_a_bad_request(busy: Busy, host: str) -> None:
    answer = asked_of(busy.server, host)

    assert answer.startswith("HTTP/1.1 400 ")
    assert "application/problem+json" in answer
    assert "The Host header names no host." in answer
    assert "request_failed" not in busy.server.log.read_text()


@pytest.mark.parametrize("host", ["localhost", "calls.example.org:8443", "[::1]:8000", "192.0.2.1", "a_b.example.org"])
def test_a_host_that_can_be_one_is_asked(busy: Busy, host: str) -> None:
    answer = asked_of(busy.server, host)

    assert answer.startswith("HTTP/1.1 401 ")


def test_a_request_may_leave_its_host_empty() -> None:
    assert is_host(b"")


@pytest.mark.parametrize("path", ["/whoami", "/login", "/smart-routings/contacts", "/nothing", "/feeds/rotas/x.ics"])
def test_nobody_keeps_or_guesses_at_an_answer_about_people(busy: Busy, path: str) -> None:
    answer = busy.server.ask(path)

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize("path", ["/whoami", "/login", "/nothing", "/openapi.json", "/docs/assets/docs.css"])
def test_no_answer_of_the_desk_is_shown_in_a_frame(busy: Busy, path: str) -> None:
    policy = busy.server.ask(path).headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("path", ["/api/v1/smartRoutings", "/api/v2/route", "/api/v2/queues/x", "/healthz", "/metrics"])
def test_nobody_keeps_or_guesses_at_an_answer_to_a_call(busy: Busy, path: str) -> None:
    answer = busy.server.ask(path)

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_over_tls_every_answer_asks_browsers_to_come_over_tls(secured: Server) -> None:
    answers = [secured.ask(path) for path in ("/whoami", "/docs", "/nothing", "/api/v1/smartRoutings", "/healthz")]

    assert {answer.headers["strict-transport-security"] for answer in answers} == {"max-age=31536000"}


def test_no_page_of_another_site_may_ask(busy: Busy) -> None:
    url, origin = f"http://127.0.0.1:{busy.server.port}/whoami", {"Origin": "https://elsewhere.example.org"}
    wanted = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}

    answers = [httpx.get(url, headers=origin), httpx.options(url, headers=origin | wanted)]

    assert [answer.status_code for answer in answers] == [401, 204]
    assert not [name for answer in answers for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1")
@pytest.mark.parametrize(
    ("highest", "spoken"), [("TLSv1_3", "TLSv1.3"), ("TLSv1_2", "TLSv1.2"), ("TLSv1_1", None)], ids=str
)
def test_no_tls_before_1_2_is_spoken(secured: Server, highest: str, spoken: str | None) -> None:
    context = ssl._create_unverified_context()  # noqa: S323, SLF001 - our own certificate, made a moment ago
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion[highest]
    context.set_ciphers("ALL:@SECLEVEL=0")  # or this side would not speak the old ones

    with socket.create_connection(("127.0.0.1", secured.port), timeout=30) as plain:
        try:
            with context.wrap_socket(plain) as connection:
                said = connection.version(), str(connection.cipher())
        except ssl.SSLError:
            said = None, "ECDHE"

    assert said[0] == spoken
    assert "ECDHE" in said[1] or spoken == "TLSv1.3"


def test_what_may_be_kept_still_may(busy: Busy) -> None:
    assert busy.server.ask("/openapi.json").headers["cache-control"] == "no-cache"


def test_a_long_answer_is_compressed_for_who_takes_that(busy: Busy) -> None:
    url = f"http://127.0.0.1:{busy.server.port}/openapi.json"

    packed, plain = (httpx.get(url, headers={"Accept-Encoding": one}) for one in ("gzip", "gzip;q=0, br"))

    assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < len(plain.content) / 4


def test_each_kind_of_long_answer_is_compressed_and_a_short_one_is_not(busy: Busy) -> None:
    client = on_new_account(busy.server, busy.cast)
    client.done("POST", "/contacts/bulk", {"contacts": [{"id_code": f"{number}"} for number in range(20)]})
    packed = {"Accept-Encoding": "gzip"}

    long = [client.ask("GET", path, headers=packed) for path in ("/contacts", "/fields", "/journal")]
    long.append(httpx.get(f"http://127.0.0.1:{client.server.port}/docs", headers=packed))
    short = [client.ask("GET", path, headers=packed) for path in ("/rotas", "/contacts/1")]

    assert [len(answer.content) >= LEAST_COMPRESSED for answer in [*long, *short]] == [True] * 4 + [False] * 2
    assert [answer.headers.get("content-encoding") for answer in [*long, *short]] == ["gzip"] * 4 + [None] * 2


def test_links_lead_where_people_reach_the_server(cast: Cast) -> None:
    address = "https://calls.example.org/routing"
    with running(Settings(data_dir=cast.db.path.parent), AIGUILLAGE_PUBLIC_URL=address) as server:
        client = client_of(server, cast, "manager")
        made = [client.ask("POST", "/contacts", {"company": name}) for name in ("Garage", "Fournil")]
        page = client.ask("GET", "/contacts", params={"per_page": 1}, headers={"Host": "elsewhere.example.org"}).json()
        template = client.ask(
            "GET", f"http://127.0.0.1:{server.port}/integrations/3cx.xml?customer_account={ACCOUNT}"
        ).text

    assert page["next_page_url"].startswith(f"{address}/smart-routings/contacts?")
    assert urlsplit(made[0].headers["location"]).path.startswith("/routing/smart-routings/contacts/")
    assert f'Url="{address}/smart-routings/contacts?customer_account={ACCOUNT}&amp;' in template
