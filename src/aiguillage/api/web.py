"""The web framework's application: health, metrics, the API's description and its pages."""

from collections.abc import Callable, Sequence
from typing import Any

from litestar import Litestar, MediaType, Response, get


def web_application(
    *,
    call_paths: Sequence[tuple[str, dict[str, Any]]],
    tallies: Callable[[], list[tuple[str, str, int]]],
    ready: Callable[[], bool],
    on_startup: Callable[[], None],
    on_shutdown: Callable[[], None],
) -> Litestar:
    """The application behind the call path. `call_paths` are OpenAPI path items, `tallies` all workers' counts."""

    @get("/healthz", media_type=MediaType.JSON, sync_to_thread=False)
    def healthz() -> dict[str, str]:
        """Whether this process answers."""
        return {"status": "ok"}

    return Litestar([healthz], on_startup=[on_startup], on_shutdown=[on_shutdown], openapi_config=None)
