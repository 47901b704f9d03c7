"""The web framework's application, the desk: switches, feeds, the management API and its description."""

from collections.abc import Callable, Sequence
from typing import Any

from litestar import Litestar, Router
from litestar.handlers import HTTPRouteHandler

from aiguillage.api import docs, feeds, health, management, switches
from aiguillage.api.described import described as managing
from aiguillage.api.described import shared
from aiguillage.api.docs import document_route, page_routes
from aiguillage.api.feeds import feed_route
from aiguillage.api.front import ASGI, Front
from aiguillage.api.management import operations
from aiguillage.api.openapi import openapi_document
from aiguillage.api.problems import PROBLEMS
from aiguillage.api.serving import Door
from aiguillage.api.switches import switch_route
from aiguillage.domain.described import Described, Tag


def web_application(
    *,
    door: Door,
    pages: Sequence[HTTPRouteHandler | Router],
    calls: Sequence[Described],
    tags: Sequence[Tag],
    on_shutdown: Callable[[], None],
) -> ASGI:
    """The application of a desk process.

    `door` is what the management API works with; `pages` are the console's; `calls` are the dialects' operations,
    `tags` theirs.
    """
    application = Litestar(
        [
            switch_route(door.db, door.lanes),
            feed_route(door.db, door.lanes),
            document_route(lambda: described(calls, tags)),
            *page_routes(),
            *pages,
            *door.handlers(operations()),
        ],
        on_shutdown=[door.close, on_shutdown],
        plugins=[PROBLEMS],
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
    return Front(application)


def described(calls: Sequence[Described], tags: Sequence[Tag]) -> dict[str, Any]:
    """The OpenAPI document of all that is answered: calls, the server's own state, management, switches, feeds."""
    own = [*switches.OPERATIONS, *feeds.OPERATIONS, docs.OPERATION]
    whole = [*calls, *health.OPERATIONS, *managing(operations()), *own]
    return openapi_document(whole, [*tags, health.TAG, *management.TAGS, switches.TAG, feeds.TAG], shared())
