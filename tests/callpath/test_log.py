"""The call log: bounded, flushed, and never in a call's way."""

import json
import sqlite3
from pathlib import Path

from aiguillage.callpath.log import BOUNDS, ROWS_AT_ONCE, CallLog
from aiguillage.desk.facts import add_fact
from aiguillage.domain.accounts import Account
from aiguillage.domain.calls import Decision, Facts, Known
from aiguillage.domain.facts import compile_facts
from aiguillage.domain.queues import Queue
from aiguillage.settings import Settings
from aiguillage.storage.calls import open_log, read_tallies
from aiguillage.storage.sqlite import open_read_only
from tests.callpath.conftest import Inside
from tests.cast import ACCOUNT, NUMBER, Cast, known_caller

V2 = f"/api/v2/route?customerAccount={ACCOUNT}&"
V1 = f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&number="
ASKED = Facts(compile_facts(1, Account(ACCOUNT), (None,) * 8, {}), NUMBER)
COLUMNS = (
    *("id", "at", "account_id", "number", "known_by", "contact_id", "dialect", "outcome", "destinations", "own_us"),
    *("worker", "call_id", "asked", "destination", "reason", "seq"),
)
KNOWN = Decision("known_caller", Known(7, ("1", None, None, "4"), (None,) * 4), "number", ("1", None, None, "4"))


def kept(path: Path) -> list[tuple[object, ...]]:
    """Every call in the file."""
    connection = open_log(path)
    try:
        return connection.execute("SELECT * FROM calls ORDER BY id").fetchall()
    finally:
        connection.close()


def impatient(path: Path) -> sqlite3.Connection:
    """A connection to the log that waits for nobody."""
    connection = open_log(path)
    connection.execute("PRAGMA busy_timeout = 0")
    return connection


def log_on(path: Path, capacity: int = 1000) -> CallLog:
    """A log that writes to a file of its own."""
    return CallLog(lambda: open_log(path), "w1", capacity)


def test_every_answered_call_is_kept_with_what_was_answered(cast: Cast, inside: Inside, settings: Settings) -> None:
    contact = known_caller(cast)
    inside.log.start()

    for number in (NUMBER, "0199009999", "anonymous"):
        inside.ask(V1 + number)
    inside.log.stop()

    rows = [row[2:9] for row in kept(settings.calls)]
    assert [row[1:] for row in rows] == [
        (NUMBER, "number", contact.id, "encom_v1", "known", "207,209,214,216"),
        ("+33199009999", None, None, "encom_v1", "unknown", None),
        ("", None, None, "encom_v1", "unknown", None),
    ]
    assert len({row[0] for row in rows}) == 1


def test_refused_calls_are_counted_but_not_kept(cast: Cast, inside: Inside, settings: Settings) -> None:
    inside.log.start()

    inside.ask(V1 + "x")
    inside.ask(V1 + NUMBER, secret="aig_nothing")
    inside.ask(V1 + NUMBER, secret=cast.secret("outsider"))
    inside.log.stop()

    tallies = {label: value for name, label, value in read_tallies(settings.calls) if name == "answers"}
    assert kept(settings.calls) == []
    assert tallies == {"encom_v1 400": 1, "encom_v1 401": 1, "encom_v1 403": 1}


def test_calls_beyond_its_bound_are_dropped_and_counted(tmp_path: Path) -> None:
    log = log_on(tmp_path / "calls.db", capacity=3)

    for _ in range(5):
        log.add(1.0, ASKED, KNOWN, "encom_v1", 9, 1)
    log.start()
    log.stop()

    assert (len(kept(tmp_path / "calls.db")), log.dropped) == (3, 2)
    assert ("dropped", "", 2) in read_tallies(tmp_path / "calls.db")


def test_a_long_batch_is_kept_whole_and_in_order(tmp_path: Path) -> None:
    log, count = log_on(tmp_path / "calls.db", capacity=50_000), 3 * ROWS_AT_ONCE + 7

    for moment in range(count):
        log.add(float(moment), ASKED, KNOWN, "encom_v1", 9, 1)
    log.start()
    log.stop()

    assert [row[1] for row in kept(tmp_path / "calls.db")] == [moment * 1_000_000 for moment in range(count)]


def test_more_than_one_batch_is_flushed_at_once(tmp_path: Path) -> None:
    log = log_on(tmp_path / "calls.db", capacity=50_000)

    for _ in range(10_001):
        log.add(1.0, ASKED, KNOWN, "encom_v1", 9, 1)
    log.start()
    log.stop()

    assert len(kept(tmp_path / "calls.db")) == 10_001


def test_a_file_that_cannot_be_written_costs_the_log_not_the_call(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    open_log(path).close()
    log = CallLog(lambda: open_read_only(path), "w1")

    log.add(1.0, ASKED, KNOWN, "encom_v1", 9, 1)
    log.start()
    log.stop()

    assert (log.dropped, kept(path)) == (1, [])


def test_a_file_that_cannot_be_opened_is_tried_again_at_the_next_flush(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    path.mkdir()
    log = log_on(path)

    log.add(1.0, ASKED, KNOWN, "encom_v1", 9, 1)
    log.flush()
    path.rmdir()
    log.add(2.0, ASKED, KNOWN, "encom_v1", 9, 1)
    log.flush()

    assert (log.dropped, [row[1] for row in kept(path)]) == (1, [2_000_000])


def test_calls_that_find_the_file_locked_wait_on_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    log = CallLog(lambda: impatient(path), "w1")
    holder = open_log(path)
    holder.execute("BEGIN IMMEDIATE")
    for second in (1.0, 2.0):
        log.add(second, ASKED, KNOWN, "encom_v1", 9, 1)
        log.flush()
    holder.execute("COMMIT")
    holder.close()

    log.flush()

    assert (log.dropped, [row[1] for row in kept(path)]) == (0, [1_000_000, 2_000_000])


def test_a_log_that_stops_waits_for_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    log = CallLog(lambda: impatient(path), "w1")
    holder = open_log(path)
    holder.execute("BEGIN IMMEDIATE")
    log.add(1.0, ASKED, KNOWN, "encom_v1", 9, 1)

    log.start()
    log.stop()

    holder.close()
    assert (log.dropped, kept(path)) == (1, [])


def test_a_log_whose_file_never_opens_stops_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "calls.db").mkdir()
    log = log_on(tmp_path / "calls.db")

    log.add(1.0, ASKED, KNOWN, "encom_v1", 9, 1)
    log.start()
    log.stop()

    assert log.dropped == 1


def test_our_own_time_is_counted_in_the_bound_that_holds_it(tmp_path: Path) -> None:
    log = log_on(tmp_path / "calls.db")

    for spent in (0, BOUNDS[0], BOUNDS[0] + 1, BOUNDS[-1] + 1):
        log.tally("encom_v1", 200, spent)
    log.start()
    log.stop()

    counted = {label: value for name, label, value in read_tallies(tmp_path / "calls.db") if name == "own_time"}
    assert (counted["10"], counted["25"], counted["inf"], sum(counted.values())) == (2, 1, 1, 4)


def test_what_a_replay_needs_is_kept(cast: Cast, inside: Inside, settings: Settings) -> None:
    known_caller(cast)
    inside.log.start()

    answers = [inside.ask(V2 + rest) for rest in (f"number={NUMBER}", "number=anonymous&code=4321&called=0199000207")]
    inside.log.stop()

    ids = [json.loads(answer.body)["callId"] for answer in answers]
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in kept(settings.calls)]
    assert [row["call_id"] for row in rows] == ids
    assert len(set(ids)) == len(ids)
    assert [row["asked"] for row in rows] == [None, '{"code": "4321", "called": "+33199000207"}']
    assert [(row["destination"], row["reason"], row["seq"]) for row in rows] == [("207", "known_caller", 5)] * 2


def test_another_moment_and_a_look_up_are_no_calls(cast: Cast, inside: Inside, settings: Settings) -> None:
    known_caller(cast)
    add_fact(cast.db, cast["editor"], ACCOUNT, Queue(name="Support", code="support"))
    inside.log.start()

    asked = inside.ask(V2 + f"number={NUMBER}&at=2026-11-24T18:00Z", secret=cast.reading_secret("reader"))
    looked_up = inside.ask(f"/api/v2/queues/support?customerAccount={ACCOUNT}")
    inside.log.stop()

    assert (asked.status, json.loads(asked.body)["callId"], looked_up.status) == (200, None, 200)
    assert kept(settings.calls) == []


def test_the_log_is_an_ordinary_sqlite_file(tmp_path: Path) -> None:
    open_log(tmp_path / "calls.db").close()

    with sqlite3.connect(tmp_path / "calls.db") as connection:
        assert connection.execute("SELECT count(*) FROM calls").fetchone() == (0,)
    connection.close()


def test_calls_wait_on_while_somebody_else_keeps_the_file(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    holder, writer = open_log(path), open_log(path)
    writer.execute("PRAGMA busy_timeout = 0")
    log = CallLog(lambda: writer, "w1")
    log.add(1.0, ASKED, KNOWN, "encom_v1", 20, 1)

    holder.execute("BEGIN IMMEDIATE")
    log.flush()
    kept_meanwhile = holder.execute("SELECT count(*) FROM calls").fetchone()[0]
    holder.execute("ROLLBACK")
    log.flush()

    assert (kept_meanwhile, log.dropped, len(kept(path))) == (0, 0, 1)
    holder.close()
    writer.close()
