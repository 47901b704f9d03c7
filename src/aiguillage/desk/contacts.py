"""Contacts: the people and companies that an account knows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from aiguillage.desk.change import Change, change_contacts, read_facts, require_unchanged
from aiguillage.desk.entering import entered, require_option
from aiguillage.desk.fields import read_fields
from aiguillage.domain.accounts import Actor
from aiguillage.domain.contacts import MOST_CONTACTS, SELECTS, Contact, Field, KeyKind, caller_keys
from aiguillage.domain.errors import conflict, invalid, missing
from aiguillage.domain.problems import Code
from aiguillage.storage.contacts import (
    KEPT,
    contact_of,
    contact_with_reference,
    erase_contact,
    holders,
    read_contact,
    write_contact,
)
from aiguillage.storage.schema import accounts
from aiguillage.storage.schema import contacts as table
from aiguillage.storage.sqlite.engine import Database

SOME = 1_000
"""Contacts that are read at a time."""


class Kept(msgspec.Struct, frozen=True):
    """A contact as it is kept: with its id and the number of the change that made it so.

    `created_at` and `updated_at` are when it was added and last changed, in microseconds since 1970 UTC; None where the
    journal has no such change. One that was removed and put back is as old as before.
    """

    id: int
    seq: int
    contact: Contact
    created_at: int | None
    updated_at: int | None


def add_contact(db: Database, actor: Actor, code: str, contact: Contact) -> Kept:
    """A new contact. Raises Refusal (missing, forbidden, invalid, conflict)."""
    with change_contacts(db, actor, code) as change:
        return place_contact(change, None, contact)


def place_contact(change: Change, contact_id: int | None, contact: Contact) -> Kept:
    """A new contact, or a removed one under its former id, inside a change that has begun. Raises Refusal."""
    check_contact(contact, read_fields(change.connection, change.account_id))
    _require_room(change)
    _refuse_doubles(change, None, contact)
    seq = change.take_seqs()
    own_id = seq if contact_id is None else contact_id
    write_contact(change.connection, change.account_id, own_id, seq, contact)
    change.record(seq, "add", "contact", own_id, None, contact)
    return require_contact(change.connection, change.account_id, own_id)


def _require_room(change: Change) -> None:
    """Raises Refusal(invalid) where one more contact is one too many."""
    there = select(accounts.c.contacts).where(accounts.c.id == change.account_id)
    if change.connection.execute(there).scalar_one() >= MOST_CONTACTS:
        code = change.account.code
        raise invalid(
            f"{code} already has {MOST_CONTACTS:,} contacts, the most that it can have. Remove some first.",
            code=Code.QUOTA,
        )


def enter_contact(
    db: Database,
    actor: Actor,
    code: str,
    contact_id: int | None,
    given: Mapping[str, Any],
    *,
    expected: int | None = None,
) -> Kept:
    """A new contact (id None) or changes to one, as somebody entered them (desk/entering.py).

    `expected` is the change that made it what the person saw. Raises Refusal: stale when it has been changed since.
    """
    with change_contacts(db, actor, code) as change:
        fields = read_fields(change.connection, change.account_id)
        if contact_id is None:
            return place_contact(change, None, entered(Contact(), given, change.account.country, fields))
        kept = require_contact(change.connection, change.account_id, contact_id)
        require_unchanged(kept.seq, expected)
        return replace_contact(change, kept, entered(kept.contact, given, change.account.country, fields))


def replace_contact(change: Change, kept: Kept, after: Contact) -> Kept:
    """A contact with other facts inside a change that has begun. Raises Refusal."""
    if after == kept.contact:
        return kept
    check_contact(after, read_fields(change.connection, change.account_id))
    _refuse_doubles(change, kept.id, after)
    seq = change.take_seqs()
    erase_contact(change.connection, change.account_id, kept.id, kept.contact)
    write_contact(change.connection, change.account_id, kept.id, seq, after)
    change.record(seq, "set", "contact", kept.id, kept.contact, after)
    return Kept(kept.id, seq, after, kept.created_at, change.actor.at)


def remove_contact(db: Database, actor: Actor, code: str, contact_id: int, *, expected: int | None = None) -> None:
    """Removes a contact, as `expected` by the person (see enter_contact). Raises Refusal."""
    with change_contacts(db, actor, code) as change:
        kept = require_contact(change.connection, change.account_id, contact_id)
        require_unchanged(kept.seq, expected)
        discard_contacts(change, [kept])


def remove_contacts(db: Database, actor: Actor, code: str, contact_ids: Iterable[int]) -> int:
    """Removes contacts, all or none; how many they were. Raises Refusal(missing) when one of them is not there."""
    with change_contacts(db, actor, code) as change:
        ids = dict.fromkeys(contact_ids)
        return discard_contacts(change, [require_contact(change.connection, change.account_id, each) for each in ids])


def discard_contacts(change: Change, going: Sequence[Kept]) -> int:
    """Removes contacts inside a change that has begun; how many they were."""
    seq = change.take_seqs(len(going))
    for place, kept in enumerate(going):
        erase_contact(change.connection, change.account_id, kept.id, kept.contact)
        change.record(seq + place, "remove", "contact", kept.id, kept.contact, None)
    return len(going)


def show_contact(db: Database, actor: Actor, code: str, contact_id: int) -> Kept:
    """One contact. Raises Refusal."""
    with read_facts(db, actor, code) as (connection, account_id, _):
        return require_contact(connection, account_id, contact_id)


def require_contact(connection: Connection, account_id: int, contact_id: int) -> Kept:
    """One contact of an account. Raises Refusal(missing)."""
    row = read_contact(connection, account_id, contact_id)
    if row is None:
        raise missing(f"There is no contact {contact_id} on this account.")
    return kept_of(row)


def kept_of(row: Row[Any]) -> Kept:
    """The contact in a row of KEPT."""
    return Kept(row.id, row.seq, contact_of(row), row.created_at, row.updated_at)


def list_contacts(db: Database, actor: Actor, code: str) -> Iterator[Kept]:
    """The contacts, oldest first. Raises Refusal, before the first one.

    They are read a thousand at a time, each thousand as it is then: however slowly somebody takes them, no transaction
    stays open and keeps the file growing.
    """
    with read_facts(db, actor, code):
        return _contacts(db, actor, code)


def _contacts(db: Database, actor: Actor, code: str) -> Iterator[Kept]:
    after = 0
    while batch := _some_contacts(db, actor, code, after):
        yield from batch
        after = batch[-1].id


def _some_contacts(db: Database, actor: Actor, code: str, after: int) -> list[Kept]:
    with read_facts(db, actor, code) as (connection, account_id, _):
        statement = KEPT.where(table.c.account_id == account_id, table.c.id > after)
        return [kept_of(row) for row in connection.execute(statement.order_by(table.c.id).limit(SOME))]


def check_contact(contact: Contact, fields: list[Field]) -> None:
    """Raises Refusal(invalid) for a contact that nobody could be known as, or a value that a strict field lacks."""
    if not (contact.telecoms or contact.code or contact.company or contact.first_name or contact.last_name):
        raise invalid("The contact is empty. Give it a number, a code or a name.")
    for field, value in zip(fields[:SELECTS], contact.select, strict=True):
        require_option(field, value)


def _refuse_doubles(change: Change, contact_id: int | None, contact: Contact) -> None:
    """Raises Refusal(conflict) when another contact has one of the keys and the account does not share them."""
    keys: dict[KeyKind, list[str]] = {}
    for kind, key in caller_keys(contact):
        keys.setdefault(kind, []).append(key)
    if change.account.shared_numbers != "refuse":
        keys.pop(KeyKind.NUMBER, None)
    for kind, wanted in keys.items():
        for key, holder in holders(change.connection, change.account_id, kind, wanted):
            if holder != contact_id:
                raise conflict(taken(kind, key, holder), Code.TAKEN)
    if contact.reference is not None:
        other = contact_with_reference(change.connection, change.account_id, contact.reference)
        if other not in (None, contact_id):
            raise conflict(
                f"The reference '{contact.reference}' already belongs to contact {other}. Change one of the two.",
                Code.TAKEN,
            )


def taken(kind: KeyKind, key: str, holder: int) -> str:
    """What is said of a key that another contact has."""
    if kind is KeyKind.NUMBER:
        return (
            f"{key} already belongs to contact {holder}. Change that contact, or let contacts share "
            "numbers (shared_numbers: ask_code or first)."
        )
    name = "number prefix" if kind is KeyKind.PREFIX else "code"
    return f"The {name} {key} already belongs to contact {holder}. Change one of the two."
