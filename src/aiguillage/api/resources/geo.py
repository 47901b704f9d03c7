"""Geography: the models that are shipped, lists, and their destinations (contracts/cx-engine.md, 'geo')."""

from typing import Annotated, Any

import msgspec

from aiguillage.api.operations import Asked, Nothing, Operations
from aiguillage.api.paging import UNDATED, Paged, chosen, page_type, query_of
from aiguillage.api.resources.facts import FactResource
from aiguillage.api.resources.shared import BASE
from aiguillage.domain.accounts import Role
from aiguillage.domain.errors import missing
from aiguillage.domain.geo_models import MODELS, GeoModel, ZoneName
from aiguillage.domain.meanings import means

TAG = "Geography"
OPERATIONS = Operations(TAG, needs=Role.READ)


class ModelShown(msgspec.Struct, frozen=True, kw_only=True):
    """A geo model: how much of what is typed is compared with zones, and how. `zones` are those that have names."""

    id: Annotated[int, means("Its id.", 1)]
    name: Annotated[str, means("The model's name.", "French departments")]
    max_length: Annotated[
        int, means("How many digits and letters of what is typed are compared with zones, at most.", 3)
    ]
    match_method: Annotated[
        str, means("`exact`: the zone is all of it; `prefix`: the longest zone that begins it.", "prefix")
    ]
    match_position: Annotated[str, means("From where they are taken: `start` or `end`.", "start")]
    zones: Annotated[
        list[ZoneName],
        means(
            "The zones that have names; others that are written alike can be used too.",
            [{"code": "35", "name": "Ille-et-Vilaine"}],
        ),
    ]


ModelsQuery = query_of("ModelsQuery", ModelShown, listing=UNDATED)
FILTERS = tuple(name for name in ModelsQuery.__struct_fields__ if name not in UNDATED)


def _show_model(model: GeoModel) -> ModelShown:
    values = {name: getattr(model, name) for name in ModelShown.__struct_fields__}
    return ModelShown(**values | {"zones": list(model.zones)})


@OPERATIONS.get(f"{BASE}/geo/models", "listGeoModels", query=ModelsQuery, answer=page_type("GeoModel", ModelShown))
def _models(asked: Asked[Any, None]) -> Paged:
    """List the geo models."""
    return chosen([_show_model(model) for model in MODELS], asked.query, FILTERS, asked.url)


@OPERATIONS.get(f"{BASE}/geo/models/{{id}}", "showGeoModel")
def _model(asked: Asked[Nothing, None]) -> ModelShown:
    """Show a geo model."""
    wanted = asked.id()
    found = next((model for model in MODELS if model.id == wanted), None)
    if found is None:
        raise missing(f"There is no geo model {wanted}. List the models, and choose one.")
    return _show_model(found)


LISTS = FactResource(
    path=f"{BASE}/geo/lists",
    noun="geo list",
    plural="the geo lists",
    sent="A geo list as it is sent.",
    told="A geo list as it is answered.",
    tag=TAG,
    kind="geo_list",
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
    sent="Zones of a list and their destinations as they are sent; zones are codes, or objects with `code`.",
    told="Zones of a list and their destinations as they are answered.",
    tag=TAG,
    kind="geo_destination",
    scope=("list_id", "geo_list"),
    example={"zones": ["35", "56"], "nickname": "Bretagne", "destination_1": "207"},
    change={"destination_1": "209"},
)
