"""The options of a select field one by one, by their ids."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection, Row, select, update

from aiguillage.desk.change import Change, change_facts, read_facts, require_unchanged, state_of
from aiguillage.desk.fields import check_option, erase_option, insert_option, read_field, require_position
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.contacts import SELECTS, Option, field_key
from aiguillage.domain.errors import invalid, missing
from aiguillage.storage.schema import can_be_id, field_options, fields
from aiguillage.storage.sqlite.engine import Database


class KeptOption(msgspec.Struct, frozen=True):
    """An option as it is kept: with its id and its field's position."""

    id: int
    position: int
    option: Option

    @property
    def state(self) -> int:
        """A number that is another one when the option is."""
        return state_of(self.option)


def list_options(db: Database, actor: Actor, code: str, position: int) -> list[KeptOption]:
    """The options of a field, oldest first; yes-or-no fields have none. Raises Refusal."""
    with read_facts(db, actor, code) as (connection, account_id, _):
        require_position(position)
        return read_options(connection, account_id, position)


def read_options(connection: Connection, account_id: int, position: int) -> list[KeptOption]:
    """The options of a field, oldest first."""
    mine = select(field_options).where(field_options.c.account_id == account_id, field_options.c.position == position)
    return [_kept(row) for row in connection.execute(mine.order_by(field_options.c.id))]


def _kept(row: Row[tuple[object, ...]]) -> KeptOption:
    return KeptOption(row.id, row.position, Option(row.name, row.value))


def show_option(db: Database, actor: Actor, code: str, position: int, option_id: int) -> KeptOption:
    """One option of a field. Raises Refusal."""
    with read_facts(db, actor, code) as (connection, account_id, _):
        return _require(connection, account_id, position, option_id)


def _require(connection: Connection, account_id: int, position: int, option_id: int) -> KeptOption:
    require_position(position)
    found = read_options(connection, account_id, position) if can_be_id(option_id) else []
    for kept in found:
        if kept.id == option_id:
            return kept
    raise missing("There is nothing with that id that you can see.")


def store_option(db: Database, actor: Actor, code: str, position: int, option: Option) -> KeptOption:
    """Another option of a select field. Raises Refusal."""
    require_position(position)
    if position > SELECTS:
        raise invalid(
            f"{field_key(position)} is a yes-or-no field; only select_1 to select_4 have options.", "field_id"
        )
    with change_facts(db, actor, code, Role.EDIT) as change:
        return KeptOption(insert_option(change, position, option), position, check_option(option))


def set_option(
    db: Database,
    actor: Actor,
    code: str,
    position: int,
    option_id: int,
    changes: Mapping[str, str],
    *,
    expected: int | None = None,
) -> KeptOption:
    """Changes an option's name or value; contacts keep the old value, a default goes along. Raises Refusal."""
    with change_facts(db, actor, code, Role.EDIT) as change:
        kept = _require(change.connection, change.account_id, position, option_id)
        require_unchanged(kept.state, expected)
        after = check_option(msgspec.structs.replace(kept.option, **changes))
        if after != kept.option:
            _rewrite(change, kept, after)
    return KeptOption(option_id, position, after)


def _rewrite(change: Change, kept: KeptOption, after: Option) -> None:
    before = read_field(change, kept.position)
    check_option(after, [option for option in before.options if option != kept.option], before.key)
    mine = (field_options.c.account_id == change.account_id) & (field_options.c.id == kept.id)
    change.connection.execute(update(field_options).where(mine).values(name=after.name, value=after.value))
    if before.default == kept.option.value:
        field = (fields.c.account_id == change.account_id) & (fields.c.position == kept.position)
        change.connection.execute(update(fields).where(field).values(default_value=after.value))
    now = read_field(change, kept.position)
    change.record(change.take_seqs(), "set", "field", kept.position, before, now)


def drop_option(
    db: Database, actor: Actor, code: str, position: int, option_id: int, *, expected: int | None = None
) -> None:
    """Takes an option away; contacts keep its value. Raises Refusal."""
    with change_facts(db, actor, code, Role.EDIT) as change:
        kept = _require(change.connection, change.account_id, position, option_id)
        require_unchanged(kept.state, expected)
        erase_option(change, position, kept.option.value)
