"""Log lines about what anybody can make happen as often as they like, summed up."""

import logging
from collections.abc import Callable
from functools import partial
from threading import Lock, Timer
from typing import Any

_log = logging.getLogger(__name__)
MOST_KINDS = 20
"""Kinds of one event that are summed up apart at a time."""


def _in_a_second(tell: Callable[[], None]) -> None:
    timer = Timer(1.0, tell)
    timer.daemon = True
    timer.start()


class Summed:
    """Lines about what anybody can make happen as often as they like: two of a kind each second, the second a count.

    The first is written at once. Those that follow until `later` calls what it is given are one line then, with how
    many `times` they were. Where an event has MOST_KINDS kinds already, all further ones are of one kind.
    """

    def __init__(self, later: Callable[[Callable[[], None]], None] = _in_a_second) -> None:
        self._later = later
        self._lock = Lock()
        self._counts: dict[tuple[str, str], int] = {}

    def write(self, event: str, level: int, *, apart: dict[str, Any], **words: Any) -> None:  # noqa: ANN401 - a line's
        """Writes a line or counts it. Lines of the same event and `words` are alike; `apart` is the first one's own."""
        kind, alike = (event, str(words)), words
        with self._lock:
            if kind not in self._counts and sum(name == event for name, _ in self._counts) >= MOST_KINDS:
                kind, alike = (event, ""), {}
            is_counted = kind in self._counts
            self._counts[kind] = self._counts.get(kind, -1) + 1
        if not is_counted:
            _log.log(level, event, extra={"about": words | apart})
            self._later(partial(self._tell_rest, kind, level, alike))

    def _tell_rest(self, kind: tuple[str, str], level: int, words: dict[str, Any]) -> None:
        with self._lock:
            times = self._counts.pop(kind)
        if times:
            _log.log(level, kind[0], extra={"about": words | {"times": times}})


summed = Summed()
"""The process's own."""
