"""The web framework's application behind the call path: switches, feeds, health, metrics, the API's description."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from litestar import Litestar

from aiguillage.api.docs import document_route, page_routes
from aiguillage.api.feeds import feed_route
from aiguillage.api.health import health_routes
from aiguillage.api.metrics import Tallies, metrics_route
from aiguillage.api.problems import PROBLEMS
from aiguillage.api.switches import switch_route
from aiguillage.storage.engine import Database

ASGI = Callable[[Any, Any, Any], Awaitable[None]]
HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


def web_application(
    *,
    described: Sequence[dict[str, Any]],
    tallies: Callable[[], Tallies],
    ready: Callable[[], bool],
    db: Database,
    on_startup: Callable[[], None],
    on_shutdown: Callable[[], None],
) -> ASGI:
    """The application behind the call path.

    `described` are the dialects' parts of the OpenAPI document; `tallies` gives all workers' counts; `ready` tells
    whether calls can be answered; `db` is the desk's.
    """
    routes = [switch_route(db), feed_route(db), *health_routes(ready), metrics_route(tallies)]
    return Litestar(
        [*routes, document_route(routes, described), *page_routes()],
        on_startup=[on_startup],
        on_shutdown=[on_shutdown],
        plugins=[PROBLEMS],
        response_headers=HEADERS,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
