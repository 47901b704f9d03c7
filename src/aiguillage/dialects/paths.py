"""Paths as call flows write them: a doubled or trailing slash, and another case of letters, are understood."""

import re

_SLASHES = re.compile(r"/{2,}")


def tidy(path: str) -> str:
    """The path with single slashes, and none at its end."""
    return (_SLASHES.sub("/", path) if "//" in path else path).rstrip("/") or "/"


def is_path(path: str, own: str) -> bool:
    """Whether a path is one's own, however it is written."""
    return tidy(path).lower() == own.lower()
