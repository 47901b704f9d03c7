"""CTI maps: an origin that the phone system sends (a dialled number, a site code) to a destination."""

import msgspec

from aiguillage.domain.contacts import parse_text
from aiguillage.domain.errors import Refusal, invalid
from aiguillage.domain.numbers import parse_number

LONGEST_ORIGIN = 64


class Cti(msgspec.Struct, frozen=True, kw_only=True):
    """A phone system or application with an origin map of its own."""

    name: str


class CtiDestination(msgspec.Struct, frozen=True, kw_only=True):
    """One origin of a CTI and where it leads. `cti` is the CTI's id."""

    cti: int
    origin: str
    destination: str


def origin_key(origin: str, country: str) -> str:
    """An origin as it is compared: E.164 where it looks like a number (contracts/cx-engine.md), else in upper case."""
    text = parse_text(origin, LONGEST_ORIGIN)
    if not text:
        raise invalid("The origin is empty. Give what the phone system sends: a dialled number, a site code.")
    try:
        return parse_number(text, country)
    except Refusal:
        return text.upper()
