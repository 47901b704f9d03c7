"""Log lines: one JSON object an event, on standard error."""

import json
import logging
import sys
from contextlib import suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO, cast


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


request_of: ContextVar[str | None] = ContextVar("request_of", default=None)
"""The id of the request that is worked on, where one is: it is in every line."""


class Lines(logging.Formatter):
    """A record as a line of JSON: its message is the event, `extra={"about": {...}}` what there is to say of it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        request = request_of.get()
        line = {} if request is None else {"request_id": request}
        line |= getattr(record, "about", {})
        line |= {"event": record.getMessage(), "level": record.levelname.lower()}
        line["timestamp"] = datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def configure_lines(level: str) -> None:
    """Sends the events of `logging` to standard error, from `level` (debug, info, warning, error) on."""
    handler = logging.StreamHandler(cast("TextIO", _Patient()))
    handler.setFormatter(Lines())
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
