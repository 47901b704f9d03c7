"""Requests to other servers: what they may reach, and what they put up with."""

import socket
from threading import Thread

import pytest

from aiguillage.desk.fetching import Guard, fetch, parse_url, send
from aiguillage.domain.errors import Kind, Refusal
from tests.refusal import refused
from tests.secure import Said, Secure, answer, cut_off, endless, is_here, stall


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://example.org", ("example.org", 443, "/")),
        ("HTTPS://Example.ORG/a?b=c#d", ("example.org", 443, "/a?b=c")),
        ("https://example.org:8443/a.ics", ("example.org", 8443, "/a.ics")),
        ("https://[2001:db8::1]/", ("2001:db8::1", 443, "/")),
    ],
)
def test_an_https_url_has_its_parts(url: str, place: tuple[str, int, str]) -> None:
    assert parse_url(url) == place


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://example.org/a.ics", "https://"),
        ("webcal://example.org/a.ics", "https://"),
        ("file:///etc/passwd", "https://"),
        ("//example.org/a.ics", "https://"),
        ("example.org/a.ics", "https://"),
        ("https://me:secret@example.org/", "without"),
        ("https://me@example.org/", "without"),
        (r"https://example.org\@10.0.0.1/", "without"),
        ("https:///a.ics", "host name"),
        ("https://exa%6dple.org/", "host name"),
        ("https://[fe80::1%25eth0]/", "host name"),
        ("https://[::1/", "host name or port"),
        ("https://example.org:99999/", "host name or port"),
        ("https://example.org:x/", "host name or port"),
        ("https://example.org:22/", "port 22"),
        ("https://example.org:80/", "port 80"),
        ("https://example.org:8080/", "port 8080. Leave it out, or use 8443"),
        ("https://example.org:65535/", "port 65535"),
        ("https://example.org/a b", "not an address"),
        ("https://example.org/\r\nX: y", "not an address"),
        ("https://exämple.org/", "not an address"),
        ("", "not an address"),
        ("https://example.org/" + "a" * 2000, "not an address"),
    ],
)
def test_any_other_url_is_refused_with_what_to_write(url: str, message: str) -> None:
    with refused(Kind.INVALID, message):
        fetch(url)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f000001", "0177.0.0.1", "127.1"),
        *("10.0.0.1", "169.254.169.254", "[fe80::1]", "[64:ff9b::7f00:1]", "0", "[::]"),
    ],
)
def test_nothing_is_fetched_from_an_address_that_is_not_public(secure: Secure, host: str) -> None:
    secure.requests.clear()

    with refused(Kind.INVALID, "not at a public address"):
        fetch(secure.url("/", host), guard=Guard(ports=None))

    assert secure.requests == []


def test_a_name_with_one_address_that_is_not_allowed_is_not_connected_to_at_all(secure: Secure) -> None:
    secure.requests.clear()
    seen = []

    def all_but_the_last(address: object) -> bool:
        seen.append(address)
        return len(seen) < len({found[4][0] for found in socket.getaddrinfo("localhost", secure.port)})

    with refused(Kind.INVALID, "not at a public address"):
        fetch(secure.url("/", "localhost"), guard=Guard(all_but_the_last, secure.guard.trust, ports=None))

    assert secure.requests == []


def test_what_is_there_is_fetched_with_no_word_about_us(secure: Secure) -> None:
    secure.said["/a.ics?key=1"] = answer(b"BEGIN:VCALENDAR")
    secure.requests.clear()

    assert secure.fetch(secure.url("/a.ics?key=1")) == b"BEGIN:VCALENDAR"

    head = secure.requests[0].splitlines()
    assert head[0] == "GET /a.ics?key=1 HTTP/1.1"
    assert {line.split(":")[0].lower() for line in head[1:]} == {"host", "user-agent", "accept-encoding", "connection"}


def test_a_body_in_chunks_is_put_together(secure: Secure) -> None:
    secure.said["/"] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"

    assert secure.fetch(secure.url("/")) == b"abcde"


def test_a_body_that_ends_with_its_connection_is_whole(secure: Secure) -> None:
    secure.said["/"] = b"HTTP/1.1 200 OK\r\n\r\nabcde"

    assert secure.fetch(secure.url("/")) == b"abcde"


def test_three_redirects_are_followed_and_a_fourth_is_not(secure: Secure) -> None:
    for hop, status in enumerate(("301 Moved", "302 Found", "307 Temporary", "308 Permanent")):
        secure.said[f"/{hop}"] = answer(b"", status=status, Location=f"{hop + 1}")
    secure.said["/4"] = answer(b"there")

    assert secure.fetch(secure.url("/1")) == b"there"
    with refused(Kind.UNAVAILABLE, "more than 3 redirects"):
        secure.fetch(secure.url("/0"))


@pytest.mark.parametrize(
    ("location", "kind", "message"),
    [
        ("https://10.0.0.1/", Kind.INVALID, "10.0.0.1 is not at a public address"),
        ("https://169.254.169.254/latest/meta-data/", Kind.INVALID, "169.254.169.254 is not at a public address"),
        ("https://[::1]/", Kind.INVALID, "::1 is not at a public address"),
        ("http://127.0.0.1/", Kind.UNAVAILABLE, "redirects to what is no address"),
        ("file:///etc/passwd", Kind.UNAVAILABLE, "redirects to what is no address"),
        ("https://me:secret@127.0.0.1/", Kind.UNAVAILABLE, "redirects to what is no address"),
        ("https://[", Kind.UNAVAILABLE, "redirects to what is no address"),
        ("", Kind.UNAVAILABLE, "more than 3 redirects"),
    ],
)
def test_a_redirect_leads_nowhere_that_could_not_be_asked_for(
    secure: Secure, location: str, kind: Kind, message: str
) -> None:
    secure.said["/"] = answer(b"", status="302 Found", Location=location)

    with refused(kind, message):
        secure.fetch(secure.url("/"))


@pytest.mark.parametrize(
    "said",
    [
        answer(b"x" * 1001),
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + b"x" * 1001,
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1001,
        endless(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1000),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + b"x" * 1001,
    ],
    ids=["length", "lie", "no length", "endless", "chunk"],
)
def test_a_body_beyond_the_limit_is_refused_when_the_limit_is_reached(secure: Secure, said: Said) -> None:
    secure.said["/"] = said

    with refused(Kind.INVALID, "more than 1000 bytes"):
        fetch(secure.url("/"), longest=1000, guard=secure.guard)


def test_a_body_at_the_limit_is_fetched(secure: Secure) -> None:
    secure.said["/"] = answer(b"x" * 1000)

    assert len(fetch(secure.url("/"), longest=1000, guard=secure.guard)) == 1000


@pytest.mark.parametrize(
    "said",
    [
        stall(),
        stall(b"HTTP/1.1 200 OK\r\nContent-Le"),
        stall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"),
        endless(b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["nothing", "half a head", "half a body", "always something"],
)
def test_whoever_takes_longer_than_there_is_time_is_left(secure: Secure, said: Said) -> None:
    secure.said["/"] = said

    with refused(Kind.UNAVAILABLE, "127.0.0.1 does not answer in time"):
        fetch(secure.url("/"), seconds=0.5, guard=secure.guard)


def test_redirects_get_no_time_of_their_own(secure: Secure) -> None:
    secure.said["/"] = answer(b"", status="302 Found", Location="/further")
    secure.said["/further"] = stall()

    with refused(Kind.UNAVAILABLE, "does not answer in time"):
        fetch(secure.url("/"), seconds=0.5, guard=secure.guard)


def test_without_time_nothing_is_begun(secure: Secure) -> None:
    with refused(Kind.UNAVAILABLE, "does not answer in time"):
        fetch(secure.url("/"), seconds=0, guard=secure.guard)


@pytest.mark.parametrize(
    "said",
    [
        cut_off(b"HTTP/1.1 200 OK\r\n\r\nabcde"),
        cut_off(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabcde"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabcde",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc",
        b"",
        b"220 mail.example.org ESMTP\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
    ],
    ids=["cut", "cut short", "short", "half a chunk", "nothing", "mail", "many headers", "long header"],
)
def test_what_is_no_whole_answer_is_none(secure: Secure, said: Said) -> None:
    secure.said["/"] = said

    with refused(Kind.UNAVAILABLE, "does not speak HTTPS as it should, or ends in the middle"):
        secure.fetch(secure.url("/"))


@pytest.mark.parametrize("status", ["204 No Content", "206 Partial", "304 Not Modified", "401 No", "404 No", "500 Oh"])
def test_only_200_is_what_was_wanted(secure: Secure, status: str) -> None:
    secure.said["/"] = answer(b"", status=status)

    with refused(Kind.UNAVAILABLE, f"status {status[:3]}"):
        secure.fetch(secure.url("/"))


def test_what_comes_compressed_is_not_unpacked(secure: Secure) -> None:
    secure.said["/"] = answer(b"\x1f\x8b", Content_Encoding="gzip")

    with refused(Kind.UNAVAILABLE, "compressed"):
        secure.fetch(secure.url("/"))


def test_a_certificate_that_nobody_vouches_for_is_refused(secure: Secure) -> None:
    with refused(Kind.UNAVAILABLE, "no good certificate"):
        fetch(secure.url("/"), guard=Guard(is_here, ports=None))


def test_a_certificate_for_another_name_is_refused(secure: Secure) -> None:
    with refused(Kind.UNAVAILABLE, "no good certificate"):
        fetch(secure.url("/", "localhost"), guard=Guard(lambda _: True, secure.guard.trust, ports=None))


def test_a_server_without_tls_is_refused(secure: Secure) -> None:
    with socket.create_server(("127.0.0.1", 0)) as plain:

        def say() -> None:
            connection, _ = plain.accept()
            with connection:
                connection.sendall(answer(b"plain"))

        Thread(target=say, daemon=True).start()
        with refused(Kind.UNAVAILABLE, "does not speak HTTPS"):
            secure.fetch(f"https://127.0.0.1:{plain.getsockname()[1]}/")


def test_a_port_on_which_nobody_listens_is_refused(secure: Secure) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    with refused(Kind.UNAVAILABLE, "cannot be connected to"):
        secure.fetch(f"https://127.0.0.1:{port}/")


@pytest.mark.parametrize("host", ["nobody.invalid", "a..example.org", "a" * 70 + ".example.org"])
def test_a_name_that_is_none_is_refused(host: str) -> None:
    with refused(Kind.UNAVAILABLE, "no name that is known"):
        fetch(f"https://{host}/")


def test_a_message_never_has_the_urls_path(secure: Secure) -> None:
    with refused(Kind.UNAVAILABLE, "^(?!.*hush)"):
        secure.fetch(secure.url("/hush.ics?key=hush"))


def test_what_is_posted_arrives_and_its_answer_comes_back_whatever_it_is(secure: Secure) -> None:
    secure.said["/hook"] = answer(b"busy", status="503 Busy", Retry_After="30")
    secure.requests.clear()

    told = send("POST", secure.url("/hook"), {"X-Signature": "abc"}, b"{}", guard=secure.guard)

    assert (told.status, told.headers["retry-after"], told.body, told.whole) == (503, "30", b"busy", True)
    assert "X-Signature: abc\r\n" in secure.requests[0]
    assert secure.requests[0].endswith("{}")


def test_a_post_is_not_sent_on_to_where_it_is_redirected(secure: Secure) -> None:
    secure.said["/hook"] = answer(b"", status="307 Elsewhere", Location="/other")
    secure.requests.clear()

    assert send("POST", secure.url("/hook"), {}, b"{}", guard=secure.guard).status == 307
    assert len(secure.requests) == 1


def test_of_a_long_answer_to_a_post_the_beginning_is_kept(secure: Secure) -> None:
    secure.said["/hook"] = answer(b"x" * 50)

    told = send("POST", secure.url("/hook"), longest=10, guard=secure.guard)

    assert (told.body, told.whole) == (b"x" * 10, False)


def test_what_listens_on_another_port_is_told_to_nobody(secure: Secure) -> None:
    taken, closed = secure.port, 1

    told = set()
    for port in (taken, closed):
        with pytest.raises(Refusal) as caught:
            fetch(f"https://127.0.0.1:{port}/", guard=Guard(is_here, secure.guard.trust))
        told.add(caught.value.message.replace(str(port), "N"))

    assert told == {"The address has the port N. Leave it out, or use 8443."}


def test_a_feed_comes_in_the_encoding_of_its_content_type(secure: Secure) -> None:
    body = "BEGIN:VCALENDAR\r\nX-WR-CALNAME:Fermé\r\nEND:VCALENDAR\r\n"
    secure.said["/latin.ics"] = answer(body.encode("iso-8859-1"), Content_Type="text/calendar; charset=iso-8859-1")
    secure.said["/utf.ics"] = answer(body.encode(), Content_Type="text/calendar; charset=iso-8859-1")
    secure.said["/bytes.ics"] = answer(body.encode("iso-8859-1"))

    fetched = [secure.fetch(secure.url(f"/{name}.ics")) for name in ("latin", "utf", "bytes")]

    assert fetched == [body.encode(), body.encode(), body.encode("iso-8859-1")]
