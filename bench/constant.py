"""A constant answer from a bare ASGI application on uvicorn: what any application pays for its web server alone."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn

from aiguillage.settings import read_settings

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]
BODY = "BENCH_BODY"
"""The variable that holds the answer's body."""


def build_constant() -> Application:
    """The application."""
    body = os.environ[BODY].encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    start = {"type": "http.response.start", "status": 200, "headers": headers}
    end = {"type": "http.response.body", "body": body}

    async def constant(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await send(start)
            await send(end)
        else:
            await _live(receive, send)

    return constant


async def _live(receive: Receive, send: Send) -> None:
    """The protocol by which a server starts and stops its application."""
    while (await receive())["type"] != "lifespan.shutdown":
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})


def serve_constant(port: int) -> None:
    """Serves it with uvicorn's fastest parts, and without what it would do besides: no access log, no Server header."""
    configuration = uvicorn.Config(
        build_constant(),
        port=port,
        http="httptools",
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )
    uvicorn.Server(configuration).run()


if __name__ == "__main__":
    serve_constant(read_settings().port)
