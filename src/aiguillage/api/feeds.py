"""Feeds that calendar programs subscribe to: a rota's shifts, under an address that is a secret itself."""

from typing import Annotated

from litestar import Request, Response
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler, route
from litestar.openapi import ResponseSpec
from litestar.params import PathParameter

from aiguillage.api.carrying import compressed
from aiguillage.api.health import NOT_KEPT, READ
from aiguillage.api.lanes import Lanes
from aiguillage.api.moments import now
from aiguillage.desk.rota_feeds import rota_feed
from aiguillage.domain.errors import missing
from aiguillage.domain.problems import MEDIA_TYPE, Problem
from aiguillage.storage.engine import Database

TAG = "Feeds"
SUFFIX = ".ics"
SHIFT = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//aiguillage//rota//EN
BEGIN:VEVENT
UID:astreinte-20261123@example.org
DTSTAMP:20261120T170000Z
DTSTART:20261123T080000Z
DTEND:20261130T080000Z
SUMMARY:Ana Roche
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def feed_route(db: Database, lanes: Lanes) -> HTTPRouteHandler:
    """`/feeds/rotas/{secret}.ics`."""

    @route(
        "/feeds/rotas/{file:str}",
        http_method=READ,
        media_type="text/calendar",
        cache_control=NOT_KEPT,
        tags=[TAG],
        summary="A rota's shifts as iCal",
        description=(
            "Who is on call, from 30 days ago to 180 days ahead, for calendar programs to subscribe to. "
            "Whoever has the address may read it: it takes no token."
        ),
        response_description="An iCal calendar (RFC 5545) with an event for each shift.",
        responses={
            404: ResponseSpec(
                Problem,
                generate_examples=False,
                description="No feed has this address, or it has been revoked.",
                media_type=MEDIA_TYPE,
            )
        },
    )
    async def rota_feed_named(
        request: Request[None, None, State],
        file: Annotated[str, PathParameter(description="The feed's secret and `.ics`.", title="SECRET.ics")],
    ) -> Response[bytes]:
        if not file.endswith(SUFFIX):
            raise missing("A feed's address ends in .ics. Copy all of it.")
        accepted = request.headers.get("accept-encoding", "")
        return await lanes.reading.carry("feeds", _answer, db, file.removesuffix(SUFFIX), accepted)

    return rota_feed_named


def _answer(db: Database, secret: str, accepted: str) -> Response[bytes]:
    """The feed, compressed where that is worth it. Raises Refusal."""
    headers = {"Content-Disposition": 'attachment; filename="rota.ics"'}
    return compressed(Response(rota_feed(db, secret, now()), headers=headers), accepted)
