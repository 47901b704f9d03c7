"""A constant answer from a bare ASGI application on uvicorn: what any application on such a web server must pay."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn

from aiguillage.settings import read_settings

BODY = "BENCH_BODY"
"""The variable that holds the answer's body."""

ASGI = Callable[[Any, Any, Any], Awaitable[None]]


def build_constant() -> ASGI:
    """The application."""
    body = os.environ[BODY].encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    start = {"type": "http.response.start", "status": 200, "headers": headers}
    end = {"type": "http.response.body", "body": body}

    async def constant(_scope: object, _receive: object, send: Callable[[Any], Awaitable[None]]) -> None:
        await send(start)
        await send(end)

    return constant


if __name__ == "__main__":
    settings = read_settings()
    uvicorn.run(
        build_constant(),
        host=settings.host,
        port=settings.port,
        http="httptools",
        loop="uvloop",
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=settings.keep_alive,
    )
