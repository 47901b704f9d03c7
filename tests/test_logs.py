"""Log lines go to standard error, or are lost."""

import io
import json
import sys

import pytest
import structlog

from aiguillage.logs import configure_logs


@pytest.fixture(autouse=True)
def _unchanged() -> None:
    structlog.reset_defaults()


def test_an_event_is_one_line_of_json(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    configure_logs("info")

    structlog.get_logger().warning("call_failed", failed=3)
    structlog.reset_defaults()

    told = json.loads(written.getvalue())
    assert (told["event"], told["level"], told["failed"]) == ("call_failed", "warning", 3)


def test_a_line_that_cannot_be_written_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    configure_logs("info")

    structlog.get_logger().error("call_failed")
    structlog.reset_defaults()

    assert closed.closed
