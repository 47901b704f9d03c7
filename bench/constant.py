"""A constant answer from a bare ASGI application: what any application behind the same web server must pay.

It is answered by an ASGI task, as every request is but calls, which the server answers without one (decision 0003).
"""

import os
from unittest.mock import patch

from aiguillage import server
from aiguillage.callpath.engine import ASGI, Receive, Scope, Send
from aiguillage.settings import Settings, read_settings

BODY = "BENCH_BODY"
"""The variable that holds the answer's body."""


def build_constant(_settings: Settings) -> ASGI:
    """The application, in place of the real one."""
    body = os.environ[BODY].encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    start = {"type": "http.response.start", "status": 200, "headers": headers}
    end = {"type": "http.response.body", "body": body}

    async def constant(scope: Scope, receive: Receive, send: Send) -> None:
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


if __name__ == "__main__":
    # Served by the very function that serves the real one: whatever its settings become, both have the same.
    with patch.object(server, "build", build_constant):
        server.serve(read_settings())
