"""Phone numbers: every form that people and phone systems write; E.164 inside."""

import re
from functools import cache
from typing import NamedTuple, NewType

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumber, ValidationResult

from aiguillage.domain.errors import invalid

E164 = NewType("E164", str)
"""A number past the door: `+` and digits, or short digits (an extension, a service number) as they are."""

WITHHELD = ""
"""What a caller who hides their number has instead of one."""

WITHHELD_NAMES = frozenset({"anonymous", "restricted", "unavailable", "unknown", "private", "withheld"})
"""Encom's contract."""

WITHHELD_DIGITS = "266696687"
"""ANONYMOUS on a keypad: what some networks send, with a + or not."""

LONGEST = 128
_BLANKS = " \t\u00a0\u2007\u2009\u202f"
_MARKS = "\u200b\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufeff"
"""Invisible; address books put them around numbers, and copies carry them along."""

_SEPARATORS = dict.fromkeys(map(ord, _BLANKS + _MARKS + ".-/()[]\u2010\u2011\u2012\u2013"))
_URI = re.compile(r"(?i)\b(sips?|tel):([^@;>]*)(@?)")
_DIGITS = re.compile(r"\+?[0-9]+")
_ONCE_PLUS = re.compile(r"[ \t]+[1-9]")
_SHORT = re.compile(r"[1-9][0-9]{1,5}")


class _Plan(NamedTuple):
    """What the fast path needs of one numbering plan."""

    code: str
    trunk: str | None
    lengths: frozenset[int]
    abroad: re.Pattern[str] | None
    """What is dialled before a foreign number, where that is more than `00`."""


@cache
def _plan_of_country(country: str) -> _Plan | None:
    """The plan of an ISO country; None where only a full parse can tell."""
    metadata = PhoneMetadata.metadata_for_region(country)
    if metadata is None or metadata.general_desc is None:
        return None
    trunk, abroad = metadata.national_prefix_for_parsing, metadata.international_prefix or "00"
    if trunk is not None and not trunk.isdigit():
        return None
    lengths = frozenset(metadata.general_desc.possible_length)
    return _Plan(str(metadata.country_code), trunk, lengths, None if abroad == "00" else re.compile(abroad))


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
    if plan.abroad is not None and plan.abroad.match(text):
        return None
    return "+" + plan.code + text[1:]


def _bare(text: str) -> str:
    """The text without separators; `00` and a blank that was once a `+` become `+`.

    A `(0)` behind a country code goes, unless the number is right with it: `+39 (0)6` is Rome, where the zero stays.
    """
    bare = text.translate(_SEPARATORS)
    if not bare.startswith(("+", "00")) and not _ONCE_PLUS.match(text):
        return bare
    bare = "+" + bare.removeprefix("+").removeprefix("00")
    if "(0)" in text and not _valid(bare):
        return _bare(text.replace("(0)", ""))
    return bare


def _parsed(bare: str, country: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(bare, country)
    except phonenumbers.NumberParseException:
        return None


def _valid(bare: str) -> bool:
    number = _parsed(bare, None)
    return number is not None and phonenumbers.is_valid_number(number)


def _full(bare: str, country: str) -> str | None:
    """E.164 by Google's rules if the number is possible (its length fits its country), else None.

    What comes out parses to itself: a doubled trunk zero (`+44 00...`) goes as a whole.
    """
    number = _parsed(bare, country)
    if number is None or phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    e164 = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return e164 if e164 == bare or _international(e164[1:]) else _full(e164, country)


def _read(text: str, country: str) -> tuple[str, str | None]:
    """The text without separators, and its E.164 if it is a possible number."""
    bare = _bare(text)
    if not _DIGITS.fullmatch(bare):
        return bare, None
    number = _full(bare, country)
    if number is None and text[:1].isspace():
        bare = bare.removeprefix("+")
        number = _full(bare, country)
    return bare, number


def _user(text: str) -> tuple[str, bool]:
    """What stands for the number in a SIP or tel URI, else the text itself; and whether it was a URI."""
    uri = _URI.search(text)
    if uri is None:
        return text, False
    scheme, user, at = uri.groups()
    host_alone = scheme.lower() != "tel" and not at and "." in user
    return "" if host_alone else user, True


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
    user, is_uri = _user(text)
    if not user.strip() or user.strip().lower() in WITHHELD_NAMES:
        return WITHHELD
    bare, number = _read(user, country)
    if bare.removeprefix("+") == WITHHELD_DIGITS:
        return WITHHELD
    if _DIGITS.fullmatch(bare) is None:
        if is_uri:
            return WITHHELD
        raise invalid("number is not a phone number")
    return number or bare


def parse_number(text: str, country: str, field: str | None = None) -> E164:
    """A number that somebody enters for a contact, in any accepted spelling.

    Short digits (2 to 6, no leading zero: extensions and service numbers) are kept as they are, because calls compare
    them so. Raises Refusal(invalid) otherwise.
    """
    fast = _fast(text, country)
    if fast is not None:
        return E164(fast)
    bare, number = _read(_user(text)[0], country) if len(text) <= LONGEST else ("", None)
    if number is None and _SHORT.fullmatch(bare):
        number = bare
    if number is None or bare.removeprefix("+") == WITHHELD_DIGITS:
        raise invalid(
            f"'{text[:40]}' is not a phone number in {country}. Write all its digits, or + and the country code.", field
        )
    return E164(number)


def parse_prefix(text: str, country: str, field: str | None = None) -> str:
    """A number prefix, written with a star at its end (`+3319900*`, `019900*`), as `+` and digits without the star.

    Raises Refusal(invalid) when fewer than three digits stand before the star or the country cannot be told.
    """
    bare = _bare(text.strip().removesuffix("*"))
    plan = _plan_of_country(country)
    if plan and plan.trunk == "0" and bare[:1] == "0":
        bare = f"+{plan.code}{bare[1:]}"
    if not re.fullmatch(r"\+[1-9][0-9]{2,14}", bare):
        raise invalid(
            f"'{text[:40]}' is not a number prefix. Write + and the country code, digits, then a star.", field
        )
    return bare


def begun_numbers(text: str, country: str) -> tuple[str, ...]:
    """What the numbers begin with that somebody has typed in part, in any spelling; nothing if it is no number.

    Digits without a zero or a plus in front may be a short number, one without its zero, or one without its plus.
    """
    bare = _bare(text.strip().removesuffix("*"))
    if not re.fullmatch(r"\+[0-9]{0,15}|[0-9]{1,15}", bare):
        return ()
    plan = _plan_of_country(country)
    if bare[0] == "+":
        home = "+" + plan.code if plan else bare
        trunk = plan.trunk if plan and plan.trunk else ""
        rest = bare.removeprefix(home) if bare.startswith(home) else ""
        return (home + rest.removeprefix(trunk) if trunk and rest.startswith(trunk) else bare,)
    if plan is None:
        return (bare, "+" + bare)
    if plan.trunk and bare.startswith(plan.trunk):
        return (f"+{plan.code}{bare[len(plan.trunk) :]}",)
    return (bare, "+" + bare, f"+{plan.code}{bare}")
