"""Whether this process answers, and whether it can do its work: for balancers and orchestrators."""

from collections.abc import Callable

import msgspec
from litestar import HttpMethod
from litestar.datastructures import CacheControlHeader
from litestar.handlers import HTTPRouteHandler, route
from litestar.openapi import ResponseSpec

from aiguillage.api.problems import Problem
from aiguillage.domain.errors import Kind, Refusal

READ = (HttpMethod.GET, HttpMethod.HEAD)
NOT_KEPT = CacheControlHeader(no_store=True)
TAG = "Operation"


class Health(msgspec.Struct, frozen=True):
    """All is well; anything else is a problem."""

    status: str = "ok"


def health_routes(ready: Callable[[], bool]) -> list[HTTPRouteHandler]:
    """`/healthz` and `/readyz`."""

    @route(
        "/healthz",
        http_method=READ,
        cache_control=NOT_KEPT,
        tags=[TAG],
        summary="Whether this process answers",
        response_description="It does.",
        sync_to_thread=False,
    )
    def healthz() -> Health:
        return Health()

    @route(
        "/readyz",
        http_method=READ,
        cache_control=NOT_KEPT,
        tags=[TAG],
        summary="Whether calls can be answered",
        response_description="The table is there with the schema that this release wants.",
        responses={
            503: ResponseSpec(
                Problem,
                generate_examples=False,
                description="It is missing, or of another release.",
                media_type="application/problem+json",
            )
        },
        sync_to_thread=True,
    )
    def readyz() -> Health:
        if not ready():
            raise Refusal(
                Kind.UNAVAILABLE, "The database is missing or its schema is another release's. Run: aiguillage migrate"
            )
        return Health()

    return [healthz, readyz]
