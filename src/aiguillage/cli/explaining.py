"""The command that tells where a call would go, and why."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from aiguillage.cli.contacts import name_of
from aiguillage.cli.door import AccountCode, Json, at_desk, command
from aiguillage.cli.printing import plain, print_facts, print_json, print_line, print_table
from aiguillage.cli.words import _
from aiguillage.desk.fields import list_fields
from aiguillage.domain.contacts import FIELD_KEYS, SELECTS, Field
from aiguillage.domain.routing import Line

if TYPE_CHECKING:
    from aiguillage.app import Explained

ABOUT_A_CONTACT = ("contact_id", "company", "first_name", "last_name", "language")


def register(application: typer.Typer) -> None:
    """Adds the command."""
    command(application, "route")(route)


def route(
    context: typer.Context,
    account: AccountCode,
    number: Annotated[str | None, typer.Option(help="The caller's number, in any spelling.")] = None,
    code: Annotated[str | None, typer.Option(help="The code that the caller types.")] = None,
    json: Json = False,
) -> None:
    """Tell where a call would go now, with a line from every rule."""
    from aiguillage.app import explain_call  # noqa: PLC0415 - brings the web framework along

    with at_desk(context) as desk:
        explained = explain_call(desk.settings, desk.db, desk.actor, account, number=number, code=code)
        fields = list_fields(desk.db, desk.actor, account)
    if json:
        print_json(_document(explained))
        return
    print_line(_in_words(explained))
    if explained.decision.known is None:
        print_line(_("The call flow is told so (404); a token with --unknown default gets the fields' defaults:"))
    values = (*explained.decision.select, *explained.decision.boolean)
    print_facts({field.label or field.key: value for field, value in zip(fields, values, strict=True)})
    print_line("")
    print_table(
        (_("rule"), _("what it says"), _("applied"), _("what it changed")),
        [
            (line.rule, _(line.sentence), line.applied, changed)
            for line, changed in zip(explained.trace, _changes(explained.trace, fields), strict=True)
        ],
    )


def _document(explained: "Explained") -> dict[str, Any]:
    decision, known = explained.decision, explained.decision.known
    return {
        "number": explained.facts.number,
        "code": explained.facts.code,
        "known": known is not None,
        "by": decision.by,
        "reason": decision.reason,
        "contact": known and {name: getattr(known, name) for name in ABOUT_A_CONTACT},
        **dict(zip(FIELD_KEYS, (*decision.select, *decision.boolean), strict=True)),
        "trace": msgspec.to_builtins(explained.trace),
    }


def _in_words(explained: "Explained") -> str:
    """The decision in a sentence or two."""
    facts, known = explained.facts, explained.decision.known
    asked = [
        _("a withheld number") if facts.number == "" else facts.number,
        facts.code and _("code {code}").format(code=facts.code),
    ]
    caller = ", ".join(part for part in asked if part) or _("a code that can be none")
    if known is None:
        if len(facts.by_number) > 1:
            return _("The caller ({caller}) is treated as unknown: several contacts share the number.").format(
                caller=caller
            )
        return _("The caller ({caller}) is unknown.").format(caller=caller)
    name = name_of(known.company, known.first_name, known.last_name).replace("\n", ", ")
    told = {
        "number": _("The caller ({caller}) is known by number: contact {id}, {name}."),
        "prefix": _("The caller ({caller}) is known by number prefix: contact {id}, {name}."),
        "code": _("The caller ({caller}) is known by code: contact {id}, {name}."),
    }
    return told[explained.decision.by or "number"].format(caller=caller, id=known.contact_id, name=name or "-")


def _changes(trace: list[Line], fields: list[Field]) -> Iterator[str]:
    """What each rule changed, in few words."""
    shown: dict[str, object] = dict.fromkeys(field.key for field in fields)
    for line in trace:
        values = dict(shown)
        values.update(zip(FIELD_KEYS[:SELECTS], line.changed.get("select", ()), strict=False))
        values.update(zip(FIELD_KEYS[SELECTS:], line.changed.get("boolean", ()), strict=False))
        parts = [
            f"{field.label}: {plain(values[field.key])}" for field in fields if values[field.key] != shown[field.key]
        ]
        known = line.changed.get("known")
        yield "\n".join(([] if known is None else [_("contact {id}").format(id=known.contact_id)]) + parts)
        shown = values
