"""Log lines: one JSON object an event, on standard error."""

import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Lock, Timer
from typing import Any, TextIO, cast

import structlog

_STAMPS = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


class _Patient:
    """Standard error, for lines that may be lost: a full disk or a reader that is gone must not stop a call."""

    def write(self, text: str) -> None:
        """Writes a line, or loses it."""
        with suppress(OSError, ValueError):
            sys.stderr.write(text)

    def flush(self) -> None:
        """Sends what was written, or loses it."""
        with suppress(OSError, ValueError):
            sys.stderr.flush()


def configure_logs(level: str) -> None:
    """Sends our events and the web server's to standard error, from `level` (debug, info, warning, error) on."""
    structlog.configure(
        processors=[*_STAMPS, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Patient())),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_STAMPS, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)


def _in_a_second(tell: Callable[[], None]) -> None:
    timer = Timer(1.0, tell)
    timer.daemon = True
    timer.start()


class Summed:
    """Lines about what anybody can make happen as often as they like: two of a kind each second, the second a count.

    The first is written at once. Those that follow until `later` calls what it is given are one line then, with how
    many `times` they were.
    """

    def __init__(self, later: Callable[[Callable[[], None]], None] = _in_a_second) -> None:
        self._later = later
        self._lock = Lock()
        self._counts: dict[str, int] = {}

    def write(self, event: str, level: int, *, apart: dict[str, Any], **words: Any) -> None:  # noqa: ANN401 - a line's
        """Writes a line or counts it. Lines of the same event and `words` are alike; `apart` is the first one's own."""
        kind = f"{event} {words}"
        with self._lock:
            is_counted = kind in self._counts
            self._counts[kind] = self._counts.get(kind, -1) + 1
        if not is_counted:
            structlog.get_logger().log(level, event, **words, **apart)
            self._later(partial(self._tell_rest, kind, event, level, words))

    def _tell_rest(self, kind: str, event: str, level: int, words: dict[str, Any]) -> None:
        with self._lock:
            times = self._counts.pop(kind)
        if times:
            structlog.get_logger().log(level, event, **words, times=times)


summed = Summed()
"""The process's own."""
