"""Which addresses are public."""

from ipaddress import ip_address

import pytest

from aiguillage.desk.addresses import is_public, known_address

PRIVATE = (
    *("192.0.0.9", "192.0.0.10", "192.0.0.192", "168.63.129.16", "::ffff:168.63.129.16", "64:ff9b::c000:c0"),
    *("127.0.0.1", "127.8.8.8", "0.1.2.3", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.169.254", "169.254.0.1", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1"),
    *("198.51.100.7", "203.0.113.7", "192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "3fff::1", "100::1"),
    *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::7f00:1", "::ffff:0:7f00:1"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "64:ff9b:1::808:808"),
    *("2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:c0a8:101::1", "2001:0:7f00:1::", "2001::1", "2001:10::1"),
)
PUBLIC = (
    *("168.63.129.15", "168.63.129.17", "191.255.255.255"),
    *("1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "193.0.6.139", "2001:4860:4860::8888", "2a00:1450::1"),
    *("::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"),
)


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_nobodys_on_the_internet_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_on_the_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    ("host", "address"),
    [
        *(("8.8.8.8", "8.8.8.8"), ("::1", "::1"), ("2130706433", "127.0.0.1"), ("0x7f000001", "127.0.0.1")),
        *(("0177.0.0.1", "127.0.0.1"), ("127.1", "127.0.0.1"), ("134744072", "8.8.8.8")),
        *((name, "127.0.0.1") for name in ("localhost", "a.localhost", "intranet", "nas.local", "a.b.internal")),
        *((name, "127.0.0.1") for name in ("home.arpa", "nas.home.arpa")),
    ],
)
def test_a_host_that_needs_no_look_up_has_an_address_at_once(host: str, address: str) -> None:
    assert known_address(host) == ip_address(address)


@pytest.mark.parametrize("host", ["example.org", "localhost.example.org", "mylocal.example", "1.example", "e164.arpa"])
def test_any_other_name_has_to_be_looked_up(host: str) -> None:
    assert known_address(host) is None
