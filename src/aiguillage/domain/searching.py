"""Searching: the words that a contact is found by, and what a text that somebody types looks for among them.

A contact is found by the beginning of each of its words: those of its names, without case and accents; its code; its
numbers in E.164; its e-mail addresses, their own words before the `@`, and what is from the `@` on.

    Contact(company="École d'été", code="43AB", telecoms=["+33199001234"], emails=["zoe.roche@example.org"])
    " ecole d ete 43ab +33199001234 zoe.roche@example.org zoe roche @example.org"

A typed text is one or more readings, and a contact is found by any of them: all words of a reading have to be found, in
any order. A word has alternatives, for digits may begin a number in several spellings.

    "roche 0199"     (roche) and (0199 or +33199)
    "01 99 00 12"    (01) and (99) and (00) and (12); or the number (01990012 or +331990012)
"""

import re
from collections.abc import Iterable

from aiguillage.domain.contacts import Contact, folded
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
