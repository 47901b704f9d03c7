"""Who asks, where a proxy stands in between: the address that a trusted proxy forwards."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

Headers = Iterable[tuple[bytes, bytes]]
EVERYBODY = "*"


class Proxies:
    """The proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.

    `listed` are addresses and networks with commas between them; `*` is everybody, for a server on a Unix socket.
    Raises ValueError for what is neither.
    """

    def __init__(self, listed: str) -> None:
        words = [word.strip() for word in listed.split(",") if word.strip()]
        self._everybody = EVERYBODY in words
        self._networks: list[IPv4Network | IPv6Network] = [ip_network(word) for word in words if word != EVERYBODY]

    def trusts(self, address: str | None) -> bool:
        """Whether a proxy at that address is believed; None stands for one on a Unix socket."""
        if self._everybody or not self._networks or address is None:
            return self._everybody
        try:
            asked = ip_address(address)
        except ValueError:
            return False
        return any(asked in network for network in self._networks)

    def client_of(self, peer: str | None, headers: Headers) -> str | None:
        """The client's address: the right-most forwarded one that is no proxy's, where the peer is believed.

        Where everybody is believed it is the first; a peer that is not believed is the client itself.
        """
        if not self.trusts(peer):
            return peer
        forwarded = b",".join(value for name, value in headers if name == b"x-forwarded-for").decode("latin-1")
        chain = [_bare(word) for word in forwarded.split(",") if word.strip()]
        if not chain:
            return peer
        return next((address for address in reversed(chain) if not self.trusts(address)), chain[0])

    def is_secure(self, peer: str | None, headers: Headers, *, secure: bool) -> bool:
        """Whether the client came over TLS, as the connection or a believed proxy has it."""
        if not self.trusts(peer):
            return secure
        said = next((value for name, value in headers if name == b"x-forwarded-proto"), None)
        return secure if said is None else said.strip().lower() in {b"https", b"wss"}


def _bare(word: str) -> str:
    """An address without its port: `192.0.2.1:443` and `[2001:db8::1]:443` are written so by some proxies."""
    address = word.strip()
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address
