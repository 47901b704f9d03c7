"""Geography: zones typed by the caller, or told by the caller's number, and the destinations of each."""

import msgspec

from aiguillage.domain.contacts import NO_SELECT, Select


class GeoList(msgspec.Struct, frozen=True, kw_only=True):
    """Zones of one model, and four destinations for callers whose zone is not in the list."""

    code: str
    name: str
    model: str
    fallback: Select = NO_SELECT


class GeoDestination(msgspec.Struct, frozen=True, kw_only=True):
    """Some zones of a list, and their four destinations. `geo_list` is the list's id."""

    geo_list: int
    zones: tuple[str, ...]
    nickname: str = ""
    select: Select = NO_SELECT
