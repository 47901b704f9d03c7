"""Geography: which zone of a list a caller is in, and what makes sense as a list and as destinations of one."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiguillage.domain.accounts import Account
from aiguillage.domain.contacts import NO_SELECT, Select
from aiguillage.domain.errors import Kind
from aiguillage.domain.geo import (
    MOST_ZONES,
    GeoDestination,
    Geography,
    GeoList,
    Zone,
    check_geo_destination,
    check_geo_list,
)
from aiguillage.domain.geo_models import model_named
from aiguillage.domain.numbering import kept_beginning
from tests.refusal import refused

ACCOUNT = Account("CL0000")
NORTH: Select = ("201", None, "203", None)
SOUTH: Select = ("211", "212", None, None)
ELSEWHERE: Select = ("299", None, None, None)
LISTS = {
    1: GeoList(code="Workshops", name="Our workshops", model="fr-departments", fallback=ELSEWHERE),
    2: GeoList(code="depots", name="Depots", model="fr-postal-codes", fallback=ELSEWHERE),
    3: GeoList(code="lines", name="By number", model="e164-prefixes", fallback=ELSEWHERE),
    4: GeoList(code="7", name="Nothing yet", model="fr-departments"),
}
DESTINATIONS = {
    11: GeoDestination(geo_list=1, zones=("75", "2A", "974"), nickname="north", select=NORTH),
    12: GeoDestination(geo_list=1, zones=("01", "2B"), nickname="south", select=SOUTH),
    13: GeoDestination(geo_list=2, zones=("7", "75011", "202"), select=NORTH),
    14: GeoDestination(geo_list=2, zones=("75",), nickname="south", select=SOUTH),
    15: GeoDestination(geo_list=3, zones=("33", "33199"), nickname="north", select=NORTH),
    16: GeoDestination(geo_list=3, zones=("331",), nickname="south", select=SOUTH),
}
FACTS: dict[str, dict[int, Any]] = {"geo_list": LISTS, "geo_destination": DESTINATIONS, "queue": {1: None}}
FALLBACK = Zone(ELSEWHERE, None, "", fallback=True)


@pytest.mark.parametrize(
    ("list_id", "value", "zone"),
    [
        (1, "75", "75"),
        (1, "7 5", "75"),
        (1, "75011", "75"),
        (1, "2a", "2A"),
        (1, "2A004", "2A"),
        (1, "2b", "2B"),
        (1, "974", "974"),
        (1, "97400", "974"),
        (1, "01", "01"),
        (1, "01#", "01"),
        (1, "7", None),
        (1, "97", None),
        (1, "20", None),
        (1, "", None),
        (1, "*", None),
        (2, "7", "7"),
        (2, "76", "7"),
        (2, "75", "75"),
        (2, "75010", "75"),
        (2, "75011", "75011"),
        (2, "750112", "75011"),
        (2, "20200", "202"),
        (2, "2", None),
        (2, "2A", None),
        (3, "+33 2 61 91 12 34", "33"),
        (3, "0033199001234", "33199"),
        (3, "33 1 98", "331"),
        (3, "3", None),
        (3, "0199001234", None),
        (4, "75", None),
    ],
)
def test_a_value_is_in_the_longest_zone_that_begins_it(list_id: int, value: str, zone: str | None) -> None:
    found = Geography(FACTS).find(list_id, value)

    assert found.zone == zone
    assert found.fallback is (zone is None)


def test_a_zone_comes_with_its_destinations_and_nickname() -> None:
    assert Geography(FACTS).find(1, "01") == Zone(SOUTH, "01", "south", fallback=False)


@pytest.mark.parametrize(("list_id", "fallback"), [(1, ELSEWHERE), (4, NO_SELECT)])
def test_a_value_in_no_zone_gets_the_lists_fallback_destinations(list_id: int, fallback: Select) -> None:
    assert Geography(FACTS).find(list_id, "99") == Zone(fallback, None, "", fallback=True)


@pytest.mark.parametrize(
    ("number", "zone"),
    [("+33199001234", "33199"), ("+33353017701", "33"), ("+331", "331"), ("+49", None)],
)
def test_a_callers_number_tells_the_zone_where_zones_are_number_prefixes(number: str, zone: str | None) -> None:
    found = Geography(FACTS).find_by_number(3, number)

    assert found is not None
    assert found.zone == zone


@pytest.mark.parametrize(
    ("written", "number", "typed"),
    [
        ("+33 590", "+590590000123", "0033590000123"),
        ("+590", "+590590000123", "+590 590 00 01 23"),
        ("+54 11", "+5491100000123", "+54 11 0000 0123"),
        ("+52 1 55", "+525500000123", "+52 55 0000 0123"),
    ],
)
def test_a_zone_of_numbers_is_kept_as_the_numbers_are(written: str, number: str, typed: str) -> None:
    zone = model_named("e164-prefixes").parse_zone(written)
    destination = GeoDestination(geo_list=3, zones=(zone,), select=("291", None, None, None))

    lists = Geography({"geo_list": {3: LISTS[3]}, "geo_destination": {7: destination}})

    assert [found and found.zone for found in (lists.find_by_number(3, number), lists.find(3, typed))] == [zone] * 2


@pytest.mark.parametrize("number", [None, "", "33", "3310", "331990"])
def test_what_is_no_number_in_e164_tells_no_zone(number: str | None) -> None:
    assert Geography(FACTS).find_by_number(3, number) is None


@pytest.mark.parametrize("list_id", [1, 2, 4])
def test_a_list_of_places_does_not_read_numbers(list_id: int) -> None:
    assert Geography(FACTS).find_by_number(list_id, "+33199001234") is None


def test_an_unknown_list_is_an_error_of_whoever_asks() -> None:
    geography = Geography(FACTS)

    with pytest.raises(KeyError):
        geography.find(5, "75")
    with pytest.raises(KeyError):
        geography.find_by_number(5, "+33199001234")


@pytest.mark.parametrize(
    ("text", "list_id"),
    [("Workshops", 1), (" WORKSHOPS ", 1), ("depots", 2), ("3", 3), ("4", 4), ("7", 4), ("5", None), ("", None)],
)
def test_a_list_is_named_by_its_code_else_by_its_id(text: str, list_id: int | None) -> None:
    assert Geography(FACTS).list_named(text) == list_id


def test_a_code_beats_an_id() -> None:
    lists = {1: LISTS[1], 2: msgspec.structs.replace(LISTS[2], code="1")}

    assert Geography({"geo_list": lists}).list_named("1") == 2


def test_an_account_without_geography_has_no_list() -> None:
    assert Geography({}).list_named("1") is None


def test_a_destination_whose_list_is_gone_takes_part_in_nothing() -> None:
    assert Geography({"geo_destination": DESTINATIONS}).list_named("1") is None


@settings(max_examples=300)
@given(st.data())
def test_the_zone_found_is_that_of_a_naive_scan(data: st.DataObject) -> None:
    model, alphabet, longest = data.draw(
        st.sampled_from(
            [("fr-postal-codes", "0123", 5), ("e164-prefixes", "0123", 15), ("fr-departments", "1279AB", 3)]
        )
    )
    zones = data.draw(st.sets(st.text(alphabet, min_size=1, max_size=longest)))
    value = data.draw(st.text(f"{alphabet} -", max_size=17))
    facts: dict[str, dict[int, Any]] = {
        "geo_list": {1: GeoList(code="a", name="", model=model, fallback=ELSEWHERE)},
        "geo_destination": {
            id_: GeoDestination(geo_list=1, zones=(zone,), select=(zone, None, None, None))
            for id_, zone in enumerate(sorted(zones))
        },
    }

    found = Geography(facts).find(1, value)

    bare = value.replace(" ", "").replace("-", "")
    read = (kept_beginning(bare.removeprefix("00")) if model == "e164-prefixes" else bare)[:longest]
    beginning = [zone for zone in zones if read.startswith(zone)]
    expected = max(beginning, key=len, default=None)
    assert found.zone == expected
    assert found.select[0] == (expected or ELSEWHERE[0])


@pytest.mark.parametrize("code", ["a", "7", "North.East_1-b", "0" * 32])
def test_a_list_is_kept_with_its_code_and_the_key_of_its_model(code: str) -> None:
    fact = GeoList(code=f" {code} ", name=" New ", model="2", fallback=(" 201 ", None, None, "sip:a@example.org"))

    checked = check_geo_list(fact, None, {}, ACCOUNT)

    assert checked == GeoList(
        code=code, name="New", model="fr-postal-codes", fallback=("201", None, None, "sip:a@example.org")
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"code": ""}, "is not the code of a geo list. Use up to 32 letters"),
        ({"code": ".a"}, "is not the code of a geo list"),
        ({"code": "a b"}, "is not the code of a geo list"),
        ({"code": "é"}, "is not the code of a geo list"),
        ({"code": "0" * 33}, "is not the code of a geo list"),
        ({"model": "communes"}, "is not a geo model. Choose one of"),
        ({"name": "x" * 201}, "is too long"),
        ({"fallback": ("201", "", None, None)}, "is not a destination"),
        ({"fallback": ("2,1", None, None, None)}, "is not a destination"),
    ],
)
def test_a_list_that_makes_no_sense_is_refused(changes: dict[str, Any], message: str) -> None:
    fact = msgspec.structs.replace(LISTS[1], **changes)

    with refused(Kind.INVALID, message):
        check_geo_list(fact, 1, FACTS, ACCOUNT)


def test_two_lists_cannot_have_one_code_in_any_case() -> None:
    with refused(Kind.CONFLICT, "CL0000 already has a geo list Workshops. Choose another code"):
        check_geo_list(msgspec.structs.replace(LISTS[2], code="WORKSHOPS"), None, FACTS, ACCOUNT)


def test_a_list_may_be_given_again_under_its_own_code() -> None:
    again = msgspec.structs.replace(LISTS[1], code="workshops")

    assert check_geo_list(again, 1, FACTS, ACCOUNT) == again


def test_the_model_of_a_list_stays_while_it_has_zones() -> None:
    with refused(Kind.CONFLICT, "has zones of the model fr-departments. Remove its destinations"):
        check_geo_list(msgspec.structs.replace(LISTS[1], model="fr-postal-codes"), 1, FACTS, ACCOUNT)


def test_the_model_of_an_empty_list_can_change() -> None:
    changed = msgspec.structs.replace(LISTS[4], model="e164-prefixes")

    assert check_geo_list(changed, 4, FACTS, ACCOUNT) == changed


def test_a_destination_is_kept_with_its_zones_as_they_are_compared() -> None:
    fact = GeoDestination(
        geo_list=1, zones=("2a ", " 13", "9 7 1"), nickname=" New ", select=(" 201", None, "203", None)
    )

    checked = check_geo_destination(fact, 11, FACTS, ACCOUNT)

    assert checked == GeoDestination(geo_list=1, zones=("2A", "13", "971"), nickname="New", select=NORTH)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"geo_list": 5}, "CL0000 has no geo list 5. Add it first"),
        ({"zones": ()}, "No zone is given. Give at least one: a department's number"),
        ({"zones": ("75", "20")}, "'20' is not a zone of the model fr-departments"),
        ({"zones": ("2A", "13", "2a")}, "Zone 2A is given twice. Give it once"),
        ({"nickname": "a\nb"}, "contains control characters"),
        ({"select": ("", None, None, None)}, "is not a destination"),
    ],
)
def test_a_destination_that_makes_no_sense_is_refused(changes: dict[str, Any], message: str) -> None:
    fact = msgspec.structs.replace(DESTINATIONS[11], **changes)

    with refused(Kind.INVALID, message):
        check_geo_destination(fact, 11, FACTS, ACCOUNT)


@pytest.mark.parametrize(
    ("list_id", "zone", "message"),
    [
        (1, "2b", "Zone 2B is already in 'south' of the geo list Workshops. Remove it from one of the two"),
        (2, "202", "Zone 202 is already in the destination of zone 7 of the geo list depots"),
        (3, "0033 1", "Zone 331 is already in 'south' of the geo list lines"),
    ],
)
def test_a_zone_is_in_a_list_once(list_id: int, zone: str, message: str) -> None:
    fact = GeoDestination(geo_list=list_id, zones=("99" if list_id != 1 else "13", zone))

    with refused(Kind.CONFLICT, message):
        check_geo_destination(fact, None, FACTS, ACCOUNT)


def test_a_zone_can_be_in_two_lists_and_inside_a_shorter_zone() -> None:
    fact = GeoDestination(geo_list=2, zones=("974", "01", "750"))

    assert check_geo_destination(fact, None, FACTS, ACCOUNT) == fact


@pytest.mark.parametrize("more", [0, 1])
def test_a_destination_has_up_to_five_thousand_zones(more: int) -> None:
    fact = GeoDestination(geo_list=2, zones=tuple(f"{n:05}" for n in range(MOST_ZONES + more)))

    if more:
        with refused(Kind.INVALID, "There are 5001 zones. Give up to 5000, or shorter zones"):
            check_geo_destination(fact, None, FACTS, ACCOUNT)
    else:
        assert check_geo_destination(fact, None, FACTS, ACCOUNT) == fact
