"""Contacts and the account's eight routing fields: what is known of a caller, and under which keys."""

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from itertools import filterfalse
from typing import Any

import msgspec

from aiguillage.domain.errors import invalid

_CODE = re.compile(r"[0-9A-Z*#_-]{1,32}")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Control characters, line ends, and halves of characters that no file can keep."""

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
LONGEST_NAME = 200
MOST_CONTACTS = 10_000_000
"""That an account may have."""

SELECTS = 4
"""Fields 1..4 are choices (the destinations), 5..8 are yes or no (VIP, on-call contract, two free ones)."""


class KeyKind(StrEnum):
    """What a caller can be known by; the letter is what the table keeps."""

    NUMBER = "n"
    PREFIX = "p"
    CODE = "c"


class Telecom(msgspec.Struct, frozen=True, omit_defaults=True):
    """One number of a contact: E.164, short digits, or a prefix with a star at its end (`+3319900*`)."""

    number: str
    type: str = ""
    label: str = ""


Select = tuple[str | None, str | None, str | None, str | None]
Boolean = tuple[bool | None, bool | None, bool | None, bool | None]
NO_SELECT: Select = (None, None, None, None)
NO_BOOLEAN: Boolean = (None, None, None, None)


class Contact(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A person or company the account knows. `select` are the four destinations, `boolean` VIP, on-call contract, ...

    None in either means: the field's default. `given` has numbers and e-mail addresses as they were sent, by what they
    are kept as (domain/given.py).
    """

    reference: str | None = None
    code: str | None = None
    language: str = ""
    company: str = ""
    first_name: str = ""
    last_name: str = ""
    telecoms: tuple[Telecom, ...] = ()
    emails: tuple[str, ...] = ()
    select: Select = NO_SELECT
    boolean: Boolean = NO_BOOLEAN
    email_destination: str | None = None
    telecom_destination: str | None = None
    given: dict[str, Any] = {}


class Option(msgspec.Struct, frozen=True):
    """A named value of a select field, for people to choose from."""

    name: str
    value: str


class Field(msgspec.Struct, frozen=True):
    """One of the eight routing fields. A boolean field's default is `1` or `0`; `strict` accepts options alone."""

    position: int
    label: str
    default: str | None = None
    strict: bool = False
    options: tuple[Option, ...] = ()

    @property
    def key(self) -> str:
        """The field as commands and files name it: `select_1` .. `select_4`, `boolean_1` .. `boolean_4`."""
        return field_key(self.position)


def field_key(position: int) -> str:
    """`select_1` for 1 .. `boolean_4` for 8."""
    return f"select_{position}" if position <= SELECTS else f"boolean_{position - SELECTS}"


FIELD_KEYS = tuple(field_key(position) for position in range(1, 9))
FIRST_FIELDS = tuple(
    Field(position, label)
    for position, label in enumerate(
        (*(f"Destination {n}" for n in range(1, 5)), "VIP", "On-call contract", "Boolean 3", "Boolean 4"), start=1
    )
)
"""What a new account's eight fields are called."""


def field_position(key: str) -> int:
    """1..8 for `select_1` .. `boolean_4`, also as `field_select_1`. Raises Refusal(invalid)."""
    try:
        return FIELD_KEYS.index(key.lower().removeprefix("field_")) + 1
    except ValueError:
        raise invalid(f"'{key[:40]}' is no field. Choose one of: {', '.join(FIELD_KEYS)}.") from None


def caller_keys(contact: Contact) -> Iterator[tuple[KeyKind, str]]:
    """Everything that a caller can be known by as this contact, each once."""
    for number in dict.fromkeys(telecom.number for telecom in contact.telecoms):
        if number.endswith("*"):
            yield KeyKind.PREFIX, number[:-1]
        else:
            yield KeyKind.NUMBER, number
    if contact.code is not None:
        yield KeyKind.CODE, contact.code


def parse_code(text: str) -> str:
    """A code as it is compared: without blanks, in upper case. Raises Refusal(invalid)."""
    code = "".join(text.split()).upper()
    if not _CODE.fullmatch(code):
        raise invalid(f"'{text[:40]}' is no code. Use 1 to 32 digits (letters, *, #, - and _ are accepted).")
    return code


def caller_code(text: str) -> str | None:
    """A code as a call flow passes it, None when it can be no code: its caller is simply unknown."""
    code = "".join(text.split()).upper()
    return code if _CODE.fullmatch(code) else None


def parse_destination(text: str, field: str | None = None) -> str:
    """What the phone system dials, as it is kept. Raises Refusal(invalid): a comma would break raw answers."""
    destination = text.strip()
    if not destination or len(destination) > 128 or "," in destination or _UNSAFE.search(destination):  # noqa: PLR2004
        raise invalid(f"'{destination[:40]}' is no destination. Use up to 128 characters, none of them a comma.", field)
    return destination


def parse_text(text: str, longest: int = LONGEST_NAME, field: str | None = None) -> str:
    """A name or label without blanks around it. Raises Refusal(invalid)."""
    plain = text.strip()
    if len(plain) > longest:
        raise invalid(f"'{plain[:40]}...' is too long. Use up to {longest} characters.", field)
    if _UNSAFE.search(plain):
        raise invalid(f"'{plain[:40]}' has control characters, such as a tab or a line end. Take them out.", field)
    return plain


def folded(text: str) -> str:
    """A name as it is searched and sorted: without case and accents."""
    if text.isascii():
        return text.lower()
    letters = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(filterfalse(unicodedata.combining, letters))[:LONGEST_NAME]


def parse_language(text: str) -> str:
    """A language code as in `fr` or `fr-CA`. Raises Refusal(invalid)."""
    language = text.strip().replace("_", "-")
    language = language[:3].lower() + language[3:]
    if language and not _LANGUAGE.fullmatch(language):
        raise invalid(f"'{text[:20]}' is no language code. Write two or three letters, as in fr, en or fr-CA.")
    return language


YES = frozenset({"1", "true", "yes", "y", "oui", "o", "vrai", "x", "on", "✓"})
NO = frozenset({"0", "false", "no", "n", "non", "faux", "off", "-"})


def parse_boolean(text: str) -> bool:
    """Yes or no, as people and spreadsheets write it in English and French. Raises Refusal(invalid)."""
    word = text.strip().lower()
    if word in YES:
        return True
    if word in NO:
        return False
    raise invalid(f"'{text[:40]}' is neither yes nor no. Write yes, oui, x, true or 1; no, non, false or 0.")
