"""One transaction a request: what its use cases do is kept together with what comes last, or not at all."""

from sqlalchemy import Connection, text

from aiguillage.desk.contacts import add_contact
from aiguillage.domain.contacts import Contact
from aiguillage.domain.errors import Kind, missing
from aiguillage.storage.joined import one_transaction, one_view, tried
from aiguillage.storage.sqlite.engine import Database
from tests.cast import ACCOUNT, Cast
from tests.refusal import refused
from tests.storage.facts import rows

COMPANIES = "SELECT company FROM contacts ORDER BY id"


def note(connection: Connection) -> None:
    connection.execute(text("UPDATE accounts SET name = 'noted' WHERE code = :code"), {"code": ACCOUNT})


def companies(db: Database) -> list[str]:
    return [row.company for row in rows(db, COMPANIES)]


def test_nobody_sees_a_requests_changes_before_it_is_done(cast: Cast) -> None:
    with one_transaction(cast.db) as one:
        add_contact(one, cast["editor"], ACCOUNT, Contact(company="Garage Belleville"))
        inside, outside = companies(one), companies(cast.db)

    assert (inside, outside) == (["Garage Belleville"], [])
    assert companies(cast.db) == ["Garage Belleville"]


def test_nothing_is_locked_before_a_request_writes(cast: Cast) -> None:
    with one_transaction(cast.db) as one:
        seen = companies(one)
        with cast.db.write() as connection:
            note(connection)

    assert seen == []
    assert rows(cast.db, "SELECT name FROM accounts WHERE code = 'CL0000'")[0].name == "noted"


def test_what_fails_last_undoes_all_before_it(cast: Cast) -> None:
    with one_transaction(cast.db) as one:
        add_contact(one, cast["editor"], ACCOUNT, Contact(company="Garage Belleville"))
        with refused(Kind.MISSING, "nowhere"), one.last() as connection:
            note(connection)
            raise missing("nowhere")

    assert companies(cast.db) == []


def test_a_use_case_that_is_refused_takes_back_its_own_part_alone(cast: Cast) -> None:
    with refused(Kind.MISSING, "nowhere"), one_transaction(cast.db) as one:
        add_contact(one, cast["editor"], ACCOUNT, Contact(company="Garage Belleville"))
        with one.write() as connection:
            note(connection)
            raise missing("nowhere")

    assert companies(cast.db) == ["Garage Belleville"]
    assert rows(cast.db, "SELECT name FROM accounts WHERE code = 'CL0000'")[0].name != "noted"


def test_a_first_use_case_that_is_refused_leaves_the_next_one_room(cast: Cast) -> None:
    with one_transaction(cast.db) as one:
        with refused(Kind.MISSING, "nowhere"), one.write() as connection:
            note(connection)
            raise missing("nowhere")
        add_contact(one, cast["editor"], ACCOUNT, Contact(company="Garage Belleville"))

    assert companies(cast.db) == ["Garage Belleville"]
    assert rows(cast.db, "SELECT name FROM accounts WHERE code = 'CL0000'")[0].name != "noted"


def test_a_try_sees_what_it_writes_and_nothing_of_it_is_kept(cast: Cast) -> None:
    with cast.db.write() as connection:
        with tried(cast.db, connection) as trial:
            add_contact(trial, cast["editor"], ACCOUNT, Contact(company="Garage Belleville"))
            inside = companies(trial)
        with tried(cast.db, connection) as trial:
            again = companies(trial)

    assert (inside, again, companies(cast.db)) == (["Garage Belleville"], [], [])


def test_a_try_that_is_refused_leaves_the_next_one_a_clean_database(cast: Cast) -> None:
    with cast.db.write() as connection:
        with refused(Kind.MISSING, "nowhere"), tried(cast.db, connection) as trial, trial.write() as writing:
            note(writing)
            raise missing("nowhere")
        with tried(cast.db, connection) as trial:
            name = rows(trial, "SELECT name FROM accounts WHERE code = 'CL0000'")[0].name

    assert name != "noted"


def test_all_that_a_request_reads_is_one_view(cast: Cast) -> None:
    with one_view(cast.db) as view:
        before = companies(view)
        add_contact(cast.db, cast["editor"], ACCOUNT, Contact(company="Garage Belleville"))
        with view.write() as connection:
            note(connection)
        after = companies(view)

    assert (before, after) == ([], [])
    assert companies(view) == companies(cast.db) == ["Garage Belleville"]
