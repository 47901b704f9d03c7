"""Numbering plans: what digits mean in a country, and when that is certain without a full parse.

The first of these readings that makes a possible number is the right one:

    +33 ...       behind a plus: the number itself
    207           2 to 6 digits, no zero in front: an extension or a service number, and stays as it is
    0011 33 ...   behind what the country dials before foreign numbers; then behind `00`, which every trunk understands
    0199 ...      a national number by the country's plan
    4420 ...      none of these, but a number once a plus is put in front: there are phone systems that drop it

A number is possible when its length fits its plan, whether or not a list of ranges has it. The library's plans have
three gaps that are filled here: machines' numbers that are longer (_LONGER), territories that a country dials as its
own (_OVERSEAS), and two spellings of one number (_RESPELLED).
"""

import re
from collections.abc import Iterator
from functools import cache

import msgspec
import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumber, PhoneNumberType

SHORTEST_BARE = 8
"""Digits of a foreign caller's number that lacks its plus: fewer are taken for an extension."""

SHORTEST_ENTERED = 10
"""The same where somebody enters it: fewer may be a number of theirs that lost its zero and a digit."""

MOST_DIGITS = 24
"""Fifteen, behind all that may be dialled before them: more are no number, and take long to be read."""

LONGEST_CODE = 3
"""Digits of a country's code."""

LONGEST_SHORT = 6
_SHORT = re.compile(rf"[1-9][0-9]{{1,{LONGEST_SHORT - 1}}}")
_LETTERED = re.compile(r"(\+?[0-9]+)([A-Za-z][A-Za-z0-9]*)")
_FEWEST_LETTERS = 3
_TOLD_BY = 5
"""Digits of a national number that tell whether it is a territory's."""

_LONGER = {
    "32": re.compile(r"77[0-9]{11}"),
    "33": re.compile(r"700[0-9]{10}"),
    "34": re.compile(r"59[0-9]{11}"),
    "46": re.compile(r"71[0-9]{11}"),
    "47": re.compile(r"5[89][0-9]{10}"),
}
"""Lifts, alarms and telecare call from these. By country code; from google/libphonenumber #550, #1098, #1495, #1069 and
#976, which leaves machines out, and for Spain from its ministry (digital.gob.es, 30 April 2026)."""

_RESPELLED = {
    "52": (re.compile(r"(?:01|04[45]|1)([0-9]{10})"), r"\1"),
    "54": (re.compile(r"((?:11[0-9]|[23][0-9]{2})[0-9]{7})"), r"9\1"),
    "55": (re.compile(r"([1-9]{2})([689][0-9]{7})"), r"\g<1>9\2"),
    "229": (re.compile(r"([0-9]{8})"), r"01\1"),
    "508": (re.compile(r"508([2-9][0-9]{5})"), r"\1"),
}
"""What becomes of a national number's other spelling: Mexico lost the 1 of its mobiles and its trunk digits (2019),
Argentina's mobiles have a 9 that not everybody writes, Brazil's got a ninth digit (until 2016), Benin put 01 in front
(2024), Saint-Pierre-et-Miquelon's numbers are dialled with their code from France."""

_UNCERTAIN = {*_RESPELLED, "86"}
"""Country codes whose numbers take a full parse. +86 282 452 253 spells UNAVAILABLE, and is a hidden caller's."""

_BEGUN = {
    "52": (re.compile(r"1"), ""),
    "54": (re.compile(r"(?=11|[23])"), "9"),
    "229": (re.compile(r"(?=[1-9])"), "01"),
    "508": (re.compile(r"508(?=[2-9])"), ""),
}
"""The same for the beginning of a number, where that is enough to tell."""

_OVERSEAS = {
    "33": {
        "590": "590 5987 690 691 7090 9395 9475 9760 9761 9768",
        "594": "594 5988 694 70930 70931 70932 70933 9396 9476 9764 9765",
        "596": "596 5989 696 697 7091 9397 9477 9766 9767",
        "262": "262 263 268 269 639 692 693 7092 70935 70936 70937 9398 9399 9478 9479 9762 9763 9769",
        "508": "508 7084 7085",
        "33": "63998",
    },
    "39": {"378": "0549"},
}
"""The territories' codes and how their numbers begin, by the code of the country that dials them as its own. France's
are in its plan (Arcep, decision 2018-0881) and in the library's ranges; 06 39 98 is set aside for fiction. San Marino
is dialled from Italy with its 0549."""

_DIALS_AS = dict.fromkeys(("GP", "BL", "MF", "GF", "MQ", "RE", "YT", "PM"), "FR")
"""Whose national digits are read by another country's plan: 01 is Paris on Réunion too."""

_KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
_ORDINARY = {PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.UNKNOWN}


class Plan(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What reading needs of one numbering plan.

    `plus` is the code behind its plus, `size` the length of the code. `trunk` is what stands before a national number,
    empty where nothing does. `lengths` are those of national numbers, `whole` of those with the country code, `dialled`
    of those with a trunk zero; the latter two are empty where only a full parse can tell. `never` is what no national
    number begins with, unless `pattern` says so; what `parsed` matches at its beginning takes a full parse.
    `elsewhere` has the code of a territory by the first five digits of its numbers. `abroad` is what is
    dialled before a foreign number, where that is more than `00`. `shortest` is the usual length of numbers where that
    is as short as an extension.
    """

    code: str
    plus: str
    size: int
    trunk: str
    lengths: frozenset[int]
    whole: frozenset[int]
    dialled: frozenset[int]
    never: str | tuple[str, ...]
    parsed: re.Pattern[str] | None
    pattern: str
    elsewhere: dict[str, str]
    abroad: re.Pattern[str] | None
    shortest: int | None


@cache
def plan_of_country(country: str) -> Plan | None:
    """The plan by which an ISO country's national digits are read; None for one that has no numbers."""
    return _plan(PhoneMetadata.metadata_for_region(_DIALS_AS.get(country, country)))


@cache
def _plan_of_code(code: str) -> Plan | None:
    """The plan behind a calling code of one to three digits."""
    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(code))
    return _plan(PhoneMetadata.metadata_for_region_or_calling_code(int(code), regions[0])) if regions else None


def plan_behind(beginning: str) -> Plan | None:
    """The plan of the country code that a text begins with; None for one that begins with none."""
    code = beginning[:LONGEST_CODE]
    return _plan_behind(code) if code.isdecimal() and code.isascii() else None


@cache
def _plan_behind(digits: str) -> Plan | None:
    """The same of at most three digits: there are few of them to remember, and of texts there are many."""
    if digits[0] == "0":
        return None
    found = (_plan_of_code(digits[:size]) for size in range(1, len(digits) + 1))
    return next((plan for plan in found if plan is not None), None)


def _plan(metadata: PhoneMetadata | None) -> Plan | None:
    if metadata is None or metadata.general_desc is None:
        return None
    code, abroad = str(metadata.country_code), metadata.international_prefix or "00"
    parsed, lengths = metadata.national_prefix_for_parsing or "", frozenset(metadata.general_desc.possible_length)
    trunk = (parsed if parsed.isdigit() else metadata.national_prefix) or ""
    plain = code not in _UNCERTAIN and parsed in {"", trunk}
    return Plan(
        code=code,
        plus="+" + code,
        size=len(code),
        trunk=trunk,
        lengths=lengths,
        whole=frozenset() if code in _UNCERTAIN else frozenset(length + len(code) for length in lengths),
        dialled=frozenset(length + 1 for length in lengths) if plain and trunk == "0" else frozenset(),
        never="0" if trunk in {"", "0"} else ("0", trunk),
        parsed=None if parsed in {"", trunk} else re.compile(parsed),
        pattern=metadata.general_desc.national_number_pattern or "",
        elsewhere=_elsewhere(code),
        abroad=None if abroad == "00" else re.compile(abroad),
        shortest=_shortest(metadata.id),
    )


@cache
def _elsewhere(code: str) -> dict[str, str]:
    """The code of a territory by the first digits of its numbers; longer beginnings count first."""
    begun = [(start, own) for own, starts in _OVERSEAS.get(code, {}).items() for start in starts.split()]
    return {
        start + (str(rest).zfill(_TOLD_BY - len(start)) if len(start) < _TOLD_BY else ""): own
        for start, own in sorted(begun, key=lambda one: len(one[0]))
        for rest in range(10 ** (_TOLD_BY - len(start)))
    }


def _shortest(country: str) -> int | None:
    """The length of a country's usual numbers, where that is no more than an extension's."""
    example = phonenumbers.example_number(country)
    length = 0 if example is None else len(phonenumbers.national_significant_number(example))
    return length if 0 < length <= LONGEST_SHORT else None


def certain(text: str, country: str) -> str | None:
    """E.164 of plain digits with `00`, `+` or the trunk zero in front where that is certain, else None."""
    first = text[:1]
    if first == "+":
        digits = text[1:]
        return _certain(digits) if digits.isdecimal() and digits.isascii() else None
    if first != "0" or not text.isdecimal() or not text.isascii():
        return None
    plan = plan_of_country(country)
    if text[1:2] == "0":
        return _certain(text[2:]) if plan is None or plan.abroad is None else None
    if plan is None or len(text) not in plan.dialled or (plan.abroad is not None and plan.abroad.match(text)):
        return None
    own = plan.elsewhere.get(text[1 : 1 + _TOLD_BY])
    return plan.plus + text[1:] if own is None else _of_territory(own, text[1:])


def _certain(digits: str) -> str | None:
    """E.164 of the digits behind a `+` where that is certain, else None."""
    plan = _plan_behind(digits[:LONGEST_CODE]) if digits else None
    if plan is None or len(digits) not in plan.whole:
        return None
    national = digits[plan.size :]
    if national.startswith(plan.never) or (plan.parsed is not None and plan.parsed.match(national)):
        return None
    own = plan.elsewhere.get(national[:_TOLD_BY])
    return "+" + digits if own is None else _of_territory(own, national)


def _of_territory(code: str, national: str) -> str:
    """E.164 of a territory's number, by its own code."""
    return f"+{code}{_respelled(code, national)}"


def _respelled(code: str, national: str) -> str:
    """A national number in the spelling that is kept."""
    if code not in _RESPELLED:
        return national
    spelled, kept = _RESPELLED[code]
    found = spelled.fullmatch(national)
    return national if found is None else found.expand(kept)


def read_digits(bare: str, country: str, *, known: bool = False) -> str | None:
    """E.164 of digits with or without a plus, in the order that this module opens with; None for what is no number.

    `known`: what lacks its plus has to be in a list of ranges, because somebody may have lost a digit of it.
    """
    if len(bare) > MOST_DIGITS:
        return None
    if bare[:1] == "+":
        return _international(bare[1:].lstrip("0") if bare.startswith("+00") else bare[1:])
    if is_short(bare, country):
        return None
    return _dialled_abroad(bare, country) or _national(bare, country) or _without_plus(bare, known=known)


def is_short(digits: str, country: str) -> bool:
    """Whether digits are an extension or a service number: two to six, fewer than the country's own numbers have."""
    if _SHORT.fullmatch(digits) is None:
        return False
    own = PhoneMetadata.metadata_for_region(country)
    plan = None if own is None else _plan_of_code(str(own.country_code))
    return plan is None or plan.shortest is None or len(digits) < plan.shortest


def _international(digits: str) -> str | None:
    sure = _certain(digits) if digits.isdecimal() and digits.isascii() else None
    return sure or _full("+" + digits, None)


def _national(digits: str, country: str) -> str | None:
    plan = plan_of_country(country)
    if plan is not None and len(digits) in plan.whole - plan.lengths and digits.startswith(plan.code):
        return _international(digits)
    regions = dict.fromkeys((_DIALS_AS.get(country, country), country))
    return next((number for region in regions if (number := _full(digits, region))), None)


def _without_plus(digits: str, *, known: bool) -> str | None:
    if digits[:1] == "0" or len(digits) < (SHORTEST_ENTERED if known else SHORTEST_BARE):
        return None
    number = _international(digits)
    return number if number is None or not known or is_listed(number) else None


def _dialled_abroad(digits: str, country: str) -> str | None:
    """What stands behind the country's own prefix, or behind `00`. Where both make a number, a listed one is meant."""
    plan = plan_of_country(country)
    own = None if plan is None or plan.abroad is None else plan.abroad.match(digits)
    behind = [digits[own.end() :]] if own else []
    behind += [digits.lstrip("0")] if digits.startswith("00") else []
    found = [number for number in map(_international, behind) if number is not None]
    return next(filter(is_listed, found), found[0]) if found else None


def _full(bare: str, country: str | None) -> str | None:
    """E.164 by the library's parse and this module's tables. What comes out reads as itself."""
    number = _parsed(bare, country)
    if number is None:
        return None
    code, national = str(number.country_code), phonenumbers.national_significant_number(number)
    e164 = _possible(code, national)
    if e164 is None:
        once_more = f"+{code}{national}"
        return _full(once_more, None) if once_more != bare else None
    return e164 if e164 == bare or _certain(e164[1:]) == e164 else _full(e164, None)


def _possible(code: str, national: str) -> str | None:
    """E.164 of a national number whose length fits its plan, else None.

    A trunk digit that is left in front is no part of a number: there is a digit missing behind it.
    """
    plan = _plan_of_code(code)
    national = _respelled(code, national)
    if code in _LONGER and _LONGER[code].fullmatch(national):
        return f"+{code}{national}"
    if plan is None or len(national) not in plan.lengths:
        return None
    if national.startswith(plan.never) and re.fullmatch(plan.pattern, national) is None:
        return None
    return _of_territory(plan.elsewhere.get(national[:_TOLD_BY], code), national)


def _parsed(bare: str, country: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(bare, country)
    except phonenumbers.NumberParseException:
        return None


def is_listed(e164: str) -> bool:
    """Whether a number is in the library's list of ranges."""
    number = _parsed(e164, None)
    return number is not None and phonenumbers.is_valid_number(number)


def read_in_context(bare: str, context: str, country: str) -> tuple[str, str | None]:
    """A URI's digits whose `phone-context` is a country code, perhaps with an area: as they are compared, and E.164.

    The context begins with a plus. E.164 is None for what makes no number. A short number of another country is not the
    account's: it has its context in front.
    """
    plan = plan_behind(context[1:])
    if plan is None:
        return context + bare, None
    region = COUNTRY_CODE_TO_REGION_CODE[int(plan.code)][0]
    if context[1:] == plan.code and is_short(bare, region):
        own = plan_of_country(country)
        return (bare if own is not None and own.code == plan.code else context + bare), None
    by_plan, by_area = read_digits(bare, region), _international(context[1:] + bare)
    return context + bare, by_plan or by_area if bare.startswith(plan.never) else by_area or by_plan


def read_letters(plain: str, country: str) -> str | None:
    """E.164 of a number whose end is a word on a keypad (`1-800-FLOWERS`), else None.

    The digits alone must be no number, or the word is somebody's name; nor is a word an ordinary line's, where it is
    more likely that a digit was lost before a name.
    """
    found = _LETTERED.fullmatch(plain)
    letters = [] if found is None else [char for char in found[2].upper() if char.isalpha()]
    if found is None or len(letters) < _FEWEST_LETTERS or len(set(letters)) == 1:
        return None
    if read_digits(found[1], country) is not None:
        return None
    number = read_digits(found[1] + on_keypad(found[2]), country)
    return number if number is not None and _kind(number) not in _ORDINARY else None


def _kind(e164: str) -> int:
    number = _parsed(e164, None)
    return int(PhoneNumberType.UNKNOWN if number is None else phonenumbers.number_type(number))


def on_keypad(text: str) -> str:
    """The digits of a word's letters."""
    return text.upper().translate(_KEYPAD)


def kept_beginning(digits: str) -> str:
    """How numbers begin, behind their plus, that begin with these digits as somebody writes them."""
    plan = plan_behind(digits)
    if plan is None:
        return digits
    code, national = plan.code, digits[len(plan.code) :]
    found = [
        (len(start), own)
        for own, starts in _OVERSEAS.get(code, {}).items()
        for start in starts.split()
        if national.startswith(start)
    ]
    code = max(found)[1] if found else code
    if code in _BEGUN:
        spelled, kept = _BEGUN[code]
        national = spelled.sub(kept, national, count=1) if spelled.match(national) else national
    return code + national


def territories(code: str, national: str) -> Iterator[str]:
    """The beginnings, behind their plus, that a country's national digits may still become, with more digits behind."""
    for starts in _OVERSEAS.get(code, {}).values():
        yield from (kept_beginning(code + start) for start in starts.split() if start.startswith(national))


def told_digits(e164: str) -> str:
    """The digits behind the country code that every spelling of a number has; all of a short one."""
    if not e164.startswith("+"):
        return e164
    national = phonenumbers.national_significant_number(phonenumbers.parse(e164, None))
    return national.removeprefix("9") if e164.startswith("+549") else national
