"""Migrations: from nothing to exactly the schema that the code speaks of."""

import threading

from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from aiguillage.desk.contacts import add_contact
from aiguillage.desk.facts import add_fact
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.domain.errors import Kind
from aiguillage.domain.phone_systems import PHONE_SYSTEM
from aiguillage.domain.queues import Switch
from aiguillage.settings import Settings
from aiguillage.storage.migrate import current_revision, migrate
from aiguillage.storage.migrations.versions import v0007_fact_keys as v0007
from aiguillage.storage.migrations.versions import v0009_words as v0009
from aiguillage.storage.revisions import SCRIPTS, newest_revision, revision_of
from aiguillage.storage.schema import metadata
from aiguillage.storage.sqlite.engine import Database
from aiguillage.storage.sqlite.word_index import INDEX, TERMS
from tests.cast import ACCOUNT, NUMBER, OTHER_ACCOUNT, Cast, known_caller
from tests.desk.sample_facts import add_samples
from tests.refusal import refused
from tests.storage.facts import account_id, differences_from_schema, rows

WITHOUT_ROWID = """SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%WITHOUT ROWID%'
    AND name NOT LIKE 'contact_words%'"""


def test_migrating_nothing_makes_exactly_the_schema(db: Database) -> None:
    assert differences_from_schema(db) == []


def test_the_migrated_tables_are_kept_by_their_keys_as_the_schema_has_it(db: Database) -> None:
    meant = create_engine("sqlite://")
    metadata.create_all(meant)

    with db.read() as connection, meant.connect() as other:
        migrated, wanted = (set(each.execute(text(WITHOUT_ROWID)).scalars()) for each in (connection, other))
    meant.dispose()

    assert migrated == wanted
    assert {"caller_key", "contacts", "journal"} <= wanted


def test_every_primary_key_of_an_accounts_facts_starts_with_the_account() -> None:
    of_accounts = [table for table in metadata.sorted_tables if "account_id" in table.columns]

    assert {next(iter(table.primary_key.columns)).name for table in of_accounts} == {"account_id"}


def test_migrating_tells_the_revisions_before_and_after(settings: Settings) -> None:
    settings.data_dir.mkdir()
    database = Database(settings.database)

    first, second = migrate(database), migrate(database)
    database.close()

    assert first == (None, newest_revision())
    assert second == (newest_revision(), newest_revision())


def test_the_revisions_are_the_ones_that_alembic_finds_in_their_files() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")

    assert ScriptDirectory.from_config(config).get_heads() == [newest_revision()]


def test_migrating_twice_changes_nothing(db: Database) -> None:
    with db.read() as connection:
        before = connection.execute(text("SELECT sql FROM sqlite_master ORDER BY name")).scalars().all()

    migrate(db)

    with db.read() as connection:
        assert connection.execute(text("SELECT sql FROM sqlite_master ORDER BY name")).scalars().all() == before
        assert connection.execute(text("SELECT count(*) FROM accounts")).scalar() == 1


def without_words(connection: Connection) -> None:
    """Takes away what contacts are found by, as a release had it that did not find them by words."""
    for trigger in ("added", "removed", "set"):
        connection.execute(text(f"DROP TRIGGER contact_words_{trigger}"))
    for table in (TERMS, INDEX):
        connection.execute(text(f"DROP TABLE {table}"))
    connection.execute(text("ALTER TABLE contacts DROP COLUMN words"))


def terms(db: Database) -> list[tuple[str, int]]:
    """The index, entry by entry."""
    return [(row.term, row.doc) for row in rows(db, "SELECT term, doc FROM contact_terms ORDER BY term, doc")]


def test_contacts_of_an_older_release_are_found_by_the_words_that_this_one_would_keep(cast: Cast) -> None:
    known_caller(cast)
    add_contact(cast.db, cast["outsider"], OTHER_ACCOUNT, Contact(company="Œuvre d'été", emails=("zoe@example.org",)))
    add_contact(cast.db, cast["outsider"], OTHER_ACCOUNT, Contact(telecoms=(Telecom("+33353017*"),)))
    before = terms(cast.db)
    with cast.db.write() as connection:
        without_words(connection)
        with Operations.context(MigrationContext.configure(connection)):
            v0009.upgrade()

    ours, theirs = account_id(cast.db, ACCOUNT), account_id(cast.db, OTHER_ACCOUNT)
    found = {term for term, _ in before}
    assert {f"{ours}.garage", f"{ours}.{NUMBER}", f"{theirs}.oeuvre", f"{theirs}.zoe", f"{theirs}.+33353017"} <= found
    assert terms(cast.db) == before


def test_the_keys_of_facts_that_an_older_release_wrote_are_those_that_this_one_would_write(cast: Cast) -> None:
    add_samples(cast.db, cast["editor"], ACCOUNT)
    add_fact(cast.db, cast["editor"], ACCOUNT, Switch(name="Storm", owner_type="account", destination="299"))
    kept = "SELECT * FROM fact_keys ORDER BY account_id, kind, key, fact_id"
    later = {PHONE_SYSTEM}  # no release had them by then
    before = [tuple(row) for row in rows(cast.db, kept) if row.kind not in later]
    with cast.db.write() as connection:
        connection.execute(text("DROP TABLE fact_keys"))
        with Operations.context(MigrationContext.configure(connection)):
            v0007.upgrade()

    assert {kind for _, kind, *_ in before} >= {"blocked", "cti_destination", "geo_destination", "queue", "time_span"}
    assert [tuple(row) for row in rows(cast.db, kept)] == before


def test_a_database_of_a_newer_release_is_left_alone(db: Database) -> None:
    with db.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with refused(Kind.UNAVAILABLE, r"was made by a newer release \(schema 9999\)\. Install that release"):
        migrate(db)

    assert current_revision(db) == "9999"


def test_a_look_at_a_files_revision_changes_nothing(db: Database, settings: Settings) -> None:
    nothing, empty, text_file = (settings.data_dir / name for name in ("nothing.db", "empty.db", "text.db"))
    empty.touch()
    text_file.write_text("This is a shopping list, not a database.\n" * 100)

    assert revision_of(db.path) == newest_revision()
    assert revision_of(nothing) is None
    assert revision_of(empty) is None
    assert revision_of(text_file) is None
    assert empty.stat().st_size == 0
    assert not nothing.exists()


def test_two_servers_that_migrate_at_once_make_one_schema(settings: Settings) -> None:
    settings.data_dir.mkdir()
    databases = [Database(settings.database) for _ in range(4)]

    threads = [threading.Thread(target=migrate, args=(database,)) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {current_revision(database) for database in databases} == {newest_revision()}
    with databases[0].read() as connection:
        assert connection.execute(text("SELECT count(*) FROM accounts")).scalar() == 1
    for database in databases:
        database.close()
