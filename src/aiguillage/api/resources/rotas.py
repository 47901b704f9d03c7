"""Rotas with their members, layers and overrides; who is on call, and when nobody is."""

from datetime import datetime
from typing import Any

import msgspec

from aiguillage.api.operations import Asked, Operation
from aiguillage.api.resources.shared import BASE, UNSET, Body, FactResource, Number, Text, read_day, read_end, read_time
from aiguillage.desk.rota_feeds import issue_rota_feed, revoke_rota_feed
from aiguillage.desk.rotas import list_gaps, show_duty
from aiguillage.domain.accounts import Role
from aiguillage.domain.errors import invalid
from aiguillage.domain.moments import DAY, iso, parse_moment
from aiguillage.domain.oncall import Member
from aiguillage.domain.queues import ROTA
from aiguillage.storage.facts import Kept

TAG = "Rotas"
PATH = f"{BASE}/rotas"
MONTHS = 92 * DAY
"""How far gaps are looked for where nobody says."""


class MemberBody(Body, frozen=True, kw_only=True):
    """Somebody who can be on call."""

    name: str
    number: str
    email: str = ""


class WindowBody(Body, frozen=True, kw_only=True):
    """When a layer is set: on a day of the week, 1 Monday .. 7 Sunday, from a time to a time."""

    day_of_week: int
    start_time: str
    end_time: str


class LayerBody(Body, frozen=True, kw_only=True):
    """Members who take turns of `every` days or weeks, from `start` at `handover` on, in their order."""

    name: str
    members: list[str]
    every: int = 1
    unit: str = "weeks"
    start: str
    handover: str = "09:00:00"
    end: str | None = None
    windows: list[WindowBody] = msgspec.field(default_factory=list)


class OverrideBody(Body, frozen=True, kw_only=True):
    """Somebody takes over from one moment to another, by the account's clock unless an offset is given."""

    begins: str
    ends: str
    member: str


class RotaBody(Body, frozen=True):
    """A rota as it is sent; each of the lists takes the place of the whole list before."""

    code: Text = UNSET
    name: Text = UNSET
    members: list[MemberBody] | msgspec.UnsetType | None = UNSET
    layers: list[LayerBody] | msgspec.UnsetType | None = UNSET
    overrides: list[OverrideBody] | msgspec.UnsetType | None = UNSET
    level2_id: Number = UNSET


class RotaShown(msgspec.Struct, frozen=True, kw_only=True):
    """A rota as it is answered."""

    id: int
    code: str
    name: str
    members: list[MemberBody]
    layers: list[LayerBody]
    overrides: list[OverrideBody]
    level2_id: int | None
    customer_id: int


class OnCallQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The moment that is asked about; now if it is left out."""

    at: str | msgspec.UnsetType = UNSET


class DutyTold(msgspec.Struct, frozen=True, kw_only=True):
    """Who is on duty, what says so (a layer, `override`, `calendar`), until when, and who comes then.

    `member` is null in a gap, `until` when that never changes, as far as is set.
    """

    member: Member | None
    source: str
    until: str | None
    next: Member | None


class GapsQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """From which moment to which; from now on, and for three months, if they are left out."""

    from_: str | msgspec.UnsetType = UNSET
    to: str | msgspec.UnsetType = UNSET


class GapTold(msgspec.Struct, frozen=True):
    """A period in which nobody is on duty."""

    begins: str | None
    ends: str | None


class GapsTold(msgspec.Struct, frozen=True):
    """The periods in which nobody is on duty."""

    data: list[GapTold]


class FeedTold(msgspec.Struct, frozen=True):
    """The secret in the address of a rota's feed, told this once: null when the answer is replayed."""

    secret: str | None


def _read_members(members: list[MemberBody], _field: str) -> Any:  # noqa: ANN401 - JSON
    return msgspec.to_builtins(members)


def _read_layers(layers: list[LayerBody], field: str) -> list[dict[str, Any]]:
    return [_read_layer(layer, f"{field}.{place}") for place, layer in enumerate(layers)]


def _read_layer(layer: LayerBody, field: str) -> dict[str, Any]:
    windows = [
        msgspec.structs.asdict(window)
        | {
            name: read(getattr(window, name), f"{field}.windows.{place}.{name}")
            for name, read in (("start_time", read_time), ("end_time", read_end))
        }
        for place, window in enumerate(layer.windows)
    ]
    times = {
        "start": read_day(layer.start, f"{field}.start"),
        "handover": read_time(layer.handover, f"{field}.handover"),
        "end": None if layer.end is None else read_day(layer.end, f"{field}.end"),
    }
    return msgspec.structs.asdict(layer) | times | {"windows": windows}


def _read_overrides(overrides: list[OverrideBody], field: str) -> list[dict[str, Any]]:
    return [
        {
            "begins": _read_wall(override.begins, f"{field}.{place}.begins"),
            "ends": _read_wall(override.ends, f"{field}.{place}.ends"),
            "member": override.member,
        }
        for place, override in enumerate(overrides)
    ]


def _read_wall(text: str, field: str) -> str:
    try:
        return datetime.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise invalid(f"'{text[:40]}' is no date and time. Write 2026-12-24T18:00.", field) from None


def _tell(_asked: Asked, kept: Kept) -> dict[str, Any]:
    told = msgspec.to_builtins(kept.fact)
    lists = {"members": MemberBody, "layers": LayerBody, "overrides": OverrideBody}
    return {name: msgspec.convert(told[name], list[shape]) for name, shape in lists.items()}  # type: ignore[valid-type]


def _on_call(asked: Asked) -> DutyTold:
    at = asked.actor.at if asked.query.at is UNSET else parse_moment(asked.query.at, "at")
    duty = show_duty(asked.db, asked.actor, asked.account, asked.id(), at)
    return DutyTold(member=duty.member, source=duty.source, until=iso(duty.until), next=duty.next)


def _gaps(asked: Asked) -> GapsTold:
    query = asked.query
    begin = asked.actor.at if query.from_ is UNSET else parse_moment(query.from_, "from")
    end = begin + MONTHS if query.to is UNSET else parse_moment(query.to, "to")
    gaps = list_gaps(asked.db, asked.actor, asked.account, asked.id(), begin, end)
    return GapsTold([GapTold(iso(since), iso(until)) for since, until in gaps])


def _issue(asked: Asked) -> FeedTold:
    return FeedTold(issue_rota_feed(asked.db, asked.actor, asked.account, asked.id()))


def _revoke(asked: Asked) -> None:
    revoke_rota_feed(asked.db, asked.actor, asked.account, asked.id())


ROTAS = FactResource(
    path=PATH,
    noun="rota",
    plural="the rotas",
    tag=TAG,
    kind=ROTA,
    body=RotaBody,
    answer=RotaShown,
    names={"level2_id": "level2"},
    reads={"members": _read_members, "layers": _read_layers, "overrides": _read_overrides},
    tell=_tell,
    example={
        "code": "nuit",
        "name": "Nuit",
        "members": [{"name": "Ana Roche", "number": "06 39 98 12 01"}],
        "layers": [{"name": "Semaines", "members": ["Ana Roche"], "start": "2026-11-02", "handover": "09:00"}],
    },
    change={"name": "Renfort de semaine"},
)
OPERATIONS = (
    Operation(
        *("GET", f"{PATH}/{{id}}/on-call", "showOnCall", "Show who is on call", TAG, _on_call),
        query=OnCallQuery,
        answer=DutyTold,
        needs=Role.READ,
    ),
    Operation(
        *("GET", f"{PATH}/{{id}}/gaps", "listGaps", "List when nobody is on call", TAG, _gaps),
        query=GapsQuery,
        answer=GapsTold,
        needs=Role.READ,
        apart=0,
    ),
    Operation(
        *("POST", f"{PATH}/{{id}}/feed", "issueRotaFeed", "Issue the secret of a rota's feed", TAG, _issue),
        answer=FeedTold,
        needs=Role.MANAGE,
        hides=("secret",),
        description="In place of the one before. The feed is at /feeds/rotas/{secret}.ics.",
    ),
    Operation(
        *("DELETE", f"{PATH}/{{id}}/feed", "revokeRotaFeed", "End a rota's feed", TAG, _revoke),
        status=204,
        needs=Role.MANAGE,
    ),
)
