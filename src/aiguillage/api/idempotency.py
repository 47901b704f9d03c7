"""Idempotency-Key: a request that is sent twice is carried out once, and answered alike."""

from collections.abc import Callable, Collection
from hashlib import sha256
from typing import Any

import msgspec
from litestar import Response

from aiguillage.api.operations import Asked, Operation
from aiguillage.desk.answers import KeptAnswer, Keyed, begin_answer, drop_answer, keep_answer
from aiguillage.domain.accounts import Role


def answered_before(
    asked: Asked, operation: Operation, key: str, body: bytes, answer: Callable[[], Response[Any]]
) -> Response[Any]:
    """The answer kept under the key, else the one given now, which is kept from now on without its secrets.

    Raises Refusal.
    """
    # The bearer secret in it, which is kept nowhere, makes that no password can be guessed from the digest.
    salt = asked.headers.get("authorization", "") if operation.hides else ""
    digest = sha256(b"\0".join([salt.encode(), operation.name.encode(), asked.url.encode(), body])).digest()
    account = asked.account if operation.about_account else ""
    keyed = Keyed(key, digest, account, operation.needs or Role.ROUTE, operation.operators)
    begun = begin_answer(asked.db, asked.actor, keyed)
    if isinstance(begun, KeptAnswer):
        headers = {name: value for name, value in begun.headers.items() if name != "content-type"}
        headers["Idempotency-Replayed"] = "true"
        media_type = begun.headers.get("content-type")
        return Response(begun.body, status_code=begun.status, headers=headers, media_type=media_type)
    try:
        response = answer()
    except BaseException:
        drop_answer(asked.db, begun)
        raise
    content = response.content if isinstance(response.content, bytes) else b""
    kept = {name: value for name, value in response.headers.items() if isinstance(value, str)}
    kept |= {"content-type": str(response.media_type)} if content else {}
    content = without(content, operation.hides)
    keep_answer(asked.db, begun, KeptAnswer(response.status_code or 200, kept, content))
    return response


def without(content: bytes, fields: Collection[str]) -> bytes:
    """A JSON object with those of its fields null."""
    if not content or not fields:
        return content
    body: dict[str, Any] = msgspec.json.decode(content)
    return msgspec.json.encode({name: None if name in fields else value for name, value in body.items()})
