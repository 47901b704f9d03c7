"""What the walk sends to operations whose example alone will not do, and what ids in bodies and queries are ids of."""

from collections.abc import Callable
from itertools import count
from typing import Any

from aiguillage.api.operations import Operation

BASE = "/smart-routings"
ACCOUNTS, USERS, TOKENS, SESSIONS = "/accounts", "/users", "/tokens", "/sessions"
CALL_TOKENS, MEMBERS, GRANTS = f"{BASE}/cfd-tokens", f"{BASE}/users", f"{BASE}/grants"
CONTACTS, IMPORTS, FIELDS = f"{BASE}/contacts", f"{BASE}/imports", f"{BASE}/fields"
OPTIONS = f"{FIELDS}/{{field_id}}/options"
GROUPS, QUEUES = f"{BASE}/call-queues/groups", f"{BASE}/call-queues/queues"
SPANS, ROTAS, CALENDARS = f"{BASE}/call-queues/time-spans", f"{BASE}/rotas", f"{BASE}/calendars"
GEO_LISTS, MODELS, CTIS = f"{BASE}/geo/lists", f"{BASE}/geo/models", f"{BASE}/ctis"
SURVEYS, RECORDS = f"{BASE}/surveys", f"{BASE}/survey-records"
JOURNAL, UPLOADS = f"{BASE}/journal", f"{BASE}/imports (uploaded)"
WEBHOOKS, REPLAYS = f"{BASE}/webhooks", f"{BASE}/replay"
DELIVERIES = f"{WEBHOOKS}/{{id}}/deliveries"

Ids = dict[str, int]
"""Of things, by the path of the collection that each is in."""

SHARED: Ids = {FIELDS: 1, MODELS: 1}
"""What is the same on every account, so nobody's secret."""

FEW = {WEBHOOKS: "removeWebhook"}
"""Of what an account may have few, and the operation that makes room for another."""

ENTERED = (GROUPS, QUEUES, ROTAS, GEO_LISTS, CTIS, SURVEYS)
"""What other things name: entered first."""

MAKERS = {
    MEMBERS: ("addGrant", "id"),
    IMPORTS: ("importContacts", "import_id"),
    UPLOADS: ("previewImport", "id"),
    CALENDARS: ("addCalendarFile", "id"),
    DELIVERIES: ("testWebhook", "id"),
}
"""The operation that makes one of a collection to which nothing is posted, and where its answer has the id."""

REFERENCES = {
    "workspace_id": ACCOUNTS,
    "customer_id": ACCOUNTS,
    "user_id": USERS,
    "call_queue_group_id": GROUPS,
    "time_spanable_id": QUEUES,
    "exceptionable_id": QUEUES,
    "owner_id": QUEUES,
    "rota_id": ROTAS,
    "level2_id": ROTAS,
    "geo_list_id": GEO_LISTS,
    "geo_routing_list_id": GEO_LISTS,
    "cti_id": CTIS,
    "survey_id": SURVEYS,
    "contact_id": CONTACTS,
    "entity_id": QUEUES,
    "default_option_id": OPTIONS,
    "webhook_id": WEBHOOKS,
}
"""The collection that a field's ids are of. `id` and `ids` are of the operation's own."""

NO_REFERENCES = {"list_id", "geo_routing_model_id", "routing_field_id", "call_id"}
"""Fields that are called ids, of things that every account has, or of texts."""

FEED = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example.org//walk//EN\r\nEND:VCALENDAR\r\n"
_numbers = count(1)


def _file(n: int, ids: Ids) -> dict[str, Any]:
    return {"name": f"Fermetures {n}", "owner_type": "queue", "owner_id": ids[QUEUES]}


def _span(_: int, ids: Ids) -> dict[str, Any]:
    return {
        "day_of_week": 1,
        "start_time": "09:00",
        "end_time": "12:30",
        "time_spanable_id": ids[QUEUES],
        "time_spanable_type": "queue",
    }


def _exception(n: int, ids: Ids) -> dict[str, Any]:
    return {
        "day": f"2027-{n % 12 + 1:02}-{n % 28 + 1:02}",
        "label": f"Inventaire {n}",
        "exceptionable_id": ids[QUEUES],
        "exceptionable_type": "queue",
    }


def _switch(n: int, ids: Ids) -> dict[str, Any]:
    return {"name": f"Panne {n}", "owner_type": "queue", "owner_id": ids[QUEUES], "destination": "299"}


def _queue(n: int, _: Ids) -> dict[str, Any]:
    return {"name": f"File {n}", "code": f"file-{n}"}


def _list(n: int, _: Ids) -> dict[str, Any]:
    return {"list_id": f"liste-{n}", "list_name": f"Liste {n}", "geo_routing_model_id": 2}


def _zone(n: int, _: Ids) -> dict[str, Any]:
    return {"zones": [f"{n:05}"], "nickname": f"Zone {n}", "destination_1": "207"}


def _rota(n: int, _: Ids) -> dict[str, Any]:
    return {"code": f"rota-{n}", "name": f"Astreinte {n}", "members": [{"name": "Ana", "number": "06 39 98 12 01"}]}


def _blocked(n: int, _: Ids) -> dict[str, Any]:
    return {"number": f"05 36 49 {n // 100 % 100:02} {n % 100:02}"}


def _company(n: int, _: Ids) -> dict[str, Any]:
    return {"reference": f"W-{n}", "company": f"Atelier {n}"}


def _name(n: int, _: Ids) -> dict[str, Any]:
    return {"name": f"Nom {n}"}


def _origin(n: int, _: Ids) -> dict[str, Any]:
    return {"origin": f"site-{n}", "destination": "207"}


def _record(_: int, ids: Ids) -> dict[str, Any]:
    return {"survey_id": ids[SURVEYS], "score_1": "5", "datetime": "2026-11-24T18:00:00+01:00"}


def _phone_system(n: int, _: Ids) -> dict[str, Any]:
    return {"code": f"pabx-{n}", "name": f"PABX {n}", "system": "twilio"}


def _hook(n: int, _: Ids) -> dict[str, Any]:
    return {"name": f"ERP {n}", "url": f"https://hook.invalid/{n}", "events": ["import.finished"]}


BODIES: dict[str, Callable[[int, Ids], Any]] = {
    "signIn": lambda _n, _: {"email": "nobody@example.org", "password": "correct horse battery"},
    "switchAccount": lambda _, ids: {"workspace_id": ids[ACCOUNTS]},
    "setMyPassword": lambda _n, _: {"current": "incorrect horse battery", "new": "correct horse battery"},
    "beginSecondFactor": lambda _n, _: {"password": "incorrect horse battery"},
    "confirmSecondFactor": lambda _n, _: {"code": "000000"},
    "endSecondFactor": lambda _n, _: {"password": "incorrect horse battery"},
    "addAccount": lambda n, _: {"code": f"WALK{n}"},
    "addUser": lambda n, _: {"email": f"new-{n}@example.org"},
    "setUser": _name,
    "setUserPassword": lambda _n, _: {"password": "correct horse battery"},
    "addGrant": lambda n, _: {"email": f"granted-{n}@example.org", "role": "read"},
    "addCallToken": _name,
    "addToken": _name,
    "addContact": _company,
    "setContact": _company,
    "removeContacts": lambda _, ids: {"ids": [ids[CONTACTS]]},
    "upsertContacts": lambda n, ids: {"contacts": [_company(n, ids)]},
    "importContacts": lambda n, ids: [_company(n, ids)],
    "previewImport": lambda n, ids: [_company(n, ids)],
    "replayCalls": lambda _n, _: {},
    "erasePerson": lambda _n, _: {"number": "01 99 00 77 77"},
    "addField": _name,
    "addFieldOption": lambda n, _: {"name": f"Choix {n}", "value": str(n)},
    "setFieldOption": lambda n, _: {"name": f"Choix {n}", "value": str(n)},
    "addCalendar": lambda n, ids: {**_file(n, ids), "url": "https://127.0.0.1/feed.ics"},
    "addCalendarFile": lambda _n, _: FEED,
    "importCtis": lambda n, _: [{"name": f"PBX {n}", "destinations": [{"origin": f"o{n}", "destination": "207"}]}],
    "addQueueGroup": _name,
    "setQueueGroup": _name,
    "addCallQueue": _queue,
    "setCallQueue": _queue,
    "addTimeSpan": _span,
    "setTimeSpan": _span,
    "addTimeSpans": lambda n, ids: [_span(n, ids)],
    "removeTimeSpans": lambda _, ids: {"ids": [ids[SPANS]]},
    "addException": _exception,
    "setException": _exception,
    "addRota": _rota,
    "setRota": _rota,
    "addSwitch": _switch,
    "setSwitch": _switch,
    "addBlockedCaller": _blocked,
    "setBlockedCaller": _blocked,
    "addGeoList": _list,
    "setGeoList": _list,
    "addGeoDestination": _zone,
    "setGeoDestination": _zone,
    "addCti": _name,
    "setCti": _name,
    "removeCtis": lambda _, ids: {"ids": [ids[CTIS]]},
    "addCtiDestination": _origin,
    "setCtiDestination": _origin,
    "flipSwitch": lambda _n, _: {"action": "on"},
    "addSurvey": _name,
    "setSurvey": _name,
    "addSurveyRecord": _record,
    "removeSurveyRecords": lambda _, ids: {"ids": [ids[RECORDS]]},
    "addWebhook": _hook,
    "setWebhook": _hook,
    "addPhoneSystem": _phone_system,
    "setPhoneSystem": _phone_system,
    "setSource": lambda n, _: {"url": f"https://crm.invalid/{n}.csv"},
}
PREPARED = {
    **dict.fromkeys(("listObservedHolidays", "setObservedHoliday", "showObservance"), "setObservance"),
    "removeObservance": "setObservance",
    **dict.fromkeys(("showSource", "runSource", "removeSource"), "setSource"),
}
"""What must be done before an operation has anything to show, change or remove."""

IN_PLACE = {"applyImport": UPLOADS}
"""What an operation is about, where its path says another thing of the same kind."""

QUERIES: dict[str, Callable[[int, Ids], dict[str, Any]]] = {"addCalendarFile": _file}
"""Queries of operations that take more than the account."""

INSIDE: dict[str, Callable[[int], Any]] = {
    "upsertContacts": lambda contact: {"contacts": [{"id": contact, "company": "Atelier"}]},
}
"""Bodies with ids that the document does not tell of, because their rows are of any shape."""


def body_of(operation: Operation, ids: Ids) -> Any:  # noqa: ANN401 - any JSON, or bytes
    """A body that the operation takes, of a number of its own; None where it takes none."""
    if operation.body is None:
        return None
    if operation.name in BODIES:
        return BODIES[operation.name](next(_numbers), ids)
    assert operation.example is not None, f"Give {operation.name} an example, or a body in tests/api/walk_bodies.py."
    return operation.example


def query_of(operation: Operation, ids: Ids) -> dict[str, Any]:
    """What the operation's query must say beside the account."""
    return QUERIES[operation.name](next(_numbers), ids) if operation.name in QUERIES else {}
