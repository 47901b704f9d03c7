"""Who changed what: the account's journal, and the installation's."""

import msgspec

from aiguillage.desk.change import read_facts, require_operator
from aiguillage.desk.contacts import require_contact
from aiguillage.domain.accounts import Actor, Role
from aiguillage.storage import journal
from aiguillage.storage.journal import Entry
from aiguillage.storage.schema import DIRECTORY_ID
from aiguillage.storage.sqlite.engine import Database


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which changes: None for any. `since` is in microseconds since 1970 UTC."""

    entity: str | None = None
    entity_id: int | None = None
    actor: str | None = None
    action: str | None = None
    since: int | None = None


ALL = Wanted()


def list_changes(
    db: Database,
    actor: Actor,
    code: str | None,
    *,
    wanted: Wanted = ALL,
    before_seq: int | None = None,
    limit: int = 50,
) -> list[Entry]:
    """An account's changes, newest first; without a code the installation's (operators only). Raises Refusal."""
    values = {name: value for name, value in msgspec.structs.asdict(wanted).items() if value is not None}
    if code is None:
        require_operator(actor)
        with db.read() as connection:
            return list(journal.read(connection, DIRECTORY_ID, before_seq, limit, values))
    with read_facts(db, actor, code, Role.MANAGE) as (connection, account_id, _):
        return list(journal.read(connection, account_id, before_seq, limit, values))


def list_history(db: Database, actor: Actor, code: str, contact_id: int, *, limit: int = 50) -> list[Entry]:
    """What happened to one contact, newest first. Raises Refusal.

    A contact's id is the change that added it, and its seq its last: only what lies between is looked through.
    """
    with read_facts(db, actor, code, Role.MANAGE) as (connection, account_id, _):
        last = require_contact(connection, account_id, contact_id).seq
        return list(journal.read_about(connection, account_id, "contact", contact_id, last=last, limit=limit))


def last_change(db: Database, actor: Actor, code: str) -> int | None:
    """The number of the last change that the actor has made at its moment; None for none. Raises Refusal."""
    with read_facts(db, actor, code) as (connection, account_id, _):
        return journal.last_at(connection, account_id, actor.at, actor.name)


def seq_since(db: Database, actor: Actor, code: str, moment: int) -> int:
    """The account's first change at or after a moment (microseconds since 1970 UTC); what comes after all if none."""
    with read_facts(db, actor, code) as (connection, account_id, _):
        return journal.first_since(connection, account_id, moment)
