"""What stands before the web framework: a bad Host is refused, and every answer gets the headers for safety."""

import re
from collections.abc import Awaitable, Callable
from ipaddress import IPv6Address
from typing import Any

from aiguillage.api.request_ids import NAME, note_id
from aiguillage.domain.problems import MEDIA_TYPE, Code, as_json, problem

ASGI = Callable[[Any, Any, Any], Awaitable[None]]
HIGHEST_PORT = 65_535
NO_HOST = "The Host header names no host. Send the name or the address of this server, and its port, if it has one."
HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"content-security-policy": b"default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    b"cache-control": b"no-store",
}
"""Of every answer that has no such header of its own: most are about people, and nobody may keep them.

What is no page is shown in no frame, and loads nothing.
"""

OVER_TLS = {b"strict-transport-security": b"max-age=31536000"}
_HOST = re.compile(rb"(?:\[([0-9A-Fa-f:.]{2,45})\]|[A-Za-z0-9_.-]{1,253})(?::([0-9]{1,5}))?")


class Front:
    """The application behind its front."""

    def __init__(self, application: ASGI) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's
        """Answers a request for no host; passes on all others."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        note_id(dict(scope["headers"]).get(NAME.lower().encode(), b"").decode() or None)
        wanted = HEADERS | (OVER_TLS if scope["scheme"] == "https" else {})

        async def send_safely(message: Any) -> None:  # noqa: ANN401 - ASGI's
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                there = {name.lower() for name, _ in headers}
                message["headers"] = headers + [one for one in wanted.items() if one[0] not in there]
            await send(message)

        if all(is_host(value) for name, value in scope["headers"] if name == b"host"):
            await self._application(scope, receive, send_safely)
        else:
            await _refuse(send_safely)


def is_host(host: bytes) -> bool:
    """Whether a Host header can be meant: a name or an address, with or without a port; or nothing (RFC 9110, 7.2)."""
    found = _HOST.fullmatch(host)
    if found is None:
        return not host
    address, port = found.groups()
    if address is not None:
        try:
            IPv6Address(address.decode())
        except ValueError:
            return False
    return int(port or 0) <= HIGHEST_PORT


async def _refuse(send: Any) -> None:  # noqa: ANN401 - ASGI's
    told = problem(Code.BAD_REQUEST, NO_HOST)
    body = as_json(told)
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": told.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
