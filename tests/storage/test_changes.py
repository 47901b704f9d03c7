"""Many contacts written at once from the stage: the same rows as one by one."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aiguillage.domain.accounts import Actor
from aiguillage.domain.contacts import Contact
from aiguillage.storage import staged
from aiguillage.storage.changes import write_changes
from aiguillage.storage.contacts import write_contact
from aiguillage.storage.engine import Database
from aiguillage.storage.staging import staging
from tests.storage.facts import rows
from tests.storage.test_contacts import CONTACT

ONE_BY_ONE, AT_ONCE = 1, 2
CONTACTS = "SELECT * FROM contacts WHERE account_id = :account ORDER BY id"
KEYS = "SELECT kind, key, contact_id, facts FROM caller_key WHERE account_id = :account ORDER BY kind, key, contact_id"


def nothing(stage: str, done: int, total: int) -> None:
    assert stage == "writing"
    assert 0 <= done <= total


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.lists(CONTACT.filter(lambda contact: contact.reference != ""), max_size=4, unique_by=lambda c: c.reference))
def test_contacts_written_at_once_are_those_written_one_by_one(db: Database, contacts: list[Contact]) -> None:
    with db.write() as connection:
        for table in ("contacts", "caller_key", "journal"):
            connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - our own names
        for n, contact in enumerate(contacts, start=1):
            write_contact(connection, ONE_BY_ONE, n, n, contact)

    with staging(db.path) as stage:
        for contact in contacts:
            stage.add(1, contact)
        stage.close()
        with db.write() as connection:
            staged.attach(connection, stage)
            staged.insert(connection, "change", ((n, "add", n, n) for n in range(1, stage.count + 1)))
            write_changes(connection, AT_ONCE, Actor("terminal", 1), range(1, stage.count + 1), nothing)

    assert [row[1:] for row in rows(db, CONTACTS, account=AT_ONCE)] == [
        row[1:] for row in rows(db, CONTACTS, account=ONE_BY_ONE)
    ]
    assert rows(db, KEYS, account=AT_ONCE) == rows(db, KEYS, account=ONE_BY_ONE)
