"""Log lines: one JSON object an event, on standard error."""

import json
import logging
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, TextIO, cast


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


class Lines(logging.Formatter):
    """A record as a line of JSON: its message is the event, `extra={"about": {...}}` what there is to say of it.

    `around` tells what to say in every line at that moment.
    """

    def __init__(self, around: Callable[[], Mapping[str, Any]]) -> None:
        super().__init__()
        self._around = around

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        about = {**self._around(), **getattr(record, "about", {})}
        line = {"event": record.getMessage(), "level": record.levelname.lower()}
        line["timestamp"] = datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(about | line, default=str)


def configure_lines(level: str, around: Callable[[], Mapping[str, Any]] = dict) -> None:
    """Sends the events of `logging` to standard error, from `level` (debug, info, warning, error) on."""
    handler = logging.StreamHandler(cast("TextIO", _Patient()))
    handler.setFormatter(Lines(around))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)


def configure_logs(level: str) -> None:
    """The same, and those of structlog, which the desk writes with."""
    import structlog  # noqa: PLC0415 - no call worker needs it

    configure_lines(level, structlog.contextvars.get_contextvars)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Patient())),
        cache_logger_on_first_use=True,
    )
