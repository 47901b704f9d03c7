"""Phone numbers: every form that people and phone systems write; E.164 inside.

`spelling.py` finds what stands for the number in a text, `numbering.py` says what its digits mean.
"""

import re
from typing import NewType

from aiguillage.domain.errors import invalid
from aiguillage.domain.numbering import (
    Plan,
    certain,
    is_listed,
    kept_beginning,
    plan_behind,
    plan_of_country,
    read_digits,
    read_in_context,
    read_letters,
    territories,
)
from aiguillage.domain.spelling import Written, plain, without_extension, written_in
from aiguillage.domain.withheld import CONTRACT_NAMES, names_withheld, spells_withheld

E164 = NewType("E164", str)
"""A number past the door: `+` and digits, or short digits (an extension, a service number) as they are."""

WITHHELD = ""
"""What a caller has instead of a number who hides it."""

_DIGITS = re.compile(r"\+?[0-9]+")
_SHORT = re.compile(r"[1-9][0-9]{1,5}")
_LEAST_TOLD = 2
"""Digits of a national number before territories are thought of."""


def _without_brackets(spelled: str, country: str) -> str:
    """A plain text without brackets, and without a `(0)` behind a country code, with a plus in front of that or not.

    The zero stays where the number is right with it: `+39 (0)6` is Rome.
    """
    bare = spelled.replace("(", "").replace(")", "")
    before, zero, behind = spelled.partition("(0)")
    code = before.replace("(", "").replace(")", "")
    if not zero or not code:
        return bare
    plan = plan_behind(code)
    plus = "+" if plan is not None and plan.code == code else ""
    number = read_digits(plus + bare, country) if _DIGITS.fullmatch(plus + bare) else None
    if number is not None and is_listed(number):
        return plus + bare
    return plus + code + behind.replace("(", "").replace(")", "")


def _read(written: Written, country: str, *, known: bool) -> tuple[str, str | None]:
    """What is written as it is compared, without separators, and its E.164 if it is a possible number."""
    spelled = without_extension(plain(written.text))
    bare = _without_brackets(spelled, country)
    if not _DIGITS.fullmatch(bare):
        return bare, read_letters(bare, country)
    if bare[0] != "+" and written.context.startswith("+"):
        return read_in_context(bare, written.context, country)
    number = certain(bare, country) or read_digits(bare, country, known=known)
    if number is None and written.text[:1].isspace():
        bare = bare.removeprefix("+")
        number = read_digits(bare, country, known=known)
    return ("+" + bare.lstrip("+0") if bare.startswith(("00", "+00")) else bare), number


def caller_number(text: str, country: str) -> str | None:
    """The caller's number as a phone system gives it (contracts/encom.md, 'number').

    Returns E.164; digits as they are when they are no possible number (short codes, extensions); WITHHELD for a hidden
    caller; None for what is no number: a word, a name, an address. A caller never brings about a refusal.
    """
    fast = certain(text, country)
    if fast is not None:
        return fast
    if text.lower() in CONTRACT_NAMES:
        return WITHHELD
    written = written_in(text)
    if written is None:
        return None
    bare, number = _read(written, country, known=False)
    if not bare or spells_withheld(bare, number):
        return WITHHELD
    if number is not None or _DIGITS.fullmatch(bare):
        return number or bare
    return WITHHELD if names_withheld(written.text) else None


def sought_number(text: str, country: str, field: str | None = None) -> str:
    """A caller's number that somebody looks for, as caller_number gives it; WITHHELD for nothing and for hidden ones.

    Raises Refusal(invalid) for what is no number: a slip of the pen does not stand for all hidden callers.
    """
    number = caller_number(text, country)
    if number is None:
        raise invalid(f"'{text[:40]}' is not a phone number. Write it as in 0199001234, or withheld.", field)
    return number


def parse_number(text: str, country: str, field: str | None = None) -> E164:
    """A number that somebody enters for a contact, in any accepted spelling; an extension behind it is left out.

    Short digits (2 to 6, no leading zero: extensions and service numbers) are kept as they are, because calls compare
    them so. Raises Refusal(invalid) otherwise.
    """
    fast = certain(text, country)
    if fast is not None:
        return E164(fast)
    written = written_in(text)
    bare, number = ("", None) if written is None or written.is_address else _read(written, country, known=True)
    if number is None and _SHORT.fullmatch(bare):
        number = bare
    if number is None or spells_withheld(bare, number):
        raise invalid(
            f"'{text[:40]}' is not a phone number in {country}. Write all its digits, or + and the country code.", field
        )
    return E164(number)


def _begun(text: str, country: str) -> str:
    """The digits of a beginning of numbers, with a plus in place of what is dialled before foreign ones."""
    bare = _without_brackets(plain(text.strip().removesuffix("*")), country)
    plan = plan_of_country(country)
    own = None if plan is None or plan.abroad is None else plan.abroad.match(bare)
    if own is not None and own.end() < len(bare):
        return "+" + bare[own.end() :]
    return "+" + bare.removeprefix("+").removeprefix("00") if bare.startswith(("+", "00")) else bare


def parse_prefix(text: str, country: str, field: str | None = None) -> str:
    """A number prefix, written with a star at its end (`+3319900*`, `019900*`), as `+` and digits without the star.

    Raises Refusal(invalid) when fewer than three digits stand before the star or the country cannot be told.
    """
    bare = _begun(text, country)
    plan = plan_of_country(country)
    if plan and plan.trunk == "0" and bare[:1] == "0":
        bare = f"+{plan.code}{bare[1:]}"
    if re.fullmatch(r"\+[1-9][0-9]{2,14}", bare):
        bare = "+" + kept_beginning(bare[1:])
    if not re.fullmatch(r"\+[1-9][0-9]{2,14}", bare):
        raise invalid(
            f"'{text[:40]}' is not a number prefix. Write + and the country code, digits, then a star.", field
        )
    return bare


def begun_numbers(text: str, country: str) -> tuple[str, ...]:
    """What the numbers begin with that somebody has typed in part, in any spelling; nothing if it is no number.

    Digits without a zero or a plus in front may be a short number, one without its zero, or one without its plus.
    """
    bare = _begun(text, country)
    if not re.fullmatch(r"\+[0-9]{0,15}|[0-9]{1,15}", bare):
        return ()
    plan = plan_of_country(country)
    if bare[0] == "+":
        return _becoming(_without_trunk(bare[1:], plan))
    if plan is None:
        return (bare, *_becoming(bare))
    if plan.trunk and bare.startswith(plan.trunk):
        return _becoming(plan.code + bare[len(plan.trunk) :])
    return tuple(dict.fromkeys((bare, *_becoming(bare), *_becoming(plan.code + bare))))


def _without_trunk(digits: str, home: Plan | None) -> str:
    """Digits behind a plus without the trunk digits that some put behind their own country's code."""
    if home is None or not home.trunk or not digits.startswith(home.code + home.trunk):
        return digits
    return home.code + digits[len(home.code) + len(home.trunk) :]


def _becoming(digits: str) -> tuple[str, ...]:
    """What numbers begin with as they are kept: a country's, and those of its territories that they may become."""
    plan = plan_behind(digits)
    national = "" if plan is None else digits[len(plan.code) :]
    more = territories(plan.code, national) if plan is not None and len(national) >= _LEAST_TOLD else ()
    return tuple(dict.fromkeys("+" + one for one in (kept_beginning(digits), *more)))
