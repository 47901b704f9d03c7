"""Tries to sign in, counted by e-mail and by address: each is paid for before the password is looked at."""

import hashlib
from collections.abc import Callable, Mapping
from ipaddress import ip_address, ip_network
from math import ceil
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from aiguillage.domain.accounts import email_meant
from aiguillage.domain.errors import Refusal, limited
from aiguillage.domain.moments import DAY, SECOND
from aiguillage.domain.tries import BY_ADDRESS, BY_EMAIL, BY_NETWORK, Pace, seconds_after, seconds_left, still_counted
from aiguillage.storage.schema import sign_in_tries as tries
from aiguillage.storage.schema import tokens, users
from aiguillage.storage.sqlite.engine import Database

FORGOTTEN = DAY
"""Microseconds after which nothing is left of a failure."""

KNOWN_FOR = 30 * DAY
"""How long the address from which somebody signed in is theirs, in microseconds."""

OF_ONE_CUSTOMER = {4: 32, 6: 64}
"""Bits, by version, of the addresses that a customer of a network has all of."""


OF_ONE_NETWORK = {4: 24, 6: 48}
"""Bits, by version, of addresses that one network mostly has all of."""

Lift = Callable[[Connection], bool]
"""Whether somebody who may not try yet has sent a right code of the second factor."""


class Paid(NamedTuple):
    """A try that was counted as a failure, until it proves to be none: the keys under which it was."""

    email: bytes
    address: bytes | None
    network: bytes | None


def pay(db: Database, at: int, email: str, address: str | None, lift: Lift | None = None) -> Paid:
    """Counts a try before it is made, so that many at once are not free. Raises Refusal(limited) before its time.

    Refused tries do not count, but those that guess at a code, against their address. The delay of an e-mail stops
    neither an address from which its user signed in within KNOWN_FOR, nor the first try from a network that nothing
    failed from, nor who has a right code: whoever tries a stranger's e-mail cannot keep that person out.
    """
    paid = Paid(
        _key("email", email_meant(email)),
        None if address is None else _key("address", place_of_client(address)),
        None if address is None else _key("network", place_of_client(address, OF_ONE_NETWORK)),
    )
    with db.write() as connection:
        connection.execute(delete(tries).where(tries.c.next_at <= at - FORGOTTEN))
        _require_time(connection, at, paid.address, BY_ADDRESS)
        wait = _wait(connection, at, paid.email, BY_EMAIL)
        barred = wait > 0 and not _may_come(connection, at, email, address, paid.network)
        barred = barred and (lift is None or not lift(connection))
        if not barred:
            _count(connection, at, paid.email, BY_EMAIL)
            _count(connection, at, paid.network, BY_NETWORK)
        if not barred or lift is not None:
            _count(connection, at, paid.address, BY_ADDRESS)
    if barred:
        raise _too_soon(wait)
    return paid


def refund(connection: Connection, at: int, paid: Paid) -> None:
    """Takes a try back that was no failure; nothing that failed before it is forgotten."""
    for key in paid:
        mine = update(tries).where(tries.c.key == key, tries.c.failures > 0)
        connection.execute(mine.values(failures=tries.c.failures - 1, next_at=at))


def forgive(connection: Connection, at: int, paid: Paid) -> None:
    """Forgets what was tried with an e-mail whose user has come in; the address has its own failures still."""
    refund(connection, at, paid)
    connection.execute(delete(tries).where(tries.c.key == paid.email))


def _key(kind: str, text: str) -> bytes:
    return hashlib.sha256(f"{kind}\0{text}".encode("utf-8", "surrogatepass")).digest()


def place_of_client(address: str, bits: Mapping[int, int] = OF_ONE_CUSTOMER) -> str:
    """What an address stands for: the block of so many bits, by its version, that it is in."""
    try:
        client = ip_address(address)
    except ValueError:
        return address
    client = getattr(client, "ipv4_mapped", None) or client
    return str(ip_network((client, bits[client.version]), strict=False))


def _may_come(connection: Connection, at: int, email: str, address: str | None, network: bytes | None) -> bool:
    """Whether the e-mail's delay is not for them: it is known there, or nothing failed from around there."""
    if network is None:
        return False
    failures = connection.execute(select(tries.c.failures).where(tries.c.key == network)).scalar()
    return not failures or _is_known(connection, at, email, address)


def _is_known(connection: Connection, at: int, email: str, address: str | None) -> bool:
    """Whether the user of that e-mail signed in from that address, or one of the same customer, lately."""
    sessions = select(tokens.c.address).distinct().join(users, users.c.id == tokens.c.user_id)
    theirs = sessions.where(users.c.email == email_meant(email), tokens.c.kind == "session")
    lately = theirs.where(tokens.c.address.is_not(None))
    known = connection.execute(lately.where(tokens.c.created_at > at - KNOWN_FOR)).scalars()
    return address is not None and place_of_client(address) in map(place_of_client, known)


def _wait(connection: Connection, at: int, key: bytes | None, pace: Pace) -> int:
    """How many seconds are left of the key's delay."""
    row = connection.execute(select(tries).where(tries.c.key == key)).first()
    return 0 if row is None else ceil(seconds_left(pace, row.failures, (row.next_at - at) / SECOND))


def pay_for_mail(connection: Connection, at: int, address: str | None) -> None:
    """Counts that a mail for a forgotten password was asked for. Raises Refusal(limited) before its time."""
    if address is not None:
        key = _key("mails", place_of_client(address))
        _require_time(connection, at, key, BY_ADDRESS)
        _count(connection, at, key, BY_ADDRESS)


def _require_time(connection: Connection, at: int, key: bytes | None, pace: Pace) -> None:
    """Raises Refusal(limited) while the key's delay lasts."""
    wait = _wait(connection, at, key, pace)
    if wait > 0:
        raise _too_soon(wait)


def _too_soon(wait: int) -> Refusal:
    return limited(f"Too many attempts. Try again in {wait} second{('s' if wait > 1 else '')}.", wait)


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
