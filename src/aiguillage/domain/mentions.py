"""Mentions of a number in text that somebody else wrote: in whatever spelling it stands there."""

import re
import unicodedata
from functools import cache
from itertools import chain

from aiguillage.domain.numbering import told_digits
from aiguillage.domain.numbers import WITHHELD, caller_number
from aiguillage.domain.spelling import is_between

_LOOKED_THROUGH = (range(0x3100), range(0xFE00, 0x10000))
"""Where Unicode has what people put between digits."""

_LONGEST_BEFORE = 24
"""Characters before the digits that may belong to them: `+`, a country code, a trunk zero, and what is between."""

_SHORTEST = 7
"""Digits: fewer are an extension or a service number, and as plain digits would be found in anything."""


@cache
def _separators() -> frozenset[str]:
    """What people put between digits: blanks, dashes, dots, marks; nothing that ends a text in JSON, no pictures."""
    found = (char for char in map(chr, chain(*_LOOKED_THROUGH)) if is_between(char) and char not in '"[]{}')
    return frozenset(char for char in found if unicodedata.category(char) not in {"So", "Mn", "Mc", "Me", "Co"})


@cache
def _between() -> str:
    """The same as a part of a pattern."""
    return f"[{re.escape(''.join(sorted(_separators())))}]*"


@cache
def _before() -> re.Pattern[str]:
    return re.compile(rf"(?:[+0-9]{_between()})+$")


class Mentions:
    """Finds one number: `+33199001234` also as `0199001234`, `00 33 1 99 00 12 34` or `01.99.00.12.34`.

    `number` is as parse_number gives it; `country` is whose national spelling is understood. A short number is found
    where JSON has it as a "number" only.
    """

    def __init__(self, number: str, country: str) -> None:
        self.number = number
        self._country = country
        self._plain = told_digits(number)
        self._is_short = len(self._plain) < _SHORTEST
        if self._is_short:
            self._pattern = re.compile(rf'"number":\s*"({re.escape(number)})"')
        else:
            self._pattern = re.compile(rf"{_between().join(self._plain)}(?![0-9])")

    @property
    def digits(self) -> str:
        """The digits that all spellings have, whatever stands before or between them."""
        return self._plain

    def found_in(self, text: str | None) -> bool:
        """Whether the text mentions the number."""
        return text is not None and any(
            self._is_short or self._is_ours(text, match) for match in self._pattern.finditer(text)
        )

    def _is_ours(self, text: str, match: re.Match[str]) -> bool:
        """Whether the digits are ours, with those before them or without: what else is there may be a date."""
        begin = max(0, match.start() - _LONGEST_BEFORE)
        before = _before().search(text[begin : match.start()])
        written = (before[0] if before else "") + match[0]
        return any(self._reads_as_ours(written[place:]) for place in _beginnings(written, len(match[0])))

    def _reads_as_ours(self, written: str) -> bool:
        """What reads as another number is another one; what reads as none, by its length say, is taken for ours."""
        number = caller_number(written, self._country)
        return number == self.number or not (number or WITHHELD).startswith("+")


def _beginnings(written: str, least: int) -> list[int]:
    """Where the number may begin: with the first sign, or behind a separator."""
    last = len(written) - least
    return [0, *(place for place in range(1, last + 1) if written[place - 1] in _separators())]
