"""Commands about contacts, one at a time."""

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any

import typer

from aiguillage.cli.door import AccountCode, ContactId, Json, Limit, at_desk, carried_out, command
from aiguillage.cli.moments import iso, local
from aiguillage.cli.printing import print_aside, print_done, print_facts, print_json, print_list
from aiguillage.cli.words import _
from aiguillage.desk.accounts import show_account
from aiguillage.desk.contacts import Kept, enter_contact, remove_contact, show_contact
from aiguillage.desk.entering import LISTS, NAMES
from aiguillage.desk.fields import list_fields
from aiguillage.desk.searching import walk_contacts
from aiguillage.domain.contacts import FIELD_KEYS, SELECTS
from aiguillage.domain.errors import invalid

group = typer.Typer(help="Contacts: the callers that an account knows.", no_args_is_help=True)

Numbers = Annotated[
    list[str] | None,
    typer.Option("--number", help="In any spelling, a star at the end for a prefix; repeat for more."),
]
Code = Annotated[str | None, typer.Option(help="The digits typed to say who is calling.")]
Company = Annotated[str | None, typer.Option(help="The company's name.")]
FirstName = Annotated[str | None, typer.Option(help="The first name.")]
LastName = Annotated[str | None, typer.Option(help="The last name.")]
Language = Annotated[str | None, typer.Option(help="As in fr.")]
Emails = Annotated[list[str] | None, typer.Option("--email", help="An e-mail address; repeat for more.")]
Reference = Annotated[str | None, typer.Option(help="The contact's name in your other systems.")]
Destination1 = Annotated[str | None, typer.Option(help="The queue, or whatever else shall be dialled.")]
Destination2 = Annotated[str | None, typer.Option(help="The second choice.")]
Destination3 = Annotated[str | None, typer.Option(help="The third choice.")]
Destination4 = Annotated[str | None, typer.Option(help="The fourth choice.")]
Vip = Annotated[bool | None, typer.Option("--vip/--no-vip", help="Whether they are a VIP.")]
OnCall = Annotated[bool | None, typer.Option("--on-call/--no-on-call", help="Whether they have an on-call contract.")]
Others = Annotated[
    list[str] | None,
    typer.Option(
        "--field", metavar="FIELD=VALUE", help="Any of the eight fields, as in boolean_3=yes; repeat for more."
    ),
]


DAY = len("2026-11-24")
"""What a list shows of a moment: a terminal has room for no more beside numbers and names."""


def document(kept: Kept) -> dict[str, Any]:
    """A contact as JSON shows it."""
    contact = kept.contact
    return {
        "id": kept.id,
        "seq": kept.seq,
        "reference": contact.reference,
        "code": contact.code,
        "language": contact.language,
        "company": contact.company,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "numbers": [{"number": t.number, "type": t.type, "label": t.label} for t in contact.telecoms],
        "emails": contact.emails,
        **dict(zip(FIELD_KEYS, (*contact.select, *contact.boolean), strict=True)),
        "created_at": iso(kept.created_at),
        "updated_at": iso(kept.updated_at),
    }


def _entered(
    numbers: Numbers,
    code: Code,
    company: Company,
    first_name: FirstName,
    last_name: LastName,
    language: Language,
    emails: Emails,
    reference: Reference,
    destinations: tuple[str | None, ...],
    vip: Vip,
    on_call: OnCall,
    others: Others,
) -> dict[str, Any]:
    """What was typed, by the names that the desk knows; what was left out is left out."""
    typed = {
        "numbers": numbers or None,
        "code": code,
        "company": company,
        "first_name": first_name,
        "last_name": last_name,
        "language": language,
        "emails": emails or None,
        "reference": reference,
        **dict(zip(FIELD_KEYS, (*destinations, vip, on_call), strict=False)),
    }
    for other in others or ():
        key, equals, value = other.partition("=")
        if not equals or key.removeprefix("field_") not in FIELD_KEYS:
            raise invalid(f"'{other[:60]}' sets no field. Write one of {', '.join(FIELD_KEYS)}, as in boolean_3=yes.")
        typed[key.removeprefix("field_")] = value
    return {name: value for name, value in typed.items() if value is not None}


@command(group, "add")
def add(
    context: typer.Context,
    account: AccountCode,
    number: Numbers = None,
    code: Code = None,
    company: Company = None,
    first_name: FirstName = None,
    last_name: LastName = None,
    language: Language = None,
    email: Emails = None,
    reference: Reference = None,
    destination1: Destination1 = None,
    destination2: Destination2 = None,
    destination3: Destination3 = None,
    destination4: Destination4 = None,
    vip: Vip = None,
    on_call: OnCall = None,
    field: Others = None,
    json: Json = False,
) -> None:
    """Add a contact."""
    destinations = (destination1, destination2, destination3, destination4)
    given = _entered(
        number, code, company, first_name, last_name, language, email, reference, destinations, vip, on_call, field
    )
    with at_desk(context) as desk:
        kept = carried_out(desk, given, lambda db, left: enter_contact(db, desk.actor, account, None, left))
    print_done(_("Contact {id} is added.").format(id=kept.id), document(kept), json=json)


@command(group, "set")
def set_(
    context: typer.Context,
    account: AccountCode,
    contact: ContactId,
    number: Numbers = None,
    code: Code = None,
    company: Company = None,
    first_name: FirstName = None,
    last_name: LastName = None,
    language: Language = None,
    email: Emails = None,
    reference: Reference = None,
    destination1: Destination1 = None,
    destination2: Destination2 = None,
    destination3: Destination3 = None,
    destination4: Destination4 = None,
    vip: Vip = None,
    on_call: OnCall = None,
    field: Others = None,
    clear: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Take away what it has here; repeat for more.")
    ] = None,
    json: Json = False,
) -> None:
    """Change a contact; the numbers or e-mail addresses given replace all that it has."""
    destinations = (destination1, destination2, destination3, destination4)
    given = _entered(
        number, code, company, first_name, last_name, language, email, reference, destinations, vip, on_call, field
    )
    given |= _cleared(clear or [], given)
    if not given:
        raise invalid("Nothing to set. Give one of the options: aiguillage contacts set --help")
    with at_desk(context) as desk:
        kept = carried_out(desk, given, lambda db, left: enter_contact(db, desk.actor, account, contact, left))
    print_done(_("Contact {id} is set.").format(id=kept.id), document(kept), json=json)


CLEARED = {"number": "numbers", "email": "emails", "vip": "boolean_1", "on_call": "boolean_2"} | {
    f"destination{n}": f"select_{n}" for n in range(1, SELECTS + 1)
}
"""What can be cleared by the name of its option, and what the desk calls it."""


def _cleared(typed: list[str], given: dict[str, Any]) -> dict[str, Any]:
    names = {}
    for word in typed:
        option = word.removeprefix("--").replace("-", "_")
        name = CLEARED.get(option, option)
        if name not in NAMES:
            raise invalid(f"'{word[:40]}' cannot be cleared. Name an option, as in --clear code.")
        if name in given:
            raise invalid(f"'{word[:40]}' is both set and cleared. Do one of the two.")
        names[name] = () if name in LISTS else None
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
    values = dict(zip(FIELD_KEYS, (*kept.contact.select, *kept.contact.boolean), strict=True))
    print_facts(
        {
            _("contact"): kept.id,
            _("reference"): kept.contact.reference,
            _("name"): name_of(kept.contact.company, kept.contact.first_name, kept.contact.last_name),
            _("language"): kept.contact.language,
            _("numbers"): "\n".join(f"{t.number} {t.type} {t.label}".rstrip() for t in kept.contact.telecoms),
            _("code"): kept.contact.code,
            _("e-mail"): "\n".join(kept.contact.emails),
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
