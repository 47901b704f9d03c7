"""Withheld callers: what phone systems and networks say in place of a number that is hidden.

The names are those of Encom's contract, Twilio's word for blocked ones, and the words of the languages around. Networks
that can send digits alone spell such a name on a keypad.
"""

import re

from aiguillage.domain.contacts import folded
from aiguillage.domain.numbering import on_keypad

CONTRACT_NAMES = frozenset({"anonymous", "restricted", "unavailable", "unknown", "private", "withheld", "blocked"})
"""Encom's, and Twilio's."""

_OTHER_NAMES = (
    "hidden anonyme masque masquee inconnu inconnue prive privee restreint indisponible secret secrete anonym "
    "unbekannt unterdruckt privat anoniem onbekend afgeschermd anonimo anonima desconocido desconhecido oculto privado "
    "sconosciuto nascosto privato"
)
_NAMES = CONTRACT_NAMES.union(_OTHER_NAMES.split())
"""Folded: in English, French, German, Dutch, Spanish, Portuguese and Italian."""

_BESIDE = "number numbers no nr num numero nummer caller callers call calls id appel appelant llamada"
_ALL = _NAMES.union(_BESIDE.split())
"""With what may stand beside a name: `Private Number`, `Numéro masqué`, `Appel anonyme`."""

_WORD = re.compile(r"[^\W_]+")

_ANONYMOUS = on_keypad("anonymous")
_DIGITS = frozenset(map(on_keypad, CONTRACT_NAMES))
_DIGITS_BEHIND_PLUS = _DIGITS | {"464"}
"""The last is Twilio's too."""


def names_withheld(text: str) -> bool:
    """Whether a text says nothing but that the caller is hidden."""
    words = set(_WORD.findall(folded(text)))
    return words <= _ALL and not words.isdisjoint(_NAMES)


def spells_withheld(bare: str, number: str | None) -> bool:
    """Whether digits say that the caller is hidden: a name on a keypad, unless they are a national number; zeros."""
    digits = bare.removeprefix("+")
    if bare[:1] == "+":
        return digits in _DIGITS_BEHIND_PLUS or not digits.strip("0")
    return digits == _ANONYMOUS or (digits in _DIGITS and number in {None, "+" + digits})
