"""`/openapi.json`, and `/docs`: the page that shows it and lets people try it. Every asset is our own."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

import msgspec
from litestar import Request, Response, Router
from litestar.datastructures import CacheControlHeader
from litestar.handlers import HTTPRouteHandler, route
from litestar.static_files import create_static_files_router

from aiguillage import __version__
from aiguillage.api.health import READ, TAG
from aiguillage.api.openapi import TITLE
from aiguillage.assets import FOR_EVER, fingerprint
from aiguillage.compression import compressed
from aiguillage.domain.described import JSON, Answer, Content, Described

HERE = Path(__file__).parent
STATIC = HERE / "static"
CHECKED = CacheControlHeader(no_cache=True)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy: the page gets and asks nothing but this server; the viewer's own icons are `data:`."""


OPERATION = Described(
    path="/openapi.json",
    name="openapi",
    tag=TAG.name,
    summary="This description",
    answers={
        "200": Answer(
            "An OpenAPI 3.1 document.",
            {JSON: Content(dict[str, Any], {"openapi": "3.1.0", "info": {"title": TITLE, "version": __version__}})},
            ("Cache-Control",),
        )
    },
    public=True,
)


def document_route(document: Callable[[], dict[str, Any]]) -> HTTPRouteHandler:
    """`/openapi.json`, made when it is first asked for: few workers ever are. Its bytes alone are kept."""

    @cache
    def written() -> bytes:
        return msgspec.json.encode(document())

    @route(OPERATION.path, http_method=READ, media_type="application/json", cache_control=CHECKED, sync_to_thread=True)
    def openapi(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
        answer: Response[Any] = Response(written(), media_type="application/json")
        return compressed(answer, request.headers.get("accept-encoding", ""))

    return openapi


def page_routes() -> list[HTTPRouteHandler | Router]:
    """`/docs` and its assets."""

    @cache
    def page() -> bytes:
        return Template((HERE / "docs.html").read_text()).substitute(mark=fingerprint([STATIC])).encode()

    @route("/docs", http_method=READ, cache_control=CHECKED, sync_to_thread=True)
    def docs(request: Request[Any, Any, Any]) -> Response[bytes]:
        answer = Response(page(), media_type="text/html", headers={"Content-Security-Policy": POLICY})
        return compressed(answer, request.headers.get("accept-encoding", ""))

    assets = create_static_files_router("/docs/assets", [STATIC], cache_control=FOR_EVER)
    return [docs, assets]
