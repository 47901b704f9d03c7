"""The page on geography says what the models are, and its cases come out as it says."""

import pytest

from aiguillage.domain.geo import GeoDestination, Geography, GeoList
from aiguillage.domain.geo_models import MODELS
from tests.docs.markdown import codes, read, rows, section

PAGE = "docs/geography.md"


def cases() -> list[tuple[str, str]]:
    """What is typed, and its zone or `none`."""
    _, *listed = rows(section(read(PAGE), "## Which zone a caller is in"))
    return [("".join(codes(typed)), zone) for typed, zone, _ in listed]


def test_every_model_is_listed_with_its_length_and_how_its_zones_are_written() -> None:
    _, *listed = rows(section(read(PAGE), "## Models"))

    assert [(id_, key, length, form) for id_, key, _, length, form in listed] == [
        (str(model.id), f"`{model.key}`", f"up to {model.max_length} characters", model.zone_form) for model in MODELS
    ]


@pytest.mark.parametrize(("typed", "zone"), cases())
def test_what_is_typed_is_in_the_zone_that_is_shown(typed: str, zone: str) -> None:
    geo_list = GeoList(code="depots", name="Depots", model="fr-postal-codes")
    destination = GeoDestination(geo_list=1, zones=("7", "75", "75011", "202"))

    found = Geography({"geo_list": {1: geo_list}, "geo_destination": {2: destination}}).find(1, typed)

    assert (found.zone or "none") == zone
