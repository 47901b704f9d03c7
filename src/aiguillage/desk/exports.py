"""Exports: an account's contacts as a file that imports unchanged."""

from collections.abc import Iterator

from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.storage.engine import Database

FORMATS = ("csv", "jsonl")


def export_contacts(db: Database, actor: Actor, code: str, form: str = "csv") -> Iterator[bytes]:
    """The account's contacts in a file's bytes, piece by piece: `csv` or `jsonl`. Raises Refusal, before the first piece."""
    raise Refusal(Kind.UNAVAILABLE, "Soon.")
