"""Accounts, the people who work on them, what they may do, and the tokens that act for them."""

import hashlib
import re
import secrets
import zlib
from base64 import b64decode
from collections.abc import Iterable
from enum import IntEnum
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from zoneinfo import available_timezones

import msgspec
from phonenumbers import SUPPORTED_REGIONS

from aiguillage.domain.contacts import parse_destination, parse_text
from aiguillage.domain.errors import Refusal, about, invalid
from aiguillage.domain.moments import MINUTE

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{1,31}")
_IN_EMAILS = r"[^@\s\x00-\x1f\x7f-\x9f\u200b-\u200f\ud800-\udfff<>()\[\],;:\"\\]"
_EMAIL = re.compile(rf"(?!'){_IN_EMAILS}{{1,64}}@(?![.-]){_IN_EMAILS}{{1,190}}(?<![.'-])")
_NAMED_EMAIL = re.compile(r"[^<>]*<([^<>]*)>")
_AROUND_EMAILS = " \t\r\n\u00a0\u200b\u200e\u200f\ufeff.,;'\"\u2018\u2019\u201c\u201d"
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SECRET = re.compile(r"aig_([0-9A-Za-z]{27})([0-9A-Za-z]{6})")
_SECRET_BITS = 160
_ID_BITS = 53
_MAPPED_BITS = 96

SHARED_NUMBERS = ("refuse", "ask_code", "first")
"""A number of two contacts: not accepted; accepted, and its caller is asked for a code; accepted, the oldest wins."""

HIGHEST_PRIORITY = 1_000_000
MOST_DAYS = 3_650
"""Ten years: nobody needs calls, or numbers in them, for longer."""

PROVEN_FOR = 10 * MINUTE
"""How long a password or a code proves who somebody is, in microseconds; then what matters most takes it again."""

NOT_FOUND, EMPTY, DEFAULT = UNKNOWN_MODES = ("404", "empty", "default")
"""What an unknown caller's call flow gets: not found; a 200 with nothing; a 200 with the account's defaults."""


class Role(IntEnum):
    """What a user may do on an account; each role can do all that the ones before it can."""

    ROUTE = 1
    READ = 2
    EDIT = 3
    MANAGE = 4

    @property
    def word(self) -> str:
        """The role as people write it."""
        return self.name.lower()


class Account(msgspec.Struct, frozen=True):
    """A customer account: its code and the settings that all its facts obey.

    `rota` is who comes when a queue has no rota of its own; `geo_list` is where callers' own numbers are looked up.
    `fallback_destination` is where calls go for which nothing says where, as from a closed queue without a default. The
    call log is kept for `keep_calls_days`; after `pseudonymise_days` its numbers can no longer be read.
    """

    code: str
    name: str = ""
    country: str = "FR"
    time_zone: str = "Europe/Paris"
    shared_numbers: str = "refuse"
    vip_priority: int = 10
    rota: int | None = None
    geo_list: int | None = None
    fallback_destination: str | None = None
    keep_calls_days: int = 365
    pseudonymise_days: int = 30


class Actor(msgspec.Struct, frozen=True):
    """Who acts at the desk, and when: a user, or the person at the machine's terminal (an operator without e-mail).

    `at` is in microseconds since 1970 UTC, read at the door. Who acts with a token can do no more than the token:
    `most` is its role, `only` the accounts that it is held to (None: all that its user has), `token_id` its id.
    An `operator` may change the installation. `everywhere` is one whose token is held to less: a manager of every
    account that the token reaches, and no more. `hosts` and `expires_at` are those of a personal token. `session` says
    that the token is one that was got by signing in; `proven_at` is when its user last proved who they are.
    """

    name: str
    at: int
    user_id: int | None = None
    operator: bool = False
    most: Role = Role.MANAGE
    only: frozenset[str] | None = None
    everywhere: bool = False
    token_id: int | None = None
    hosts: tuple[str, ...] = ()
    expires_at: int | None = None
    session: bool = False
    proven_at: int | None = None

    @property
    def is_bound(self) -> bool:
        """Whether it acts with a token that is good from some addresses only, or until some moment."""
        return bool(self.hosts) or self.expires_at is not None

    @property
    def is_limited(self) -> bool:
        """Whether it acts with a token that can do less than its user. A session that was switched is none of those."""
        return self.is_bound or self.most is not Role.MANAGE or (self.only is not None and not self.session)

    @property
    def is_proven(self) -> bool:
        """Whether it is at the machine itself, or proved lately who it is: a clock set back makes it prove it again."""
        return self.token_id is None or (self.proven_at is not None and abs(self.at - self.proven_at) <= PROVEN_FOR)


def role_named(word: str) -> Role:
    """The role of that name. Raises Refusal(invalid)."""
    try:
        return Role[word.upper()]
    except KeyError:
        raise invalid(
            f"'{word[:20]}' is not a role. Choose one of: {', '.join(r.word for r in Role)}.", "role"
        ) from None


@cache
def _time_zones() -> frozenset[str]:
    """Every zone's name; `localtime` and `Factory` are whatever a machine makes of them."""
    return frozenset(available_timezones() - {"localtime", "Factory"})


def check_account(account: Account) -> Account:
    """The account, its name without blanks around it, if every setting makes sense. Raises Refusal(invalid)."""
    if not _CODE.fullmatch(account.code):
        raise invalid(
            f"'{account.code[:40]}' is not an account code. Use a letter, then letters, digits, - or _, as in CL0000.",
            "code",
        )
    if account.country not in SUPPORTED_REGIONS:
        raise invalid(f"'{account.country[:10]}' is not a country. Use its two-letter ISO code, as in FR.", "country")
    if account.time_zone not in _time_zones():
        raise invalid(
            f"'{account.time_zone[:40]}' is not a time zone. Use a name such as Europe/Paris or UTC.", "time_zone"
        )
    if account.shared_numbers not in SHARED_NUMBERS:
        raise invalid(
            f"'{account.shared_numbers[:20]}' is not a policy for shared numbers. Choose one of: "
            f"{', '.join(SHARED_NUMBERS)}.",
            "shared_numbers",
        )
    if not 0 <= account.vip_priority <= HIGHEST_PRIORITY:
        raise invalid(
            f"{account.vip_priority} is not a priority. Use a whole number from 0 to {HIGHEST_PRIORITY}.",
            "vip_priority",
        )
    for name in ("keep_calls_days", "pseudonymise_days"):
        if not 1 <= getattr(account, name) <= MOST_DAYS:
            raise invalid(f"{name} must be a whole number of days from 1 to {MOST_DAYS}.", name)
    fallback = account.fallback_destination
    with about("fallback_destination"):
        fallback = None if fallback is None else parse_destination(fallback)
    return msgspec.structs.replace(account, name=parse_text(account.name, field="name"), fallback_destination=fallback)


def looks_like_email(text: str) -> bool:
    """Whether the text has an e-mail address's shape."""
    return _EMAIL.fullmatch(text) is not None


def check_email(email: str, field: str = "email") -> str:
    """The address in lower case, if it looks like one. Raises Refusal(invalid).

    It may be as people copy it: `Ana Roche <ana@example.org>`, `mailto:ana@example.org`, in quotes, with a full stop.
    """
    if looks_like_email(email):
        return email.lower()
    named = _NAMED_EMAIL.fullmatch(email.strip(_AROUND_EMAILS))
    address = (named[1] if named else email).strip(_AROUND_EMAILS)
    if address[: len("mailto:")].lower() == "mailto:":
        address = address[len("mailto:") :].partition("?")[0]
    if not looks_like_email(address):
        raise invalid(f"'{email[:60]}' is not an e-mail address. Write it as in name@example.org.", field)
    return address.lower()


def email_meant(text: str) -> str:
    """The address that somebody asks for, as it is kept; what is no address is nobody's."""
    try:
        return check_email(text)
    except Refusal:
        return text.lower()


def check_unknown_mode(mode: str | None) -> str | None:
    """The mode itself, None for the dialect's own way. Raises Refusal(invalid)."""
    if mode is not None and mode not in UNKNOWN_MODES:
        raise invalid(
            f"'{mode[:20]}' is not an answer for unknown callers. Choose one of: {', '.join(UNKNOWN_MODES)}.", "unknown"
        )
    return mode


def parse_hosts(hosts: Iterable[str]) -> tuple[str, ...]:
    """Addresses and CIDR blocks in their standard form (`192.0.2.7` is `192.0.2.7/32`). Raises Refusal(invalid)."""
    blocks = []
    for host in hosts:
        try:
            blocks.append(str(_unmapped(ip_network(host.strip()))))
        except ValueError:
            raise invalid(
                f"'{host[:60]}' is neither an address nor a CIDR block. Write 192.0.2.7 or 192.0.2.0/24.", "hosts"
            ) from None
    return tuple(blocks)


def _unmapped(block: IPv4Network | IPv6Network) -> IPv4Network | IPv6Network:
    """An IPv4 block written as IPv6 (`::ffff:192.0.2.0/120`) as what it is: clients are compared so."""
    mapped = getattr(block.network_address, "ipv4_mapped", None)
    if mapped is None or block.prefixlen < _MAPPED_BITS:
        return block
    return IPv4Network((mapped, block.prefixlen - _MAPPED_BITS))


def host_allowed(address: str | None, blocks: Iterable[IPv4Network | IPv6Network]) -> bool:
    """Whether a client's address is in one of the blocks; an unknown address is in none."""
    if address is None:
        return False
    try:
        client = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(client, "ipv4_mapped", None)
    return any((mapped or client) in block for block in blocks)


def hosts_within(hosts: Iterable[str], outer: Iterable[str]) -> bool:
    """Whether every block is part of one of the outer blocks, all in their standard form."""
    wide = [ip_network(host) for host in outer]
    return all(any(_part_of(ip_network(host), block) for block in wide) for host in hosts)


def _part_of(inner: IPv4Network | IPv6Network, outer: IPv4Network | IPv6Network) -> bool:
    return inner.prefixlen >= outer.prefixlen and inner.supernet(new_prefix=outer.prefixlen) == outer


def _base62(value: int, width: int) -> str:
    digits = []
    for _ in range(width):
        value, digit = divmod(value, 62)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))


def new_user_id() -> int:
    """A user's id: random, so that it does not tell since when somebody is known here; JavaScript can hold it."""
    return 1 + secrets.randbelow(2**_ID_BITS - 1)


def new_secret() -> str:
    """A token's secret: `aig_`, 160 random bits in base62, and a checksum of six characters over them."""
    body = _base62(secrets.randbits(_SECRET_BITS), 27)
    return f"aig_{body}{_checksum(body)}"


def digest_of(secret: str) -> bytes:
    """What is kept of a secret: its SHA-256 (32 bytes)."""
    return hashlib.sha256(secret.encode()).digest()


def looks_like_secret(text: str) -> bool:
    """Whether the text has a secret's shape and its checksum is right: a typing error needs no look into the table."""
    match = _SECRET.fullmatch(text)
    return match is not None and _checksum(match[1]) == match[2]


CHALLENGE = 'Bearer, Basic realm="aiguillage"'
"""How to say who asks: what an answer to whom we do not know has as WWW-Authenticate."""


def secret_of(authorization: str) -> str | None:
    """The secret in an Authorization header, if it looks like one of ours: Bearer's, or the password of Basic."""
    scheme, _, given = authorization.strip().partition(" ")
    secret = given.strip()
    if scheme.lower() == "basic":
        try:
            secret = b64decode(secret, validate=True).decode("latin-1").partition(":")[2].strip()
        except ValueError:
            return None
    elif scheme.lower() != "bearer":
        return None
    return secret if looks_like_secret(secret) else None


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), 6)
