"""Public holidays of a country and subdivision, movable feasts included, as the holidays package computes them."""

import unicodedata
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from aiguillage.domain.errors import invalid

if TYPE_CHECKING:
    from holidays import HolidayBase

_FRIENDLY = {"FR": {"Alsace-Moselle": "57"}}
"""Names that people use and the package does not know. Alsace and Moselle have the same holidays."""

_SCHOELCHER = "Fête de Victor Schoelcher"
_CUSTOMS = {
    ("FR", "971"): frozenset({"Mi-Carême", "Vendredi saint", _SCHOELCHER}),
    ("FR", "972"): frozenset({_SCHOELCHER}),
    ("FR", "MF"): frozenset({_SCHOELCHER}),
}
"""What the package has beside the days of the law: days that are kept by custom, on which offices are open.

Law of 30 June 1983 and decree 83-1003: overseas the eleven days of the code of labour, and the end of slavery.
"""


class ObservedDay(msgspec.Struct, frozen=True):
    """A public holiday as it was computed."""

    day: date
    label: str


def compute_days(country: str, subdivision: str, first_year: int, last_year: int) -> tuple[ObservedDay, ...]:
    """The public holidays of some years, both included, by day, their labels in the country's own language.

    The subdivision is a code of ISO 3166-2 or a name, empty for the country as a whole. Raises Refusal(invalid).
    """
    from holidays import country_holidays  # noqa: PLC0415 - heavy, and only the desk computes

    place = check_place(country, subdivision)
    days = country_holidays(
        country.upper(),
        subdiv=place or None,
        years=range(first_year, last_year + 1),
        language=_country(country).default_language,
    )
    found = (ObservedDay(day, label) for day in sorted(days) for label in sorted(days.get_list(day)))
    return tuple(one for one in found if not is_custom(country, place, one.label))


def is_custom(country: str, place: str, label: str) -> bool:
    """Whether a day is kept by custom, not by law, in a country's subdivision of that code."""
    return label in _CUSTOMS.get((country.upper(), place), ())


def check_place(country: str, subdivision: str) -> str:
    """The subdivision's code, empty for none. Raises Refusal(invalid) with the subdivisions that are known."""
    names = _names(_country(country))
    by_letters = {_letters(name): code for name, code in names.items()}
    place = _letters(subdivision)
    if not place:
        return ""
    if place not in by_letters:
        raise invalid(_unknown(country, subdivision, names), "subdivision", beside=("country",))
    return by_letters[place]


def known_countries() -> dict[str, str]:
    """The countries whose public holidays are known: two-letter code -> English name, by name."""
    from holidays.registry import COUNTRIES  # noqa: PLC0415 - heavy, and only the desk asks

    names = {codes[1]: module.replace("_", " ").title() for module, codes in COUNTRIES.items()}
    return dict(sorted(names.items(), key=lambda one: one[1]))


def known_places(country: str) -> dict[str, str]:
    """A country's subdivisions with holidays of their own: code -> longest name. Raises Refusal(invalid)."""
    return _longest_names(_names(_country(country)))


def _names(known: "HolidayBase") -> dict[str, str]:
    """The subdivisions' codes by all their names."""
    return {code: code for code in known.subdivisions} | known.subdivisions_aliases | _FRIENDLY.get(known.country, {})


def _longest_names(names: dict[str, str]) -> dict[str, str]:
    return {code: max((name for name in names if names[name] == code), key=len) for code in names.values()}


def _country(country: str) -> "HolidayBase":
    from holidays import country_holidays  # noqa: PLC0415 - heavy, and only the desk computes

    try:
        return country_holidays(country.upper())
    except NotImplementedError:
        raise invalid(
            f"The public holidays of '{country[:10]}' are not known. Use a country's two-letter ISO code, as in FR.",
            "country",
        ) from None


def _unknown(country: str, subdivision: str, names: dict[str, str]) -> str:
    if not names:
        return f"{country} has no subdivisions with holidays of their own. Leave the subdivision empty."
    words = (code if name == code else f"{code} ({name})" for code, name in _longest_names(names).items())
    return (
        f"'{subdivision[:40]}' is not a subdivision of {country}. Choose one of: {', '.join(words)}; or leave it empty."
    )


def _letters(text: str) -> str:
    """A name as it is compared: without accents, blanks at its ends and upper case."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.strip().casefold()) if not unicodedata.combining(c))
