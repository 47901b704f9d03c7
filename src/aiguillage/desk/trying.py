"""What is left of a refused request, tried for its other faults on a database that forgets it."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from aiguillage.domain.errors import Refusal
from aiguillage.domain.faults import all_faults
from aiguillage.storage.joined import tried
from aiguillage.storage.sqlite.engine import Database

Try = Callable[[Database, list[Any]], object]
"""Carries out what is left, on the database that it gets. Raises Refusal."""


def faults_of(
    db: Database, refusal: Refusal, parts: Sequence[Any], examples: Sequence[Any], attempt: Try, *, writes: bool = True
) -> Refusal:
    """The refusal with all faults of what was sent, as domain/faults.py says; `writes` where the use case does.

    The use case may do nothing but read and write the database. Where that cannot be used, the refusal stays as it is.
    """
    with suppress(Refusal), db.write() if writes else db.read() as connection:

        def forgotten(left: list[Any]) -> None:
            with tried(db, connection) as trial:
                attempt(trial, left)

        return all_faults(refusal, parts, examples, forgotten)
    return refusal
