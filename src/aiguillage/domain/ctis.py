"""CTI maps: an origin that the phone system sends (a dialled number, a site code) to a destination."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from aiguillage.domain import meanings
from aiguillage.domain.accounts import Account
from aiguillage.domain.beside import having, one_of, own_key
from aiguillage.domain.contacts import parse_destination, parse_text
from aiguillage.domain.errors import Refusal, conflict, invalid
from aiguillage.domain.meanings import means
from aiguillage.domain.numbers import parse_number
from aiguillage.domain.problems import Code

LONGEST_ORIGIN = 64


class Cti(msgspec.Struct, frozen=True, kw_only=True):
    """A phone system or application with an origin map of its own."""

    name: Annotated[str, meanings.NAME]


class CtiDestination(msgspec.Struct, frozen=True, kw_only=True):
    """One origin of a CTI and where it leads. `cti` is the CTI's id."""

    cti: Annotated[int, means("The id of the CTI: the one in the path.", 12, wire="cti_id")]
    origin: Annotated[str, means("What the phone system sends: a dialled number, a site's code.", "01 99 00 12 34")]
    destination: Annotated[str, meanings.DESTINATION]


def origin_key(origin: str, country: str) -> str:
    """An origin as it is compared: E.164 where it looks like a number (contracts/cx-engine.md), else in upper case."""
    text = parse_text(origin, LONGEST_ORIGIN, "origin")
    if not text:
        raise invalid("The origin is empty. Give what the phone system sends: a dialled number, a site code.", "origin")
    try:
        return parse_number(text, country)
    except Refusal:
        return text.upper()


def origin_keys(fact: CtiDestination, account: Account) -> tuple[str]:
    """What no other destination may have: its CTI and its origin as it is compared."""
    return (own_key(fact.cti, origin_key(fact.origin, account.country)),)


def check_cti(fact: Cti, fact_id: int | None, by_kind: Mapping[str, Mapping[int, Any]], account: Account) -> Cti:
    """The CTI as it is kept, if it makes sense beside the account's facts; `fact_id` is None for a new one.

    Raises Refusal(invalid, conflict).
    """
    name = parse_text(fact.name, field="name")
    if not name:
        raise invalid("The CTI has no name. Give it one: look-ups can ask for it by name.", "name")
    for other_id, other in by_kind.get("cti", {}).items():
        if other_id != fact_id and other.name.casefold() == name.casefold():
            raise conflict(f"{account.code} already has a CTI {other.name}. Choose another name.", Code.TAKEN)
    return Cti(name=name)


def check_cti_destination(
    fact: CtiDestination, fact_id: int | None, by_kind: Mapping[str, Mapping[int, Any]], account: Account
) -> CtiDestination:
    """The destination as it is kept, its origin as it was written; `fact_id` is None for a new one.

    Raises Refusal(invalid, conflict), the latter when another origin of the CTI is the same once compared.
    """
    cti = one_of(by_kind, "cti", fact.cti)
    if cti is None:
        raise invalid(f"{account.code} has no CTI {fact.cti}. Add it first, or name an existing one.", "cti")
    keys = origin_keys(fact, account)
    alike = having(by_kind, "cti_destination", keys, lambda other: origin_keys(other, account))
    for other_id, other in alike.items():
        if other_id != fact_id:
            raise conflict(f"{cti.name} already has the origin {other.origin}. Change that one.", Code.TAKEN)
    return CtiDestination(
        cti=fact.cti,
        origin=parse_text(fact.origin, LONGEST_ORIGIN),
        destination=parse_destination(fact.destination, "destination"),
    )
