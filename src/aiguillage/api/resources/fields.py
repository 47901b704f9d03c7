"""The account's eight fields and their options (contracts/cx-engine.md, 'fields')."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from aiguillage.api.operations import AnyAsked, Asked, Nothing, Operations, Shown
from aiguillage.api.paging import UNDATED, Paged, chosen, page_type, query_of
from aiguillage.api.resources.shared import BASE, UNSET, Body, given, require_same
from aiguillage.desk.change import state_of
from aiguillage.desk.fields import clear_field, list_fields, require_position, set_field
from aiguillage.desk.options import (
    KeptOption,
    drop_option,
    list_options,
    set_option,
    show_option,
    store_option,
)
from aiguillage.desk.sent import named
from aiguillage.domain import meanings
from aiguillage.domain.accounts import Role
from aiguillage.domain.contacts import Field, Option
from aiguillage.domain.errors import invalid
from aiguillage.domain.meanings import means

PATH = f"{BASE}/fields"
ONE = f"{PATH}/{{id}}"
OPTIONS = f"{PATH}/{{field_id}}/options"
OPTION = f"{OPTIONS}/{{id}}"
TAG = "Fields"
OPERATIONS = Operations(TAG)


DEFAULT_VALUE = means("What a contact without a value of its own has; of a boolean field `1` or `0`.", "207")
DEFAULT_OPTION_ID = means("The option whose value is the default; null for none.")
STRICT = means("Whether the field accepts its options alone.", False)
VALUE = means("What contacts keep when the option is chosen: a destination.", "207")
ROUTING_FIELD_ID = means("The id of the field that the option belongs to: the one in the path.", 1)


class FieldBody(Body, frozen=True):
    """A field as it is sent. A boolean field's default is `1` or `0`; `strict` accepts the field's options alone."""

    id: Annotated[
        int | msgspec.UnsetType,
        means("Which field to set: 1 to 4 for `field_select_1..4`, 5 to 8 for `field_boolean_1..4`."),
    ] = UNSET
    name: Annotated[str | msgspec.UnsetType, meanings.NAME] = UNSET
    default_value: Annotated[str | msgspec.UnsetType | None, DEFAULT_VALUE] = UNSET
    default_option_id: Annotated[int | msgspec.UnsetType | None, DEFAULT_OPTION_ID] = UNSET
    strict: Annotated[bool | msgspec.UnsetType, STRICT] = UNSET


class FieldShown(msgspec.Struct, frozen=True, kw_only=True):
    """A field as it is answered: ids 1 to 4 are the select fields, 5 to 8 the boolean ones."""

    id: Annotated[int, means("1 to 4 for `field_select_1..4`, 5 to 8 for `field_boolean_1..4`.", 1)]
    name: Annotated[str, meanings.NAME]
    default_value: Annotated[str | None, DEFAULT_VALUE]
    default_option_id: Annotated[int | None, DEFAULT_OPTION_ID]
    customer_id: Annotated[int, meanings.CUSTOMER_ID]
    strict: Annotated[bool, STRICT]


class OptionBody(Body, frozen=True):
    """An option as it is sent; its field is the one in the path."""

    name: Annotated[str | msgspec.UnsetType, meanings.NAME] = UNSET
    value: Annotated[str | msgspec.UnsetType, VALUE] = UNSET
    routing_field_id: Annotated[int | msgspec.UnsetType, ROUTING_FIELD_ID] = UNSET


class OptionShown(msgspec.Struct, frozen=True, kw_only=True):
    """An option as it is answered."""

    id: Annotated[int, meanings.ID]
    name: Annotated[str, meanings.NAME]
    value: Annotated[str, VALUE]
    routing_field_id: Annotated[int, ROUTING_FIELD_ID]


RENAMED = {"name": "label", "default_value": "default"}
"""The desk's names for what the API calls otherwise."""

FieldQuery = query_of("FieldQuery", FieldShown, listing=UNDATED)
OptionQuery = query_of("FieldOptionQuery", OptionShown, listing=UNDATED)


CHANGING = (404, 409, 412)
NEW_FIELD = {"id": 3, "name": "File d'attente", "default_value": "214"}
CHANGED_FIELD = {"name": "File d'attente", "default_value": "207"}
NEW_OPTION = {"name": "Boutique", "value": "217"}
ALWAYS = "The eight fields are always there: "


def _fields(asked: AnyAsked) -> list[Field]:
    return list_fields(asked.db, asked.actor, asked.account)


def _options(asked: AnyAsked, position: int) -> list[KeptOption]:
    return list_options(asked.db, asked.actor, asked.account, position)


def _show_field(asked: AnyAsked, field: Field) -> FieldShown:
    options = _options(asked, field.position) if field.options else []
    return FieldShown(
        id=field.position,
        name=field.label,
        default_value=field.default,
        default_option_id=next((kept.id for kept in options if kept.option.value == field.default), None),
        customer_id=asked.account_id,
        strict=field.strict,
    )


def _shown(asked: AnyAsked, field: Field) -> Shown[FieldShown]:
    return Shown(_show_field(asked, field), state_of(field))


@OPERATIONS.get(PATH, "listFields", query=FieldQuery, answer=page_type("Field", FieldShown), needs=Role.READ)
def _index(asked: Asked[Any, None]) -> Paged:
    """List the fields."""
    shown = [_show_field(asked, field) for field in _fields(asked)]
    return chosen(shown, asked.query, FieldShown.__struct_fields__, asked.url)


@OPERATIONS.get(ONE, "showField", needs=Role.READ, refuses=(404,))
def _show(asked: Asked[Nothing, None]) -> Shown[FieldShown]:
    """Show a field."""
    return _shown(asked, _require(_fields(asked), asked.id()))


def _require(fields: Sequence[Field], position: int) -> Field:
    require_position(position)
    return fields[position - 1]


@OPERATIONS.post(
    PATH,
    "addField",
    status=201,
    needs=Role.EDIT,
    refuses=(404, 409),
    description=f"{ALWAYS}this sets the first one that is still as on a new account, or the one that `id` names.",
    example=NEW_FIELD,
)
def _store(asked: Asked[Nothing, FieldBody]) -> Shown[FieldShown]:
    """Set a field that nobody has set yet."""
    if asked.body.id is UNSET:
        return _set(asked, None)
    return _set(asked, _require(_fields(asked), asked.body.id))


@OPERATIONS.put(ONE, "setField", needs=Role.EDIT, refuses=CHANGING, example=CHANGED_FIELD)
def _update(asked: Asked[Nothing, FieldBody]) -> Shown[FieldShown]:
    """Change a field."""
    field = _require(_fields(asked), asked.id())
    if asked.body.id not in (UNSET, field.position):
        raise invalid("The id in the body is not the one in the path. Leave it out.", "id")
    return _set(asked, field)


def _set(asked: AnyAsked, field: Field | None) -> Shown[FieldShown]:
    body = asked.body
    no_option = body.default_option_id is None and body.default_value is UNSET
    with named(RENAMED):
        after = set_field(
            asked.db,
            asked.actor,
            asked.account,
            None if field is None else field.key,
            label=body.name,
            default=None if no_option else body.default_value,
            option_id=None if body.default_option_id is UNSET else body.default_option_id,
            strict=body.strict,
            expected=asked.expected,
        )
    return _shown(asked, after)


@OPERATIONS.delete(
    ONE,
    "removeField",
    status=204,
    needs=Role.EDIT,
    refuses=CHANGING,
    description=f"{ALWAYS}this makes one what it is on a new account, without default and options.",
)
def _destroy(asked: Asked[Nothing, None]) -> None:
    """Clear a field."""
    clear_field(asked.db, asked.actor, asked.account, asked.id(), expected=asked.expected)


def _show_option(kept: KeptOption) -> OptionShown:
    return OptionShown(id=kept.id, name=kept.option.name, value=kept.option.value, routing_field_id=kept.position)


@OPERATIONS.get(
    f"{PATH}/{{field_id}}/options",
    "listFieldOptions",
    query=OptionQuery,
    answer=page_type("FieldOption", OptionShown),
    needs=Role.READ,
    refuses=(404,),
)
def _index_options(asked: Asked[Any, None]) -> Paged:
    """List a field's options."""
    shown = [_show_option(kept) for kept in _options(asked, asked.id("field_id"))]
    return chosen(shown, asked.query, OptionShown.__struct_fields__, asked.url)


@OPERATIONS.get(f"{PATH}/{{field_id}}/options/{{id}}", "showFieldOption", needs=Role.READ, refuses=(404,))
def _show_one_option(asked: Asked[Nothing, None]) -> Shown[OptionShown]:
    """Show an option."""
    kept = show_option(asked.db, asked.actor, asked.account, asked.id("field_id"), asked.id())
    return Shown(_show_option(kept), kept.state)


def _sent_option(asked: AnyAsked) -> dict[str, Any]:
    """What was sent of an option. Raises Refusal(invalid) where it names another field than the path."""
    values = given(asked.body)
    require_same(asked, "field_id", values, "routing_field_id")
    values.pop("routing_field_id", None)
    return values


@OPERATIONS.post(
    f"{PATH}/{{field_id}}/options",
    "addFieldOption",
    status=201,
    needs=Role.EDIT,
    refuses=(404, 409),
    example=NEW_OPTION,
)
def _store_option(asked: Asked[Nothing, OptionBody]) -> Shown[OptionShown]:
    """Add an option to a field."""
    values = _sent_option(asked)
    for name in ("name", "value"):
        if name not in values:
            raise invalid(f"{name} is missing. An option has a name and a value.", name)
    kept = store_option(asked.db, asked.actor, asked.account, asked.id("field_id"), Option(**values))
    return Shown(_show_option(kept), kept.state)


@OPERATIONS.put(
    f"{PATH}/{{field_id}}/options/{{id}}",
    "setFieldOption",
    needs=Role.EDIT,
    refuses=CHANGING,
    example={"name": "Comptabilité clients"},
)
def _update_option(asked: Asked[Nothing, OptionBody]) -> Shown[OptionShown]:
    """Change an option."""
    which = (asked.id("field_id"), asked.id())
    kept = set_option(asked.db, asked.actor, asked.account, *which, _sent_option(asked), expected=asked.expected)
    return Shown(_show_option(kept), kept.state)


@OPERATIONS.delete(
    f"{PATH}/{{field_id}}/options/{{id}}", "removeFieldOption", status=204, needs=Role.EDIT, refuses=CHANGING
)
def _destroy_option(asked: Asked[Nothing, None]) -> None:
    """Remove an option."""
    drop_option(asked.db, asked.actor, asked.account, asked.id("field_id"), asked.id(), expected=asked.expected)
