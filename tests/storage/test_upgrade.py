"""What a former release has kept, migrated by this one: the same answers as before, and all else that it can do."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from aiguillage.app import open_database
from aiguillage.desk.contacts import list_contacts
from aiguillage.desk.imports import list_imports, undo_import
from aiguillage.domain.errors import Kind
from aiguillage.settings import Settings
from aiguillage.storage.calls import read_calls
from aiguillage.storage.migrate import migrate
from aiguillage.storage.revisions import newest_revision, revision_of
from aiguillage.storage.sqlite.damage import require_whole
from aiguillage.storage.sqlite.engine import Database
from tests.cast import ACCOUNT, Cast
from tests.refusal import refused
from tests.server import running
from tests.storage.facts import differences_from_schema, rows

FORMER = sorted((Path(__file__).parent.parent / "files" / "upgrades").glob("*.json"))
"""Made by tests/files/make_upgrade.py with each release's own code."""


NEVER_ALONE = {"0003", "0005", "0006", "0010", "0011", "0012"}
"""Schemas that came together with a later one: nobody ever had them alone."""


@dataclass
class Upgraded:
    """The data of a former release in a directory of its own, migrated; and what that release had answered."""

    settings: Settings
    former: str
    db: Database
    secrets: dict[str, str]
    answers: list[tuple[str, str, int, str]]


@pytest.fixture(params=FORMER, ids=[file.stem for file in FORMER])
def upgraded(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Upgraded]:
    """Each former release's data."""
    file: Path = request.param
    kept: dict[str, Any] = json.loads(file.read_text())
    settings.data_dir.mkdir()
    for path, statements in ((settings.database, kept["facts"]), (settings.calls, kept["calls"])):
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript("\n".join(statements))
    assert revision_of(settings.database) == file.stem
    db = open_database(settings)
    migrate(db)
    yield Upgraded(settings, file.stem, db, kept["secrets"], [tuple(answer) for answer in kept["answers"]])
    db.close()


def test_there_is_data_of_every_schema_that_was_released_but_the_newest() -> None:
    assert {file.stem for file in FORMER} == {f"{n:04}" for n in range(1, int(newest_revision()))} - NEVER_ALONE


def test_what_it_answered_is_answered(upgraded: Upgraded) -> None:
    with running(upgraded.settings) as server:
        answers = [
            (by, path, answer.status, answer.text)
            for by, path, _, _ in upgraded.answers
            for answer in [server.ask(path, upgraded.secrets[by])]
        ]

    assert answers == upgraded.answers
    assert {status for _, _, status, _ in answers} == {200, 404, 401}


def test_its_schema_is_that_of_a_new_database(upgraded: Upgraded) -> None:
    assert differences_from_schema(upgraded.db) == []
    require_whole(upgraded.db)


def test_its_import_can_be_undone(upgraded: Upgraded) -> None:
    cast = Cast(upgraded.db)
    (done,) = list_imports(upgraded.db, cast["editor"], ACCOUNT)
    before = len(list(list_contacts(upgraded.db, cast["editor"], ACCOUNT)))

    undone = undo_import(upgraded.db, cast["editor"], ACCOUNT, done.id)

    kept = [one.contact for one in list_contacts(upgraded.db, cast["editor"], ACCOUNT)]
    assert (undone.removed, undone.restored, before - len(kept)) == (20, 1, 20)
    assert [contact.company for contact in kept if contact.reference == "C-1"] == ["Garage Belleville"]
    require_whole(upgraded.db)


def test_its_contacts_are_as_old_as_its_journal_says(upgraded: Upgraded) -> None:
    cast = Cast(upgraded.db)
    by_entity = """SELECT entity_id, MIN(at), MAX(at) FROM journal JOIN accounts ON accounts.id = journal.account_id
        WHERE accounts.code = :code AND entity = 'contact' GROUP BY entity_id"""

    kept = list(list_contacts(upgraded.db, cast["reader"], ACCOUNT))

    told = {(one.id, one.created_at, one.updated_at) for one in kept}
    assert told == {tuple(row) for row in rows(upgraded.db, by_entity, code=ACCOUNT)}
    assert len(told) > 20


def test_its_call_log_is_read(upgraded: Upgraded) -> None:
    calls = list(read_calls(upgraded.settings.calls, 1, 0, None, 1000))

    asked = sum(1 for _, _, status, _ in upgraded.answers if status in (200, 404))
    assert 0 < len(calls) <= asked
    assert {call.outcome for call in calls} == {"known", "unknown"}


def test_the_outsider_sees_nothing_of_it(upgraded: Upgraded) -> None:
    cast = Cast(upgraded.db)

    with refused(Kind.MISSING, f"There is no account {ACCOUNT} that you can see"):
        list_imports(upgraded.db, cast["outsider"], ACCOUNT)
