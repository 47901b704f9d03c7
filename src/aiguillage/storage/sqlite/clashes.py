"""Which staged drafts stand in each other's way, or in that of contacts that stay."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import Connection, TextClause, bindparam, text

from aiguillage.storage.sqlite.staging import BATCH


class Clash(NamedTuple):
    """A draft that cannot be written, its key, and whose that is: another draft's number, or a contact's id."""

    n: int
    kind: str
    key: str
    other: int


_ACCEPTED = "NOT EXISTS (SELECT 1 FROM staged.refused AS refused WHERE refused.n = {}.n)"
_CHANGING = "NOT EXISTS (SELECT 1 FROM staged.unchanged AS unchanged WHERE unchanged.n = {}.n)"

DOUBLES = text(
    f"""SELECT own.n, own.kind, own.key, twice.first FROM (
        SELECT each.kind, each.key, MIN(each.n) AS first FROM staged.draft_key AS each
        WHERE each.kind IN :kinds AND {_ACCEPTED.format("each")}
        GROUP BY each.kind, each.key HAVING COUNT(*) > 1
    ) AS twice
    JOIN staged.draft_key AS own ON own.kind = twice.kind AND own.key = twice.key AND own.n > twice.first
    WHERE {_ACCEPTED.format("own")}"""  # noqa: S608 - our own words
).bindparams(bindparam("kinds", expanding=True))
SAME_CONTACT = text(
    """SELECT own.n, '', '', twice.first FROM (
        SELECT contact_id, MIN(n) AS first FROM staged.matched GROUP BY contact_id HAVING COUNT(*) > 1
    ) AS twice
    JOIN staged.matched AS own ON own.contact_id = twice.contact_id AND own.n > twice.first"""
)
IDLESS = text(
    f"""SELECT own.n, '', '', own.own_id FROM staged.draft AS own
    WHERE own.own_id <> 0 AND {_ACCEPTED.format("own")}
    AND NOT EXISTS (SELECT 1 FROM staged.matched AS found WHERE found.n = own.n)"""  # noqa: S608 - our own words
)
KEYLESS = text(
    f"""SELECT keyless.n, '', '', 0 FROM staged.keyless AS keyless
    WHERE {_ACCEPTED.format("keyless")}
    AND NOT EXISTS (SELECT 1 FROM staged.matched AS found WHERE found.n = keyless.n)"""  # noqa: S608 - our own words
)
# CROSS JOIN: a short file is looked up in a long list of contacts, never the other way round.
# A key is free again when its holder is removed, or is changed by this very file to something without it.
HELD = text(
    f"""SELECT own.n, own.kind, own.key, MIN(held.contact_id) FROM staged.draft_key AS own CROSS JOIN caller_key AS held
    LEFT JOIN staged.matched AS found ON found.n = own.n
    WHERE held.account_id = :account_id AND held.kind = own.kind AND held.key = own.key AND own.kind IN :kinds
    AND (found.contact_id IS NULL OR found.contact_id <> held.contact_id)
    AND {_ACCEPTED.format("own")} AND {_CHANGING.format("own")}
    AND NOT EXISTS (SELECT 1 FROM staged.removed AS removed WHERE removed.contact_id = held.contact_id)
    AND NOT EXISTS (SELECT 1 FROM staged.matched AS his WHERE his.contact_id = held.contact_id
        AND {_ACCEPTED.format("his")} AND {_CHANGING.format("his")}
        AND NOT EXISTS (SELECT 1 FROM staged.draft_key AS kept
            WHERE kept.kind = own.kind AND kept.key = own.key AND kept.n = his.n))
    GROUP BY own.kind, own.key, own.n"""  # noqa: S608 - our own words
).bindparams(bindparam("kinds", expanding=True))
HELD_REFERENCES = text(
    """SELECT own.n, own.kind, own.key, contact.id FROM staged.draft_key AS own CROSS JOIN contacts AS contact
    WHERE contact.account_id = :account_id AND contact.reference = own.key AND own.kind = 'r'
    AND NOT EXISTS (SELECT 1 FROM staged.removed AS removed WHERE removed.contact_id = contact.id)"""
)
OTHERS_REFERENCES = text(
    f"""SELECT own.n, own.kind, own.key, contact.id FROM staged.draft_key AS own CROSS JOIN contacts AS contact
    JOIN staged.matched AS found ON found.n = own.n
    WHERE contact.account_id = :account_id AND contact.reference = own.key AND own.kind = 'r'
    AND found.contact_id <> contact.id AND {_ACCEPTED.format("own")}"""  # noqa: S608 - our own words
)
# Contacts that a refused row might be about are not missing from the file.
SPARED = (
    text("DELETE FROM staged.spared"),
    text(
        """INSERT INTO staged.spared (contact_id)
        SELECT held.contact_id FROM staged.draft_key AS own JOIN staged.refused AS refused ON refused.n = own.n
        JOIN caller_key AS held ON held.account_id = :account_id AND held.kind = own.kind AND held.key = own.key
        WHERE TRUE ON CONFLICT DO NOTHING"""
    ),
    text(
        """INSERT INTO staged.spared (contact_id)
        SELECT contact.id FROM staged.draft_key AS own JOIN staged.refused AS refused ON refused.n = own.n
        JOIN contacts AS contact ON contact.account_id = :account_id AND contact.reference = own.key
        WHERE own.kind = 'r' ON CONFLICT DO NOTHING"""
    ),
    text(
        """INSERT INTO staged.spared (contact_id)
        SELECT draft.own_id FROM staged.refused AS refused JOIN staged.draft AS draft ON draft.n = refused.n
        WHERE draft.own_id <> 0 ON CONFLICT DO NOTHING"""
    ),
)
REMOVED = (
    text("DELETE FROM staged.removed"),
    text(
        """INSERT INTO staged.removed (contact_id)
        SELECT contact.id FROM contacts AS contact WHERE contact.account_id = :account_id
        AND NOT EXISTS (SELECT 1 FROM staged.matched AS found WHERE found.contact_id = contact.id)
        AND NOT EXISTS (SELECT 1 FROM staged.spared AS spared WHERE spared.contact_id = contact.id)
        ORDER BY contact.id"""
    ),
)


def doubles(connection: Connection, kinds: Iterable[str]) -> Iterator[Clash]:
    """Drafts with a key of those kinds that an earlier draft has; `other` is the earlier one's number."""
    yield from _clashes(connection, DOUBLES, kinds=list(kinds))


def same_contacts(connection: Connection) -> Iterator[Clash]:
    """Drafts about a contact that an earlier draft is about; `other` is the earlier one's number."""
    yield from _clashes(connection, SAME_CONTACT)


def keyless(connection: Connection) -> Iterator[Clash]:
    """Drafts of new contacts that nobody could be known by."""
    yield from _clashes(connection, KEYLESS)


def idless(connection: Connection) -> Iterator[Clash]:
    """Drafts that name a contact's id and are about nobody; `other` is that id."""
    yield from _clashes(connection, IDLESS)


def held(connection: Connection, account_id: int, kinds: Iterable[str]) -> Iterator[Clash]:
    """Drafts with a key of those kinds that a contact has who keeps it; `other` is that contact's id."""
    yield from _clashes(connection, HELD, account_id=account_id, kinds=list(kinds))


def held_references(connection: Connection, account_id: int) -> Iterator[Clash]:
    """Drafts with the reference of a contact that is not in staged.removed; `other` is that contact's id."""
    yield from _clashes(connection, HELD_REFERENCES, account_id=account_id)


def others_references(connection: Connection, account_id: int) -> Iterator[Clash]:
    """Drafts of one contact with the reference of another; `other` is the other's id."""
    yield from _clashes(connection, OTHERS_REFERENCES, account_id=account_id)


def find_removed(connection: Connection, account_id: int) -> int:
    """Fills staged.removed with the contacts that the file lacks, anew; how many."""
    for statement in (*SPARED, *REMOVED):
        connection.execute(statement, {"account_id": account_id} if ":account_id" in statement.text else {})
    return int(connection.exec_driver_sql("SELECT COUNT(*) FROM staged.removed").scalar_one())


def _clashes(connection: Connection, statement: TextClause, **parameters: object) -> Iterator[Clash]:
    for row in connection.execute(statement, parameters, execution_options={"yield_per": BATCH}):
        yield Clash(*row)
