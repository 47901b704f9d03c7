"""Public holidays: movable feasts, what Alsace-Moselle and the overseas have of their own, places by any name."""

from datetime import date

import pytest

from aiguillage.domain.errors import Kind
from aiguillage.domain.holidays import ObservedDay, check_place, compute_days, known_countries, known_places
from tests.refusal import refused

FRENCH = {
    (1, 1): "Jour de l'an",
    (4, 6): "Lundi de Pâques",
    (5, 1): "Fête du Travail",
    (5, 8): "Fête de la Victoire",
    (5, 14): "Ascension",
    (5, 25): "Lundi de Pentecôte",
    (7, 14): "Fête nationale",
    (8, 15): "Assomption",
    (11, 1): "Toussaint",
    (11, 11): "Armistice",
    (12, 25): "Noël",
}


def in_2026(days: dict[tuple[int, int], str]) -> tuple[ObservedDay, ...]:
    return tuple(ObservedDay(date(2026, month, day), label) for (month, day), label in sorted(days.items()))


def test_france_has_eleven_holidays_called_by_their_french_names() -> None:
    assert compute_days("FR", "", 2026, 2026) == in_2026(FRENCH)


@pytest.mark.parametrize("place", ["Alsace-Moselle", "alsace-moselle", "57", "Moselle", "6AE", "Alsace"])
def test_alsace_and_moselle_have_two_more(place: str) -> None:
    days = compute_days("FR", place, 2026, 2026)

    assert days == in_2026(FRENCH | {(4, 3): "Vendredi saint", (12, 26): "Saint-Étienne"})


@pytest.mark.parametrize("place", ["974", "La Réunion", "la reunion ", "RE"])
def test_la_reunion_remembers_the_end_of_slavery(place: str) -> None:
    days = compute_days("fr", place, 2026, 2026)

    assert days == in_2026(FRENCH | {(12, 20): "Abolition de l'esclavage"})


OVERSEAS = {
    "971": (5, 27),
    "Guadeloupe": (5, 27),
    "972": (5, 22),
    "Martinique": (5, 22),
    "973": (6, 10),
    "974": (12, 20),
    "976": (4, 27),
    "BL": (10, 9),
    "MF": (5, 28),
    "Saint-Martin": (5, 28),
}


@pytest.mark.parametrize(("place", "day"), OVERSEAS.items())
def test_overseas_departments_observe_the_days_of_the_law_and_no_customs(place: str, day: tuple[int, int]) -> None:
    assert compute_days("fr", place, 2026, 2026) == in_2026(FRENCH | {day: "Abolition de l'esclavage"})


@pytest.mark.parametrize("place", ["PM", "TF", "Zone A"])
def test_where_nothing_is_added_there_are_eleven(place: str) -> None:
    assert compute_days("FR", place, 2026, 2026) == in_2026(FRENCH)


@pytest.mark.parametrize(
    ("place", "own"),
    [
        ("NC", {(9, 24): "Fête de la Citoyenneté"}),
        ("PF", {(3, 5): "Arrivée de l'Évangile", (4, 3): "Vendredi saint", (11, 20): "Matāri'i"}),
    ],
)
def test_territories_with_laws_of_their_own_keep_what_these_say(place: str, own: dict[tuple[int, int], str]) -> None:
    assert compute_days("FR", place, 2026, 2026) == in_2026(FRENCH | own)


def test_easter_monday_moves_from_year_to_year() -> None:
    days = compute_days("FR", "", 2026, 2027)

    easter = [observed.day for observed in days if observed.label == "Lundi de Pâques"]
    assert easter == [date(2026, 4, 6), date(2027, 3, 29)]


def test_two_holidays_on_one_day_are_both_there() -> None:
    days = compute_days("FR", "", 2008, 2008)

    labels = [observed.label for observed in days if observed.day == date(2008, 5, 1)]
    assert labels == ["Ascension", "Fête du Travail"]


def test_other_countries_have_theirs_in_their_own_language() -> None:
    days = compute_days("DE", "Bayern", 2026, 2026)

    assert ObservedDay(date(2026, 1, 6), "Heilige Drei Könige") in days


@pytest.mark.parametrize(
    ("country", "place", "code"),
    [
        ("FR", "", ""),
        ("FR", "  ", ""),
        ("FR", "Alsace-Moselle", "57"),
        ("fr", "moselle", "57"),
        ("FR", "alsace", "6AE"),
        ("FR", "6ae", "6AE"),
        ("FR", "Polynesie francaise", "PF"),
        ("DE", "Bayern", "BY"),
        ("MC", "", ""),
    ],
)
def test_a_place_goes_by_its_code(country: str, place: str, code: str) -> None:
    assert check_place(country, place) == code


def test_an_unknown_subdivision_is_refused_with_those_that_are_known() -> None:
    with refused(Kind.INVALID, r"'Bayern' is not a subdivision of FR\. .* 57 \(Alsace-Moselle\), .*974 \(La Réunion\)"):
        check_place("FR", "Bayern")


def test_a_subdivision_of_a_country_without_any_is_refused() -> None:
    with refused(Kind.INVALID, "MC has no subdivisions .* Leave the subdivision empty"):
        compute_days("MC", "Fontvieille", 2026, 2026)


@pytest.mark.parametrize("country", ["XX", "", "France"])
def test_an_unknown_country_is_refused(country: str) -> None:
    with refused(Kind.INVALID, "not known. Use a country's two-letter ISO code"):
        check_place(country, "")


def test_countries_and_their_parts_have_names() -> None:
    assert {"FR": "France", "US": "United States"}.items() <= known_countries().items()
    assert {"57": "Alsace-Moselle", "974": "La Réunion"}.items() <= known_places("FR").items()
    assert known_places("MC") == {}
    with refused(Kind.INVALID, r"The public holidays of '\?\?' are not known"):
        known_places("??")
