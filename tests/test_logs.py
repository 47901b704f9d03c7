"""Log lines go to standard error, or are lost."""

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextvars import copy_context

import pytest

from aiguillage.api.request_ids import note_id
from aiguillage.api.summed import MOST_KINDS, Summed
from aiguillage.logs import configure_lines
from aiguillage.settings import Settings
from tests.cast import CODE, Cast
from tests.marked import marked_in
from tests.server import running

OURS = logging.getLogger("aiguillage.tests")


@pytest.fixture(autouse=True)
def _unchanged() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers, logging.root.level = handlers, level


def test_an_event_is_one_line_of_json(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    configure_lines("info")

    OURS.warning("call_failed", extra={"about": {"failed": 3}})

    told = json.loads(written.getvalue())
    assert (told["event"], told["level"], told["failed"]) == ("call_failed", "warning", 3)


def test_a_request_id_is_in_all_lines_from_where_it_is_noted_on(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    configure_lines("info")

    def say() -> None:
        note_id("one")
        OURS.warning("child_ended")
        logging.getLogger("uvicorn.error").warning("odd")

    copy_context().run(say)
    OURS.warning("other")
    logging.getLogger("uvicorn.error").warning("other")

    told = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [(line["event"], line.get("request_id")) for line in told] == [
        ("child_ended", "one"),
        ("odd", "one"),
        ("other", None),
        ("other", None),
    ]


def test_what_anybody_can_cause_is_written_once_and_then_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    written, later = io.StringIO(), list[Callable[[], None]]()
    monkeypatch.setattr(sys, "stderr", written)
    configure_lines("info")
    summed = Summed(later.append)

    for number in range(5):
        summed.write("sign_in_refused", logging.WARNING, apart={"address": f"192.0.2.{number}"}, kind="limited")
    summed.write("sign_in_refused", logging.WARNING, apart={"address": "192.0.2.9"}, kind="unauthorized")
    for tell in later:
        tell()

    told = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [(line["kind"], line.get("address"), line.get("times")) for line in told] == [
        ("limited", "192.0.2.0", None),
        ("unauthorized", "192.0.2.9", None),
        ("limited", None, 4),
    ]


def test_of_one_event_a_bounded_number_of_kinds_has_lines_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    written, later = io.StringIO(), list[Callable[[], None]]()
    monkeypatch.setattr(sys, "stderr", written)
    configure_lines("info")
    summed = Summed(later.append)

    for user in range(100):
        summed.write("right_refused", logging.WARNING, apart={}, user=user)
    summed.write("sign_in_refused", logging.WARNING, apart={}, kind="limited")
    for tell in later:
        tell()

    told = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [line.get("user") for line in told] == [*range(MOST_KINDS + 1), None, None]
    assert [line["event"] for line in told[-2:]] == ["sign_in_refused", "right_refused"]
    assert told[-1]["times"] == 100 - MOST_KINDS - 1


def test_a_line_that_cannot_be_written_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    configure_lines("info")

    OURS.error("call_failed")

    assert closed.closed


@pytest.mark.parametrize(
    "said",
    [
        *(
            "+33199001234",
            "0199001234",
            "01 99 00 12 34",
            "01.99.00.12.34",
            "00 33 1 99 00 12 34",
            "+33 (0)1 99 00 12 34",
        ),
        *("%2B33199001234", "tel:+33-1-99-00-12-34", "sip:+33199001234@example.org", "number=0639981201&x=1"),
        *(f"code={CODE}", f'["{CODE}"]', "Camille", "Garage Belleville", "Garage%20Belleville", "reader@example.org"),
        f"Bearer aig_{'a1B' * 11}",
    ],
)
def test_what_is_a_callers_is_found_in_a_log_in_any_spelling(said: str) -> None:
    assert marked_in(f'{{"event": "call_failed", "error": "{said}"}}\n') != []


@pytest.mark.parametrize(
    "said",
    [
        "2026-11-24T17:31:35.043219Z",
        f"Started server process [{CODE}]",
        f"127.0.0.1:{CODE}",
        "CL0000",
        "207",
        "8739733199001234",
    ],
)
def test_what_is_nobodys_is_not(said: str) -> None:
    assert marked_in(f'{{"event": "{said}", "failed": 3}}\n') == []


def test_a_server_that_logs_a_number_fails_its_test(cast: Cast, settings: Settings) -> None:
    assert cast.db.path == settings.database

    with pytest.raises(AssertionError, match=r"holds .*0199001234"), running(settings) as server:  # noqa: PT012 - its end
        with server.log.open("a") as log:
            log.write('{"event": "call_failed", "number": "01 99 00 12 34"}\n')
        assert server.ask("/readyz").status == 200
