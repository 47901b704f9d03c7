"""The shipped geo models: their zones, and how a value is read; ways to match that no shipped model has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from aiguillage.domain.errors import Kind
from aiguillage.domain.geo_models import MODELS, GeoModel, Method, Position, ZoneName, model_named
from tests.refusal import refused

DEPARTMENTS, POSTAL_CODES, PREFIXES = MODELS


def made_up(method: Method = "prefix", position: Position = "start") -> GeoModel:
    """A model with up to four characters a zone."""
    return GeoModel(9, "made-up", "Made up", 4, method, position, (ZoneName("1", "One"),))


def names(model: GeoModel) -> dict[str, str]:
    """The names of a model's zones by their codes."""
    return {zone.code: zone.name for zone in model.zones}


def test_the_models_keep_their_ids_and_keys() -> None:
    assert [(model.id, model.key) for model in MODELS] == [
        (1, "fr-departments"),
        (2, "fr-postal-codes"),
        (3, "e164-prefixes"),
    ]


def test_there_are_96_departments_in_europe_and_eleven_overseas() -> None:
    europe = {f"{n:02}" for n in range(1, 96) if n != 20} | {"2A", "2B"}
    overseas = {"971", "972", "973", "974", "975", "976", "977", "978", "986", "987", "988"}

    assert len(europe) == 96
    assert names(DEPARTMENTS).keys() == europe | overseas
    assert len(set(names(DEPARTMENTS).values())) == 107


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("01", "Ain"),
        ("2A", "Corse-du-Sud"),
        ("21", "Côte-d'Or"),
        ("75", "Paris"),
        ("90", "Territoire de Belfort"),
        ("95", "Val-d'Oise"),
        ("974", "La Réunion"),
        ("988", "Nouvelle-Calédonie"),
    ],
)
def test_a_department_has_its_name(code: str, name: str) -> None:
    assert names(DEPARTMENTS)[code] == name


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("20", "Corse"),
        ("201", "Corse-du-Sud"),
        ("206", "Haute-Corse"),
        ("35", "Ille-et-Vilaine"),
        ("971", "Guadeloupe"),
        ("97133", "Saint-Barthélemy"),
        ("2A", None),
        ("977", None),
    ],
)
def test_a_postal_code_begins_with_its_department_but_where_it_does_not(code: str, name: str | None) -> None:
    assert names(POSTAL_CODES).get(code) == name


def test_every_calling_code_is_named_by_its_countries() -> None:
    named = names(PREFIXES)

    assert named.keys() == {str(code) for code in COUNTRY_CODE_TO_REGION_CODE}
    assert named["33"] == "FR"
    assert named["44"] == "GB, GG, IM, JE"
    assert named["800"] == "international"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.key)
def test_every_named_zone_is_a_zone_of_its_model_and_is_named_once(model: GeoModel) -> None:
    codes = [zone.code for zone in model.zones]

    assert [model.parse_zone(code) for code in codes] == codes
    assert [model.reading(code) for code in codes] == codes
    assert len(set(codes)) == len(codes)
    assert all(zone.name for zone in model.zones)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.key)
def test_a_model_is_named_by_key_or_id(model: GeoModel) -> None:
    assert model_named(model.key) is model
    assert model_named(f" {model.key.upper()} ") is model
    assert model_named(str(model.id)) is model


@pytest.mark.parametrize("text", ["", "0", "4", "01", "fr", "fr-communes"])
def test_what_names_no_model_is_refused_with_the_three(text: str) -> None:
    with refused(Kind.INVALID, "is not a geo model. Choose one of: fr-departments, fr-postal-codes, e164-prefixes"):
        model_named(text)


@pytest.mark.parametrize(
    ("model", "text", "zone"),
    [
        (DEPARTMENTS, "75", "75"),
        (DEPARTMENTS, " 2a ", "2A"),
        (DEPARTMENTS, "9-7-4", "974"),
        (POSTAL_CODES, "7", "7"),
        (POSTAL_CODES, "75 011", "75011"),
        (POSTAL_CODES, "99999", "99999"),
        (PREFIXES, "+33", "33"),
        (PREFIXES, "0033 1", "331"),
        (PREFIXES, "+33199", "33199"),
        (PREFIXES, "(+33) 1.99", "33199"),
        (PREFIXES, "33199001234", "33199001234"),
    ],
)
def test_a_zone_is_kept_as_digits_and_capital_letters(model: GeoModel, text: str, zone: str) -> None:
    assert model.parse_zone(text) == zone


@pytest.mark.parametrize(
    ("model", "text", "form"),
    [
        (DEPARTMENTS, "", "a department's number, as in 01, 2A or 974"),
        (DEPARTMENTS, "1", "a department's number"),
        (DEPARTMENTS, "20", "a department's number"),
        (DEPARTMENTS, "2C", "a department's number"),
        (DEPARTMENTS, "96", "a department's number"),
        (DEPARTMENTS, "970", "a department's number"),
        (DEPARTMENTS, "75011", "a department's number"),
        (DEPARTMENTS, "75 Paris", "a department's number"),
        (POSTAL_CODES, "", "the first one to five digits of postal codes"),
        (POSTAL_CODES, "2A", "the first one to five digits"),
        (POSTAL_CODES, "750110", "the first one to five digits"),
        (POSTAL_CODES, "\u0667\u0665", "the first one to five digits"),
        (PREFIXES, "", r"\+ and the country code, then digits, without \(0\)"),
        (PREFIXES, "00", r"\+ and the country code"),
        (PREFIXES, "0199", r"\+ and the country code"),
        (PREFIXES, "+33 (0)1", r"\+ and the country code"),
        (PREFIXES, "+33 1 AB", r"\+ and the country code"),
        (PREFIXES, "+3319900123456789", r"\+ and the country code"),
    ],
)
def test_what_is_no_zone_of_the_model_is_refused_with_how_one_is_written(model: GeoModel, text: str, form: str) -> None:
    with refused(Kind.INVALID, f"is not a zone of the model {model.key}. Write {form}"):
        model.parse_zone(text)


@pytest.mark.parametrize(
    ("position", "value", "reading"),
    [
        ("start", "", ""),
        ("start", "12", "12"),
        ("start", "12-34.5", "1234"),
        ("end", "12", "12"),
        ("end", "12-34.5", "2345"),
        ("end", " ab_c ", "ABC"),
        ("start", "0012", "0012"),
        ("start", "*#", ""),
    ],
)
def test_a_reading_is_cut_from_the_models_side(position: Position, value: str, reading: str) -> None:
    model = made_up(position=position)

    assert model.reading(value) == reading


@pytest.mark.parametrize(
    ("method", "lengths"),
    [("exact", (4,)), ("prefix", (4, 2, 1))],
)
def test_exact_compares_the_whole_reading_and_prefix_every_length_of_zone(
    method: Method, lengths: tuple[int, ...]
) -> None:
    model = made_up(method)

    assert model.lengths([1, 2, 4, 2]) == lengths


def test_a_model_without_a_pattern_has_every_text_for_a_zone() -> None:
    assert made_up().parse_zone("x-1") == "X1"
    with refused(Kind.INVALID, "Write digits and letters"):
        made_up().parse_zone("-")


@given(st.text(), st.sampled_from(["", " ", "-", ".", "_", "/ "]))
def test_what_stands_between_digits_and_letters_changes_no_reading(value: str, between: str) -> None:
    for model in MODELS:
        assert model.reading(between.join(value)) == model.reading(value)
