"""The account's eight routing fields: labels, defaults, options."""

from collections.abc import Iterable
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
from aiguillage.domain.errors import about, conflict, invalid, missing
from aiguillage.domain.problems import Code
from aiguillage.storage.schema import can_be_id, field_options, fields
from aiguillage.storage.sqlite.engine import Database

KEEP = msgspec.UNSET
MOST_OPTIONS = 1_000
"""Of one field: each change of one is kept in the journal with all of them."""


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
        raise missing("There is nothing with that id that you can see.")


def set_field(  # noqa: PLR0913 - each is a fact of the field, or what it was
    db: Database,
    actor: Actor,
    code: str,
    key: str | None,
    *,
    label: str | msgspec.UnsetType = KEEP,
    default: str | msgspec.UnsetType | None = KEEP,
    option_id: int | None = None,
    strict: bool | msgspec.UnsetType = KEEP,
    expected: int | None = None,
) -> Field:
    """Changes a field's label, default (None for none) or strictness; without a key the first that nobody has set yet.

    `option_id` names the option whose value is the default. `expected` is the field's state_of. Raises Refusal.
    """
    position = None if key is None else field_position(key)
    with change_facts(db, actor, code, Role.EDIT) as change:
        before = _free_field(change) if position is None else read_field(change, position)
        require_unchanged(state_of(before), expected)
        if option_id is not None:
            default = _value_of(change, before, option_id, default)
        after = msgspec.structs.replace(
            before,
            label=before.label if label is KEEP else parse_text(label, field="label"),
            default=before.default if default is KEEP else _default(before.position, default),
            strict=before.strict if strict is KEEP else strict,
        )
        if after != before:
            _check_strict(after)
            _write(change, after)
            change.record(change.take_seqs(), "set", "field", after.position, before, after)
    return after


def _free_field(change: Change) -> Field:
    """The first field that nobody has set yet. Raises Refusal(conflict)."""
    for field in read_fields(change.connection, change.account_id):
        if field == FIRST_FIELDS[field.position - 1]:
            return field
    raise conflict("All eight fields are set. Change one of them, or clear one first.")


def _value_of(change: Change, field: Field, option_id: int, named: str | msgspec.UnsetType | None) -> str:
    """The value of a field's option, which is the one that is named too, if any is. Raises Refusal(invalid)."""
    mine = select(field_options.c.value).where(_options(change, field.position), field_options.c.id == option_id)
    value = change.connection.execute(mine).scalar() if can_be_id(option_id) else None
    if value is None:
        raise invalid("The field has no option with that id. List its options, and choose one.", "default_option_id")
    if named not in (KEEP, None, value):
        raise invalid("default_value is not the value of that option. Send one of the two.", "default_value")
    return str(value)


def _check_strict(field: Field) -> None:
    """Raises Refusal(invalid) for a strict field that cannot be it."""
    if field.strict and field.position > SELECTS:
        raise invalid(
            f"{field.key} is a yes-or-no field; only field_select_1 to field_select_4 can be strict.", "strict"
        )
    if field.strict and field.default is not None and field.default not in {o.value for o in field.options}:
        raise invalid(
            f"'{field.default}' is not an option of field_{field.key}, which is strict. Add the option first.",
            "default",
        )


def _write(change: Change, field: Field) -> None:
    mine = (fields.c.account_id == change.account_id) & (fields.c.position == field.position)
    values = {"label": field.label, "default_value": field.default, "strict": field.strict}
    change.connection.execute(update(fields).where(mine).values(values))


def _default(position: int, default: str | None) -> str | None:
    """A destination for a select field, `1` or `0` for a boolean one."""
    if default is None:
        return None
    with about("default"):
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
        _write(change, first)
        change.record(change.take_seqs(), "set", "field", position, before, first)


def enter_field(db: Database, actor: Actor, code: str, field: Field, *, expected: int | None = None) -> Field:
    """A field as somebody entered it whole, in place of what it was; its key says which. Raises Refusal."""
    with change_facts(db, actor, code, Role.EDIT) as change:
        before = read_field(change, field.position)
        require_unchanged(state_of(before), expected)
        options: list[Option] = []
        for option in field.options:
            options.append(check_option(option, options, field.key))
        after = Field(
            field.position,
            parse_text(field.label, field="label"),
            _default(field.position, field.default),
            field.strict,
            tuple(options),
        )
        if len(options) > MOST_OPTIONS:
            raise invalid(f"A field can have at most {MOST_OPTIONS:,} options. Leave some out.", "options")
        if after != before:
            _check_strict(after)
            replace_field(change, after)
    return after


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
    _write(change, after)
    change.record(first, "set", "field", position, kept, after)


def add_option(db: Database, actor: Actor, code: str, key: str, option: Option) -> Field:
    """Adds a named value to a select field. Raises Refusal."""
    position = field_position(key)
    if position > SELECTS:
        raise invalid(f"{key} is a yes-or-no field; only select_1 to select_4 have options.")
    with change_facts(db, actor, code, Role.EDIT) as change:
        insert_option(change, position, option)
        return read_field(change, position)


def check_option(option: Option, others: Iterable[Option] = (), key: str = "") -> Option:
    """An option as it is kept. Raises Refusal: conflict where another one of the field has its value."""
    with about("value"):
        option = Option(parse_text(option.name, field="name"), parse_destination(option.value))
    if option.value in {other.value for other in others}:
        raise conflict(
            f"{key} already has an option with the value '{option.value}'. Remove that one first.", Code.TAKEN
        )
    return option


def insert_option(change: Change, position: int, option: Option) -> int:
    """Adds an option, and journals it; its id. Raises Refusal."""
    before = read_field(change, position)
    if len(before.options) >= MOST_OPTIONS:
        raise invalid(
            f"{before.key} already has {MOST_OPTIONS:,} options, the most that it can have. Remove some first.",
            code=Code.QUOTA,
        )
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
            f"{key} has no option with the value '{value[:40]}'. List them: aiguillage field list {change.account.code}"
        )
    if before.strict and before.default == value:
        raise conflict(f"'{value[:40]}' is the default of {key}. Set another default first.", Code.IN_USE)
    change.connection.execute(delete(field_options).where(_options(change, position), field_options.c.value == value))
    change.record(change.take_seqs(), "set", "field", position, before, read_field(change, position))


def _options(change: Change, position: int) -> ColumnElement[bool]:
    return (field_options.c.account_id == change.account_id) & (field_options.c.position == position)


def read_field(change: Change, position: int) -> Field:
    """One field, as it is in the transaction."""
    return read_fields(change.connection, change.account_id)[position - 1]
