"""Calls over the management API: one by one, as files, in figures, decided again."""

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from aiguillage.desk.call_exports import COLUMNS
from aiguillage.desk.documents import export_facts
from aiguillage.desk.facts import add_fact
from aiguillage.desk.journal import list_changes
from aiguillage.domain.blocked import Blocked
from aiguillage.domain.documents import encode_document
from tests.api.record_server import Records, assert_kept_from_others, record_server
from tests.cast import ACCOUNT, NUMBER, OTHER_ACCOUNT, known_caller
from tests.storage.call_rows import add_calls, known, stranger
from tests.storage.facts import account_id

HOUR = 3_600 * 1_000_000
MIDNIGHT = 1_795_302_000_000_000
"""The 22nd of November 2026, 0:00 in Paris."""

OTHER = "+33261911234"
HIDDEN = "~00112233445566778899aabb"


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Records]:
    """A server that logged six calls of CL0000 over two days, and one of CL0001."""
    with record_server(tmp_path_factory.mktemp("calls")) as records:
        cast = records.busy.cast
        contact_id = known_caller(cast).id
        add_calls(
            cast.log,
            account_id(cast.db, ACCOUNT),
            stranger(MIDNIGHT - 2 * HOUR, HIDDEN),
            known(MIDNIGHT - HOUR, NUMBER, contact_id, call_id="a-1"),
            known(MIDNIGHT, NUMBER, contact_id, asked=json.dumps({"code": "4321"}), reason="vip"),
            stranger(MIDNIGHT + HOUR, OTHER, destination="=214"),
            stranger(MIDNIGHT + 2 * HOUR, OTHER),
            stranger(MIDNIGHT + 2 * HOUR, ""),
        )
        add_calls(cast.log, account_id(cast.db, OTHER_ACCOUNT), stranger(MIDNIGHT, "+33353011234"))
        yield records


def contact(records: Records) -> int:
    """The known caller's id."""
    return int(records["reader"].get("/contacts")["data"][0]["id"])


def test_calls_are_listed_newest_first_page_behind_page(records: Records) -> None:
    pages = [records["reader"].get("/calls", per_page=2)]
    while pages[-1]["next_page_url"]:
        pages.append(records["reader"].ask("GET", pages[-1]["next_page_url"]).json())

    calls = [call for page in pages for call in page["data"]]
    assert [len(page["data"]) for page in pages] == [2, 2, 2]
    assert [call["number"] for call in calls] == ["", OTHER, OTHER, NUMBER, NUMBER, HIDDEN]
    assert calls[3]["at"] == "2026-11-21T23:00:00Z"
    assert calls[3]["asked"] == {"code": "4321"}
    assert calls[3]["destinations"] == ["207", "209", None, None]
    assert pages[0]["per_page"] == 2


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"number": "01 99 00 12 34"}, 2),
        ({"number": HIDDEN}, 1),
        ({"number": "anonymous"}, 1),
        ({"known": "1"}, 2),
        ({"known": "0"}, 4),
        ({"since": "2026-11-22T00:00:00+01:00"}, 4),
        ({"until": "2026-11-22T00:00:00+01:00"}, 2),
        ({"since": "2026-11-22T00:00:00+01:00", "until": "2026-11-22T01:30:00+01:00"}, 2),
        ({"dialect": "encom_v1"}, 6),
        ({"dialect": "v2"}, 0),
        ({"reason": "vip"}, 1),
        ({"destination": "209"}, 2),
        ({"destination": "=214"}, 1),
        ({"destination": "20"}, 0),
        ({"call_id": "a-1"}, 1),
        ({"number": NUMBER, "reason": "vip"}, 1),
    ],
)
def test_calls_are_chosen_by_what_they_were(records: Records, filters: dict[str, str], count: int) -> None:
    assert len(records["reader"].get("/calls", **filters)["data"]) == count
    assert len(records["reader"].ask("GET", "/calls/export", params={**filters, "format": "json"}).json()) == count


def test_a_contacts_calls_are_chosen_by_its_id(records: Records) -> None:
    assert len(records["reader"].get("/calls", contact_id=contact(records))["data"]) == 2


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        ({"since": "yesterday"}, "since"),
        ({"until": "2026-11-22"}, "until"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "1-"}, "cursor"),
        ({"cursor": f"{'9' * 19}-1"}, "cursor"),
        ({"per_page": "0"}, "per_page"),
        ({"number": "nobody"}, "number"),
        ({"color": "red"}, "color"),
        ({"contact_id": "0"}, "contact_id"),
        ({"contact_id": str(2**63)}, "contact_id"),
    ],
)
def test_what_cannot_be_looked_for_is_told(records: Records, filters: dict[str, str], field: str) -> None:
    problem = records["reader"].refused(422, "GET", "/calls", params=filters)

    assert list(problem["errors"]) == [field]


@pytest.mark.parametrize("contact_id", [0, 2**63])
def test_a_file_that_cannot_be_made_is_not_begun(records: Records, contact_id: int) -> None:
    records["reader"].refused(422, "GET", "/calls/export", params={"contact_id": contact_id})


def test_a_file_of_calls_is_safe_in_a_spreadsheet(records: Records) -> None:
    answer = records["reader"].ask("GET", "/calls/export", params={"number": OTHER})

    lines = answer.content.decode("utf-8-sig").splitlines()
    assert answer.headers["content-type"].startswith("text/csv")
    assert lines[0] == ";".join(COLUMNS)
    assert [line.split(";")[:2] + line.split(";")[6:7] for line in lines[1:]] == [
        ["2026-11-22T01:00:00.000Z", OTHER, ""],
        ["2026-11-22T00:00:00.000Z", OTHER, "'=214"],
    ]


def test_a_file_of_calls_can_be_json_lines(records: Records) -> None:
    answer = records["reader"].ask("GET", "/calls/export", headers={"Accept": "application/jsonl"})

    calls = [json.loads(line) for line in answer.text.splitlines()]
    assert [call["number"] for call in calls] == ["", OTHER, OTHER, NUMBER, NUMBER, HIDDEN]
    assert calls[3]["asked"] == {"code": "4321"}


def test_a_file_of_calls_can_be_a_spreadsheet(records: Records) -> None:
    answer = records["reader"].ask("GET", "/calls/export", params={"number": OTHER, "format": "xlsx"})

    header, *rows = openpyxl.load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True)
    assert header == COLUMNS
    assert [(row[1], row[6]) for row in rows] == [(OTHER, None), (OTHER, "'=214")]


def test_calls_are_counted_by_the_accounts_clock(records: Records) -> None:
    counts = records["reader"].get("/statistics", since="2026-11-01T00:00:00Z")

    assert {name: counts[name] for name in ("calls", "known", "unknown")} == {"calls": 6, "known": 2, "unknown": 4}
    assert counts["known_share"] == pytest.approx(1 / 3)
    assert counts["by_dialect"] == [{"value": "encom_v1", "calls": 6, "known": 2}]
    assert counts["by_destination"] == [
        {"value": None, "calls": 3, "known": 0},
        {"value": "207", "calls": 2, "known": 2},
        {"value": "=214", "calls": 1, "known": 0},
    ]
    assert [(one["value"], one["calls"], one["known"]) for one in counts["by_day"]] == [
        ("2026-11-21", 2, 1),
        ("2026-11-22", 4, 1),
    ]
    assert [(one["value"], one["calls"]) for one in counts["by_hour"]] == [
        *(("00", 1), ("01", 1), ("02", 2), ("22", 1), ("23", 1)),
    ]


def test_without_a_call_there_is_no_share(records: Records) -> None:
    counts = records["reader"].get("/statistics", since="2025-01-01T00:00:00Z", until="2025-01-02T00:00:00Z")

    assert (counts["calls"], counts["known_share"], counts["by_day"]) == (0, None, [])


def test_strangers_are_listed_the_most_frequent_first(records: Records) -> None:
    found = records["reader"].get("/strangers", since="2026-11-01T00:00:00Z")["data"]

    assert [(one["number"], one["calls"]) for one in found] == [(OTHER, 2), ("", 1), (HIDDEN, 1)]
    assert found[0]["last_at"] == "2026-11-22T01:00:00Z"
    assert records["reader"].get("/strangers", since="2026-11-01T00:00:00Z", limit=1)["data"] == found[:1]


def replayed(records: Records, **body: Any) -> Any:  # noqa: ANN401 - any JSON
    """What a replay of all calls says."""
    return records["reader"].done("POST", "/replay", {"since": "2026-11-01T00:00:00Z", **body})


def test_calls_are_decided_again_by_todays_facts_former_ones_and_those_of_a_document(records: Records) -> None:
    cast = records.busy.cast
    document = json.loads(encode_document(export_facts(cast.db, cast["reader"], ACCOUNT)))
    seq = list_changes(cast.db, cast["manager"], ACCOUNT, limit=1)[0].seq
    add_fact(cast.db, cast["editor"], ACCOUNT, Blocked(number=OTHER, destination="299"))

    today = replayed(records)
    before = replayed(records, journal_before=seq)

    assert (today["calls"], today["skipped"]) == (5, 1)
    assert today["moved"] == sum(move["calls"] for move in today["moves"])
    assert {"went": "207,209,,", "would_go": None, "calls": 2} in before["moves"]
    assert replayed(records, document=document)["calls"] == 5


@pytest.mark.parametrize(
    "body",
    [
        {"since": "yesterday"},
        {"journal_before": 0},
        {"journal_before": 1, "document": {}},
        {"document": {"format": 1}},
        {"color": "red"},
    ],
)
def test_a_replay_that_makes_no_sense_is_refused(records: Records, body: dict[str, Any]) -> None:
    assert records["reader"].refused(422, "POST", "/replay", body)["errors"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/calls"),
        ("GET", "/calls/export"),
        ("GET", "/statistics"),
        ("GET", "/strangers"),
        ("POST", "/replay"),
    ],
)
def test_readers_see_calls_and_nobody_else(records: Records, method: str, path: str) -> None:
    assert_kept_from_others(records, "reader", method, path, {} if method == "POST" else None)


def test_another_accounts_calls_are_not_among_them(records: Records) -> None:
    found = records.elsewhere().get("/calls")["data"]

    assert [call["number"] for call in found] == ["+33353011234"]
