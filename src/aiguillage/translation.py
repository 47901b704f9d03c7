"""The language of the person at a door: messages through gettext's catalogues.

A refusal is an English sentence, made where it is raised, with names and numbers in it. Its msgid is the f-string as it
stands in the code; so a sentence is found by its own words, whoever made it, when, and in whichever process:

    msgid     '{text[:40]}' is not a date. Write it as in 2026-12-24.
    message   'Mardi' is not a date. Write it as in 2026-12-24.
    French    « Mardi » n'est pas une date. Écrivez-la comme 2026-12-24.

What stands in a sentence is translated too where it is a whole sentence itself, but not between quotes: these are
somebody's own words, as names are.
"""

import gettext
import re
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

DOMAIN = "aiguillage"
CATALOGUES = Path(__file__).parent / "locale"
ENGLISH, FRENCH = "en", "fr"
LANGUAGES = (ENGLISH, FRENCH)

_PLACE = re.compile(r"\{[^{}]+\}")


class Sentence:
    """A msgid with places, and its translation. `fixed` is how many characters are its own."""

    def __init__(self, msgid: str, translation: str) -> None:
        self._first, *self._middle, self._last = _PLACE.split(msgid)
        self._places = _PLACE.findall(msgid)
        self._quoted = {place[1:] for place in re.findall(r"'\{[^{}]+\}", msgid)}
        self._translation = translation
        self.fixed = len(_PLACE.sub("", msgid))

    def translate(self, message: str, catalogue: "Catalogue") -> str | None:
        """The message in the catalogue's language; None for one that is not this sentence."""
        given = self._given(message)
        if given is None:
            return None
        said = {
            place: catalogue.translate(text) if self._is_ours(place, text) else text for place, text in given.items()
        }
        return _PLACE.sub(lambda place: said.get(place[0], place[0]), self._translation)

    def _is_ours(self, place: str, text: str) -> bool:
        """Whether a text may be a sentence of ours: a word or a name that equals a message is somebody's own."""
        return place not in self._quoted and ". " in f"{text} "

    def _given(self, message: str) -> dict[str, str] | None:
        """What stands in the places; each is as short as the sentence's own words allow."""
        at, end = len(self._first), len(message) - len(self._last)
        if at > end or not message.startswith(self._first) or not message.endswith(self._last):
            return None
        given: dict[str, str] = {}
        for place, words in zip(self._places, [*self._middle, None], strict=True):
            found = end if words is None else message.find(words, at, end)
            if found < 0 or given.setdefault(place, message[at:found]) != message[at:found]:
                return None
            at = found + len(words or "")
        return given


class Catalogue(gettext.GNUTranslations):
    """The messages of one language."""

    @cached_property
    def _sentences(self) -> list[Sentence]:
        """Those with places, the ones with most words of their own first."""
        messages: dict[Any, str] = self._catalog  # type: ignore[attr-defined] # gettext's own, since its first release
        made = [Sentence(msgid, text) for msgid, text in messages.items() if isinstance(msgid, str) and "{" in msgid]
        return sorted(made, key=lambda sentence: -sentence.fixed)

    def translate(self, message: str) -> str:
        """A message in the language, or as it is where the catalogue lacks it."""
        if not message:
            return message
        found = self.gettext(message)
        if found != message:
            return found
        return next((text for one in self._sentences if (text := one.translate(message, self)) is not None), message)


@cache
def _catalogue(language: str) -> Catalogue | None:
    """The catalogue of a language; None for English, and for a language that there is none of."""
    if language not in LANGUAGES or language == ENGLISH:
        return None
    with (CATALOGUES / language / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
        return Catalogue(file)


def translated(message: str, language: str) -> str:
    """A message in a language, as in `fr`; in English where there is no translation."""
    catalogue = _catalogue(language)
    return message if catalogue is None else catalogue.translate(message)


def refused_in(
    language: str, message: str, errors: Mapping[str, list[str]] | None
) -> tuple[str, dict[str, list[str]] | None]:
    """A refusal's message and its faults, field by field, in a language; several faults are the message together."""
    if errors is None:
        return translated(message, language), None
    faults = {field: [translated(one, language) for one in some] for field, some in errors.items()}
    together = " ".join(one for some in errors.values() for one in some)
    if message != together:
        return translated(message, language), faults
    return " ".join(one for some in faults.values() for one in some), faults


def preferred(accept_language: str) -> str:
    """The one of our languages that an Accept-Language header puts first (RFC 9110, 12.5.4); else English."""
    best, quality = ENGLISH, 0.0
    for part in accept_language.split(","):
        name, _, weight = part.replace(" ", "").lower().partition(";q=")
        wanted = float(weight or 1) if re.fullmatch(r"[01]?(\.[0-9]{0,3})?", weight) and weight != "." else 0.0
        language = name.partition("-")[0]
        if language in LANGUAGES and wanted > quality:
            best, quality = language, wanted
    return best
