"""The resources of the successor's published client: what it sends of each, and reads (contracts/cx-engine.md)."""

from typing import Any, NamedTuple

QUEUE_CLASS = "App\\Models\\CallQueue"
Entity = dict[str, Any]


class Sequence(NamedTuple):
    """A resource of the client: the fields of its entity but `id` and `customer_id`, a new one, a change, a filter.

    `place` are the fields that travel in the query when it is created; `shows` is whether it has a request for one.
    """

    path: str
    fields: tuple[str, ...]
    new: Entity
    change: Entity
    filter: Entity
    place: tuple[str, ...] = ()
    shows: bool = True


SEQUENCES = {
    "contacts": Sequence(
        "/contacts",
        (
            *("id_code", "language_code", "company", "first_name", "last_name", "emails", "telecoms"),
            *("email_destination", "telecom_destination"),
            *(f"field_select_{n}" for n in range(1, 5)),
            *(f"field_boolean_{n}" for n in range(1, 5)),
        ),
        {
            "id_code": "7711",
            "company": "Garage Belleville",
            "telecoms": ["01 99 00 77 11"],
            "field_select_1": "207",
            "field_boolean_1": True,
        },
        {"language_code": "fr", "field_boolean_1": False},
        {"company": "Garage Belleville", "field_boolean_1": False},
    ),
    "field options": Sequence(
        "/fields/2/options",
        ("name", "value", "routing_field_id"),
        {"name": "Accueil", "value": "207", "routing_field_id": 2},
        {"name": "Standard"},
        {"value": "207"},
    ),
    "geo lists": Sequence(
        "/geo/lists",
        ("list_id", "list_name", *(f"fallback_destination_{n}" for n in range(1, 5)), "geo_routing_model_id"),
        {"list_id": "sdk", "list_name": "Agences", "geo_routing_model_id": 1, "fallback_destination_1": "299"},
        {"fallback_destination_2": "298"},
        {"list_id": "sdk"},
    ),
    "geo destinations": Sequence(
        "/geo/lists/{geo_list}/destinations",
        ("zones", "nickname", *(f"destination_{n}" for n in range(1, 5)), "geo_routing_list_id"),
        {"zones": ["35", "56"], "nickname": "Bretagne", "destination_1": "207", "geo_routing_list_id": "{geo_list}"},
        {"destination_2": "208"},
        {"nickname": "Bretagne"},
    ),
    "groups": Sequence(
        "/call-queues/groups",
        ("name",),
        {"name": "Bureaux du client"},
        {"name": "Ateliers du client"},
        {"name": "Ateliers du client"},
    ),
    "queues": Sequence(
        "/call-queues/queues",
        (
            *("active", "name", "code", "number", "call_queue_group_id", "host_name", "type", "did_number"),
            *("default_destination_type", "default_destination"),
        ),
        {
            "name": "SAV",
            "code": "sdk-sav",
            "number": "8207",
            "active": True,
            "type": "queue",
            "call_queue_group_id": "{group}",
        },
        {"default_destination": "299", "active": False},
        {"code": "sdk-sav", "active": False},
    ),
    "time spans": Sequence(
        "/call-queues/time-spans",
        (
            *("reference", "destination", "day_of_week", "date_full", "start_time", "end_time"),
            *("time_spanable_id", "time_spanable_type"),
        ),
        {
            "reference": "SDK-1",
            "day_of_week": 1,
            "start_time": "08:00",
            "end_time": "12:00",
            "time_spanable_id": "{queue}",
            "time_spanable_type": QUEUE_CLASS,
        },
        {"destination": "214"},
        {"reference": "SDK-1", "time_spanable_type": QUEUE_CLASS},
        ("time_spanable_id", "time_spanable_type"),
    ),
    "exceptions": Sequence(
        "/call-queues/exceptions",
        ("reference", "label", "destination", "day", "exceptionable_id", "exceptionable_type"),
        {
            "label": "Inventaire du client",
            "day": "2026-12-24",
            "exceptionable_id": "{queue}",
            "exceptionable_type": QUEUE_CLASS,
        },
        {"day": "2026-12-23", "destination": "214"},
        {"label": "Inventaire du client"},
        ("exceptionable_id", "exceptionable_type"),
    ),
    "ctis": Sequence("/ctis", ("name",), {"name": "PBX du client"}, {"name": "Autocom"}, {"name": "Autocom"}),
    "cti destinations": Sequence(
        "/ctis/{cti}/destinations",
        ("origin", "destination", "cti_id"),
        {"origin": "site-12", "destination": "207", "cti_id": "{cti}"},
        {"destination": "208"},
        {"origin": "SITE-12"},
    ),
    "call-flow tokens": Sequence(
        "/cfd-tokens",
        ("user_id", "name", "hosts", "expires_at"),
        {"name": "Flux du client", "hosts": ["192.0.2.0/24"], "expires_at": "2099-12-31T23:00:00Z"},
        {"name": "3CX du client"},
        {"name": "3CX du client"},
    ),
    "surveys": Sequence(
        "/surveys", ("name",), {"name": "Sondage du client"}, {"name": "Avis du client"}, {"name": "Avis du client"}
    ),
    "survey records": Sequence(
        "/survey-records",
        (*("survey_id", "caller", "score_1", "score_2", "score_3", "agent_extension", "agent_name", "datetime"),),
        {
            "survey_id": "{survey}",
            "caller": "0199001234",
            "score_1": "5",
            "agent_name": "Zoé",
            "datetime": "2026-11-24 18:00:00",
        },
        {"score_2": "4"},
        {"caller": "0199001234", "agent_name": "zoé"},
        shows=False,
    ),
}
