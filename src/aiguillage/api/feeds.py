"""Feeds that calendar programs subscribe to: a rota's shifts, under an address that is a secret itself."""

from typing import Annotated

from litestar import Request, Response
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler, route

from aiguillage.api.described import refusal
from aiguillage.api.forms import ICAL
from aiguillage.api.health import NOT_KEPT, READ
from aiguillage.api.moments import now
from aiguillage.compression import compressed
from aiguillage.desk.rota_feeds import rota_feed
from aiguillage.domain.described import Answer, Content, Described, Tag
from aiguillage.domain.errors import missing
from aiguillage.domain.meanings import means
from aiguillage.lanes import Lanes
from aiguillage.storage.sqlite.engine import Database

TAG = Tag("Feeds", "For calendar programs, under secret addresses.")
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


OPERATIONS = (
    Described(
        path="/feeds/rotas/{file}",
        name="rotaFeed",
        tag=TAG.name,
        summary="A rota's shifts as iCal",
        description=(
            "Who is on call, from 30 days ago to 180 days ahead, for calendar programs to subscribe to. "
            "Whoever has the address may read it: it takes no token."
        ),
        within={"file": Annotated[str, means("The feed's secret and `.ics`.")]},
        answers={
            "200": Answer(
                "An iCal calendar (RFC 5545) with an event for each shift.",
                {ICAL: Content(str, SHIFT)},
                ("Cache-Control",),
            ),
            "400": "Refused400",
            "404": refusal(404, "No feed has this address, or it has been revoked."),
        },
        public=True,
    ),
)


def feed_route(db: Database, lanes: Lanes) -> HTTPRouteHandler:
    """`/feeds/rotas/{secret}.ics`."""

    @route("/feeds/rotas/{file:str}", http_method=READ, media_type=ICAL, cache_control=NOT_KEPT)
    async def rota_feed_named(request: Request[None, None, State]) -> Response[bytes]:
        file = request.path_params["file"]
        if not file.endswith(SUFFIX):
            raise missing("A feed's address ends in .ics. Copy all of it.")
        accepted = request.headers.get("accept-encoding", "")
        return await lanes.reading.carry("feeds", _answer, db, file.removesuffix(SUFFIX), accepted)

    return rota_feed_named


def _answer(db: Database, secret: str, accepted: str) -> Response[bytes]:
    """The feed, compressed where that is worth it. Raises Refusal."""
    headers = {"Content-Disposition": 'attachment; filename="rota.ics"'}
    return compressed(Response(rota_feed(db, secret, now()), headers=headers), accepted)
