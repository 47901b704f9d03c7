"""Who is on call, switches that are flipped, and calendars that are read, over the management API."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from tests.api.asking import Person, person
from tests.calendars import CLOSED, TWICE, ical
from tests.standing import Busy

numbers = count(1)
ICAL = {"Content-Type": "text/calendar"}


@pytest.fixture(scope="module")
def manager(busy: Busy) -> Iterator[Person]:
    """CL0000's manager."""
    with person(busy, "manager") as manager:
        yield manager


@pytest.fixture
def rota(manager: Person) -> dict[str, Any]:
    """A rota whose two members take turns by the week in November 2026, and by no means on Sundays."""
    week = [{"day_of_week": day, "start_time": "00:00", "end_time": "24:00"} for day in range(1, 7)]
    body = {
        "code": f"garde-{next(numbers)}",
        "name": "Garde",
        "members": [{"name": "Ana", "number": "06 39 98 12 01"}, {"name": "Léa", "number": "06 39 98 12 02"}],
        "layers": [{"name": "Semaines", "members": ["Ana", "Léa"], "start": "2026-11-02", "windows": week}],
    }
    added: dict[str, Any] = manager.add("/rotas", body)
    return added


@pytest.fixture
def switch(manager: Person) -> Iterator[dict[str, Any]]:
    """A switch of the account."""
    body = {"name": f"Tempête {next(numbers)}", "owner_type": "account", "destination": "299"}
    added: dict[str, Any] = manager.add("/switches", body)
    yield added
    manager.done("DELETE", f"/switches/{added['id']}")


def test_a_rota_tells_who_is_on_call(manager: Person, rota: dict[str, Any]) -> None:
    path = f"/rotas/{rota['id']}/on-call"

    told = manager.done("GET", path, params={"at": "2026-11-03T10:00:00+01:00"})
    sunday = manager.done("GET", path, params={"at": "2026-11-08T10:00:00Z"})

    assert (told["member"]["name"], told["source"], told["next"]) == ("Ana", "Semaines", None)
    assert told["until"] == "2026-11-07T23:00:00Z"
    assert sunday["member"] is None
    assert manager.ask("GET", path).status_code == 200
    assert manager.ask("GET", path, params={"at": "noon"}).status_code == 422
    assert manager.ask("GET", f"/rotas/{10**15}/on-call").status_code == 404


def test_a_rota_tells_when_nobody_is_on_call(manager: Person, rota: dict[str, Any]) -> None:
    path = f"/rotas/{rota['id']}/gaps"
    november = {"from": "2026-11-03T00:00:00+01:00", "to": "2026-11-10T00:00:00+01:00"}

    told = manager.done("GET", path, params=november)
    backwards = manager.ask("GET", path, params={"from": november["to"], "to": november["from"]})
    ages = manager.ask("GET", path, params={"from": november["from"], "to": "2030-01-01T00:00:00Z"})

    assert told["data"] == [{"begins": "2026-11-07T23:00:00Z", "ends": "2026-11-08T23:00:00Z"}]
    assert (backwards.status_code, ages.status_code, manager.ask("GET", path).status_code) == (422, 422, 200)


def test_a_rotas_feed_is_issued_and_ended(manager: Person, rota: dict[str, Any]) -> None:
    secret = manager.done("POST", f"/rotas/{rota['id']}/feed")["secret"]

    open_feed = manager.client.get(f"/feeds/rotas/{secret}.ics")
    manager.done("DELETE", f"/rotas/{rota['id']}/feed")
    ended = manager.client.get(f"/feeds/rotas/{secret}.ics")

    assert (open_feed.status_code, ended.status_code) == (200, 404)


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        (
            {"layers": [{"name": "x", "members": ["Ana"], "start": "2026-11-02", "handover": "9h"}]},
            "layers.0.handover",
        ),
        ({"layers": [{"name": "x", "members": ["Ana"], "start": "2026-11-02", "end": "x"}]}, "layers.0.end"),
        ({"layers": [{"name": "x", "members": ["Ana"], "begin": "x"}]}, "layers.0.begin layers.0.start"),
        (
            {
                "layers": [
                    {
                        "name": "x",
                        "members": ["Ana"],
                        "start": "2026-11-02",
                        "windows": [{"day_of_week": 1, "start_time": "x", "end_time": "09:00"}],
                    }
                ]
            },
            "layers.0.windows.0.start_time",
        ),
        ({"overrides": [{"begins": "x", "ends": "2026-11-02", "member": "Ana"}]}, "overrides.0.begins"),
        ({"members": [{"name": "Ana"}]}, "members.0.number"),
    ],
)
def test_what_is_wrong_inside_a_rota_is_told_with_its_place(
    manager: Person, rota: dict[str, Any], change: dict[str, Any], fields: str
) -> None:
    answer = manager.ask("PUT", f"/rotas/{rota['id']}", change)

    assert list(answer.json()["errors"]) == fields.split()


def test_a_switch_is_flipped_for_a_time(manager: Person, switch: dict[str, Any]) -> None:
    path = f"/switches/{switch['id']}"

    on = manager.ask("POST", f"{path}/flip", {"action": "toggle", "until": "2999-01-01T00:00:00Z"})
    shown = manager.ask("GET", path)
    off = manager.done("POST", f"{path}/flip", {"action": "off"})
    past = manager.ask("POST", f"{path}/flip", {"action": "on", "until": "2020-01-01T00:00:00Z"})
    other = manager.ask("POST", f"{path}/flip", {"action": "explode"})

    assert shown.json() == on.json() == switch | {"on": True, "until": "2999-01-01T00:00:00Z"}
    assert shown.headers["etag"] == on.headers["etag"]
    assert off == switch
    assert [list(one.json()["errors"]) for one in (past, other)] == [["until"], ["action"]]


def test_a_switch_gets_a_code_for_phones(manager: Person, switch: dict[str, Any]) -> None:
    code = manager.done("POST", f"/switches/{switch['id']}/code")["code"]

    flipped = manager.client.get(f"/api/v2/switches/{code}", params={"do": "on"})
    manager.done("POST", f"/switches/{switch['id']}/flip", {"action": "off"})
    manager.done("DELETE", f"/switches/{switch['id']}/code")
    ended = manager.client.get(f"/api/v2/switches/{code}")

    assert (flipped.json()["on"], ended.status_code) == (True, 404)


def test_a_calendars_queue_may_be_a_class_whose_name_ends_so(manager: Person) -> None:
    queue = manager.add("/call-queues/queues", {"name": "Garage", "code": f"garage-{next(numbers)}"})
    place = {"owner_type": "App\\Models\\SmartRoutingCallQueue", "owner_id": queue["id"]}

    added = manager.done("POST", "/calendars/file", content=CLOSED, headers=ICAL, params=place | {"name": "Congés"})
    listed = manager.done("GET", "/calendars", params=place)

    assert added["owner_type"] == "queue"
    assert [one["id"] for one in listed["data"]] == [added["id"]]


def test_a_calendar_of_a_file_is_added_changed_and_read_again(manager: Person, rota: dict[str, Any]) -> None:
    place = {"name": "Congés", "owner_type": "rota", "owner_id": rota["id"]}

    added = manager.done("POST", "/calendars/file", content=TWICE, headers=ICAL, params=place)
    path = f"/calendars/{added['id']}"
    changed = manager.ask("PUT", path, {"name": "Fermetures", "destination": None})
    stale = manager.ask("PUT", path, {"name": "x"}, headers={"If-Match": '"1"'})
    begun = manager.ask("POST", f"{path}/refresh")
    while (again := manager.done("GET", path))["state"] == "reading":
        pass
    listed = manager.done("GET", "/calendars", params={"owner_id": rota["id"], "updated_since": "2020-01-01T00:00:00Z"})
    removed, gone = manager.ask("DELETE", path), manager.ask("GET", path)

    assert added.items() >= (place | {"url": None, "events": 2, "trouble": "", "failing_since": None}).items()
    assert changed.json() == added | {"name": "Fermetures"}
    assert stale.status_code == 412
    assert (begun.status_code, begun.json()["state"], again["state"]) == (202, "reading", "read")
    assert again["read_at"] >= added["read_at"]
    assert listed["data"] == [again]
    assert (removed.status_code, gone.status_code) == (204, 404)


def test_a_calendar_says_what_of_it_counts_and_what_not_and_why(manager: Person, rota: dict[str, Any]) -> None:
    place = {"name": "Gardes", "owner_type": "rota", "owner_id": rota["id"]}
    cancelled = "Léa|20261203T080000/20261203T180000|STATUS:CANCELLED"
    shifts = ical("Ana|20261201T080000/20261201T180000", "Anabelle|20261202T080000/20261202T180000", cancelled)

    added = manager.done("POST", "/calendars/file", content=shifts, headers=ICAL, params=place)
    nobody = manager.done("POST", "/calendars/file", content=ical(), headers=ICAL, params=place | {"name": "Vide"})
    unused = manager.done("GET", "/calendars", params={"owner_id": rota["id"], "used": 0})

    assert (added["events"], added["used"]) == (2, 1)
    assert added["left_out"] == [
        {"reason": "cancelled", "count": 1, "first": [{"begins": "2026-12-03T08:00:00", "label": "Léa"}]},
        {"reason": "nobody", "count": 1, "first": [{"begins": "2026-12-02T08:00:00", "label": "Anabelle"}]},
    ]
    assert added["remarks"] == [
        "Left out, because they are cancelled: 1 (2026-12-03 08:00 Léa).",
        "Nobody's shifts, because they name no member: 1 (2026-12-02 08:00 Anabelle).",
    ]
    assert nobody["remarks"] == ["No event of this calendar counts. Calls are decided as if it were not there."]
    assert unused["data"] == [nobody]


def test_a_file_comes_in_the_encoding_of_its_content_type(manager: Person, rota: dict[str, Any]) -> None:
    place = {"name": "Gardes", "owner_type": "rota", "owner_id": rota["id"]}
    shifts = ical("Léa|20261201T080000/20261201T180000").decode().encode("iso-8859-1")
    declared = {"Content-Type": "text/calendar; charset=iso-8859-1"}

    added = manager.done("POST", "/calendars/file", content=shifts, headers=declared, params=place)
    silent = manager.ask("POST", "/calendars/file", content=shifts, headers=ICAL, params=place)

    assert (added["used"], silent.status_code) == (1, 422)
    assert "is not in UTF-8, and declares no known encoding" in silent.json()["detail"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, "url"),
        ({"url": "http://calendars.example.org/a.ics"}, "url"),
        ({"url": "https://127.0.0.1/a.ics"}, "url"),
        ({"url": "https://calendars.example.org/a.ics", "name": None}, "name"),
        ({"events": 5}, "events url"),
    ],
)
def test_a_feed_that_cannot_be_fetched_is_refused(
    manager: Person, rota: dict[str, Any], body: dict[str, Any], fields: str
) -> None:
    sent = {"name": "Congés", "owner_type": "rota", "owner_id": rota["id"]} | body

    answer = manager.ask("POST", "/calendars", sent)

    assert (answer.status_code, list(answer.json()["errors"])) == (422, fields.split())


def test_a_file_that_is_no_calendar_is_refused(busy: Busy, rota: dict[str, Any]) -> None:
    place = {"name": "Congés", "owner_type": "rota", "owner_id": rota["id"]}

    with person(busy, "manager") as manager:
        nonsense = manager.ask("POST", "/calendars/file", content=b"no calendar", headers=ICAL, params=place)
        nobody = manager.ask(
            "POST", "/calendars/file", content=CLOSED, headers=ICAL, params=place | {"owner_id": 10**15}
        )
        table = manager.ask("POST", "/calendars/file", content=b"x", headers={"Content-Type": "text/csv"}, params=place)
        # The last one: the server reads no more of it than it takes, and hangs up.
        large = manager.ask("POST", "/calendars/file", content=b"x" * (3 << 20), headers=ICAL, params=place)

    statuses = [answer.status_code for answer in (nonsense, nobody, table, large)]
    assert statuses == [422, 404, 415, 413]


def test_an_outsider_cannot_touch_rotas_switches_and_calendars(
    busy: Busy, rota: dict[str, Any], switch: dict[str, Any]
) -> None:
    asked: tuple[tuple[str, str, Any], ...] = (
        ("GET", f"/rotas/{rota['id']}/on-call", None),
        ("GET", f"/rotas/{rota['id']}/gaps", None),
        ("POST", f"/rotas/{rota['id']}/feed", None),
        ("DELETE", f"/rotas/{rota['id']}/feed", None),
        ("POST", f"/switches/{switch['id']}/flip", {"action": "on"}),
        ("POST", f"/switches/{switch['id']}/code", None),
        ("DELETE", f"/switches/{switch['id']}/code", None),
        ("GET", "/calendars", None),
        ("PUT", "/calendars/1", {}),
        ("POST", "/calendars/1/refresh", None),
    )

    with person(busy, "outsider") as outsider:
        statuses = {outsider.ask(method, path, body).status_code for method, path, body in asked}

    assert statuses == {404}
