"""Phone numbers: every form that people and phone systems write; E.164 inside."""

import re
from functools import cache
from typing import NamedTuple, NewType

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, ValidationResult

from aiguillage.domain.errors import invalid

E164 = NewType("E164", str)
"""A number past the door: `+` and digits, or short digits (an extension, a service number) as they are."""

WITHHELD = ""
"""What a caller who hides their number has instead of one."""

WITHHELD_NAMES = frozenset(
    {"anonymous", "restricted", "unavailable", "unknown", "private", "withheld", "266696687", "+266696687"}
)
"""Encom's contract; 266696687 spells ANONYMOUS on a keypad and is what some networks send."""

LONGEST = 128
_SEPARATORS = dict.fromkeys(map(ord, " \t.-/()[]\u00a0\u202f\u2009\u2010\u2011\u2012\u2013"))
_URI = re.compile(r"(?i)\b(?:sips?|tel):([^@;>]*)")
_DIGITS = re.compile(r"\+?[0-9]+")
_INTERNATIONAL = re.compile(r"\+|00|\s+[1-9]")
_SHORT = re.compile(r"[1-9][0-9]{1,5}")


class _Plan(NamedTuple):
    """What the fast path needs of one numbering plan."""

    code: str
    trunk: str | None
    lengths: frozenset[int]


@cache
def _plan_of_country(country: str) -> _Plan | None:
    """The plan of an ISO country; None where only a full parse can tell."""
    metadata = PhoneMetadata.metadata_for_region(country)
    if metadata is None:
        return None
    trunk = metadata.national_prefix_for_parsing
    if trunk is not None and not trunk.isdigit():
        return None
    return _Plan(str(metadata.country_code), trunk, frozenset(metadata.general_desc.possible_length))


@cache
def _plan_of_code(code: str) -> _Plan | None:
    """The plan behind a calling code of one to three digits."""
    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(code))
    return _plan_of_country(regions[0]) if regions else None


def _international(digits: str) -> str | None:
    """E.164 of the digits behind `+` or `00` where that is certain, else None."""
    for size in (2, 1, 3):
        plan = _plan_of_code(digits[:size])
        if plan is not None:
            national = digits[size:]
            if len(national) in plan.lengths and not national.startswith(plan.trunk or "0"):
                return "+" + digits
            return None
    return None


def _fast(text: str, country: str) -> str | None:
    """E.164 of plain digits with `00`, `+` or the trunk zero in front where that is certain, else None."""
    if text[:1] == "+":
        digits = text[1:]
        return _international(digits) if digits.isdecimal() and digits.isascii() and digits[0] != "0" else None
    if text[:1] != "0" or not text.isdecimal() or not text.isascii():
        return None
    if text[1:2] == "0":
        return _international(text[2:]) if text[2:3] not in ("", "0") else None
    plan = _plan_of_country(country)
    if plan is None or plan.trunk != "0" or len(text) - 1 not in plan.lengths:
        return None
    return "+" + plan.code + text[1:]


def _bare(text: str) -> str:
    """The text without separators; `00` and a blank that was once a `+` become `+`, and `(0)` goes where a `+` is."""
    if _INTERNATIONAL.match(text):
        text = text.lstrip().replace("(0)", "").removeprefix("+").removeprefix("00")
        text = "+" + text
    return text.translate(_SEPARATORS)


def _full(bare: str, country: str) -> str | None:
    """E.164 by Google's rules if the number is possible (its length fits its country), else None."""
    try:
        number = phonenumbers.parse(bare, country)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def caller_number(text: str, country: str) -> str:
    """The caller's number as a phone system gives it (contracts/encom.md, 'number').

    Returns E.164; digits as they are when they are no possible number (short codes, extensions); WITHHELD for a hidden
    caller and for a SIP user that is no number. Raises Refusal(invalid) for text that is no number at all.
    """
    fast = _fast(text, country)
    if fast is not None:
        return fast
    if len(text) > LONGEST:
        raise invalid("number is too long")
    uri = _URI.search(text)
    user = uri[1] if uri else text
    if user.strip().lower() in WITHHELD_NAMES or not user.strip():
        return WITHHELD
    bare = _bare(user)
    if _DIGITS.fullmatch(bare) is None:
        if uri:
            return WITHHELD
        raise invalid("number is not a phone number")
    return _full(bare, country) or bare


def parse_number(text: str, country: str) -> E164:
    """A number that somebody enters for a contact, in any accepted spelling.

    Short digits (2 to 6, no leading zero: extensions and service numbers) are kept as they are, because calls compare
    them so. Raises Refusal(invalid) otherwise.
    """
    fast = _fast(text, country)
    if fast is not None:
        return E164(fast)
    bare = _bare(text if (uri := _URI.search(text)) is None else uri[1]) if len(text) <= LONGEST else ""
    number = _full(bare, country) if _DIGITS.fullmatch(bare) and bare.lstrip("+") != "266696687" else None
    if number is None and _SHORT.fullmatch(bare):
        number = bare
    if number is None:
        raise invalid(
            f"'{text[:40]}' is not a phone number in {country}. Write all its digits, or + and the country code."
        )
    return E164(number)


def parse_prefix(text: str, country: str) -> str:
    """A number prefix, written with a star at its end (`+3319900*`, `019900*`), as `+` and digits without the star.

    Raises Refusal(invalid) when fewer than three digits stand before the star or the country cannot be told.
    """
    bare = _bare(text.strip().removesuffix("*"))
    plan = _plan_of_country(country)
    if plan and plan.trunk == "0" and bare[:1] == "0":
        bare = f"+{plan.code}{bare[1:]}"
    if not re.fullmatch(r"\+[1-9][0-9]{2,14}", bare):
        raise invalid(f"'{text[:40]}' is not a number prefix. Write + and the country code, digits, then a star.")
    return bare


def masked(number: str) -> str:
    """A number as log lines may show it: `+33199***234`."""
    return f"{number[:6]}***{number[-3:]}" if len(number) > 10 else "***"  # noqa: PLR2004 - shorter ones would show
