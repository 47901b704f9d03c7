"""People: all that is kept about a number, exported and erased (GDPR, articles 15, 17 and 20)."""

from typing import Annotated, Any

import msgspec

from aiguillage.api.operations import Asked, Nothing, Operations
from aiguillage.api.resources.calls import CallShown, show_call
from aiguillage.api.resources.contacts import ContactShown, show_kept
from aiguillage.api.resources.journal import ChangeShown, show_entry
from aiguillage.api.resources.shared import BASE, Body
from aiguillage.desk.erasing import WHOLE, erase_person
from aiguillage.desk.people import export_person
from aiguillage.domain import meanings
from aiguillage.domain.accounts import Role
from aiguillage.domain.meanings import means
from aiguillage.domain.moments import iso

TAG = "People"
OPERATIONS = Operations(TAG, needs=Role.MANAGE)
PATH = f"{BASE}/people"
MOMENTS = ("at", "moment", "created_at", "next_at", "delivered_at", "undone_at")


class PersonBody(Body, frozen=True):
    """A number in any spelling. It is in the body, because addresses are kept in logs."""

    number: Annotated[str, means("A number in any spelling.", "01 99 00 12 34")]


class ErasureBody(PersonBody, frozen=True):
    """Whom to erase; with `contacts` at `number` contacts stay, without that number, if they have another key."""

    contacts: Annotated[
        str, means("`whole` removes the contacts; `number` leaves those that have another key, without it.")
    ] = WHOLE


class PersonShown(msgspec.Struct, frozen=True, kw_only=True):
    """All that is kept about a number: contacts, calls, changes, imports, and what was said, told and answered.

    `number` is null when the answer is replayed.
    """

    number: Annotated[str | None, means("The number in E.164; null when the answer is replayed.", "+33199001234")]
    contacts: Annotated[list[ContactShown], means("Its contacts.")]  # type: ignore[valid-type] # made of a contact's parts
    calls: Annotated[list[CallShown], means("Its calls, and those that were sent to it.")]
    journal: Annotated[list[ChangeShown], means("Changes of it.")]
    imports: Annotated[list[dict[str, Any]], means("Imports that it came with.", [])]
    survey_records: Annotated[list[dict[str, Any]], means("Its survey records.", [])]
    blocked: Annotated[list[dict[str, Any]], means("Its entries among the blocked callers.", [])]
    deliveries: Annotated[list[dict[str, Any]], means("What webhooks were told of it.", [])]
    answers: Annotated[list[dict[str, Any]], means("Answers with it that are kept for their Idempotency-Key.", [])]


class ErasedShown(msgspec.Struct, frozen=True, kw_only=True):
    """What was erased: `changes` are entries of the journal that no longer say what was changed."""

    contacts: Annotated[int, means("How many contacts.", 1)]
    calls: Annotated[int, meanings.CALLS]
    changes: Annotated[int, means("How many changes in the journal no longer say what was changed.", 4)]
    blocked: Annotated[int, means("How many blocked callers.", 0)]
    survey_records: Annotated[int, means("How many survey records.", 2)]
    deliveries: Annotated[int, means("How many deliveries.", 1)]


@OPERATIONS.post(f"{PATH}/export", "exportPerson", hides=("number",), example={"number": "01 99 00 12 34"})
def _export(asked: Asked[Nothing, PersonBody]) -> PersonShown:
    """Export all that is kept about a number.

    Old calls, whose numbers are no longer kept, are found by what stands for the number in them.
    """
    who = (asked.db, asked.log, asked.actor, asked.account)
    person = export_person(*who, asked.body.number)
    return PersonShown(
        number=person.number,
        contacts=[show_kept(kept, asked.account_id) for kept in person.contacts],
        calls=[show_call(call) for call in person.calls],
        journal=[show_entry(entry) for entry in person.journal],
        imports=[_plain(row) for row in person.imports],
        survey_records=[_plain(row) for row in person.survey_records],
        blocked=person.blocked,
        deliveries=[_plain(row) for row in person.deliveries],
        answers=[_plain(row) for row in person.answers],
    )


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its moments as the API writes them."""
    return row | {name: iso(row[name]) for name in MOMENTS if name in row}


@OPERATIONS.post(
    f"{PATH}/erase",
    "erasePerson",
    reaches_out=True,
    refuses=(409,),
    hides=("number",),
    example={"number": "01 99 00 12 34"},
)
def _erase(asked: Asked[Nothing, ErasureBody]) -> ErasedShown:
    """Erase all that is kept about a number.

    Its contacts, calls, survey records, blocked entries, and what the journal, imports, webhooks and kept answers have
    of them; with `contacts` at `number`, contacts keep all else if they can still be known by something. It cannot be
    undone. The journal keeps who did what and when, and that somebody was erased. A 409 tells what of the account still
    sends calls to that number. Copies made before still have it.
    """
    who = (asked.db, asked.log, asked.actor, asked.account)
    erased = erase_person(*who, asked.body.number, contacts=asked.body.contacts)
    return ErasedShown(**msgspec.structs.asdict(erased))
