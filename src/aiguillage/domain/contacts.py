"""Contacts and the account's eight routing fields: what is known of a caller, and under which keys.

What is known of a contact is declared here, once: each attribute of Contact is annotated with a Part, the eight fields
are Parts too, and PARTS has them all. Columns, filters, sorts, bodies and answers of the management API, columns of
files, options of the terminal, erasure, words and examples are made of PARTS.

    a text somebody sends --Part.parse--> Contact --values_of--> columns, answers, exports
                                             ^-----with_values--- columns, rows of a file, what was entered

So a new part is an attribute with its Part, and a migration that adds its column.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from enum import StrEnum
from itertools import filterfalse
from operator import attrgetter
from typing import Annotated, Any, NamedTuple

import msgspec

from aiguillage.domain.errors import Refusal, invalid

_CODE = re.compile(r"[0-9A-Z*#_-]{1,32}")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Control characters, line ends, and halves of characters that no file can keep."""

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
LONGEST_NAME, LONGEST_REFERENCE, LONGEST_DESTINATION = 200, 64, 128
MOST_CONTACTS = 10_000_000
"""That an account may have."""

SELECTS = 4
"""Fields 1..4 are choices (the destinations), 5..8 are yes or no (VIP, on-call contract, two free ones)."""


class KeyKind(StrEnum):
    """What a caller can be known by; the letter is what the table keeps."""

    NUMBER = "n"
    PREFIX = "p"
    CODE = "c"


class Telecom(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One number of a contact: E.164, short digits, or a prefix with a star at its end (`+3319900*`)."""

    number: str
    type: str = ""
    label: str = ""


Select = tuple[str | None, str | None, str | None, str | None]
Boolean = tuple[bool | None, bool | None, bool | None, bool | None]
NO_SELECT: Select = (None, None, None, None)
NO_BOOLEAN: Boolean = (None, None, None, None)


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
        raise invalid(f"'{key[:40]}' is not a field. Choose one of: {', '.join(FIELD_KEYS)}.") from None


def parse_code(text: str) -> str:
    """A code as it is compared: without blanks, in upper case. Raises Refusal(invalid)."""
    code = "".join(text.split()).upper()
    if not _CODE.fullmatch(code):
        raise invalid(f"'{text[:40]}' is not a code. Use 1 to 32 digits (letters, *, #, - and _ are accepted).")
    return code


def caller_code(text: str) -> str | None:
    """A code as a call flow passes it, None when it can be no code: its caller is simply unknown."""
    code = "".join(text.split()).upper()
    return code if _CODE.fullmatch(code) else None


def parse_destination(text: str, field: str | None = None) -> str:
    """What the phone system dials, as it is kept. Raises Refusal(invalid): a comma would break raw answers."""
    destination = text.strip()
    if not destination or len(destination) > LONGEST_DESTINATION or "," in destination or _UNSAFE.search(destination):
        raise invalid(f"'{destination[:40]}' is not a destination. Use up to 128 characters, without a comma.", field)
    return destination


def parse_text(text: str, longest: int = LONGEST_NAME, field: str | None = None) -> str:
    """A name or label without blanks around it. Raises Refusal(invalid)."""
    plain = text.strip()
    if len(plain) > longest:
        raise invalid(f"'{plain[:40]}...' is too long. Use up to {longest} characters.", field)
    if not plain.isprintable() and _UNSAFE.search(plain):
        raise invalid(f"'{plain[:40]}' contains control characters, such as a tab or a line break. Remove them.", field)
    return plain


def folded(text: str) -> str:
    """A name as it is searched and sorted: without case and accents."""
    if text.isascii():
        return text.lower()
    letters = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(filterfalse(unicodedata.combining, letters))[:LONGEST_NAME]


LANGUAGES = {
    word: code
    for code, words in (
        ("fr", "french français francais"),
        ("en", "english anglais"),
        ("de", "german deutsch allemand"),
        ("es", "spanish español espagnol"),
        ("it", "italian italiano italien"),
        ("nl", "dutch nederlands néerlandais"),
    )
    for word in words.split()
}


def parse_language(text: str) -> str:
    """A language by its name, or by its code as in `fr` or `fr-CA`. Raises Refusal(invalid)."""
    language = LANGUAGES.get(text.strip().lower()) or text.strip().replace("_", "-")
    language = language[:3].lower() + language[3:]
    if language and not _LANGUAGE.fullmatch(language):
        raise invalid(f"'{text[:20]}' is not a language code. Write two or three letters, as in fr, en or fr-CA.")
    return language


YES = frozenset({"1", "true", "yes", "y", "oui", "o", "vrai", "x", "on", "✓"})
NO = frozenset({"0", "false", "no", "n", "non", "faux", "off", "-"})


def parse_boolean(text: str) -> bool:
    """Yes or no, as people and spreadsheets write it in English and French. Raises Refusal(invalid)."""
    word = unfloated(text.strip().lower())
    if word in YES:
        return True
    if word in NO:
        return False
    raise invalid(f"'{text[:40]}' is neither yes nor no. Write yes, oui, x, true or 1; no, non, false or 0.")


_BROKEN = re.compile(r"\s*[\r\n\t\v\f\x85\u2028\u2029]+\s*")
_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+[0-9]+|#{3,}")
"""What a spreadsheet leaves of long digits in a cell that may have letters too; a column too narrow leaves `####`."""

_FLOAT = re.compile(r"(\+?[0-9]+)[.,]0{1,2}")


def unfloated(text: str) -> str:
    """The text; `1234.0`, as programs write a column of numbers in which some are missing, is `1234`."""
    floated = None if text.isalnum() else _FLOAT.fullmatch(text)
    return floated[1] if floated else text


def shortened(text: str) -> Refusal:
    """The refusal of digits that a spreadsheet has rounded."""
    return invalid(f"'{text}' was shortened by a spreadsheet. Format the column as text, and export it again.")


def _in_full(text: str) -> str:
    """The text, unless a spreadsheet has rounded it. Raises Refusal(invalid)."""
    if not text.isalnum() and _ROUNDED.fullmatch(text):
        raise shortened(text)
    return text


def parse_line(text: str, longest: int = LONGEST_NAME) -> str:
    """A text; a line end or tab inside becomes a blank. Raises Refusal(invalid)."""
    return parse_text(text if text.isprintable() else _BROKEN.sub(" ", text), longest)


def _read_destination(text: str) -> str:
    return parse_destination(unfloated(_in_full(text)))


class Part(NamedTuple):
    """One thing known of a contact.

    `name` is the desk's name and the column's: the attribute of Contact, or the field's key. `wire` is the management
    API's name, `heading` the column's in files, `option` the terminal's; each is the name unless it is given. `words`
    say what it means, `noun` names it in a table, `hint` is the option's help where the words would not do. `example`
    is a value as the API shows it. `aliases` are headings, in plain letters, that an import reads as this; `weak` are
    those that it reads so where no column says it better.

    `parse` reads a text that is more than a line of at most `longest` characters; where there is none, the value is
    `empty`. `several` is set for a list: the member that has the text, where one is sent as an object. `flag` is yes or
    no. `folded`: filters, sorts and searches leave accents and case aside. `unique`: no two contacts of an account have
    the same. `erased`: an erasure looks for the number in it, and clears it.
    """

    words: str
    noun: str
    example: Any = None
    name: str = ""
    wire: str = ""
    heading: str = ""
    option: str = ""
    hint: str = ""
    aliases: str = ""
    weak: str = ""
    parse: Callable[[str], Any] | None = None
    longest: int = LONGEST_NAME
    empty: Any = None
    several: str = ""
    flag: bool = False
    folded: bool = False
    unique: bool = False
    erased: bool = True

    def named(self, name: str, empty: Any = None) -> "Part":  # noqa: ANN401 - of any part
        """The same with all its names, and its empty value."""
        return self._replace(
            name=name,
            wire=self.wire or name,
            heading=self.heading or name,
            option=self.option or name.replace("_", "-"),
            hint=self.hint or self.words,
            empty=empty,
        )

    def read(self, text: str) -> Any:  # noqa: ANN401 - of any part
        """The value of a text, whether somebody enters, imports or sends it. Raises Refusal(invalid)."""
        text = text.strip()
        if not text:
            return self.empty
        if self.parse is not None:
            return self.parse(text)
        return parse_line(text, self.longest)


class Contact(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A person or company the account knows. `select` are the four destinations, `boolean` VIP, on-call contract, ...

    None in either means: the field's default. `given` has numbers and e-mail addresses as they were sent, by what they
    are kept as (domain/given.py).
    """

    reference: Annotated[
        str | None,
        Part(
            "The contact's name in other systems, by which an import finds it again.",
            "reference",
            "C-1042",
            parse=lambda text: parse_text(_in_full(text), LONGEST_REFERENCE),
            longest=LONGEST_REFERENCE,
            unique=True,
            aliases="ref externalreference externalid externalkey referenceexterne idexterne refexterne "
            "identifiantexterne referenceclient refclient clientid idclient customernumber numeroclient nclient "
            "ndeclient numclient numerodeclient",
            weak="contactid recordid idcontact idducontact ctnum numerodecompte numerocompte ncompte numerotiers "
            "ntiers",
        ),
    ] = None
    code: Annotated[
        str | None,
        Part(
            "The digits that the contact types to say who they are.",
            "code",
            "4321",
            wire="id_code",
            parse=lambda text: parse_code(unfloated(_in_full(text))),
            longest=32,
            unique=True,
            aliases="codeclient clientcode customercode idcode codeid callercode codeappelant codepin pin "
            "codedidentification codeidentification identificationcode accesscode codeacces codedacces",
            weak="codetiers",
        ),
    ] = None
    language: Annotated[
        str,
        Part(
            "The contact's language, as in `fr`.",
            "language",
            "fr",
            wire="language_code",
            parse=parse_language,
            longest=12,
            erased=False,
            aliases="languagecode lang langue codelangue",
        ),
    ] = ""
    company: Annotated[
        str,
        Part(
            "The company's name.",
            "company",
            "Garage Belleville",
            folded=True,
            aliases="companyname organisation organization organisme societe nomsociete nomdelasociete raisonsociale "
            "entreprise nomdelentreprise organizationname organisationname org",
            weak="account accountname nomducompte nomcompte business associatedcompany customername clientname "
            "nomclient nomduclient nomdutiers nomtiers nomfournisseur nomdufournisseur suppliername vendorname "
            "intitule intituleclient intituledutiers intituletiers intituleducompte nometablissement",
        ),
    ] = ""
    first_name: Annotated[
        str,
        Part(
            "The person's first name.",
            "first name",
            "Camille",
            folded=True,
            aliases="firstname givenname forename prenom prenoms",
        ),
    ] = ""
    last_name: Annotated[
        str,
        Part(
            "The person's last name.",
            "last name",
            "Roche",
            folded=True,
            aliases="lastname surname familyname nom nomdefamille",
            weak="name fullname nomcomplet nomcontact nomducontact contactname contact ctcontact displayname "
            "nomaffiche fileas interlocuteur fn",
        ),
    ] = ""
    telecoms: Annotated[
        tuple[Telecom, ...],
        Part(
            "Numbers in any spelling: texts, or objects with `number` and perhaps `type`, `label` and more.",
            "number",
            ["01 99 00 12 34"],
            heading="number",
            option="number",
            hint="In any spelling, a star at the end for a prefix; repeat for more.",
            several="number",
        ),
    ] = ()
    emails: Annotated[
        tuple[str, ...],
        Part(
            "E-mail addresses: texts, or objects with `email` and more.",
            "e-mail address",
            ["atelier@example.org"],
            heading="email",
            option="email",
            hint="An e-mail address; repeat for more.",
            several="email",
            aliases="email mail emailaddress mailaddress courriel adressemail adresseemail adressecourriel "
            "adresseelectronique",
        ),
    ] = ()
    select: Select = NO_SELECT
    boolean: Boolean = NO_BOOLEAN
    email_destination: Annotated[
        str | None,
        Part(
            "A destination for e-mail, kept for other systems: no rule looks at it.",
            "destination of e-mails",
            longest=255,
        ),
    ] = None
    telecom_destination: Annotated[
        str | None,
        Part(
            "A destination for calls, kept for other systems: no rule looks at it.",
            "destination of calls",
            parse=_read_destination,
            longest=LONGEST_DESTINATION,
        ),
    ] = None
    given: dict[str, Any] = {}


def _select(n: int, example: str, hint: str, aliases: str = "") -> Part:
    part = Part(
        f"Destination {n} of four; null takes the field's default.",
        f"select_{n}",
        example,
        wire=f"field_select_{n}",
        option=f"destination{n}",
        hint=hint,
        aliases=aliases,
        parse=_read_destination,
        longest=LONGEST_DESTINATION,
    )
    return part.named(f"select_{n}")


def _boolean(n: int, words: str, **more: Any) -> Part:  # noqa: ANN401 - of a Part
    words = f"{words}; null takes the field's default."
    part = Part(words, f"boolean_{n}", wire=f"field_boolean_{n}", parse=parse_boolean, flag=True, erased=False, **more)
    return part.named(f"boolean_{n}")


FIELD_PARTS = {
    part.name: part
    for part in (
        _select(
            1,
            "207",
            "The queue, or whatever else shall be dialled.",
            "destination file filedattente filedappel filedappels queue callqueue routage",
        ),
        _select(2, "209", "The second choice."),
        _select(3, "214", "The third choice."),
        _select(4, "216", "The fourth choice."),
        _boolean(
            1,
            "Whether the contact is a VIP",
            example=True,
            option="vip",
            hint="Whether they are a VIP.",
            aliases="vip isvip clientvip estvip",
        ),
        _boolean(
            2,
            "Whether there is an on-call contract",
            example=False,
            option="on-call",
            hint="Whether they have an on-call contract.",
            aliases="astreinte contratdastreinte contratastreinte oncall oncallcontract oncallduty oncalldutycontract "
            "hasoncalldutycontract sousastreinte souscontratdastreinte",
        ),
        _boolean(3, "Boolean field 3", hint="The field boolean_3."),
        _boolean(4, "Boolean field 4", hint="The field boolean_4."),
    )
}
OWN_PARTS: dict[str, Part] = {
    attribute.name: part.named(attribute.name, attribute.default)
    for attribute in msgspec.structs.fields(Contact)
    for part in getattr(attribute.type, "__metadata__", ())
}
PARTS = OWN_PARTS | FIELD_PARTS
"""All that is known of a contact, by its name: what each contact has of its own, then the account's eight fields."""

FOLDED = tuple(part.name for part in PARTS.values() if part.folded)
_own_values = attrgetter(*OWN_PARTS)


def values_of(contact: Contact) -> tuple[Any, ...]:
    """The contact's values, in the order of PARTS."""
    return (*_own_values(contact), *contact.select, *contact.boolean)


def with_values(before: Contact, values: Mapping[str, Any]) -> Contact:
    """The contact with other values of some parts, by their names."""
    changes = dict(values)
    fields: Any = tuple(map(changes.pop, FIELD_PARTS, (*before.select, *before.boolean)))
    return msgspec.structs.replace(before, **changes, select=fields[:SELECTS], boolean=fields[SELECTS:])


def caller_keys(contact: Contact) -> list[tuple[KeyKind, str]]:
    """Everything that a caller can be known by as this contact, each once."""
    keys = [
        (KeyKind.PREFIX, number[:-1]) if number.endswith("*") else (KeyKind.NUMBER, number)
        for number in dict.fromkeys([telecom.number for telecom in contact.telecoms])
    ]
    if contact.code is not None:
        keys.append((KeyKind.CODE, contact.code))
    return keys
