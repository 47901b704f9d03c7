"""The checksum of a row that calls are answered from: what is read back is what the desk wrote, or it is not told."""

from zlib import adler32

WITHHELD = -1
"""What stands for the checksum of a row whose facts are lost: nothing has it."""


def row_sum(account_id: int, kind: str, key: str, facts: str) -> int:
    """A checksum over a caller's key and all that is kept beside it; Adler-32 (RFC 1950) costs a call the least."""
    return adler32((kind + key + facts).encode(), account_id)
