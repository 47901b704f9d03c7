"""Refused rights in the log: who asked for what they may not, by user and operation."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from aiguillage.api.operations import Operation
from aiguillage.api.summed import summed
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import CODE, Kind, Refusal
from aiguillage.domain.problems import CODES

_KINDS = {int(CODES[CODE[kind]].status): kind for kind in (Kind.UNAUTHORIZED, Kind.FORBIDDEN, Kind.MISSING)}


@contextmanager
def admission_noted(operation: Operation, actor: Actor | None = None) -> Iterator[None]:
    """Notes who is not admitted to an operation. `actor` is None as long as nobody knows who asks."""
    try:
        yield
    except Refusal as refusal:
        user_id = refusal.user_id if actor is None else actor.user_id
        if not _is_plainly_missing(refusal.kind, actor):
            _note(operation, user_id, _KINDS.get(CODES[refusal.code].status))
        raise


def note_answer(operation: Operation, actor: Actor, status: int) -> None:
    """Notes an answer that refuses a right: the desk asks for more than the head of a request can tell.

    What is missing on an account of the asker's own is simply not there. Signing in has a line of its own.
    """
    kind = _KINDS.get(status)
    is_on_own_account = operation.about_account and kind is Kind.MISSING
    if not operation.public and not is_on_own_account and not _is_plainly_missing(kind, actor):
        _note(operation, actor.user_id, kind)


def _is_plainly_missing(kind: Kind | None, actor: Actor | None) -> bool:
    """Whether something is not there, for an operator: to others it may look so because they may not see it."""
    return kind is Kind.MISSING and actor is not None and actor.operator


def _note(operation: Operation, user_id: int | None, kind: Kind | None) -> None:
    if kind is not None:
        words = {"user": user_id, "operation": operation.name, "kind": kind.value}
        summed.write("right_refused", logging.WARNING, apart={}, **words)
