"""The geo models that are shipped: which zones there are, and how what a caller types or calls from is read as one.

Matching is that of contracts/cx-engine.md, 'Model matching'.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

import msgspec
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from aiguillage.domain.errors import invalid
from aiguillage.domain.meanings import means
from aiguillage.domain.numbering import kept_beginning

Method = Literal["exact", "prefix"]
Position = Literal["start", "end"]
_NEITHER = re.compile(r"[\W_]+")
"""What is neither digit nor letter."""

_DEPARTMENTS = """
01 Ain, 02 Aisne, 03 Allier, 04 Alpes-de-Haute-Provence, 05 Hautes-Alpes, 06 Alpes-Maritimes, 07 Ardèche, 08 Ardennes,
09 Ariège, 10 Aube, 11 Aude, 12 Aveyron, 13 Bouches-du-Rhône, 14 Calvados, 15 Cantal, 16 Charente,
17 Charente-Maritime, 18 Cher, 19 Corrèze, 2A Corse-du-Sud, 2B Haute-Corse, 21 Côte-d'Or, 22 Côtes-d'Armor, 23 Creuse,
24 Dordogne, 25 Doubs, 26 Drôme, 27 Eure, 28 Eure-et-Loir, 29 Finistère, 30 Gard, 31 Haute-Garonne, 32 Gers,
33 Gironde, 34 Hérault, 35 Ille-et-Vilaine, 36 Indre, 37 Indre-et-Loire, 38 Isère, 39 Jura, 40 Landes,
41 Loir-et-Cher, 42 Loire, 43 Haute-Loire, 44 Loire-Atlantique, 45 Loiret, 46 Lot, 47 Lot-et-Garonne, 48 Lozère,
49 Maine-et-Loire, 50 Manche, 51 Marne, 52 Haute-Marne, 53 Mayenne, 54 Meurthe-et-Moselle, 55 Meuse, 56 Morbihan,
57 Moselle, 58 Nièvre, 59 Nord, 60 Oise, 61 Orne, 62 Pas-de-Calais, 63 Puy-de-Dôme, 64 Pyrénées-Atlantiques,
65 Hautes-Pyrénées, 66 Pyrénées-Orientales, 67 Bas-Rhin, 68 Haut-Rhin, 69 Rhône, 70 Haute-Saône, 71 Saône-et-Loire,
72 Sarthe, 73 Savoie, 74 Haute-Savoie, 75 Paris, 76 Seine-Maritime, 77 Seine-et-Marne, 78 Yvelines, 79 Deux-Sèvres,
80 Somme, 81 Tarn, 82 Tarn-et-Garonne, 83 Var, 84 Vaucluse, 85 Vendée, 86 Vienne, 87 Haute-Vienne, 88 Vosges,
89 Yonne, 90 Territoire de Belfort, 91 Essonne, 92 Hauts-de-Seine, 93 Seine-Saint-Denis, 94 Val-de-Marne,
95 Val-d'Oise, 971 Guadeloupe, 972 Martinique, 973 Guyane, 974 La Réunion, 975 Saint-Pierre-et-Miquelon, 976 Mayotte,
977 Saint-Barthélemy, 978 Saint-Martin, 986 Wallis-et-Futuna, 987 Polynésie française, 988 Nouvelle-Calédonie
"""
_POSTAL_EXCEPTIONS = """
20 Corse, 200 Corse-du-Sud, 201 Corse-du-Sud, 202 Haute-Corse, 206 Haute-Corse, 97133 Saint-Barthélemy,
97150 Saint-Martin
"""
"""Where a postal code does not begin with its department's number."""

_UNPOSTAL = frozenset({"2A", "2B", "977", "978"})
"""Departments and collectivities that those stand for."""


class ZoneName(msgspec.Struct, frozen=True):
    """A zone of a model and what it is called."""

    code: Annotated[str, means("The zone's code, as it is typed or begins a number.", "35")]
    name: Annotated[str, means("What the zone is called.", "Ille-et-Vilaine")]


class GeoModel(msgspec.Struct, frozen=True):
    """A way to read zones. `zones` are those with names; all that match `zone_pattern` can be in a list.

    `reads_numbers`: zones are the beginnings of numbers in E.164, so a caller's number tells the zone too.
    `zone_form` tells people how a zone is written.
    """

    id: int
    key: str
    name: str
    max_length: int
    match_method: Method
    match_position: Position
    zones: tuple[ZoneName, ...]
    reads_numbers: bool = False
    zone_pattern: str = "[0-9A-Z]+"
    zone_form: str = "digits and letters"

    def reading(self, value: str) -> str:
        """The part of a typed value or number that zones are compared with; empty when nothing in it can be one."""
        text = kept_beginning(self._plain(value)) if self.reads_numbers else self._plain(value)
        return text[: self.max_length] if self.match_position == "start" else text[-self.max_length :]

    def lengths(self, of_zones: Iterable[int]) -> tuple[int, ...]:
        """How much of a reading to compare with zones of those lengths: one after the other, the longest first."""
        if self.match_method == "exact":
            return (self.max_length,)
        return tuple(sorted(set(of_zones), reverse=True))

    def parse_zone(self, text: str) -> str:
        """A zone as it is compared. Raises Refusal(invalid): a zone that no caller can be in is a mistake."""
        zone = self._plain(text)
        if "(0)" in text or not re.fullmatch(self.zone_pattern, zone):
            raise invalid(f"'{text[:40]}' is not a zone of the model {self.key}. Write {self.zone_form}.", "zones")
        return kept_beginning(zone) if self.reads_numbers else zone

    def _plain(self, text: str) -> str:
        """Digits and letters in upper case; no number begins with zeros, so `00` before one is what is dialled."""
        plain = (text if text.isalnum() else _NEITHER.sub("", text)).upper()
        return plain.removeprefix("00") if self.reads_numbers else plain


def _named(text: str) -> Iterator[ZoneName]:
    for entry in text.split(","):
        code, _, name = " ".join(entry.split()).partition(" ")
        yield ZoneName(code, name)


def _postal_zones() -> Iterator[ZoneName]:
    """The beginnings of postal codes by department: what a postal code tells of where somebody is."""
    yield from (zone for zone in _named(_DEPARTMENTS) if zone.code not in _UNPOSTAL)
    yield from _named(_POSTAL_EXCEPTIONS)


def _calling_codes() -> Iterator[ZoneName]:
    """Every calling code, named by the ISO countries that use it; `001` is the library's name for the whole world."""
    for code, regions in COUNTRY_CODE_TO_REGION_CODE.items():
        yield ZoneName(str(code), ", ".join("international" if region == "001" else region for region in regions))


_DEPARTMENT_ZONES = tuple(_named(_DEPARTMENTS))
MODELS: tuple[GeoModel, ...] = (
    GeoModel(
        id=1,
        key="fr-departments",
        name="French departments",
        max_length=3,
        # Not `exact`: whoever types a whole postal code is found in its department all the same.
        match_method="prefix",
        match_position="start",
        zones=_DEPARTMENT_ZONES,
        zone_pattern="|".join(zone.code for zone in _DEPARTMENT_ZONES),
        zone_form="a department's number, as in 01, 2A or 974",
    ),
    GeoModel(
        id=2,
        key="fr-postal-codes",
        name="French postal codes",
        max_length=5,
        match_method="prefix",
        match_position="start",
        zones=tuple(sorted(_postal_zones(), key=lambda zone: zone.code)),
        zone_pattern="[0-9]{1,5}",
        zone_form="the first one to five digits of postal codes, as in 75 or 75011",
    ),
    GeoModel(
        id=3,
        key="e164-prefixes",
        name="Number prefixes (E.164)",
        max_length=15,
        match_method="prefix",
        match_position="start",
        zones=tuple(_calling_codes()),
        reads_numbers=True,
        zone_pattern="[1-9][0-9]{0,14}",
        zone_form="+ and the country code, then digits, without (0), as in +33 or +33 1 99",
    ),
)
"""What lists are made of. Accounts' lists keep the keys and the API tells the ids, so both stay as they are."""

_BY_NAME = {str(model.id): model for model in MODELS} | {model.key: model for model in MODELS}


def model_named(text: str) -> GeoModel:
    """The model with that key or id. Raises Refusal(invalid) with the list of them."""
    model = _BY_NAME.get(text.strip().lower())
    if model is None:
        keys = ", ".join(model.key for model in MODELS)
        raise invalid(f"'{text[:40]}' is not a geo model. Choose one of: {keys}.", "model")
    return model
