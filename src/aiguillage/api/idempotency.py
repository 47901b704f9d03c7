"""Idempotency-Key: a request that is sent twice is carried out once, and answered alike."""

from collections.abc import Callable, Collection
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Response

from aiguillage.api.operations import AnyAsked, Operation, Upload
from aiguillage.desk.answers import KeptAnswer, Keyed, answer_once
from aiguillage.domain.accounts import Role
from aiguillage.storage.sqlite.engine import Database


def answered_before(
    asked: AnyAsked, operation: Operation, key: str, body: bytes, answer: Callable[[AnyAsked], Response[Any]]
) -> Response[Any]:
    """The answer kept under the key, else the one given now, which is kept from now on without its secrets.

    Raises Refusal.
    """
    given: list[Response[Any]] = []

    def carry_out(db: Database) -> KeptAnswer:
        given.append(answer(asked._replace(db=db)))
        return _kept(given[0], operation)

    kept = answer_once(asked.db, asked.actor, _keyed(asked, operation, key, body), carry_out)
    if kept is None:
        return given[0]
    headers = {name: value for name, value in kept.headers.items() if name != "content-type"}
    headers["Idempotency-Replayed"] = "true"
    return Response(kept.body, status_code=kept.status, headers=headers, media_type=kept.headers.get("content-type"))


def _keyed(asked: AnyAsked, operation: Operation, key: str, body: bytes) -> Keyed:
    # The bearer secret in it, which is kept nowhere, makes that no password can be guessed from the digest.
    salt = asked.headers.get("authorization", "") if operation.hides else ""
    # Without the host: the same request sent to another name or port of the server is the same request.
    url = urlsplit(asked.url)
    what = [salt, operation.name, url.path, url.query]
    # A form is written with another boundary each time: what counts is the file in it.
    body = asked.body.content if isinstance(asked.body, Upload) else body
    digest = sha256(b"\0".join([*(text.encode() for text in what), body])).digest()
    return Keyed(
        key,
        digest,
        asked.account if operation.about_account else "",
        operation.needs or Role.ROUTE,
        operation.operators,
        operation.reaches_out,
    )


def _kept(response: Response[Any], operation: Operation) -> KeptAnswer:
    """What is kept of an answer: nothing of its secrets."""
    content = response.content if isinstance(response.content, bytes) else b""
    headers = {name: value for name, value in response.headers.items() if isinstance(value, str)}
    headers |= {"content-type": str(response.media_type)} if content else {}
    return KeptAnswer(response.status_code or 200, headers, without(content, operation.hides))


def without(content: bytes, fields: Collection[str]) -> bytes:
    """A JSON object with those of its fields null."""
    if not content or not fields:
        return content
    body: dict[str, Any] = msgspec.json.decode(content)
    return msgspec.json.encode({name: None if name in fields else value for name, value in body.items()})
