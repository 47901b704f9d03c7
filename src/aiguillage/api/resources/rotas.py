"""Rotas with their members, layers and overrides; who is on call, and when nobody is."""

from typing import Annotated

import msgspec

from aiguillage.api.operations import Asked, Nothing, Operations
from aiguillage.api.resources.facts import FactResource
from aiguillage.api.resources.shared import BASE, UNSET
from aiguillage.desk.rota_feeds import issue_rota_feed, revoke_rota_feed
from aiguillage.desk.rotas import list_gaps, show_duty
from aiguillage.domain import meanings
from aiguillage.domain.accounts import Role
from aiguillage.domain.meanings import means
from aiguillage.domain.moments import DAY, iso, parse_moment
from aiguillage.domain.oncall import Member
from aiguillage.domain.queues import ROTA

TAG = "Rotas"
OPERATIONS = Operations(TAG)
PATH = f"{BASE}/rotas"
MONTHS = 92 * DAY
"""How far gaps are looked for where nobody says."""


class OnCallQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The moment that is asked about; now if it is left out."""

    at: Annotated[
        str | msgspec.UnsetType, means("The moment asked about, ISO 8601 with an offset; now if left out.")
    ] = UNSET


class DutyTold(msgspec.Struct, frozen=True, kw_only=True):
    """Who is on duty, what says so (a layer, `override`, `calendar`), until when, and who comes then.

    `member` is null in a gap, `until` when that never changes, as far as is set.
    """

    member: Annotated[Member | None, means("Who is on duty; null in a gap.")]
    source: Annotated[str, means("What says so: the name of a layer, `override` or `calendar`.", "Semaines")]
    until: Annotated[
        str | None, means("Until when; null if that never changes, as far as is set.", "2026-11-30T08:00:00Z")
    ]
    next: Annotated[Member | None, means("Who comes then; null for nobody.")]


class GapsQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """From which moment to which; from now on, and for three months, if they are left out."""

    from_: Annotated[
        str | msgspec.UnsetType, means("From this moment on, ISO 8601 with an offset. Now if left out.")
    ] = UNSET
    to: Annotated[str | msgspec.UnsetType, means("Before this moment, alike. Three months later if left out.")] = UNSET


class GapTold(msgspec.Struct, frozen=True):
    """A period in which nobody is on duty."""

    begins: Annotated[str | None, means("When it begins, ISO 8601 in UTC.", "2026-12-24T17:00:00Z")]
    ends: Annotated[str | None, means("When it ends, ISO 8601 in UTC.", "2026-12-26T08:00:00Z")]


class GapsTold(msgspec.Struct, frozen=True):
    """The periods in which nobody is on duty."""

    data: Annotated[list[GapTold], meanings.LIST]


class FeedTold(msgspec.Struct, frozen=True):
    """The secret in the address of a rota's feed, told this once: null when the answer is replayed."""

    secret: Annotated[
        str | None,
        means("The secret in the feed's address, told this once: null when the answer is replayed.", meanings.BEARER),
    ]


@OPERATIONS.get(f"{PATH}/{{id}}/on-call", "showOnCall", needs=Role.READ)
def _on_call(asked: Asked[OnCallQuery, None]) -> DutyTold:
    """Show who is on call."""
    at = asked.actor.at if asked.query.at is UNSET else parse_moment(asked.query.at, "at")
    duty = show_duty(asked.db, asked.actor, asked.account, asked.id(), at)
    return DutyTold(member=duty.member, source=duty.source, until=iso(duty.until), next=duty.next)


@OPERATIONS.get(f"{PATH}/{{id}}/gaps", "listGaps", needs=Role.READ, apart=0)
def _gaps(asked: Asked[GapsQuery, None]) -> GapsTold:
    """List when nobody is on call."""
    query = asked.query
    begin = asked.actor.at if query.from_ is UNSET else parse_moment(query.from_, "from")
    end = begin + MONTHS if query.to is UNSET else parse_moment(query.to, "to")
    gaps = list_gaps(asked.db, asked.actor, asked.account, asked.id(), begin, end)
    return GapsTold([GapTold(iso(since), iso(until)) for since, until in gaps])


@OPERATIONS.post(f"{PATH}/{{id}}/feed", "issueRotaFeed", needs=Role.MANAGE, hides=("secret",))
def _issue(asked: Asked[Nothing, None]) -> FeedTold:
    """Issue the secret of a rota's feed.

    In place of the one before. The feed is at /feeds/rotas/{secret}.ics.
    """
    return FeedTold(issue_rota_feed(asked.db, asked.actor, asked.account, asked.id()))


@OPERATIONS.delete(f"{PATH}/{{id}}/feed", "revokeRotaFeed", status=204, needs=Role.MANAGE)
def _revoke(asked: Asked[Nothing, None]) -> None:
    """End a rota's feed."""
    revoke_rota_feed(asked.db, asked.actor, asked.account, asked.id())


ROTAS = FactResource(
    path=PATH,
    noun="rota",
    plural="the rotas",
    sent="A rota as it is sent; each of the lists takes the place of the whole list before.",
    told="A rota as it is answered.",
    tag=TAG,
    kind=ROTA,
    example={
        "code": "nuit",
        "name": "Nuit",
        "members": [{"name": "Ana Roche", "number": "06 39 98 12 01"}],
        "layers": [{"name": "Semaines", "members": ["Ana Roche"], "start": "2026-11-02", "handover": "09:00"}],
    },
    change={"name": "Renfort de semaine"},
)
