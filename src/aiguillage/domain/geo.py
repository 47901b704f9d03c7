"""Geography: zones typed by the caller, or told by the caller's number, and the destinations of each."""

import re
from collections.abc import Iterable, Mapping
from itertools import repeat
from typing import Annotated, Any

import msgspec

from aiguillage.domain import meanings
from aiguillage.domain.accounts import Account
from aiguillage.domain.beside import having, one_of, own_key, reference_key
from aiguillage.domain.contacts import NO_SELECT, Select, parse_destination, parse_text
from aiguillage.domain.errors import conflict, invalid
from aiguillage.domain.geo_models import GeoModel, model_named
from aiguillage.domain.meanings import means
from aiguillage.domain.problems import Code
from aiguillage.domain.steps import Steps, batches, finish, let_go

MOST_ZONES = 5_000
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")


class ZoneSent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A zone as models have it; the name is for people."""

    code: Annotated[str, means("The zone's code, as it is typed or begins a number.", "35")]
    name: Annotated[str | msgspec.UnsetType | None, means("What the zone is called.", "Ille-et-Vilaine")] = (
        msgspec.UNSET
    )


def _codes(zones: Iterable[Any], _field: str) -> list[str]:
    return [zone if isinstance(zone, str) else zone["code"] for zone in zones]


def _parse_model(model: object, _field: str) -> str:
    return model_named(str(model)).key


def _id_of_model(key: str) -> int:
    return model_named(key).id


class GeoList(msgspec.Struct, frozen=True, kw_only=True):
    """Zones of one model, and four destinations for callers whose zone is not in the list."""

    code: Annotated[str, means("The list's code, which call flows name it by.", "agences", wire="list_id")]
    name: Annotated[str, means("The list's name, for people.", "Agences", wire="list_name")]
    model: Annotated[
        str,
        means(
            "The id of the geo model: what the list's zones are.",
            1,
            wire="geo_routing_model_id",
            type=int,
            parse=_parse_model,
            show=_id_of_model,
        ),
    ]
    fallback: Annotated[
        Select,
        means(
            "Destination # of callers who are in none of the list's zones; null for none.",
            meanings.FOUR,
            wire="fallback_destination_#",
        ),
    ] = NO_SELECT


class GeoDestination(msgspec.Struct, frozen=True, kw_only=True):
    """Some zones of a list, and their four destinations. `geo_list` is the list's id."""

    geo_list: Annotated[int, means("The id of the geo list: the one in the path.", 12, wire="geo_routing_list_id")]
    zones: Annotated[
        tuple[str, ...],
        means(
            "The zones: codes, or objects with `code`.",
            ["35", "56"],
            shown=means("The codes of the zones.", ["35", "56"]),
            sent=list[str | ZoneSent],
            parse=_codes,
        ),
    ]
    nickname: Annotated[str, means("What people call these zones.", "Bretagne")] = ""
    select: Annotated[
        Select, means("Destination # of callers from these zones; null for none.", meanings.FOUR, wire="destination_#")
    ] = NO_SELECT


class Zone(msgspec.Struct, frozen=True, gc=False):
    """Where a list sends a caller: the destinations of `zone`; with `fallback`, those for callers in no zone."""

    select: Select
    zone: str | None
    nickname: str
    fallback: bool


class _Compiled(msgspec.Struct, frozen=True):
    """A list ready to be asked: the destination of each zone, and the lengths of reading to look up, longest first."""

    model: GeoModel
    zones: dict[str, GeoDestination]
    lengths: tuple[int, ...]
    fallback: Zone

    def find(self, value: str) -> Zone:
        """The zone that a typed value tells, else the fallback."""
        return self.zone_of(self.model.reading(value))

    def zone_of(self, reading: str) -> Zone:
        """The zone of what is read, else the fallback.

        A reading shorter than a length is looked up whole: it is then the longest zone that begins it.
        """
        for length in self.lengths:
            zone = reading[:length]
            found = self.zones.get(zone)
            if found is not None:
                return Zone(found.select, zone, found.nickname, fallback=False)
        return self.fallback


class Geography:
    """An account's geo lists, compiled once.

    `by_kind` has the account's facts by kind and id; `geo_list` and `geo_destination` are read, checked before.
    """

    def __init__(self, by_kind: Mapping[str, Mapping[int, Any]]) -> None:
        self._lists: dict[int, _Compiled] = {}
        self._ids: dict[str, int] = {}
        finish(self.read(by_kind))

    def read(self, by_kind: Mapping[str, Mapping[int, Any]]) -> Steps[None]:
        """Takes up the facts, in steps; until the last one nothing is found."""
        lists: Mapping[int, GeoList] = by_kind.get("geo_list", {})
        zones: dict[int, dict[str, GeoDestination]] = {list_id: {} for list_id in lists}
        lengths: dict[int, set[int]] = {list_id: set() for list_id in lists}
        for fact in by_kind.get("geo_destination", {}).values():
            for batch in batches(fact.zones):
                zones.setdefault(fact.geo_list, {}).update(zip(batch, repeat(fact)))
                lengths.setdefault(fact.geo_list, set()).update(map(len, batch))
                yield
        self._lists = {list_id: _compiled(fact, zones[list_id], lengths[list_id]) for list_id, fact in lists.items()}
        ids = {str(list_id): list_id for list_id in lists}
        self._ids = ids | {fact.code.lower(): list_id for list_id, fact in lists.items()}

    def let_go(self) -> Steps[None]:
        """Frees the zones, in steps, once nobody asks any more."""
        for compiled in self._lists.values():
            yield from let_go(compiled.zones)

    def list_named(self, text: str) -> int | None:
        """The id of the list with that code, in any case, else with that id; None when there is none."""
        return self._ids.get(text.strip().lower())

    def find(self, list_id: int, value: str) -> Zone:
        """The zone that a typed value tells (contracts/cx-engine.md, 'Model matching'), else the list's fallback.

        Raises KeyError for an unknown list.
        """
        return self._lists[list_id].find(value)

    def find_by_number(self, list_id: int, number: str | None) -> Zone | None:
        """The zone that a caller's number tells, else the list's fallback.

        None where the list does not read numbers, or the number is none in E.164: withheld, an extension, not given.
        Raises KeyError for an unknown list.
        """
        compiled = self._lists[list_id]
        if not compiled.model.reads_numbers or number is None or not number.startswith("+"):
            return None
        return compiled.zone_of(number[1:])


def _compiled(fact: GeoList, zones: dict[str, GeoDestination], lengths: set[int]) -> _Compiled:
    model = model_named(fact.model)
    return _Compiled(model, zones, model.lengths(lengths), Zone(fact.fallback, None, "", fallback=True))


def check_geo_list(
    fact: GeoList, fact_id: int | None, by_kind: Mapping[str, Mapping[int, Any]], account: Account
) -> GeoList:
    """The list as it is kept, if it makes sense beside the account's facts; `fact_id` is None for a new one.

    Raises Refusal(invalid, conflict).
    """
    code, model = fact.code.strip(), model_named(fact.model)
    if not _CODE.fullmatch(code):
        raise invalid(
            f"'{code[:40]}' is not the code of a geo list. Use up to 32 letters, digits, -, _ and dots, "
            "beginning with a letter or digit.",
            "code",
        )
    for other_id, other in by_kind.get("geo_list", {}).items():
        if other_id != fact_id and other.code.lower() == code.lower():
            raise conflict(f"{account.code} already has a geo list {other.code}. Choose another code.", Code.TAKEN)
    _check_model_stays(fact_id, model, by_kind)
    name, fallback = parse_text(fact.name, field="name"), _parse_select(fact.fallback, "fallback_destination")
    return GeoList(code=code, name=name, model=model.key, fallback=fallback)


def _check_model_stays(fact_id: int | None, model: GeoModel, by_kind: Mapping[str, Mapping[int, Any]]) -> None:
    """The zones of a list are zones of its model: it can change only while there are none."""
    before = one_of(by_kind, "geo_list", fact_id) if fact_id is not None else None
    if before is None or before.model == model.key:
        return
    if having(by_kind, "geo_destination", [reference_key("geo_list", fact_id)], _lists_of):
        raise conflict(
            f"The geo list {before.code} has zones of the model {before.model}. Remove its destinations "
            "before you change the model, or add another list."
        )


def _lists_of(fact: GeoDestination) -> tuple[str]:
    return (reference_key("geo_list", fact.geo_list),)


def zone_keys(fact: GeoDestination) -> list[str]:
    """What no other destination may have: each of its zones in its list."""
    return [own_key(fact.geo_list, zone) for zone in fact.zones]


def check_geo_destination(
    fact: GeoDestination, fact_id: int | None, by_kind: Mapping[str, Mapping[int, Any]], account: Account
) -> GeoDestination:
    """The destination as it is kept, if it makes sense beside the account's facts; `fact_id` is None for a new one.

    Raises Refusal(invalid, conflict).
    """
    geo_list = one_of(by_kind, "geo_list", fact.geo_list)
    if geo_list is None:
        raise invalid(
            f"{account.code} has no geo list {fact.geo_list}. Add it first, or name an existing one.",
            "geo_list",
        )
    kept = GeoDestination(
        geo_list=fact.geo_list,
        zones=_parse_zones(model_named(geo_list.model), fact.zones),
        nickname=parse_text(fact.nickname, field="nickname"),
        select=_parse_select(fact.select, "destination"),
    )
    _check_zones_free(kept, fact_id, by_kind, geo_list.code)
    return kept


def _check_zones_free(
    fact: GeoDestination, fact_id: int | None, by_kind: Mapping[str, Mapping[int, Any]], code: str
) -> None:
    """Raises Refusal(conflict) for a zone that another destination of the list has."""
    others = having(by_kind, "geo_destination", zone_keys(fact), zone_keys)
    taken = {zone: other for id_, other in others.items() if id_ != fact_id for zone in other.zones}
    twice = next((zone for zone in fact.zones if zone in taken), None)
    if twice is not None:
        other = taken[twice]
        name = f"'{other.nickname}'" if other.nickname else f"the destination of zone {other.zones[0]}"
        raise conflict(
            f"Zone {twice} is already in {name} of the geo list {code}. Remove it from one of the two.", Code.TAKEN
        )


def _parse_zones(model: GeoModel, texts: Iterable[str]) -> tuple[str, ...]:
    """The zones as they are compared, in the order given."""
    zones: dict[str, None] = {}
    for text in texts:
        zone = model.parse_zone(text)
        if zone in zones:
            raise invalid(f"Zone {zone} is given twice. Give it once.", "zones")
        zones[zone] = None
    if not zones:
        raise invalid(f"No zone is given. Give at least one: {model.zone_form}.", "zones", beside=("zones",))
    if len(zones) > MOST_ZONES:
        message = f"There are {len(zones)} zones. Give up to {MOST_ZONES}, or shorter zones that hold several."
        raise invalid(message, "zones")
    return tuple(zones)


def _parse_select(select: Select, field: str) -> Select:
    first, second, third, fourth = (
        None if text is None else parse_destination(text, f"{field}_{n}") for n, text in enumerate(select, start=1)
    )
    return first, second, third, fourth
