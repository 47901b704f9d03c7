"""The account's eight routing fields: labels, defaults, options."""

from collections.abc import Iterable, Sequence
from itertools import takewhile

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from aiguillage.desk.change import Change, change_facts, read_facts, require_unchanged, state_of
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.contacts import (
    FIRST_FIELDS,
    SELECTS,
    Field,
    Option,
    field_position,
    parse_boolean,
    parse_destination,
    parse_text,
)
from aiguillage.domain.errors import conflict, invalid, missing
from aiguillage.storage.engine import Database
from aiguillage.storage.schema import field_options, fields

KEEP = msgspec.UNSET


def list_fields(db: Database, actor: Actor, code: str) -> list[Field]:
    """The eight fields in their order. Raises Refusal."""
    with read_facts(db, actor, code) as (connection, account_id, _):
        return read_fields(connection, account_id)


def read_fields(connection: Connection, account_id: int) -> list[Field]:
    """The eight fields of an account, with their options."""
    options: dict[int, list[Option]] = {}
    for row in connection.execute(
        select(field_options).where(field_options.c.account_id == account_id).order_by(field_options.c.id)
    ):
        options.setdefault(row.position, []).append(Option(row.name, row.value))
    rows = connection.execute(select(fields).where(fields.c.account_id == account_id).order_by(fields.c.position))
    return [
        Field(row.position, row.label, row.default_value, row.strict, tuple(options.get(row.position, ())))
        for row in rows
    ]


def require_position(position: int) -> None:
    """Raises Refusal(missing) where there is no such field."""
    if not 1 <= position <= 2 * SELECTS:
        raise missing("There is nothing of that id here for you.")


def set_field(  # noqa: PLR0913 - each is a fact of the field, or what it was
    db: Database,
    actor: Actor,
    code: str,
    key: str,
    *,
    label: str | msgspec.UnsetType = KEEP,
    default: str | msgspec.UnsetType | None = KEEP,
    strict: bool | msgspec.UnsetType = KEEP,
    expected: int | None = None,
) -> Field:
    """Changes a field's label, default (None for none) or strictness. `expected` is its state_of. Raises Refusal."""
    position = field_position(key)
    with change_facts(db, actor, code, Role.EDIT) as change:
        before = read_field(change, position)
        require_unchanged(state_of(before), expected)
        after = msgspec.structs.replace(
            before,
            label=before.label if label is KEEP else parse_text(label),
            default=before.default if default is KEEP else _default(position, default),
            strict=before.strict if strict is KEEP else strict,
        )
        if after == before:
            return before
        if after.strict and position > SELECTS:
            raise invalid(f"{key} is yes or no; only select_1 to select_4 can be strict.")
        if after.strict and after.default is not None and after.default not in {o.value for o in after.options}:
            raise invalid(f"'{after.default}' is no option of {key}, which is strict. Add the option first.")
        mine = (fields.c.account_id == change.account_id) & (fields.c.position == position)
        change.connection.execute(
            update(fields).where(mine).values(label=after.label, default_value=after.default, strict=after.strict)
        )
        change.record(change.take_seqs(), "set", "field", position, before, after)
    return after


def _default(position: int, default: str | None) -> str | None:
    """A destination for a select field, `1` or `0` for a boolean one."""
    if default is None:
        return None
    return parse_destination(default) if position <= SELECTS else str(int(parse_boolean(default)))


def clear_field(db: Database, actor: Actor, code: str, position: int, *, expected: int | None = None) -> None:
    """Makes a field what it is on a new account: its first label, no default, no options. Raises Refusal."""
    require_position(position)
    first = FIRST_FIELDS[position - 1]
    with change_facts(db, actor, code, Role.EDIT) as change:
        before = read_field(change, position)
        require_unchanged(state_of(before), expected)
        if before == first:
            return
        change.connection.execute(delete(field_options).where(_options(change, position)))
        values = {"label": first.label, "default_value": first.default, "strict": first.strict}
        mine = (fields.c.account_id == change.account_id) & (fields.c.position == position)
        change.connection.execute(update(fields).where(mine).values(values))
        change.record(change.take_seqs(), "set", "field", position, before, first)


def replace_field(change: Change, after: Field) -> None:
    """A field with all its options inside a change that has begun; new options come behind those that stay."""
    position, kept = after.position, read_field(change, after.position)
    stay = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(kept.options, after.options, strict=False)))
    mine = select(field_options.c.id).where(_options(change, position)).order_by(field_options.c.id)
    going = change.connection.execute(mine).scalars().all()[stay:]
    change.connection.execute(delete(field_options).where(_options(change, position), field_options.c.id.in_(going)))
    first = change.take_seqs(1 + len(after.options) - stay)
    for place, option in enumerate(after.options[stay:], start=1):
        row = {"account_id": change.account_id, "id": first + place, "position": position}
        change.connection.execute(insert(field_options).values(**row, name=option.name, value=option.value))
    field = (fields.c.account_id == change.account_id) & (fields.c.position == position)
    values = {"label": after.label, "default_value": after.default, "strict": after.strict}
    change.connection.execute(update(fields).where(field).values(values))
    change.record(first, "set", "field", position, kept, after)


def free_field(fields_now: Sequence[Field]) -> Field:
    """The first field that nobody has set yet. Raises Refusal(conflict)."""
    for field in fields_now:
        if field == FIRST_FIELDS[field.position - 1]:
            return field
    raise conflict("All eight fields are set. Change one of them, or clear one first.")


def add_option(db: Database, actor: Actor, code: str, key: str, option: Option) -> Field:
    """Adds a named value to a select field. Raises Refusal."""
    position = field_position(key)
    if position > SELECTS:
        raise invalid(f"{key} is yes or no; only select_1 to select_4 have options.")
    with change_facts(db, actor, code, Role.EDIT) as change:
        insert_option(change, position, option)
        return read_field(change, position)


def check_option(option: Option, others: Iterable[Option] = (), key: str = "") -> Option:
    """An option as it is kept. Raises Refusal: conflict where another one of the field has its value."""
    option = Option(parse_text(option.name), parse_destination(option.value))
    if option.value in {other.value for other in others}:
        raise conflict(f"{key} has an option of value '{option.value}' already. Remove that one first.")
    return option


def insert_option(change: Change, position: int, option: Option) -> int:
    """Adds an option, and journals it; its id. Raises Refusal."""
    before = read_field(change, position)
    option = check_option(option, before.options, before.key)
    seq = change.take_seqs()
    values = {"position": position, "name": option.name, "value": option.value}
    change.connection.execute(insert(field_options).values(account_id=change.account_id, id=seq, **values))
    change.record(seq, "set", "field", position, before, read_field(change, position))
    return seq


def remove_option(db: Database, actor: Actor, code: str, key: str, value: str) -> Field:
    """Takes an option away from a select field. Raises Refusal."""
    position = field_position(key)
    with change_facts(db, actor, code, Role.EDIT) as change:
        erase_option(change, position, value)
        return read_field(change, position)


def erase_option(change: Change, position: int, value: str) -> None:
    """Takes an option away, and journals it. Raises Refusal."""
    before = read_field(change, position)
    key = before.key
    if value not in {option.value for option in before.options}:
        raise missing(
            f"{key} has no option of value '{value[:40]}'. List them: aiguillage field list {change.account.code}"
        )
    if before.strict and before.default == value:
        raise conflict(f"'{value[:40]}' is the default of {key}. Set another default first.")
    change.connection.execute(delete(field_options).where(_options(change, position), field_options.c.value == value))
    change.record(change.take_seqs(), "set", "field", position, before, read_field(change, position))


def _options(change: Change, position: int) -> ColumnElement[bool]:
    return (field_options.c.account_id == change.account_id) & (field_options.c.position == position)


def read_field(change: Change, position: int) -> Field:
    """One field, as it is in the transaction."""
    return read_fields(change.connection, change.account_id)[position - 1]
