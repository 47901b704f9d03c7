"""Every resource of facts, with what is sent to it and what is answered: the table that its tests walk."""

from collections.abc import Callable
from itertools import count
from typing import Any, NamedTuple

import httpx

from tests.cast import ACCOUNT

BASE = "/smart-routings"
CUSTOMER = {"customer_account": ACCOUNT}
Body = dict[str, Any]
Ids = dict[str, int]
_numbers = count(1)


class Case(NamedTuple):
    """A resource.

    `body` makes one of a number of its own and the ids of what it may belong to; `shown` is some of what is answered of
    it, `changes` one change of it, `cleared` a field that null clears and what it then is, `bad` are bodies that are
    refused, each with the field at fault.
    """

    path: str
    body: Callable[[int, Ids], Body]
    shown: Body
    changes: Body
    cleared: tuple[str, Any] | None
    bad: tuple[tuple[Body, str], ...]


CASES: dict[str, Case] = {
    "groups": Case(
        "/call-queues/groups",
        lambda n, _: {"name": f"Bureaux {n}"},
        {},
        {"name": "Ateliers"},
        None,
        (
            ({"name": None}, "name"),
            ({"name": " "}, "name"),
            ({"naem": "x"}, "naem"),
            ({"customer_id": 1}, "customer_id"),
        ),
    ),
    "queues": Case(
        "/call-queues/queues",
        lambda n, ids: {"name": f"File {n}", "code": f"file-{n}", "call_queue_group_id": ids["group"], "active": 1},
        {"active": True, "host_name": "", "number": None},
        {"default_destination": "299"},
        ("call_queue_group_id", None),
        (
            ({"active": "maybe"}, "active"),
            ({"code": None}, "code"),
            ({"code": "a b"}, "code"),
            ({"number": "1,2"}, "number"),
            ({"did_number": "junk"}, "did_number"),
            ({"default_destination": "1,2"}, "default_destination"),
            ({"seq": 1}, "seq"),
        ),
    ),
    "time spans": Case(
        "/call-queues/time-spans",
        lambda n, ids: {
            "time_spanable_id": ids["queue"],
            "time_spanable_type": "App\\Models\\CallQueue",
            "day_of_week": 0,
            "start_time": "09:00",
            "end_time": "12:30:00",
            "reference": f"R{n}",
        },
        {"day_of_week": 7, "start_time": "09:00:00", "end_time": "12:30:00", "time_spanable_type": "queue"},
        {"end_time": "24:00"},
        ("reference", ""),
        (
            ({"start_time": "9h"}, "start_time"),
            ({"start_time": "09:00Z"}, "start_time"),
            ({"start_time": "24:00"}, "start_time"),
            ({"date_full": "x"}, "date_full"),
            ({"day_of_week": 8}, "day_of_week"),
            ({"destination": "1,2"}, "destination"),
            ({"time_spanable_type": "account"}, "time_spanable_type"),
        ),
    ),
    "exceptions": Case(
        "/call-queues/exceptions",
        lambda n, ids: {
            "exceptionable_id": ids["group"],
            "exceptionable_type": "CallQueueGroup",
            "day": "2026-12-24",
            "last_day": "2026-12-26",
            "label": f"Inventaire {n}",
        },
        {"day": "2026-12-24", "last_day": "2026-12-26", "every_year": False, "exceptionable_type": "group"},
        {"destination": "214"},
        ("label", ""),
        (
            ({"day": "24/12/2026"}, "day"),
            ({"every_year": "often"}, "every_year"),
            ({"day": None}, "day"),
            ({"last_day": "2026-12-01"}, "last_day"),
            ({"exceptionable_type": "rota"}, "exceptionable_type"),
        ),
    ),
    "holidays": Case(
        "/call-queues/exceptions/holidays",
        lambda n, _: {"label": f"Fête {n}", "day": "2026-11-27", "exceptionable_type": "account"},
        {"day": "2026-11-27", "exceptionable_type": "account", "reference": ""},
        {"reference": "F-1", "destination": "214"},
        ("destination", None),
        (
            ({"exceptionable_type": "queue"}, "exceptionable_type"),
            ({"exceptionable_id": 10**15}, "exceptionable_id"),
            ({"label": " "}, "label"),
        ),
    ),
    "rotas": Case(
        "/rotas",
        lambda n, _: {
            "code": f"rota-{n}",
            "name": f"Astreinte {n}",
            "members": [{"name": "Ana", "number": "06 39 98 12 01"}],
            "layers": [{"name": "Semaines", "members": ["Ana"], "start": "2026-11-02", "handover": "18:00"}],
            "overrides": [{"begins": "2026-12-24T18:00", "ends": "2026-12-25T09:00:00", "member": "Ana"}],
        },
        {
            "members": [{"name": "Ana", "number": "+33639981201", "email": ""}],
            "overrides": [{"begins": "2026-12-24T18:00:00", "ends": "2026-12-25T09:00:00", "member": "Ana"}],
        },
        {"layers": []},
        ("overrides", []),
        (
            ({"layers": [{"name": "x", "members": ["Ana"], "start": "soon"}]}, "layers.0.start"),
            ({"members": [5]}, "members.0"),
            ({"members": []}, "members"),
            ({"members": [{"name": "Ana", "number": "junk"}]}, "members.0.number"),
            ({"layers": [{"name": "x", "members": ["Bo"], "start": "2026-11-02"}]}, "layers.0.members"),
            ({"code": "a b"}, "code"),
        ),
    ),
    "switches": Case(
        "/switches",
        lambda n, ids: {"name": f"Panne {n}", "owner_type": "queue", "owner_id": ids["queue"], "destination": "299"},
        {"on": False, "until": None, "owner_type": "queue"},
        {"destination": "214"},
        ("on", False),
        (
            ({"until": "tomorrow"}, "until"),
            ({"on": "perhaps"}, "on"),
            ({"destination": None}, "destination"),
            ({"destination": " "}, "destination"),
            ({"owner_type": "rota"}, "owner_type"),
            ({"owner_type": "account"}, "owner_id"),
        ),
    ),
    "blocked callers": Case(
        "/blocked-callers",
        lambda n, _: {"number": f"05 36 49 {n // 100:02} {n % 100:02}", "label": "Démarchage"},
        {"label": "Démarchage", "destination": None},
        {"destination": "299"},
        ("label", ""),
        (({"number": None}, "number"), ({"number": "junk*"}, "number"), ({"destination": "1,2"}, "destination")),
    ),
    "geo lists": Case(
        "/geo/lists",
        lambda n, _: {
            "list_id": f"liste-{n}",
            "list_name": f"Liste {n}",
            "geo_routing_model_id": 1,
            "fallback_destination_2": "299",
        },
        {"fallback_destination_1": None, "fallback_destination_2": "299", "geo_routing_model_id": 1},
        {"fallback_destination_1": "207"},
        ("fallback_destination_2", None),
        (
            ({"geo_routing_model_id": 99}, "geo_routing_model_id"),
            ({"list_id": None}, "list_id"),
            ({"list_id": "a b"}, "list_id"),
            ({"fallback_destination_3": "1,2"}, "fallback_destination_3"),
        ),
    ),
    "geo destinations": Case(
        "/geo/lists/{geo_list}/destinations",
        lambda n, _: {"zones": [f"{n:05}", {"code": f"9{n:04}"}], "nickname": f"Zone {n}", "destination_1": "207"},
        {"destination_1": "207", "destination_2": None},
        {"destination_3": "214"},
        ("nickname", ""),
        (
            ({"zones": None}, "zones"),
            ({"geo_routing_list_id": 5}, "geo_routing_list_id"),
            ({"zones": [5]}, "zones.0"),
            ({"zones": ["?"]}, "zones"),
            ({"zones": []}, "zones"),
            ({"destination_4": "1,2"}, "destination_4"),
        ),
    ),
    "ctis": Case(
        "/ctis",
        lambda n, _: {"name": f"PBX {n}"},
        {},
        {"name": "Standard"},
        None,
        (({"name": ["x"]}, "name"), ({"name": None}, "name"), ({"name": " "}, "name")),
    ),
    "cti destinations": Case(
        "/ctis/{cti}/destinations",
        lambda n, _: {"origin": f"site-{n}", "destination": "207"},
        {"destination": "207"},
        {"destination": "209"},
        None,
        (
            ({"cti_id": 5}, "cti_id"),
            ({"origin": None}, "origin"),
            ({"origin": " "}, "origin"),
            ({"destination": "1,2"}, "destination"),
        ),
    ),
    "surveys": Case(
        "/surveys",
        lambda n, _: {"name": f"Sondage {n}"},
        {},
        {"name": "Satisfaction"},
        None,
        (({"name": ""}, "name"), ({"id": 5}, "id")),
    ),
    "phone systems": Case(
        "/phone-systems",
        lambda n, _: {"code": f"pabx-{n}", "name": "Standard"},
        {"system": "webhook", "number_parameter": "number", "media_type": "json", "fallback_destination": None},
        {"fallback_destination": "299"},
        None,
        (
            ({"code": "?"}, "code"),
            ({"system": "pabx"}, "system"),
            ({"answer": "{"}, "answer"),
            ({"unknown_answer": "{x}"}, "unknown_answer"),
            ({"media_type": "html"}, "media_type"),
            ({"number_parameter": ""}, "number_parameter"),
            ({"prompt_language": "french!"}, "prompt_language"),
            ({"public_url": "calls"}, "public_url"),
            ({"fallback_destination": "1,2"}, "fallback_destination"),
        ),
    ),
    "survey records": Case(
        "/survey-records",
        lambda n, ids: {
            "survey_id": ids["survey"],
            "caller": "01 99 00 12 34",
            "score_1": "5",
            "score_2": 4,
            "agent_name": f"Ana {n}",
            "datetime": "2026-11-24 18:00:00",
        },
        {"caller": "+33199001234", "score_1": "5", "score_2": "4", "score_3": None, "datetime": "2026-11-24T17:00:00Z"},
        {"score_3": "1"},
        ("score_1", None),
        (
            ({"datetime": "now"}, "datetime"),
            ({"survey_id": None}, "survey_id"),
            ({"agent_name": "x" * 201}, "agent_name"),
        ),
    ),
}


class Resource(NamedTuple):
    """A case on one server: its path with what its things belong to, and one of a body of its own."""

    case: Case
    path: str
    ids: Ids

    def body(self) -> Body:
        """One that has not been sent before."""
        return self.case.body(next(_numbers), self.ids)


def parents(client: httpx.Client) -> Ids:
    """A group, a queue, a geo list, a CTI and a survey, by those words."""
    n = next(_numbers)
    bodies: dict[str, tuple[str, Body]] = {
        "group": ("/call-queues/groups", {"name": f"Groupe {n}"}),
        "queue": ("/call-queues/queues", {"name": f"Queue {n}", "code": f"queue-{n}"}),
        "geo_list": ("/geo/lists", {"list_id": f"list-{n}", "list_name": "Codes", "geo_routing_model_id": 2}),
        "cti": ("/ctis", {"name": f"CTI {n}"}),
        "survey": ("/surveys", {"name": f"Survey {n}"}),
    }
    return {name: added(client, BASE + path, body)["id"] for name, (path, body) in bodies.items()}


def added(client: httpx.Client, path: str, body: Body) -> Any:  # noqa: ANN401 - JSON
    """What is answered of a new thing."""
    answer = client.post(path, params=CUSTOMER, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()
