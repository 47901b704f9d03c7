"""Switches for phones: `/api/v2/switches/{code}`, asked and flipped by whoever has a switch's code."""

from typing import Annotated, Any

import msgspec
from litestar import HttpMethod, Request, Response
from litestar.concurrency import sync_to_thread
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler, route
from litestar.openapi import ResponseSpec
from litestar.params import PathParameter, QueryParameter

from aiguillage.api.health import NOT_KEPT, READ
from aiguillage.api.moments import iso, now, parse_moment
from aiguillage.api.problems import Problem
from aiguillage.desk.switches import ACTIONS, SwitchState, flip_by_code, switch_by_code
from aiguillage.domain.errors import invalid
from aiguillage.storage.engine import Database

TAG = "Switches"
PATH = "/api/v2/switches/{code:str}"
STATE = "state"
FORMATS = ("json", "raw")
LONGEST_FORM = 4096
"""Bytes."""

_DESCRIPTION = (
    "A switch's code is a secret that stands for this one switch: it takes no token, and can do nothing else. "
    "`do=on`, `off` and `toggle` flip the switch, with `until` for a time only; without `do` it says how it is. "
    "Phones that can only GET flip with GET; HEAD never flips. A flip shows in the next call."
)
_REFUSALS = {
    400: "What is asked for is not clear, or `until` has passed.",
    404: "No switch has this code, or the code has been revoked.",
}

Code = Annotated[str, PathParameter(description="The switch's code: `aiguillage switch code`.")]
Do = Annotated[str, QueryParameter(description="`on`, `off`, `toggle` or `state`.")]
Until = Annotated[
    str | None,
    QueryParameter(
        description="When it goes off again by itself, ISO 8601 with an offset: `2026-11-24T18:00:00+01:00`."
    ),
]
Format = Annotated[str, QueryParameter(name="format", description="`json`, or `raw`: `1` for on, `0` for off.")]


class SwitchAnswer(msgspec.Struct, frozen=True):
    """How a switch is; `until` is there while it is on for a time only."""

    switch: str
    on: bool
    until: str | None
    destination: str


class _Asked(msgspec.Struct, frozen=True):
    """What is asked of a switch."""

    do: str = STATE
    until: str | None = None
    format: str = "json"


def switch_routes(db: Database) -> list[HTTPRouteHandler]:
    """`/api/v2/switches/{code}`."""
    described: dict[str, Any] = {
        "cache_control": NOT_KEPT,
        "tags": [TAG],
        "description": _DESCRIPTION,
        "response_description": "How the switch is now; with `format=raw` as `1` or `0` in plain text.",
        "responses": {
            status: ResponseSpec(
                Problem, generate_examples=False, description=words, media_type="application/problem+json"
            )
            for status, words in _REFUSALS.items()
        },
    }

    @route(PATH, http_method=READ, summary="How a switch is; flip it", sync_to_thread=True, **described)
    def switch(
        request: Request[None, None, State],
        code: Code,
        do: Do = STATE,
        until: Until = None,
        shape: Format = "json",
    ) -> Response[SwitchAnswer]:
        asked = _Asked(do if request.method == HttpMethod.GET else STATE, until, shape)
        return _answer(db, code, asked)

    @route(
        PATH,
        http_method=[HttpMethod.POST],
        status_code=200,
        summary="Flip a switch",
        request_max_body_size=LONGEST_FORM,
        **described,
    )
    async def switch_flipped(
        request: Request[None, None, State],
        code: Code,
        do: Do = STATE,
        until: Until = None,
        shape: Format = "json",
    ) -> Response[SwitchAnswer]:
        form = await request.form()
        asked = _Asked(form.get("do", do), form.get("until", until), form.get("format", shape))
        return await sync_to_thread(_answer, db, code, asked)

    return [switch, switch_flipped]


def _answer(db: Database, code: str, asked: _Asked) -> Response[SwitchAnswer]:
    """Does what is asked. Raises Refusal."""
    if asked.do != STATE and asked.do not in ACTIONS:
        raise invalid(
            f"'{asked.do[:20]}' is nothing to do with a switch. Choose one of: {', '.join(ACTIONS)}, {STATE}."
        )
    if asked.format not in FORMATS:
        raise invalid(f"'{asked.format[:20]}' is no format. Choose one of: {', '.join(FORMATS)}.")
    at = now()
    state = switch_by_code(db, code, at) if asked.do == STATE else _flipped(db, code, asked, at)
    if asked.format == "raw":
        return Response("1" if state.on else "0", media_type="text/plain")  # type: ignore[arg-type] # no JSON this time
    return Response(SwitchAnswer(state.name, state.on, iso(state.until), state.destination))


def _flipped(db: Database, code: str, asked: _Asked, at: int) -> SwitchState:
    until = None if not asked.until else parse_moment(asked.until)
    return flip_by_code(db, code, asked.do, at, until)
