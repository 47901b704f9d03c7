"""Drafts of an account: each a row, and a row for each fact that is otherwise in it."""

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from aiguillage.domain.facts import decode_fact
from aiguillage.storage.journal import as_json
from aiguillage.storage.schema import can_be_id, draft_changes, drafts

FIRST = 1 << 52
"""The first number of each draft's own changes: no journal gets there, and every JSON reader takes it for whole."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A draft: whose, since when, the number of its last change, what its last replay found (JSON).

    `published_seq` is the journal's entry of its publication, None while it is open.
    """

    id: int
    name: str
    author: str
    at: int
    seq: int
    replay: str | None = None
    published_at: int | None = None
    published_seq: int | None = None


class Drafted(msgspec.Struct, frozen=True, kw_only=True):
    """A fact as it is in a draft: None for one that is removed there.

    `base` is the live fact that the draft began from, and `base_seq` the change that made that; None for a new one.
    """

    kind: str
    fact_id: int
    seq: int
    at: int
    actor: str
    fact: Any
    base_seq: int | None = None
    base: Any = None

    @property
    def place(self) -> tuple[str, int]:
        """Which fact it is."""
        return self.kind, self.fact_id


def _draft(row: Row[Any]) -> Draft:
    return Draft(**{name: getattr(row, name) for name in Draft.__struct_fields__})


def read_drafts(connection: Connection, account_id: int) -> list[Draft]:
    """The account's drafts, newest first."""
    mine = select(drafts).where(drafts.c.account_id == account_id).order_by(drafts.c.id.desc())
    return [_draft(row) for row in connection.execute(mine)]


def read_draft(connection: Connection, account_id: int, draft_id: int) -> Draft | None:
    """One of the account's drafts."""
    if not can_be_id(draft_id):
        return None
    mine = (drafts.c.account_id == account_id) & (drafts.c.id == draft_id)
    row = connection.execute(select(drafts).where(mine)).first()
    return None if row is None else _draft(row)


def write_draft(connection: Connection, account_id: int, draft: Draft) -> None:
    """Adds a draft, or puts it in place of the one with its id."""
    values = msgspec.structs.asdict(draft)
    mine = (drafts.c.account_id == account_id) & (drafts.c.id == draft.id)
    if connection.execute(update(drafts).where(mine).values(values)).rowcount == 0:
        connection.execute(insert(drafts).values(account_id=account_id, **values))


def erase_draft(connection: Connection, account_id: int, draft_id: int) -> None:
    """Removes a draft with all that is in it."""
    erase_drafted(connection, account_id, draft_id)
    connection.execute(delete(drafts).where(drafts.c.account_id == account_id, drafts.c.id == draft_id))


def read_drafted(connection: Connection, account_id: int, draft_id: int) -> Iterator[Drafted]:
    """What is in a draft, in the order of its changes."""
    mine = (draft_changes.c.account_id == account_id) & (draft_changes.c.draft_id == draft_id)
    for row in connection.execute(select(draft_changes).where(mine).order_by(draft_changes.c.seq)):
        yield Drafted(
            kind=row.kind,
            fact_id=row.fact_id,
            seq=row.seq,
            at=row.at,
            actor=row.actor,
            fact=None if row.body is None else decode_fact(row.kind, row.body),
            base_seq=row.base_seq,
            base=None if row.base is None else decode_fact(row.kind, row.base),
        )


def write_drafted(connection: Connection, account_id: int, draft_id: int, one: Drafted) -> None:
    """Puts a fact into a draft, in place of what the draft had of it."""
    erase_drafted(connection, account_id, draft_id, one.place)
    row = {
        "account_id": account_id,
        "draft_id": draft_id,
        **{name: getattr(one, name) for name in ("kind", "fact_id", "seq", "at", "actor", "base_seq")},
        "body": None if one.fact is None else as_json(one.fact),
        "base": None if one.base is None else as_json(one.base),
    }
    connection.execute(insert(draft_changes).values(row))


def erase_drafted(connection: Connection, account_id: int, draft_id: int, place: tuple[str, int] | None = None) -> None:
    """Takes one fact, or all, out of a draft."""
    mine = (draft_changes.c.account_id == account_id) & (draft_changes.c.draft_id == draft_id)
    if place is not None:
        mine &= (draft_changes.c.kind == place[0]) & (draft_changes.c.fact_id == place[1])
    connection.execute(delete(draft_changes).where(mine))
