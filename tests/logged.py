"""What is logged meanwhile."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        said = {"event": record.getMessage(), "level": record.levelname.lower()}
        self.lines.append(said | getattr(record, "about", {}))


@contextmanager
def logged() -> Iterator[list[dict[str, Any]]]:
    """The events of ours, each with its level and what it is about."""
    ours, kept = logging.getLogger("aiguillage"), _Kept()
    before = ours.level
    ours.addHandler(kept)
    ours.setLevel(logging.DEBUG)
    try:
        yield kept.lines
    finally:
        ours.setLevel(before)
        ours.removeHandler(kept)
