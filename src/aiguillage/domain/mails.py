"""Mail: what is sent to people, for how long its links are good, and what says how it is sent."""

import re
from urllib.parse import unquote, urlsplit

import msgspec

from aiguillage.domain.moments import DAY, HOUR, WEEK

INVITATION, RESET, SIGN_IN = KINDS = ("invitation", "reset", "sign_in")
"""A role was given to somebody; somebody forgot their password; somebody signed in from a new place."""

INVITED_FOR, RESET_FOR = WEEK, HOUR
"""Microseconds for which a link is good: an invitation's, and one for a forgotten password that is mailed."""

TRIED_FOR, KEPT = DAY, 30 * DAY
"""Microseconds after which a mail is given up, and after which it is forgotten."""

MOST_RESETS = 5
"""Mails for a forgotten password that one address is sent within an hour."""

LONGEST_NAME = 80
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_VERSIONS = re.compile(r"[\d._]+")
SHAPE = "Write it as in smtp+starttls://user:password@mail.example.org:587; smtps:// and smtp:// are the other kinds."


class Smtp(msgspec.Struct, frozen=True):
    """A mail server: how it is reached, and who we are to it. Without a `user` nobody signs in."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = ""


def parse_smtp_url(url: str) -> Smtp:
    """The mail server that a URL names. Raises ValueError without anything of the URL: it holds a password."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError(f"is not a mail server's URL. {SHAPE}") from None
    more = parts.path.strip("/") or parts.query or parts.fragment
    if parts.scheme not in _PORTS or not host or more or not url.isprintable() or " " in url or port == 0:
        raise ValueError(f"is not a mail server's URL. {SHAPE}")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise ValueError(f"needs both a user and a password, or neither. {SHAPE}")
    if user and parts.scheme == "smtp" and host not in _LOOPBACK:
        raise ValueError("would send the password readable for all. Use smtp+starttls:// or smtps://.")
    return Smtp(parts.scheme, host, port or _PORTS[parts.scheme], user, password)


def without_password(url: str) -> str:
    """A URL as people may read it."""
    return re.sub(r"//[^@/]*@", "//***@", url)


def one_line(name: str) -> str:
    """A name as a mail says it: on one line, of moderate length, without anything that is not printed."""
    words = "".join(letter if letter.isprintable() else " " for letter in name).split()
    return " ".join(words)[:LONGEST_NAME]


def program_of(agent: str) -> str:
    """What a program calls itself, without its versions: one that was updated is no other."""
    return _VERSIONS.sub("", agent)
