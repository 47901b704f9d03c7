"""Blocked callers: numbers and number prefixes that go elsewhere, or nowhere."""

import msgspec


class Blocked(msgspec.Struct, frozen=True, kw_only=True):
    """A number in E.164, or a prefix with a star at its end; without a destination its calls are rejected."""

    number: str
    destination: str | None = None
    label: str = ""
