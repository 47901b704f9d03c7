"""Pseudonyms: what stands in old calls for numbers and codes, alike for the same one, and readable to nobody."""

import hmac
from hashlib import sha256

SIGN = "~"
"""What every pseudonym begins with, and no number or code."""

_BYTES = 12


def pseudonym(key: bytes, account_id: int, text: str) -> str:
    """What stands for a number or a code: HMAC-SHA256 (RFC 2104) cut to 96 bits, in hexadecimal.

    Accounts have different ones for the same number. Nobody can tell the number who does not have the key, and tries.
    """
    digest = hmac.digest(key, f"{account_id}:{text}".encode(), sha256)
    return SIGN + digest[:_BYTES].hex()


def is_pseudonym(text: str | None) -> bool:
    """Whether it stands for something that can no longer be read."""
    return text is not None and text.startswith(SIGN)
