"""Tries to sign in, counted by e-mail and by address: each is paid for before the password is looked at."""

import hashlib
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from aiguillage.domain.errors import limited
from aiguillage.domain.tries import BY_ADDRESS, BY_EMAIL, Pace, seconds_after, still_counted
from aiguillage.storage.engine import Database
from aiguillage.storage.schema import sign_in_tries as tries
from aiguillage.storage.schema import tokens, users

SECOND = 1_000_000
FORGOTTEN = 24 * 3_600 * SECOND
"""Microseconds after which nothing is left of a failure."""

KNOWN_FOR = 30 * 24 * 3_600 * SECOND
"""How long the address from which somebody signed in is theirs, in microseconds."""

OF_ONE_CUSTOMER = 64
"""Bits of an IPv6 address that a customer of a network has all of."""


class Paid(NamedTuple):
    """A try that was counted as a failure, until it proves to be none: the keys of its e-mail and its address."""

    email: bytes
    address: bytes | None


def pay(db: Database, at: int, email: str, address: str | None) -> Paid:
    """Counts a try before it is made, so that many at once are not free. Raises Refusal(limited) before its time.

    Refused tries do not count. The delay of an e-mail does not stop an address from which its user signed in within
    KNOWN_FOR: whoever tries a stranger's e-mail cannot keep that person out.
    """
    paid = Paid(_key("email", email.lower()), None if address is None else _key("address", _place(address)))
    with db.write() as connection:
        connection.execute(delete(tries).where(tries.c.next_at <= at - FORGOTTEN))
        if not _is_known(connection, at, email, address):
            _require_time(connection, at, paid.email)
        _require_time(connection, at, paid.address)
        _count(connection, at, paid.email, BY_EMAIL)
        _count(connection, at, paid.address, BY_ADDRESS)
    return paid


def refund(connection: Connection, at: int, paid: Paid) -> None:
    """Takes a try back that was no failure; nothing that failed before it is forgotten."""
    for key in (paid.email, paid.address):
        mine = update(tries).where(tries.c.key == key, tries.c.failures > 0)
        connection.execute(mine.values(failures=tries.c.failures - 1, next_at=at))


def forgive(connection: Connection, at: int, paid: Paid) -> None:
    """Forgets what was tried with an e-mail whose user has come in; the address has its own failures still."""
    refund(connection, at, paid)
    connection.execute(delete(tries).where(tries.c.key == paid.email))


def _key(kind: str, text: str) -> bytes:
    return hashlib.sha256(f"{kind}\0{text}".encode("utf-8", "surrogatepass")).digest()


def _place(address: str) -> str:
    """What an address stands for: itself, or the IPv6 network that one customer has all of."""
    try:
        client = ip_address(address)
    except ValueError:
        return address
    if not isinstance(client, IPv6Address):
        return str(client)
    if client.ipv4_mapped is not None:
        return str(client.ipv4_mapped)
    return str(ip_network((client, OF_ONE_CUSTOMER), strict=False))


def _is_known(connection: Connection, at: int, email: str, address: str | None) -> bool:
    """Whether the user of that e-mail signed in from that address lately."""
    sessions = select(tokens.c.id).join(users, users.c.id == tokens.c.user_id)
    lately = sessions.where(users.c.email == email.lower(), tokens.c.kind == "session", tokens.c.address == address)
    return connection.execute(lately.where(tokens.c.created_at > at - KNOWN_FOR).limit(1)).first() is not None


def _require_time(connection: Connection, at: int, key: bytes | None) -> None:
    """Raises Refusal(limited) while the key's delay lasts."""
    next_at = connection.execute(select(tries.c.next_at).where(tries.c.key == key)).scalar() or 0
    if next_at > at:
        wait = -(-(next_at - at) // SECOND)
        raise limited(f"Too many tries. Try again in {wait} second{'s' if wait > 1 else ''}.", wait)


def _count(connection: Connection, at: int, key: bytes | None, pace: Pace) -> None:
    """One more failure, and when the next try may be made."""
    if key is None:
        return
    row = connection.execute(select(tries).where(tries.c.key == key)).first()
    failures = 1 if row is None else 1 + still_counted(pace, row.failures, (at - row.next_at) // SECOND)
    values = {"failures": failures, "next_at": at + seconds_after(pace, failures) * SECOND}
    if row is None:
        connection.execute(insert(tries).values(key=key, **values))
    else:
        connection.execute(update(tries).where(tries.c.key == key).values(values))
