"""Which addresses of other servers are public: those that a request of ours may go to."""

import re
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

_CLOSED_4 = (
    IPv4Network("168.63.129.16/32"),  # a cloud's own services on every machine in it
    IPv4Network("192.0.0.0/24"),  # protocols' own, RFC 6890: some releases of Python take parts of it for public
    IPv4Network("192.88.99.0/24"),  # 6to4 relays, RFC 7526: whoever answers there is not whom the address names
    IPv4Network("224.0.0.0/3"),  # multicast, reserved and broadcast
)
_OPEN_6 = IPv6Network("2000::/3")
"""The only block from which addresses for one machine on the internet come (IANA IPv6 address space)."""

_CLOSED_6 = (IPv6Network("3fff::/20"),)  # documentation, RFC 9637
_TRANSLATED = IPv6Network("64:ff9b::/96")
"""IPv4 addresses behind a NAT64 (RFC 6052); the last 32 bits."""

_LOOPBACK = IPv4Address("127.0.0.1")
_PRIVATE_NAME = re.compile(r"[^.]+|(.+\.)?(localhost|local|internal|home\.arpa)")


def is_public(address: Address) -> bool:
    """Whether it is one machine's on the internet: not loopback, private, link-local, shared, multicast or reserved.

    An IPv6 address that carries an IPv4 address (mapped, 6to4, NAT64) is public if that one is.
    """
    carried = None if isinstance(address, IPv4Address) else _carried(address)
    if carried is not None:
        return is_public(carried)
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in block for block in _CLOSED_4)
    return address.is_global and address in _OPEN_6 and not any(address in block for block in _CLOSED_6)


def _carried(address: IPv6Address) -> IPv4Address | None:
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def known_address(host: str) -> Address | None:
    """The address of a host that needs no look-up, in the old spellings too (`2130706433`, `127.1`).

    A name that can never be public stands for this machine: one without a dot, or below a name that is set aside for
    private use (RFC 6761, 6762, 8375; ICANN for `internal`). None for a name that has to be looked up.
    """
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return _LOOPBACK if _PRIVATE_NAME.fullmatch(host) else None
