"""Many contacts changed or removed at once: those that are named, or all that a search finds; all or none."""

from collections.abc import Mapping
from typing import Any

import msgspec

from aiguillage.desk.change import Change, View, change_contacts
from aiguillage.desk.contacts import Kept, discard_contacts, replace_contact, require_contact
from aiguillage.desk.entering import entered
from aiguillage.desk.fields import read_fields
from aiguillage.desk.searching import Asked, ids_found
from aiguillage.domain.accounts import Actor
from aiguillage.domain.contacts import FIELD_KEYS
from aiguillage.domain.errors import invalid, stale
from aiguillage.storage.sqlite.engine import Database

MOST_AT_ONCE = 500
"""Contacts that are changed at once: meanwhile nobody else changes anything."""

SETTABLE = (*FIELD_KEYS, "language")
"""What several contacts can have alike; by numbers and codes they are told apart."""


class Meant(msgspec.Struct, frozen=True, kw_only=True):
    """Which contacts: those with these ids, or all that are asked for.

    `expected` is how many the person saw to be found.
    """

    ids: tuple[int, ...] = ()
    asked: Asked | None = None
    expected: int | None = None


def set_contacts(db: Database, actor: Actor, code: str, meant: Meant, given: Mapping[str, Any]) -> int:
    """Gives contacts values of SETTABLE, as somebody entered them; how many were changed by it.

    Raises Refusal (missing, forbidden, invalid; stale when others are found than the person saw).
    """
    if unknown := given.keys() - set(SETTABLE):
        raise invalid(f"Several contacts cannot be given one '{min(unknown)[:40]}'. Change them one by one.")
    with change_contacts(db, actor, code) as change:
        fields = read_fields(change.connection, change.account_id)
        changed = 0
        for kept in _require_meant(change, meant):
            after = entered(kept.contact, given, change.account.country, fields)
            changed += replace_contact(change, kept, after).seq != kept.seq
        return changed


def remove_meant(db: Database, actor: Actor, code: str, meant: Meant) -> int:
    """Removes contacts; how many they were. Raises Refusal as set_contacts does."""
    with change_contacts(db, actor, code) as change:
        return discard_contacts(change, _require_meant(change, meant))


def _require_meant(change: Change, meant: Meant) -> list[Kept]:
    """The contacts that are meant. Raises Refusal."""
    ids = list(dict.fromkeys(meant.ids))
    if meant.asked is not None:
        view = View(change.connection, change.account_id, change.account)
        ids = ids_found(view, meant.asked, MOST_AT_ONCE + 1)
    if len(ids) > MOST_AT_ONCE:
        raise invalid(
            f"These are too many at once: at most {MOST_AT_ONCE:,} contacts can be changed. Search for fewer of them."
        )
    if meant.expected is not None and meant.expected != len(ids):
        raise stale(f"Now {len(ids):,} contacts are found, not {meant.expected:,}. Look at the list again.")
    return [require_contact(change.connection, change.account_id, each) for each in ids]
