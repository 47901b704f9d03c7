"""What somebody said that the columns of a file mean: remembered for the account, for files with the same headings."""

from typing import Any

from sqlalchemy import Connection

from aiguillage.desk.change import Change, change_facts, read_facts
from aiguillage.desk.facts import discard_fact, place_fact, replace_fact
from aiguillage.desk.importing.files import open_contacts
from aiguillage.desk.importing.outcome import AS_NAMED, Columns
from aiguillage.desk.importing.sent import ANY, Upload
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.errors import missing
from aiguillage.domain.sources import COLUMN_MAP, MOST_COLUMN_MAPS, MOST_COLUMNS, ColumnMap, headings_of
from aiguillage.storage.facts import Kept
from aiguillage.storage.facts import read_facts as read_kept
from aiguillage.storage.sqlite.engine import Database


def remembered_columns(db: Database, actor: Actor, code: str, content: bytes, media_type: str = ANY) -> Columns:
    """What is remembered of the columns of such a file; nothing of most. Raises Refusal."""
    with read_facts(db, actor, code, Role.EDIT) as (connection, account_id, _):
        maps = _maps(connection, account_id)
    if not maps:
        return AS_NAMED
    kept = _of(maps, _headings(content, media_type))
    return AS_NAMED if kept is None else kept.fact.columns


def remember_columns(
    db: Database, actor: Actor, code: str, content: bytes, columns: Columns, media_type: str = ANY
) -> None:
    """Remembers what the columns of such a file mean, in place of what was; where there is no room, of the oldest.

    Raises Refusal.
    """
    headings = _headings(content, media_type)
    mine = {column: heading for column, heading in columns.items() if column.strip() in headings}
    if not mine or len(headings) > MOST_COLUMNS:
        return
    with change_facts(db, actor, code, Role.EDIT) as change:
        _remember(change, ColumnMap(headings=headings, columns=mine))


def _remember(change: Change, fact: ColumnMap) -> None:
    maps = _maps(change.connection, change.account_id)
    before = _of(maps, fact.headings)
    if before is not None:
        replace_fact(change, COLUMN_MAP, before.id, {"columns": fact.columns})
        return
    if len(maps) >= MOST_COLUMN_MAPS:
        discard_fact(change, COLUMN_MAP, maps[0].id)
    place_fact(change, fact)


def forget_columns(db: Database, actor: Actor, code: str, content: bytes, media_type: str = ANY) -> None:
    """Forgets what the columns of such a file were said to mean. Raises Refusal(missing) where nobody said it."""
    headings = _headings(content, media_type)
    with change_facts(db, actor, code, Role.EDIT) as change:
        kept = _of(_maps(change.connection, change.account_id), headings)
        if kept is None:
            raise missing("Nothing is remembered of a file with these columns.")
        discard_fact(change, COLUMN_MAP, kept.id)


def _maps(connection: Connection, account_id: int) -> list[Kept]:
    return list(read_kept(connection, account_id, COLUMN_MAP))


def _of(maps: list[Kept], headings: tuple[str, ...]) -> Kept | None:
    return next((one for one in maps if one.fact.headings == headings), None)


def _headings(content: bytes, media_type: str) -> tuple[str, ...]:
    """The headings of a file's first row. Raises Refusal(invalid) for one that cannot be read."""
    with open_contacts(Upload("", media_type, content).source()) as file:
        first: Any = next(file.rows, None)
    return headings_of(first.header if first is not None else ())
