"""The web framework's application, the desk: switches, feeds, the management API and its description."""

from collections.abc import Callable, Sequence
from typing import Any

from litestar import Litestar

from aiguillage.api.docs import document_route, page_routes
from aiguillage.api.feeds import feed_route
from aiguillage.api.front import ASGI, Front
from aiguillage.api.health import health_described
from aiguillage.api.management import management_described, operations
from aiguillage.api.problems import PROBLEMS
from aiguillage.api.serving import Door
from aiguillage.api.switches import switch_route


def web_application(
    *,
    door: Door,
    described: Sequence[dict[str, Any]],
    on_shutdown: Callable[[], None],
) -> ASGI:
    """The application of a desk process.

    `door` is what the management API works with; `described` are the dialects' parts of the OpenAPI document.
    """
    routes = [switch_route(door.db, door.lanes), feed_route(door.db, door.lanes)]
    application = Litestar(
        [
            *routes,
            document_route(routes, lambda: [*described, health_described(), management_described()]),
            *page_routes(),
            *door.handlers(operations()),
        ],
        on_shutdown=[door.close, on_shutdown],
        plugins=[PROBLEMS],
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
    return Front(application)
