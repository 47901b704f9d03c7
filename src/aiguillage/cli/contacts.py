"""Commands about contacts, one at a time."""

from collections.abc import Callable, Iterator
from inspect import Parameter, Signature, signature
from itertools import islice
from typing import Annotated, Any

import typer

from aiguillage.cli.door import AccountCode, ContactId, Json, Limit, at_desk, carried_out, command
from aiguillage.cli.moments import iso, local
from aiguillage.cli.printing import print_aside, print_done, print_facts, print_json, print_list
from aiguillage.cli.words import _
from aiguillage.desk.accounts import show_account
from aiguillage.desk.contacts import Kept, enter_contact, remove_contact, show_contact
from aiguillage.desk.entering import NAMES, NUMBERS
from aiguillage.desk.fields import list_fields
from aiguillage.desk.searching import walk_contacts
from aiguillage.domain.contacts import FIELD_KEYS, OWN_PARTS, PARTS, Part, values_of
from aiguillage.domain.errors import invalid

group = typer.Typer(help="Contacts: the callers that an account knows.", no_args_is_help=True)

Others = Annotated[
    list[str] | None,
    typer.Option(
        "--field", metavar="FIELD=VALUE", help="Any of the eight fields, as in boolean_3=yes; repeat for more."
    ),
]


NAMED = ("company", "first_name", "last_name")
"""What a person reads as the contact's name."""

DAY = len("2026-11-24")
"""What a list shows of a moment: a terminal has room for no more beside numbers and names."""


def document(kept: Kept) -> dict[str, Any]:
    """A contact as JSON shows it."""
    return {
        "id": kept.id,
        "seq": kept.seq,
        **dict(zip(NAMES, values_of(kept.contact), strict=True)),
        NUMBERS: [{"number": t.number, "type": t.type, "label": t.label} for t in kept.contact.telecoms],
        "created_at": iso(kept.created_at),
        "updated_at": iso(kept.updated_at),
    }


def _option(part: Part) -> Parameter:
    """The option of a part of a contact."""
    kind: Any = list[str] if part.several else bool if part.flag else str
    words = f"--{part.option}/--no-{part.option}" if part.flag else f"--{part.option}"
    annotation = Annotated[kind | None, typer.Option(words, help=part.hint)]
    return Parameter(part.option.replace("-", "_"), Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


OPTIONS = [_option(part) for part in PARTS.values()]
ENTERED = {option.name: name for option, name in zip(OPTIONS, NAMES, strict=True)}
"""What the desk calls what is typed with each of them."""


def _with_options(function: Callable[..., None]) -> Callable[..., None]:
    """The function, which takes an option for each part of a contact behind its arguments."""
    own = [one for one in signature(function).parameters.values() if one.kind is not Parameter.VAR_KEYWORD]
    first = next(place for place, one in enumerate(own) if one.kind is Parameter.KEYWORD_ONLY)
    parameters = [*own[:first], *OPTIONS, *own[first:]]
    function.__signature__ = Signature(parameters)  # type: ignore[attr-defined] # what typer reads
    function.__annotations__ = {one.name: one.annotation for one in parameters}
    return function


def _entered(typed: dict[str, Any], others: Others) -> dict[str, Any]:
    """What was typed, by the names that the desk knows; what was left out is left out."""
    given = {ENTERED[option]: value for option, value in typed.items() if value not in (None, [])}
    for other in others or ():
        key, equals, value = other.partition("=")
        if not equals or key.removeprefix("field_") not in FIELD_KEYS:
            raise invalid(f"'{other[:60]}' is not a field. Write one of {', '.join(FIELD_KEYS)}, as in boolean_3=yes.")
        given[key.removeprefix("field_")] = value
    return given


@command(group, "add")
@_with_options
def add(
    context: typer.Context,
    account: AccountCode,
    *,
    field: Others = None,
    json: Json = False,
    **typed: Any,  # noqa: ANN401 - as PARTS say
) -> None:
    """Add a contact."""
    given = _entered(typed, field)
    with at_desk(context) as desk:
        kept = carried_out(desk, given, lambda db, left: enter_contact(db, desk.actor, account, None, left))
    print_done(_("Contact {id} is added.").format(id=kept.id), document(kept), json=json)


@command(group, "set")
@_with_options
def set_(
    context: typer.Context,
    account: AccountCode,
    contact: ContactId,
    *,
    field: Others = None,
    clear: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Take away what it has here; repeat for more.")
    ] = None,
    json: Json = False,
    **typed: Any,  # noqa: ANN401 - as PARTS say
) -> None:
    """Change a contact; the numbers or e-mail addresses given replace all that it has."""
    given = _entered(typed, field)
    given |= _cleared(clear or [], given)
    if not given:
        raise invalid("Nothing to set. Give one of the options: aiguillage contacts set --help")
    with at_desk(context) as desk:
        kept = carried_out(desk, given, lambda db, left: enter_contact(db, desk.actor, account, contact, left))
    print_done(_("Contact {id} is set.").format(id=kept.id), document(kept), json=json)


def _cleared(typed: list[str], given: dict[str, Any]) -> dict[str, None]:
    names: dict[str, None] = {}
    for word in typed:
        option = word.removeprefix("--").replace("-", "_")
        name = ENTERED.get(option, option)
        if name not in NAMES:
            raise invalid(f"'{word[:40]}' cannot be cleared. Name an option, as in --clear code.")
        if name in given:
            raise invalid(f"'{word[:40]}' is both set and cleared. Do one of the two.")
        names[name] = None
    return names


@command(group, "list")
def list_(
    context: typer.Context,
    account: AccountCode,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WORD]...", help="Those with words that begin so: names, a code, a number, an e-mail."),
    ] = None,
    number: Annotated[str | None, typer.Option(help="Those with this number, in any spelling.")] = None,
    limit: Limit = 100,
    json: Json = False,
) -> None:
    """List contacts, or find some of them by words; oldest first."""
    most = limit + 1 if limit else None
    with at_desk(context) as desk:
        found = walk_contacts(desk.db, desk.actor, account, " ".join(words or ()), number=number, limit=most)
        time_zone = show_account(desk.db, desk.actor, account).time_zone
        print_list(
            _at_most(found, limit),
            json=json,
            document=document,
            headings=(
                *(_("id"), _("name"), _("numbers"), _("code"), _("destinations")),
                "\n".join((_("flags"), _("changed on"))),
            ),
            cells=lambda kept: _cells(kept, time_zone),
            empty=_("No contact."),
        )


def _at_most(found: Iterator[Kept], limit: int) -> Iterator[Kept]:
    """As many as are wanted; that there are more is said beside the output."""
    yield from islice(found, limit or None)
    if next(found, None) is not None:
        print_aside(_("These are the first {limit}; --limit 0 lists all.").format(limit=limit))


def name_of(company: str, first_name: str, last_name: str) -> str:
    """A contact's name as people read it: the company, the person under it."""
    return "\n".join(part for part in (company, f"{first_name} {last_name}".strip()) if part)


def _cells(kept: Kept, time_zone: str) -> tuple[object, ...]:
    contact = kept.contact
    flags = {_("VIP"): contact.boolean[0], _("on-call"): contact.boolean[1]}
    return (
        kept.id,
        name_of(contact.company, contact.first_name, contact.last_name),
        "\n".join(telecom.number for telecom in contact.telecoms),
        contact.code,
        ",".join(value or "" for value in contact.select).rstrip(","),
        "\n".join([*(name for name, value in flags.items() if value), local(kept.updated_at, time_zone)[:DAY]]),
    )


@command(group, "show")
def show(context: typer.Context, account: AccountCode, contact: ContactId, json: Json = False) -> None:
    """Show a contact."""
    with at_desk(context) as desk:
        kept = show_contact(desk.db, desk.actor, account, contact)
        fields = list_fields(desk.db, desk.actor, account)
        time_zone = show_account(desk.db, desk.actor, account).time_zone
    if json:
        print_json(document(kept))
        return
    values = dict(zip(PARTS, values_of(kept.contact), strict=True))
    name = name_of(kept.contact.company, kept.contact.first_name, kept.contact.last_name)
    values |= dict.fromkeys(NAMED, name) | {
        "telecoms": "\n".join(f"{t.number} {t.type} {t.label}".rstrip() for t in kept.contact.telecoms),
        "emails": "\n".join(kept.contact.emails),
    }
    print_facts(
        {
            _("contact"): kept.id,
            **{_("name") if key in NAMED else _(part.noun): values[key] for key, part in OWN_PARTS.items()},
            **{f"{field.key} ({field.label})": values[field.key] for field in fields},
            _("added ({zone})").format(zone=time_zone): local(kept.created_at, time_zone),
            _("changed ({zone})").format(zone=time_zone): local(kept.updated_at, time_zone),
        }
    )


@command(group, "remove")
def remove(context: typer.Context, account: AccountCode, contact: ContactId, json: Json = False) -> None:
    """Remove a contact."""
    with at_desk(context) as desk:
        remove_contact(desk.db, desk.actor, account, contact)
    print_done(_("Contact {id} is removed.").format(id=contact), {"removed": contact}, json=json)
