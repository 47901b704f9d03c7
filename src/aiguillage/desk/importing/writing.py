"""Writing: the drafts that were judged, as one change of the account, in one transaction."""

from sqlalchemy import Connection, insert, select

from aiguillage.desk.change import Change
from aiguillage.desk.importing.judging import Judgement
from aiguillage.desk.importing.outcome import NOTED_HERE, Choices, Outcome, Progress
from aiguillage.desk.importing.reading import Read
from aiguillage.domain.contacts import MOST_CONTACTS
from aiguillage.storage.contacts import contact_of
from aiguillage.storage.schema import accounts, imports
from aiguillage.storage.sqlite import staged
from aiguillage.storage.sqlite.changes import write_changes

ALLOWED_TO_GO = 5
"""One contact in so many may be missing from the file without anybody having to insist."""


def judge(connection: Connection, account_id: int, read: Read, choices: Choices) -> Outcome:
    """What the import would do, found out in a transaction's view of the account; refusals stand in its way or not."""
    staged.attach(connection, read.stage)
    judgement = Judgement(connection, account_id, read.account, read)
    judgement.pass_judgement(choices)
    refused, unchanged = staged.count(connection, "refused"), staged.count(connection, "unchanged")
    changed = staged.count_sets(connection)
    return Outcome(
        file="",
        encoding=read.encoding,
        delimiter=read.delimiter,
        samples=read.samples,
        created=read.stage.count - refused - unchanged - changed,
        changed=changed,
        unchanged=unchanged,
        refused=refused,
        deleted=judgement.removed,
        refusals=read.refusals.first(),
        columns=read.reader.columns,
        unknown_columns=tuple(name for name, column in read.reader.unread.items() if column.why != NOTED_HERE),
        unread=tuple(read.reader.unread.values()),
    )


def obstacle(
    connection: Connection, account_id: int, outcome: Outcome, choices: Choices, broken_off: int | None
) -> str | None:
    """What keeps the import as a whole from being done, in words; `broken_off` is where reading ended for good."""
    if broken_off is not None:
        return (
            f"{outcome.refused:,} rows are refused, and nothing below line {broken_off} was read. Is it the file that "
            "was meant? Mend what is refused, and import it again."
        )
    if outcome.refused and not choices.partial:
        return (
            f"{outcome.refused} of {outcome.rows} rows {'is' if outcome.refused == 1 else 'are'} refused, so none is "
            "imported. Mend what is refused, or import the others alone (partial)."
        )
    kept = connection.execute(select(accounts.c.contacts).where(accounts.c.id == account_id)).scalar_one()
    if outcome.deleted * ALLOWED_TO_GO > kept and not choices.force:
        return (
            f"{outcome.deleted} of {kept} contacts are missing from the file, and would be removed. "
            "Is the file whole? If they really are to go, insist (force)."
        )
    if kept + outcome.created - outcome.deleted > MOST_CONTACTS:
        return f"The account would have more than {MOST_CONTACTS:,} contacts. Remove some first, or import fewer."
    return None


def write(change: Change, outcome: Outcome, progress: Progress) -> int:
    """Writes contacts, keys and journal; the id of the import, which is the number of its own entry in the journal."""
    connection, count = change.connection, outcome.changes
    _note_removed(change)
    import_id = change.take_seqs(count + 1)
    seqs = range(import_id + 1, import_id + count + 1)
    staged.number_changes(connection, import_id)
    write_changes(connection, change.account_id, change.actor, seqs, progress)
    counts = {name: getattr(outcome, name) for name in ("created", "changed", "unchanged", "refused", "deleted")}
    change.record(import_id, "add", "import", import_id, None, {"file": outcome.file, **counts})
    at = {"at": change.actor.at, "actor": change.actor.name, "file": outcome.file}
    connection.execute(
        insert(imports).values(
            account_id=change.account_id, id=import_id, last_seq=import_id + count, undone_at=None, **at, **counts
        )
    )
    return import_id


def _note_removed(change: Change) -> None:
    for batch in staged.removed_contacts(change.connection, change.account_id):
        staged.write_former(change.connection, [(row.id, contact_of(row)) for row in batch])
