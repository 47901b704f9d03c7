"""Geography: the models that are shipped, lists, and their destinations (contracts/cx-engine.md, 'geo')."""

from typing import Any

import msgspec

from aiguillage.api.operations import Asked, Operation
from aiguillage.api.paging import Paged, chosen, page_type, query_of
from aiguillage.api.resources.shared import BASE, UNSET, Body, FactResource, Number, Text, gathered
from aiguillage.desk.change import account_id_of
from aiguillage.domain.accounts import Role
from aiguillage.domain.errors import Refusal, invalid, missing
from aiguillage.domain.geo_models import MODELS, GeoModel, ZoneName, model_named
from aiguillage.storage.facts import Kept

TAG = "Geography"
LISTING = ("q", "sort", "page", "per_page")
FALLBACKS = tuple(f"fallback_destination_{n}" for n in range(1, 5))
DESTINATIONS = tuple(f"destination_{n}" for n in range(1, 5))


class ModelShown(msgspec.Struct, frozen=True, kw_only=True):
    """A geo model: how much of what is typed is compared with zones, and how. `zones` are those that have names."""

    id: int
    name: str
    max_length: int
    match_method: str
    match_position: str
    zones: list[ZoneName]


class ListBody(Body, frozen=True):
    """A geo list as it is sent."""

    list_id: Text = UNSET
    list_name: Text = UNSET
    fallback_destination_1: Text = UNSET
    fallback_destination_2: Text = UNSET
    fallback_destination_3: Text = UNSET
    fallback_destination_4: Text = UNSET
    geo_routing_model_id: Number = UNSET


class ListShown(msgspec.Struct, frozen=True, kw_only=True):
    """A geo list as it is answered."""

    id: int
    list_id: str
    list_name: str
    fallback_destination_1: str | None
    fallback_destination_2: str | None
    fallback_destination_3: str | None
    fallback_destination_4: str | None
    geo_routing_model_id: int
    customer_id: int


class ZoneSent(Body, frozen=True):
    """A zone as models have it; the name is for people."""

    code: str
    name: Text = UNSET


class DestinationBody(Body, frozen=True):
    """Zones of a list and their destinations as they are sent; zones are codes, or objects with `code`."""

    zones: list[str | ZoneSent] | msgspec.UnsetType | None = UNSET
    nickname: Text = UNSET
    destination_1: Text = UNSET
    destination_2: Text = UNSET
    destination_3: Text = UNSET
    destination_4: Text = UNSET
    geo_routing_list_id: Number = UNSET


class DestinationShown(msgspec.Struct, frozen=True, kw_only=True):
    """Zones of a list and their destinations as they are answered."""

    id: int
    zones: list[str]
    nickname: str
    destination_1: str | None
    destination_2: str | None
    destination_3: str | None
    destination_4: str | None
    geo_routing_list_id: int
    customer_id: int


ModelsQuery = query_of("ModelsQuery", ModelShown, words=LISTING)
FILTERS = tuple(name for name in ModelsQuery.__struct_fields__ if name not in LISTING)


def _show_model(model: GeoModel) -> ModelShown:
    values = {name: getattr(model, name) for name in ModelShown.__struct_fields__}
    return ModelShown(**values | {"zones": list(model.zones)})


def _models(asked: Asked) -> Paged:
    account_id_of(asked.db, asked.actor, asked.account)
    return chosen([_show_model(model) for model in MODELS], asked.query, FILTERS, asked.url)


def _model(asked: Asked) -> ModelShown:
    account_id_of(asked.db, asked.actor, asked.account)
    wanted = asked.id()
    found = next((model for model in MODELS if model.id == wanted), None)
    if found is None:
        raise missing(f"There is no geo model {wanted}. List them, and choose one.")
    return _show_model(found)


def _settle_list(sent: dict[str, Any], before: Any) -> dict[str, Any]:  # noqa: ANN401 - a GeoList
    if sent.get("model") is not None:
        try:
            sent["model"] = model_named(str(sent["model"])).key
        except Refusal as refusal:
            raise invalid(refusal.message, "geo_routing_model_id") from None
    return gathered(sent, FALLBACKS, "fallback", before)


def _tell_list(_asked: Asked, kept: Kept) -> dict[str, Any]:
    told = dict(zip(FALLBACKS, kept.fact.fallback, strict=True))
    return told | {"geo_routing_model_id": model_named(kept.fact.model).id}


def _read_zones(zones: list[str | ZoneSent], _field: str) -> list[str]:
    return [zone if isinstance(zone, str) else zone.code for zone in zones]


def _settle_destination(sent: dict[str, Any], before: Any) -> dict[str, Any]:  # noqa: ANN401 - a GeoDestination
    return gathered(sent, DESTINATIONS, "select", before)


def _tell_destination(_asked: Asked, kept: Kept) -> dict[str, Any]:
    return dict(zip(DESTINATIONS, kept.fact.select, strict=True)) | {"zones": list(kept.fact.zones)}


LISTS = FactResource(
    path=f"{BASE}/geo/lists",
    noun="geo list",
    plural="the geo lists",
    tag=TAG,
    kind="geo_list",
    body=ListBody,
    answer=ListShown,
    names={"list_id": "code", "list_name": "name", "geo_routing_model_id": "model"},
    settle=_settle_list,
    tell=_tell_list,
    example={
        "list_id": "depots",
        "list_name": "Dépôts",
        "geo_routing_model_id": 1,
        "fallback_destination_1": "299",
    },
    change={"list_name": "Livraisons à domicile", "fallback_destination_1": "207"},
)
LIST_DESTINATIONS = FactResource(
    path=f"{BASE}/geo/lists/{{list_id}}/destinations",
    noun="geo destination",
    plural="the destinations of a geo list",
    tag=TAG,
    kind="geo_destination",
    body=DestinationBody,
    answer=DestinationShown,
    names={"geo_routing_list_id": "geo_list"},
    reads={"zones": _read_zones},
    settle=_settle_destination,
    tell=_tell_destination,
    scope=("list_id", "geo_list"),
    example={"zones": ["35", "56"], "nickname": "Bretagne", "destination_1": "207"},
    change={"destination_1": "209"},
)
OPERATIONS = (
    Operation(
        *("GET", f"{BASE}/geo/models", "listGeoModels", "List the geo models", TAG, _models),
        query=ModelsQuery,
        answer=page_type("GeoModel", ModelShown),
        needs=Role.READ,
    ),
    Operation(
        *("GET", f"{BASE}/geo/models/{{id}}", "showGeoModel", "Show a geo model", TAG, _model),
        answer=ModelShown,
        needs=Role.READ,
    ),
)
