"""Contacts as rows, and the callers' keys written beside them."""

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Label, Row, and_, delete, func, insert, select, update

from aiguillage.domain.calls import Known
from aiguillage.domain.contacts import (
    FIELD_KEYS,
    FOLDED,
    OWN_PARTS,
    SELECTS,
    Contact,
    KeyKind,
    Telecom,
    caller_keys,
    folded,
)
from aiguillage.domain.searching import traits_of, words_of
from aiguillage.domain.sums import row_sum
from aiguillage.storage.schema import accounts, caller_key, can_be_id, contacts, journal

_encode = msgspec.json.encode
_decode_telecoms = msgspec.json.Decoder(tuple[Telecom, ...]).decode
_decode_emails = msgspec.json.Decoder(tuple[str, ...]).decode
_decode = msgspec.json.decode
_TEXTS = tuple(part.name for part in OWN_PARTS.values() if not part.several)
MADE = (*(f"{name}_folded" for name in FOLDED), "traits", "words")
"""Columns that a contact is found by, made of the others."""

COLUMNS = (*_TEXTS, "telecoms", "emails", *FIELD_KEYS, "given", *MADE)
"""The columns of a contact's own, those of a kind together."""

FLAGS = slice(COLUMNS.index(FIELD_KEYS[SELECTS]), COLUMNS.index("given"))
NONE = "[]"
"""An empty list, as JSON."""

_names_of, _texts_of = attrgetter(*FOLDED), attrgetter(*_TEXTS)
_selects_of, _booleans_of = attrgetter(*FIELD_KEYS[:SELECTS]), attrgetter(*FIELD_KEYS[SELECTS:])


def _moment(name: str, seq: ColumnElement[int]) -> Label[int | None]:
    """When the change of that number was made."""
    change = and_(journal.c.account_id == contacts.c.account_id, journal.c.seq == seq)
    return select(journal.c.at).where(change).scalar_subquery().label(name)


# A contact's id is the number of the change that added it.
KEPT = select(contacts, _moment("created_at", contacts.c.id), _moment("updated_at", contacts.c.seq))
"""Contacts' rows with when each was added and last changed, NULL where the journal has no such change."""


def contact_values(contact: Contact) -> list[Any]:
    """A contact as its table keeps it: the values of COLUMNS."""
    names = [folded(name) for name in _names_of(contact)]
    return [
        *_texts_of(contact),
        _encode(contact.telecoms).decode(),
        _encode(contact.emails).decode() if contact.emails else NONE,
        *contact.select,
        *contact.boolean,
        _encode(contact.given).decode() if contact.given else None,
        *names,
        traits_of(contact),
        words_of(contact, names),
    ]


def contact_of(row: Row[Any]) -> Contact:
    """The contact in a row."""
    return Contact(
        **dict(zip(_TEXTS, _texts_of(row), strict=True)),
        telecoms=_decode_telecoms(row.telecoms),
        emails=_decode_emails(row.emails),
        select=_selects_of(row),
        boolean=_booleans_of(row),
        given=_decode(row.given) if row.given else {},
    )


def known_as(contact_id: int, contact: Contact) -> Known:
    """What a decision needs of the contact."""
    names = (contact.company, contact.first_name, contact.last_name, contact.language)
    return Known(contact_id, contact.select, contact.boolean, *names)


def key_rows(account_id: int, contact_id: int, contact: Contact) -> list[dict[str, Any]]:
    """The rows of the table that calls are answered from, one for each number and code of the contact."""
    facts = _encode(known_as(contact_id, contact)).decode()
    return [
        {
            "account_id": account_id,
            "kind": kind.value,
            "key": key,
            "contact_id": contact_id,
            "facts": facts,
            "sum": row_sum(account_id, kind.value, key, facts),
        }
        for kind, key in caller_keys(contact)
    ]


def write_contact(connection: Connection, account_id: int, contact_id: int, seq: int, contact: Contact) -> None:
    """Adds a contact and its keys."""
    row = dict(zip(COLUMNS, contact_values(contact), strict=True))
    connection.execute(insert(contacts).values(account_id=account_id, id=contact_id, seq=seq, **row))
    rows = key_rows(account_id, contact_id, contact)
    if rows:
        connection.execute(insert(caller_key), rows)
    count_contacts(connection, account_id, 1)


def erase_contact(connection: Connection, account_id: int, contact_id: int, contact: Contact) -> None:
    """Removes a contact and its keys."""
    mine = and_(caller_key.c.account_id == account_id, caller_key.c.contact_id == contact_id)
    for kind, key in caller_keys(contact):
        connection.execute(delete(caller_key).where(mine, caller_key.c.kind == kind.value, caller_key.c.key == key))
    connection.execute(delete(contacts).where(contacts.c.account_id == account_id, contacts.c.id == contact_id))
    count_contacts(connection, account_id, -1)


def count_contacts(connection: Connection, account_id: int, more: int) -> None:
    """Keeps count of the account's contacts: counting a million of them takes longer than showing a page."""
    statement = update(accounts).where(accounts.c.id == account_id)
    connection.execute(statement.values(contacts=accounts.c.contacts + more))


def read_contact(connection: Connection, account_id: int, contact_id: int) -> Row[Any] | None:
    """One contact's row, as KEPT has it."""
    if not can_be_id(contact_id):
        return None
    mine = and_(contacts.c.account_id == account_id, contacts.c.id == contact_id)
    return connection.execute(KEPT.where(mine)).first()


def holders(connection: Connection, account_id: int, kind: KeyKind, keys: Iterable[str]) -> list[tuple[str, int]]:
    """Which contacts hold these keys: key and contact id, the oldest contact first."""
    statement = (
        select(caller_key.c.key, caller_key.c.contact_id)
        .where(caller_key.c.account_id == account_id, caller_key.c.kind == kind.value, caller_key.c.key.in_(list(keys)))
        .order_by(caller_key.c.key, caller_key.c.contact_id)
    )
    return [(row.key, row.contact_id) for row in connection.execute(statement)]


def count_shared_numbers(connection: Connection, account_id: int) -> int:
    """How many numbers of the account belong to more than one contact."""
    shared = (
        select(caller_key.c.key)
        .where(caller_key.c.account_id == account_id, caller_key.c.kind == KeyKind.NUMBER.value)
        .group_by(caller_key.c.key)
        .having(func.count() > 1)
    )
    return connection.execute(select(func.count()).select_from(shared.subquery())).scalar_one()


def contact_with_reference(connection: Connection, account_id: int, reference: str) -> int | None:
    """The contact of that external reference."""
    statement = select(contacts.c.id).where(contacts.c.account_id == account_id, contacts.c.reference == reference)
    return connection.execute(statement).scalar()
