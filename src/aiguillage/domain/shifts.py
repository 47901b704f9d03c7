"""Whose a shift is: what an event of a calendar says of it in its title, and in the people invited to it.

The title comes first: people write in it whom they mean, and on-call tools do. The first of these that says anything:

    all of the title         Denis | denis@example.org | [L1] Denis
    in the title             Denis Petit <denis@example.org> | denis@example.org | On call - Denis - nights
    people invited           ATTENDEE;CN=Denis Petit:mailto:denis@example.org

A name is a name where it stands by itself: not as part of a longer word, of Saint-Denis, of another member's longer
name, or of an address. An address is a member's where it is theirs letter for letter. Where two members are meant,
nobody is.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from aiguillage.domain.rotas import Member, folded

NOBODY, SEVERAL = "nobody", "several"
"""Why an event is nobody's shift: it names no member, or more than one."""

_ADDRESS = re.compile(r"(?<![\w.+'-])[\w.+'-]++@\w[\w-]*+(?:\.\w[\w-]*+)*+")
_ENDS_OF_NAMES = '<>,;:|/[]()"'
"""What cannot be in the name in front of an address."""

_MARKER = re.compile(r"^\s*(?:\[[^\]]*\]\s*)+")
_SHORTEST_OF_TWO = 2


class Named(NamedTuple):
    """The member whose shift it is; without one, why there is none."""

    member: Member | None
    why: str = ""


class Naming:
    """A rota's members, as the titles of shifts name them."""

    def __init__(self, members: Sequence[Member]) -> None:
        self._by_name = {folded(member.name): member for member in members}
        self._by_address: dict[str, list[Member]] = {}
        for member in members:
            if member.email:
                self._by_address.setdefault(folded(member.email), []).append(member)
        self._spelled = [(spelling, member) for member in members for spelling in _spellings(folded(member.name))]
        self._plainly = [(_plain(spelling), member) for spelling, member in self._spelled]
        self._known: dict[tuple[str, tuple[str, ...]], Named] = {}

    def named(self, label: str, people: tuple[str, ...] = ()) -> Named:
        """Whose shift an event is, by its title and the people invited, each `Name <address>` or one of both.

        Events repeat: what they say is looked at once.
        """
        named = self._known.get((label, people))
        if named is None:
            named = self._known[label, people] = self._find(label, people)
        return named

    def _find(self, label: str, people: tuple[str, ...]) -> Named:
        text = folded(label)
        titled = self._whole(text) or self._whole(_MARKER.sub("", text)) or self._within(text)
        if len(titled) == 1:
            return Named(titled[0])
        invited = _once(member for person in people for member in self._person(folded(person)))
        both = [member for member in invited if member in titled] if titled else invited
        if len(both) == 1:
            return Named(both[0])
        return Named(None, SEVERAL if titled or invited else NOBODY)

    def _whole(self, text: str) -> list[Member]:
        """The member whose name or address it is."""
        member = self._by_name.get(text)
        return self._by_address.get(text, []) if member is None else [member]

    def _within(self, text: str) -> list[Member]:
        """The members whose names or addresses are in a text."""
        boxes, rest = _parted(text)
        addressed = [member for name, address in boxes for member in self._box(name, address)]
        return _once([*addressed, *(_standing(rest, self._spelled) or _standing(_plain(rest), self._plainly))])

    def _person(self, text: str) -> list[Member]:
        """The member that somebody invited is."""
        boxes, rest = _parted(text)
        return self._box(*boxes[0]) if boxes else self._by_words(rest)

    def _box(self, name: str, address: str) -> list[Member]:
        """The member with that address; else the one called as it says, who has no other address."""
        found = self._by_address.get(address)
        if found is not None:
            return found
        return [member for member in self._by_words(name) if not member.email]

    def _by_words(self, name: str) -> list[Member]:
        """The member of that name, its words in any order, as in `Roche, Camille`."""
        words = sorted(re.findall(r"[\w'’.-]+", _plain(name)))
        return [member for own, member in self._by_name.items() if sorted(_plain(own).split()) == words]


def _parted(text: str) -> tuple[list[tuple[str, str]], str]:
    """The addresses in a text, each with the name in front of it as in `Name <address>`, and what else is there."""
    boxes, rest, place = list[tuple[str, str]](), list[str](), 0
    for address in _ADDRESS.finditer(text):
        before, name = text[place : address.start()], ""
        if before.rstrip().endswith("<"):
            before = before.rstrip()[:-1].rstrip(' "')
            begin = max(before.rfind(letter) for letter in _ENDS_OF_NAMES) + 1
            before, name = before[:begin], before[begin:]
        boxes.append((name.strip(), address[0].strip("'")))
        rest.append(before)
        place = address.end()
    return boxes, " , ".join((*rest, text[place:]))


def _spellings(name: str) -> Iterator[str]:
    """A name, and one of two words also as `Last First` and `Last, First`."""
    yield name
    words = name.split()
    if len(words) == _SHORTEST_OF_TWO:
        yield f"{words[1]} {words[0]}"
        yield f"{words[1]}, {words[0]}"


def _standing(text: str, spelled: Sequence[tuple[str, Member]]) -> list[Member]:
    """The members whose names stand by themselves in a text, but for what is part of another one's longer name."""
    spans = [
        (*match.span(), member)
        for spelling, member in spelled
        if spelling in text
        for match in re.finditer(rf"(?<!\w)(?<!\w[-.]){re.escape(spelling)}(?!\w|[-.]\w)", text)
    ]
    return [
        member
        for begin, end, member in spans
        if not any(b <= begin and end <= e and (b, e) != (begin, end) for b, e, _ in spans)
    ]


def _plain(text: str) -> str:
    """A text without its accents."""
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))


def _once(members: "Iterator[Member] | list[Member]") -> list[Member]:
    return list(dict.fromkeys(members))
