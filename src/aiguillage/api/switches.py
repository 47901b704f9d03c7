"""Switches for phones: `/api/v2/switches/{code}`, asked and flipped by whoever has a switch's code."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Annotated, Literal
from urllib.parse import parse_qsl

import msgspec
from litestar import HttpMethod, Request, Response
from litestar.datastructures import State
from litestar.enums import MediaType, RequestEncodingType
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.handlers import HTTPRouteHandler, route

from aiguillage.api.described import refusal
from aiguillage.api.health import NOT_KEPT, READ
from aiguillage.api.moments import now
from aiguillage.api.problems import too_long
from aiguillage.desk.switches import ACTIONS, SwitchState, flip_by_code, switch_by_code
from aiguillage.domain.described import JSON, TEXT, Answer, Content, Described, Tag
from aiguillage.domain.errors import invalid
from aiguillage.domain.meanings import example_of, means
from aiguillage.domain.moments import iso, parse_moment
from aiguillage.lanes import Lanes
from aiguillage.storage.sqlite.engine import Database

TAG = Tag("Switches", "Flipped from a phone, by whoever has a switch's code.")
STATE = "state"
FORMATS = ("json", "raw")
LONGEST_FORM = 4096
"""Bytes."""

DESCRIPTION = (
    "A switch's code is a secret that stands for this one switch: it takes no token, and can do nothing else. "
    "`do=on`, `off` and `toggle` flip the switch, with `until` for a time only; without `do` it says how it is. "
    "POST takes the same as a form, which goes before the query. "
    "Phones that can only GET flip with GET; HEAD never flips. A flip shows in the next call."
)


class SwitchAnswer(msgspec.Struct, frozen=True):
    """How a switch is; `until` is there while it is on for a time only."""

    switch: Annotated[str, means("The switch's name.", "Panne")]
    on: Annotated[bool, means("Whether the switch is on.", True)]
    until: Annotated[
        str | None,
        means("When it goes off again by itself, ISO 8601 in UTC; null for none.", "2026-11-24T17:00:00Z"),
    ]
    destination: Annotated[str, means("Where calls go while the switch is on.", "299")]


class Asked(msgspec.Struct, frozen=True):
    """What is asked of a switch."""

    do: Annotated[str, means("`on`, `off`, `toggle` or `state`.")] = STATE
    until: Annotated[
        str | None, means("When it goes off again by itself, ISO 8601 with an offset: `2026-11-24T18:00:00+01:00`.")
    ] = None
    format: Annotated[str, means("`json`, or `raw`: `1` for on, `0` for off.")] = "json"


KNOWN = Asked.__struct_fields__
GET = Described(
    path="/api/v2/switches/{code}",
    name="switch",
    tag=TAG.name,
    summary="How a switch is; flip it",
    description=DESCRIPTION,
    within={"code": Annotated[str, means("The switch's code: `aiguillage switch code`.")]},
    query=Asked,
    answers={
        "200": Answer(
            "How the switch is now; with `format=raw` as `1` or `0` in plain text.",
            {JSON: Content(SwitchAnswer, example_of(SwitchAnswer)), TEXT: Content(Literal["0", "1"], "1")},
            ("Cache-Control",),
        ),
        "400": "Refused400",
        "404": refusal(404, "No switch has this code, or the code has been revoked."),
        "413": refusal(413, "The form is far longer than a switch needs."),
        "422": refusal(422, "What is asked for is not clear, or `until` has passed."),
    },
    public=True,
)
OPERATIONS = (GET, msgspec.structs.replace(GET, method="POST", name="postSwitch"))


def switch_route(db: Database, lanes: Lanes) -> HTTPRouteHandler:
    """`/api/v2/switches/{code}`."""

    @route(
        "/api/v2/switches/{code:str}",
        http_method=(*READ, HttpMethod.POST),
        status_code=HTTPStatus.OK,
        cache_control=NOT_KEPT,
        request_max_body_size=LONGEST_FORM,
        exception_handlers={RequestEntityTooLarge: lambda request, _error: too_long(LONGEST_FORM).to_response(request)},
    )
    async def switch(request: Request[None, None, State]) -> Response[SwitchAnswer]:
        code, given = request.path_params["code"], _once(request.query_params.multi_items())
        form = await _form(request) if request.method == HttpMethod.POST else {}
        asked = Asked(**{name: one for name, one in (given | form).items() if name in KNOWN})
        if request.method == HttpMethod.HEAD:
            asked = msgspec.structs.replace(asked, do=STATE)
        lane = lanes.admitting if asked.do == STATE else lanes.phones
        return await lane.carry(code, _answer, db, code, asked)

    return switch


async def _form(request: Request[None, None, State]) -> dict[str, str]:
    """The fields of a form, if there is one. Raises Refusal(invalid)."""
    body = await request.body()
    if body and request.content_type[0] != RequestEncodingType.URL_ENCODED:
        raise invalid(f"The body is not a form. Send {RequestEncodingType.URL_ENCODED.value}, or leave it empty.")
    return _once(parse_qsl(body.decode(errors="replace")))


def _once(given: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What is given, each with one value. Raises Refusal(invalid): nobody knows which of two is meant."""
    found: dict[str, str] = {}
    for name, value in given:
        if found.setdefault(name, value) != value:
            raise invalid(f"{name[:20]} is given twice with different values. Give it once.")
    return found


def _answer(db: Database, code: str, asked: Asked) -> Response[SwitchAnswer]:
    """Does what is asked. Raises Refusal."""
    if asked.do != STATE and asked.do not in ACTIONS:
        raise invalid(
            f"'{asked.do[:20]}' is not an action of a switch. Choose one of: {', '.join(ACTIONS)}, {STATE}.", "do"
        )
    if asked.format not in FORMATS:
        raise invalid(f"'{asked.format[:20]}' is not a format. Choose one of: {', '.join(FORMATS)}.", "format")
    at = now()
    state = switch_by_code(db, code, at) if asked.do == STATE else _flipped(db, code, asked, at)
    if asked.format == "raw":
        return Response("1" if state.on else "0", media_type=MediaType.TEXT)  # type: ignore[arg-type] # no JSON this time
    return Response(SwitchAnswer(state.name, state.on, iso(state.until), state.destination))


def _flipped(db: Database, code: str, asked: Asked, at: int) -> SwitchState:
    until = None if not asked.until else parse_moment(asked.until, "until")
    return flip_by_code(db, code, asked.do, at, until)
