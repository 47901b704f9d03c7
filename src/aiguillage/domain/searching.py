r"""Searching: the words that a contact is found by, and what a text that somebody types looks for among them.

A contact is found by the beginning of each of its words: those of its names, without case and accents; its code; its
numbers in E.164; its e-mail addresses, their own words before the `@`, and what is from the `@` on.

    Contact(company="École d'été", code="43AB", telecoms=["+33199001234"], emails=["zoe.roche@example.org"])
    " ecole d ete 43ab +33199001234 zoe.roche@example.org zoe roche @example.org"

A typed text is one or more readings, and a contact is found by any of them: all words of a reading have to be found, in
any order. A word has alternatives, for digits may begin a number in several spellings.

    "roche 0199"     (roche) and (0199 or +33199)
    "01 99 00 12"    (01) and (99) and (00) and (12); or the number (01990012 or +331990012)

A list is filtered by what many contacts have alike: their traits. However many contacts there are, they have few
different ones, so that a filter is first compared with these.

    Contact(select=("207", ...), language="fr", boolean=(True, False, None, None), telecoms=[])
    "207\tfr\t10--n"
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from aiguillage.domain.contacts import FIELD_PARTS, PARTS, Boolean, Contact, field_key, folded
from aiguillage.domain.numbers import begun_numbers

Alternatives = tuple[str, ...]
"""Beginnings, any of which is enough."""

Reading = tuple[Alternatives, ...]
"""Words, all of which have to be found."""

_WORDS = re.compile(r"[\w.+-]*@[\w.-]*|\w+").findall
_TYPED_WORDS = re.compile(r"[\w.+-]*@[\w.-]*|(?<!\w)\+?\w+|\w+").findall


def words_of(contact: Contact, names: Iterable[str]) -> str:
    """What a contact is found by, each word once and with a blank in front. `names` are its names, folded."""
    text = " ".join((*names, folded(contact.code or "")))
    words = text.split() if text.replace(" ", "").isalnum() else _WORDS(text)
    words += [telecom.number.removesuffix("*") for telecom in contact.telecoms]
    for email in contact.emails:
        words += _words_of_email(folded(email))
    return " ".join(["", *dict.fromkeys(words)])


def _words_of_email(email: str) -> list[str]:
    own, at, domain = email.partition("@")
    return _WORDS(f"{email} {own} {at}{domain}")


def readings_of(text: str, country: str) -> tuple[Reading, ...] | None:
    """What a typed text looks for; None for blanks, which are no search. Nothing is found by punctuation alone.

    `country` is whose national spelling of numbers is understood.
    """
    if not text.strip():
        return None
    typed = tuple(dict.fromkeys(_TYPED_WORDS(folded(text))))
    plain = [word.lstrip("+") for word in typed]
    whole = begun_numbers(text, country)
    if len(typed) > 1 and whole:
        return tuple((word,) for word in plain), (("".join(plain), *whole),)
    apart = (dict.fromkeys((word, *begun_numbers(each, country))) for word, each in zip(plain, typed, strict=True))
    return (tuple(map(tuple, apart)),) if typed else ()


_FLAGS: dict[bool | None, str] = {True: "1", False: "0", None: "-"}
_VALUES = {letter: flag for flag, letter in _FLAGS.items()}
_BOOLEANS = tuple(part.wire for part in FIELD_PARTS.values() if part.flag)
_DESTINATION, _LANGUAGE, _NUMBERS = (PARTS[name].wire for name in (field_key(1), "language", "telecoms"))


def traits_of(contact: Contact) -> str:
    """Destination 1, language, yes or no of each boolean field, and `n` for no number."""
    flags = _letters(contact.boolean)
    return f"{contact.select[0] or ''}\t{contact.language}\t{flags}{'' if contact.telecoms else 'n'}"


@cache
def _letters(flags: Boolean) -> str:
    return "".join(map(_FLAGS.__getitem__, flags))


def filtered_by(name: str, value: Any) -> bool:  # noqa: ANN401 - of any filter
    """Whether traits answer a filter, which has the management API's name; of numbers, whether there is none."""
    return name in (_DESTINATION, _LANGUAGE, *_BOOLEANS) or (name == _NUMBERS and not value)


def fits(traits: str, filters: Iterable[tuple[str, Any]]) -> bool:
    """Whether contacts with these traits fit the filters: texts whatever their case, yes and no as they are."""
    destination, language, flags = traits.split("\t")
    values: dict[str, Any] = dict(zip(_BOOLEANS, map(_VALUES.__getitem__, flags), strict=False))
    values |= {_DESTINATION: destination, _LANGUAGE: language, _NUMBERS: "" if flags[len(_BOOLEANS) :] else None}
    return all(_alike(values[name], value) for name, value in filters)


def _alike(kept: Any, wanted: Any) -> bool:  # noqa: ANN401 - of any filter
    return kept.lower() == wanted.lower() if isinstance(kept, str) and isinstance(wanted, str) else kept is wanted
