"""Many contacts written at once from the stage: the same rows as one by one."""

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aiguillage.domain.accounts import Actor
from aiguillage.domain.contacts import Contact
from aiguillage.storage.contacts import write_contact
from aiguillage.storage.sqlite import staged
from aiguillage.storage.sqlite.changes import write_changes
from aiguillage.storage.sqlite.engine import Database
from aiguillage.storage.sqlite.staging import staging
from tests.storage.facts import rows
from tests.storage.test_contacts import CONTACT

ONE_BY_ONE, AT_ONCE = 1, 2
CONTACTS = "SELECT * FROM contacts WHERE account_id = :account ORDER BY id"
KEYS = "SELECT kind, key, contact_id, facts FROM caller_key WHERE account_id = :account ORDER BY kind, key, contact_id"


def nothing(stage: str, done: int, total: int) -> None:
    assert stage == "writing"
    assert 0 <= done <= total


SOME = st.lists(CONTACT.filter(lambda contact: contact.reference != ""), max_size=4, unique_by=lambda c: c.reference)


def write_one_by_one(db: Database, contacts: list[Contact], seq: int = 0) -> None:
    """Contacts 1, 2, ... of an account as single changes make them, numbered on from `seq`."""
    with db.write() as connection:
        for n, contact in enumerate(contacts, start=1):
            write_contact(connection, ONE_BY_ONE, n, seq + n, contact)


def forget_all(db: Database) -> None:
    """Nothing is left in the tables."""
    with db.write() as connection:
        for table in ("contacts", "caller_key", "journal"):
            connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - our own names


def write_at_once(db: Database, contacts: list[Contact], former: list[Contact]) -> None:
    """The same from the stage: the first ones were other contacts before."""
    first, last = len(former) + 1, len(former) + len(contacts)
    with staging(db.path) as stage:
        for contact in contacts:
            stage.add(1, contact)
        stage.close()
        with db.write() as connection:
            staged.attach(connection, stage)
            staged.write_former(connection, list(enumerate(former, start=1)))
            seqs = range(first, last + 1)
            changes = ((seq, "set" if n <= len(former) else "add", n, n) for n, seq in enumerate(seqs, start=1))
            staged.insert(connection, "change", changes)
            write_changes(connection, AT_ONCE, Actor("terminal", 1), seqs, nothing)


def assert_same(db: Database) -> None:
    """Both ways left the same rows."""
    for statement in (CONTACTS, KEYS):
        once, each = (rows(db, statement, account=account) for account in (AT_ONCE, ONE_BY_ONE))
        assert [row[1:] for row in once] == [row[1:] for row in each]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(SOME)
def test_contacts_written_at_once_are_those_written_one_by_one(db: Database, contacts: list[Contact]) -> None:
    forget_all(db)

    write_one_by_one(db, contacts)
    write_at_once(db, contacts, former=[])

    assert_same(db)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(SOME, SOME, st.randoms())
def test_contacts_set_at_once_are_those_written_one_by_one(
    db: Database, former: list[Contact], others: list[Contact], chance: Random
) -> None:
    """Each becomes another one of them or somebody new, whatever keys and references change hands."""
    taken = {contact.reference for contact in former}
    contacts = [*former, *(contact for contact in others if contact.reference not in taken)]
    chance.shuffle(contacts)
    forget_all(db)

    write_one_by_one(db, contacts, seq=len(former))
    write_at_once(db, former, former=[])
    write_at_once(db, contacts, former)

    assert_same(db)
