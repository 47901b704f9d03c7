"""Idempotency-Key: a request that is sent twice is carried out once, and answered alike."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from litestar import Response

from aiguillage.api.operations import Asked
from aiguillage.desk.answers import KeptAnswer, begin_answer, drop_answer, keep_answer


def answered_before(
    asked: Asked, operation: str, key: str, body: bytes, answer: Callable[[], Response[Any]]
) -> Response[Any]:
    """The answer kept under the key, else the one given now, which is kept from now on. Raises Refusal."""
    digest = sha256(b"\0".join([operation.encode(), asked.url.encode(), body])).digest()
    begun = begin_answer(asked.db, asked.actor, asked.account, key, digest)
    if isinstance(begun, KeptAnswer):
        headers = {name: value for name, value in begun.headers.items() if name != "content-type"}
        headers["Idempotency-Replayed"] = "true"
        media_type = begun.headers.get("content-type")
        return Response(begun.body or None, status_code=begun.status, headers=headers, media_type=media_type)
    try:
        response = answer()
    except BaseException:
        drop_answer(asked.db, begun)
        raise
    content = response.content if isinstance(response.content, bytes) else b""
    kept = {name: value for name, value in response.headers.items() if isinstance(value, str)}
    kept |= {"content-type": str(response.media_type)} if content else {}
    keep_answer(asked.db, begun, KeptAnswer(response.status_code or 200, kept, content))
    return response
