"""Request ids: a client's own where it is fit for a header and a log line, else one that is drawn."""

import re
from collections.abc import Iterator
from itertools import chain, repeat
from secrets import token_bytes

NAME = b"x-request-id"
BYTES = 8
DRAWN = 64
"""Ids that are drawn from the system at a time: a draw each would cost more than all else about an id."""

_FIT = re.compile(rb"[A-Za-z0-9._-]{1,64}")


def drawn_ids() -> Iterator[bytes]:
    """Ids for ever: 64 random bits each, so that none says how many came before it."""
    return chain.from_iterable(token_bytes(DRAWN * BYTES).hex(" ", BYTES).encode().split() for _ in repeat(None))


def fit_id(given: bytes) -> bytes:
    """An id that a client gave; nothing for one that is not fit."""
    return given if _FIT.fullmatch(given) else b""
