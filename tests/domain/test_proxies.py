"""Whose word counts for where a client is."""

import pytest

from aiguillage.domain.proxies import Proxies

FORWARDED = b"x-forwarded-for"


@pytest.mark.parametrize(
    ("listed", "peer", "forwarded", "client"),
    [
        ("", "192.0.2.1", b"203.0.113.5", "192.0.2.1"),
        ("127.0.0.1", "192.0.2.1", b"203.0.113.5", "192.0.2.1"),
        ("127.0.0.1", "127.0.0.1", b"203.0.113.5", "203.0.113.5"),
        ("127.0.0.1", "127.0.0.1", b"", "127.0.0.1"),
        ("127.0.0.1, 10.0.0.0/8", "127.0.0.1", b"203.0.113.9, 203.0.113.5, 10.1.2.3", "203.0.113.5"),
        ("127.0.0.1", "127.0.0.1", b"127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1", b"203.0.113.5:443", "203.0.113.5"),
        ("127.0.0.1", "127.0.0.1", b"[2001:db8::1]:443", "2001:db8::1"),
        ("127.0.0.1", "127.0.0.1", b"2001:db8::1", "2001:db8::1"),
        ("127.0.0.1", "127.0.0.1", b"unknown", "unknown"),
        ("127.0.0.1", None, b"203.0.113.5", None),
        ("*", None, b"203.0.113.5, 203.0.113.6", "203.0.113.5"),
        ("*", None, b"", None),
    ],
)
def test_the_client_is_who_a_trusted_proxy_says(
    listed: str, peer: str | None, forwarded: bytes, client: str | None
) -> None:
    headers = [(b"host", b"x"), *([(FORWARDED, forwarded)] if forwarded else [])]

    assert Proxies(listed).client_of(peer, headers) == client


@pytest.mark.parametrize(
    ("listed", "said", "secure", "is_secure"),
    [
        ("", b"https", False, False),
        ("", None, True, True),
        ("127.0.0.1", b"https", False, True),
        ("127.0.0.1", b"http", True, False),
        ("127.0.0.1", None, True, True),
        ("127.0.0.1", b"WSS", False, True),
    ],
)
def test_whether_it_came_over_tls_is_what_a_trusted_proxy_says(
    listed: str, said: bytes | None, secure: bool, is_secure: bool
) -> None:
    headers = [] if said is None else [(b"x-forwarded-proto", said)]

    assert Proxies(listed).is_secure("127.0.0.1", headers, secure=secure) is is_secure


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        Proxies("127.0.0.1, nonsense")
