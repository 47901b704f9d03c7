"""When queues are open, over the management API: what its five verbs do not say."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from aiguillage.domain.facts import BY_NAME
from aiguillage.domain.remarks import MOST_REMARKS
from tests.api.asking import Person, person
from tests.standing import Busy

SPANS, EXCEPTIONS, HOLIDAYS = "/call-queues/time-spans", "/call-queues/exceptions", "/holidays"
MORNING = {"day_of_week": 1, "start_time": "08:00", "end_time": "12:00"}
numbers = count(1)


@pytest.fixture(scope="module")
def editor(busy: Busy) -> Iterator[Person]:
    """CL0000's editor."""
    with person(busy, "editor") as editor:
        yield editor


@pytest.fixture
def place(editor: Person) -> dict[str, Any]:
    """A queue of its own, as the successor's client names it in the query."""
    code = f"opening-{next(numbers)}"
    queue = editor.add("/call-queues/queues", {"name": code, "code": code, "default_destination": "299"})
    return {"time_spanable_id": queue["id"], "time_spanable_type": "queue"}


def test_a_span_says_in_the_query_what_it_is_of(editor: Person, place: dict[str, Any]) -> None:
    added = editor.add(SPANS, MORNING, params=place)

    assert added.items() >= place.items()
    assert added["remarks"] == []


def test_a_queue_without_hours_says_where_its_calls_go_and_so_does_taking_away_its_last_ones(editor: Person) -> None:
    code = f"opening-{next(numbers)}"
    open_now = f"Queue {code} has no opening hours: it is open at all times, and its calls go to {code}."
    queue = editor.add("/call-queues/queues", {"name": code, "code": code})
    place = {"time_spanable_id": queue["id"], "time_spanable_type": "queue"}
    spans = [editor.add(SPANS, MORNING | {"day_of_week": day}, params=place)["id"] for day in (1, 2, 3)]
    with_hours = editor.done("PUT", f"/call-queues/queues/{queue['id']}", {"name": "Support"})

    first = editor.ask("DELETE", f"{SPANS}/{spans[0]}")
    last = editor.ask("DELETE", f"{SPANS}/bulk", {"ids": spans[1:]})

    assert (queue["remarks"], with_hours["remarks"]) == ([open_now], [])
    assert (first.status_code, first.content) == (204, b"")
    assert (last.status_code, last.json()) == (200, {"remarks": [open_now]})


def test_a_blank_filter_is_none_but_of_texts(editor: Person, place: dict[str, Any]) -> None:
    queue = editor.done("GET", f"/call-queues/queues/{place['time_spanable_id']}")
    editor.done("PUT", f"/call-queues/queues/{queue['id']}", {"number": f"70{queue['id']}"})
    numbered = editor.done("GET", f"/call-queues/queues/{queue['id']}")
    dated = editor.add(SPANS, {"date_full": "2026-12-24", "start_time": "08:00", "end_time": "12:00"}, params=place)
    weekly = editor.add(SPANS, MORNING, params=place)
    blank = dict.fromkeys(("active", "call_queue_group_id", "page", "per_page", "q", "sort", "updated_since"), "")

    listed = editor.done("GET", "/call-queues/queues", params={"code": queue["code"]} | blank)
    without_number = editor.done("GET", "/call-queues/queues", params={"code": queue["code"], "number": ""})
    without_date = editor.done("GET", SPANS, params=place | {"date_full": ""})
    unknown = editor.ask("GET", SPANS, params={"nose": ""})

    assert (listed["data"], listed["per_page"], without_number["data"]) == ([numbered], 40, [])
    assert [one["id"] for one in without_date["data"]] == [weekly["id"]] != [dated["id"]]
    assert list(unknown.json()["errors"]) == ["nose"]


def test_an_empty_list_is_an_empty_object_as_php_writes_it(editor: Person, place: dict[str, Any]) -> None:
    span = editor.add(SPANS, MORNING, params=place)

    same = editor.done("PUT", f"{SPANS}/{span['id']}", [])
    none = editor.done("POST", f"{SPANS}/bulk", [], params=place)
    filled = editor.ask("PUT", f"{SPANS}/{span['id']}", [{}])

    assert (same, none, filled.status_code) == (span, {"data": []}, 422)


def test_a_change_takes_the_query_that_a_new_one_takes(editor: Person, place: dict[str, Any]) -> None:
    of = {"exceptionable_id": place["time_spanable_id"], "exceptionable_type": "queue"}
    span = editor.add(SPANS, MORNING, params=place)
    exception = editor.add(EXCEPTIONS, {"day": "2026-12-24"}, params=of)
    group = editor.add("/call-queues/groups", {"name": "Bureaux"})
    of_group = {"time_spanable_id": group["id"], "time_spanable_type": "group"}

    changed = editor.done("PUT", f"{SPANS}/{span['id']}", {"end_time": "13:00"}, params=place)
    moved = editor.done("PUT", f"{SPANS}/{span['id']}", {"end_time": "13:30"}, params=of_group)
    labelled = editor.done("PUT", f"{EXCEPTIONS}/{exception['id']}", {"label": "Inventaire"}, params=of)

    assert changed.items() >= (place | {"end_time": "13:00:00"}).items()
    assert moved.items() >= (of_group | {"end_time": "13:30:00"}).items()
    assert labelled == exception | {"label": "Inventaire"}


def test_an_exception_says_in_the_query_what_it_is_of(editor: Person, place: dict[str, Any]) -> None:
    params = {
        "exceptionable_id": place["time_spanable_id"],
        "exceptionable_type": "App\\Models\\SmartRouting\\CallQueue",
    }

    added = editor.add(EXCEPTIONS, {"day": "2026-12-24"}, params=params)

    assert added.items() >= {"exceptionable_type": "queue", "day": "2026-12-24", "last_day": "2026-12-24"}.items()


@pytest.mark.parametrize(
    "kind", ["App\\Models\\SmartRoutingCallQueue", "SmartRoutingCallQueue", "App/Models/CallQueue"]
)
def test_what_it_is_of_may_be_a_class_whose_name_ends_so(editor: Person, place: dict[str, Any], kind: str) -> None:
    owner = place["time_spanable_id"]
    span = editor.add(SPANS, MORNING, params=place | {"time_spanable_type": kind})
    switch = editor.add("/switches", {"name": kind, "owner_type": kind, "owner_id": owner, "destination": "214"})

    spans = editor.done("GET", SPANS, params=place | {"time_spanable_type": kind})
    switches = editor.done("GET", "/switches", params={"owner_type": kind, "owner_id": owner})

    assert [one["id"] for one in spans["data"]] == [span["id"]]
    assert [one["id"] for one in switches["data"]] == [switch["id"]]
    assert (span["time_spanable_type"], switch["owner_type"]) == ("queue", "queue")


def test_a_class_of_groups_is_a_group(editor: Person) -> None:
    group = editor.add("/call-queues/groups", {"name": "Ateliers"})

    of = {"time_spanable_id": group["id"], "time_spanable_type": "App\\Models\\SmartRoutingCallQueueGroup"}
    span = editor.add(SPANS, MORNING, params=of)

    assert span["time_spanable_type"] == "group"


@pytest.mark.parametrize("kind", ["account", "rota", "CallQueueGroups", "App\\CallQueue\\", ""])
def test_a_span_is_of_a_queue_or_a_group(editor: Person, place: dict[str, Any], kind: str) -> None:
    answer = editor.ask("POST", SPANS, MORNING, params=place | {"time_spanable_type": kind})

    assert answer.status_code == 422
    assert "Choose one of: queue, group." in answer.json()["detail"]


def test_a_span_of_nothing_that_is_there_is_refused(editor: Person, place: dict[str, Any]) -> None:
    answer = editor.ask("POST", SPANS, MORNING, params=place | {"time_spanable_id": 10**15})

    assert answer.status_code == 404


def test_overlapping_spans_are_remarked_on(editor: Person, place: dict[str, Any]) -> None:
    first = editor.add(SPANS, MORNING, params=place)

    second = editor.add(SPANS, MORNING | {"start_time": "11:00"}, params=place)
    moved = editor.done("PUT", f"{SPANS}/{second['id']}", {"day_of_week": 2})

    assert second["remarks"] == [
        f"Overlaps time span {first['id']} (Monday 08:00 to 12:00). While both hold, that one wins: it starts earlier."
    ]
    assert moved["remarks"] == []


def test_spans_that_leave_a_minute_or_never_open_are_remarked_on(editor: Person, place: dict[str, Any]) -> None:
    of = {"exceptionable_id": place["time_spanable_id"], "exceptionable_type": "queue"}
    editor.add(EXCEPTIONS, of | {"day": "2026-12-24", "label": "Inventaire"})
    first = editor.add(SPANS, MORNING | {"end_time": "11:59"}, params=place)
    eve = {"date_full": "2026-12-24", "start_time": "08:00", "end_time": "12:00"}

    second = editor.add(SPANS, MORNING | {"start_time": "12:00", "end_time": "18:00"}, params=place)
    never = editor.add(SPANS, eve, params=place)

    assert [remark.partition(",")[0] for remark in second["remarks"]] == ["Nothing holds from 11:59 to 12:00"]
    assert f"time span {first['id']} " in second["remarks"][0]
    assert never["remarks"] == ["Never opens: on 2026-12-24, Inventaire comes first."]


def test_spans_are_added_in_bulk_all_or_none(editor: Person, place: dict[str, Any]) -> None:
    week = [MORNING | {"day_of_week": day} for day in range(1, 6)]

    added = editor.done("POST", f"{SPANS}/bulk", week, params=place)["data"]
    refused = editor.ask("POST", f"{SPANS}/bulk", [*week, MORNING | {"day_of_week": 8}], params=place)
    listed = editor.done("GET", SPANS, params=place)

    assert refused.status_code == 422
    assert [span["id"] for span in listed["data"]] == [span["id"] for span in added]
    assert [span["day_of_week"] for span in added] == [1, 2, 3, 4, 5]


def test_spans_that_meet_in_one_bulk_are_remarked_on(editor: Person, place: dict[str, Any]) -> None:
    added = editor.done("POST", f"{SPANS}/bulk", [MORNING, MORNING], params=place)["data"]

    assert [span["remarks"][0].partition("While")[2] for span in added] == [
        " both hold, this one wins: both start together, and it is older.",
        " both hold, that one wins: both start together, and it is older.",
    ]


def test_spans_are_removed_in_bulk_all_or_none(editor: Person, place: dict[str, Any]) -> None:
    added = editor.done("POST", f"{SPANS}/bulk", [MORNING | {"day_of_week": day} for day in (1, 2)], params=place)
    ids = [span["id"] for span in added["data"]]

    refused = editor.ask("DELETE", f"{SPANS}/bulk", {"ids": [*ids, 10**15]})
    left = editor.done("GET", SPANS, params=place)["total"]
    done = editor.ask("DELETE", f"{SPANS}/bulk", {"ids": [*ids, ids[0]]})

    assert (refused.status_code, left, done.status_code) == (404, 2, 200)
    assert editor.done("GET", SPANS, params=place)["total"] == 0


@pytest.mark.parametrize(("method", "body"), [("POST", [MORNING] * 1_001), ("DELETE", {"ids": [1] * 10_001})])
def test_a_bulk_has_an_end(editor: Person, place: dict[str, Any], method: str, body: Any) -> None:  # noqa: ANN401
    params = place if method == "POST" else {}

    assert editor.ask(method, f"{SPANS}/bulk", body, params=params).status_code == 422


def test_a_queue_has_so_many_spans_and_each_is_remarked_on_so_often(editor: Person, place: dict[str, Any]) -> None:
    most = BY_NAME["time_span"].most_together or 0

    refused = editor.ask("POST", f"{SPANS}/bulk", [MORNING] * (most + 1), params=place)
    added = editor.done("POST", f"{SPANS}/bulk", [MORNING] * most, params=place)["data"]
    one_more = editor.ask("POST", SPANS, MORNING, params=place)

    told = f"The queue {place['time_spanable_id']} can have 500 time spans, and already has 500: 1 more would exceed"
    assert [answer.status_code for answer in (refused, one_more)] == [422, 422]
    assert all(told in answer.json()["detail"] for answer in (refused, one_more))
    assert {len(span["remarks"]) for span in added} == {MOST_REMARKS + 1}
    assert added[0]["remarks"][-1].startswith(f"Overlaps {most - 1 - MOST_REMARKS} more time spans.")


def test_an_exception_that_moves_keeps_its_length(editor: Person, place: dict[str, Any]) -> None:
    of = {"exceptionable_id": place["time_spanable_id"], "exceptionable_type": "queue"}
    added = editor.add(EXCEPTIONS, of | {"day": "2026-12-24", "last_day": "2026-12-26"})
    path = f"{EXCEPTIONS}/{added['id']}"

    moved = editor.done("PUT", path, {"day": "2027-02-27"})
    single = editor.done("PUT", path, {"day": "2027-02-27", "last_day": None})
    endless = editor.ask("PUT", path, {"day": "9999-12-31", "last_day": "9999-12-31"})
    backwards = editor.ask("PUT", path, {"last_day": "2026-01-01"})

    assert (moved["day"], moved["last_day"]) == ("2027-02-27", "2027-03-01")
    assert single["last_day"] == "2027-02-27"
    assert (endless.status_code, backwards.status_code) == (200, 422)


def test_an_exception_cannot_end_after_the_last_year(editor: Person, place: dict[str, Any]) -> None:
    of = {"exceptionable_id": place["time_spanable_id"], "exceptionable_type": "queue"}
    added = editor.add(EXCEPTIONS, of | {"day": "2026-12-24", "last_day": "2026-12-26"})

    answer = editor.ask("PUT", f"{EXCEPTIONS}/{added['id']}", {"day": "9999-12-31"})

    assert list(answer.json()["errors"]) == ["day"]


def test_a_span_that_is_written_is_answered_by_the_next_call(editor: Person, place: dict[str, Any]) -> None:
    lookup = {"id": place["time_spanable_id"], "at": "2026-11-23T08:30:00+01:00"}

    before = editor.done("GET", "/call-queues/lookup", params=lookup)
    span = editor.add(SPANS, MORNING | {"destination": "214"}, params=place)
    during = editor.done("GET", "/call-queues/lookup", params=lookup)
    editor.done("DELETE", f"{SPANS}/{span['id']}")
    after = editor.done("GET", "/call-queues/lookup", params=lookup)

    assert (before["destination"], during["destination"], after) == ("299", "214", before)


def test_a_holiday_may_be_said_to_be_of_the_account(editor: Person) -> None:
    path = f"{EXCEPTIONS}/holidays"
    account_id = editor.add("/call-queues/groups", {"name": "Accueil"})["customer_id"]
    of = {"exceptionable_id": account_id, "exceptionable_type": "account"}

    in_query = editor.add(path, {"label": "Fête", "day": "2026-11-27"}, params=of)
    in_body = editor.add(path, {"label": "Foire", "day": "2026-11-28"} | of)
    without = editor.add(path, {"label": "Bal", "day": "2026-11-29", "exceptionable_id": None})
    listed = editor.done("GET", path, params=of | {"id": in_query["id"]})
    foreign = editor.ask("POST", path, {"label": "Fête", "day": "2026-11-27"}, params=of | {"exceptionable_id": 10**15})

    assert all(one.items() >= of.items() for one in (in_query, in_body, without))
    assert listed["data"] == [in_query]
    assert list(foreign.json()["errors"]) == ["exceptionable_id"]


def test_an_exception_of_the_account_is_told_where_holidays_are(editor: Person) -> None:
    answer = editor.ask(
        "POST", EXCEPTIONS, {"day": "2026-11-27", "exceptionable_id": 1, "exceptionable_type": "account"}
    )

    assert answer.status_code == 422
    assert "/call-queues/exceptions/holidays" in answer.json()["errors"]["exceptionable_type"][0]


def test_public_holidays_are_observed_set_and_forgotten(editor: Person) -> None:
    nothing = editor.ask("GET", f"{HOLIDAYS}/observance")
    observed = editor.ask("PUT", f"{HOLIDAYS}/observance", {"country": "fr", "subdivision": "Alsace-Moselle"})
    noel = editor.done("PUT", HOLIDAYS, {"label": "NOEL", "off": True, "destination": "214"})
    again = editor.done("PUT", HOLIDAYS, {"label": "Noël", "off": None, "destination": None})
    listed = editor.done("GET", HOLIDAYS, params={"q": "noël"})
    stale = editor.ask("DELETE", f"{HOLIDAYS}/observance", headers={"If-Match": observed.headers["etag"]})
    gone = editor.ask("DELETE", f"{HOLIDAYS}/observance")

    assert nothing.status_code == 404
    assert observed.json() == {"country": "FR", "subdivision": "57"}
    assert (noel["label"], noel["off"], noel["destination"]) == ("Noël", True, "214")
    assert (again["off"], again["destination"]) == (False, None)
    assert listed["data"] == [again]
    assert "2026-12-25" in again["days"]
    assert (stale.status_code, gone.status_code) == (412, 204)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["country"]),
        ({"country": None}, ["country"]),
        ({"country": "XX"}, ["country"]),
        ({"off": 1}, ["off", "country"]),
    ],
)
def test_a_place_without_known_holidays_is_refused(editor: Person, body: dict[str, Any], fields: list[str]) -> None:
    answer = editor.ask("PUT", f"{HOLIDAYS}/observance", body)

    assert list(answer.json()["errors"]) == fields


def test_a_holiday_that_nobody_observes_is_missing(editor: Person) -> None:
    assert editor.ask("PUT", HOLIDAYS, {"label": "Noël"}).status_code == 404
    assert editor.ask("GET", HOLIDAYS).status_code == 404
