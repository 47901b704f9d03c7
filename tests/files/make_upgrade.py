"""Makes tests/files/upgrades/NNNN.json with the code of a former release: its data, and what it answered to questions.

In a tree of that release beside this one:

    PYTHONPATH=OLD/src:OLD .venv/bin/python tests/files/make_upgrade.py tests/files/upgrades
"""

import json
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiguillage.app import open_database
from aiguillage.desk.contacts import add_contact
from aiguillage.desk.imports import import_contacts
from aiguillage.desk.tokens import issue_token, list_tokens, revoke_token
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.settings import Settings
from aiguillage.storage.migrate import current_revision, migrate
from aiguillage.storage.sqlite.engine import Database
from tests.cast import ACCOUNT, Cast, assemble, email, known_caller
from tests.server import Server, running

ROWS = "reference;number;company\nC-1;0199001234;Garage du Nord\n" + "".join(
    f"I-{n};026191{n:04};Entreprise {n}\n" for n in range(20)
)
WAYS = (
    "number=0199001234",
    "code=4321",
    "number=0261910007",
    "number=0353017701",
    "number=0465710000",
    "number=anonymous",
)
AT = ("2026-11-24T10:00:00+01:00", "2026-11-24T20:00:00+01:00", "2026-12-25T10:00:00+01:00")
FIELDS = "known,destination,queue,reason,vip,priority,open"


def fill(db: Database) -> Cast:
    """All kinds of facts that this release has: the cast, its rules, contacts, an import, tokens."""
    cast = assemble(db)
    try:
        from tests.ruled import add_rules  # noqa: PLC0415 - the first release has none
    except ImportError:
        known_caller(cast)
    else:
        add_rules(cast)
    prefix = Contact(telecoms=(Telecom("+33353017*"),), select=("230", None, None, None))
    add_contact(db, cast["editor"], ACCOUNT, prefix)
    return cast


def imported(cast: Cast, directory: Path) -> None:
    """An import that adds contacts, and changes one."""
    file = directory / "contacts.csv"
    file.write_text(ROWS)
    import_contacts(cast.db, cast["editor"], ACCOUNT, file)


def secrets(cast: Cast) -> dict[str, str]:
    """A token that asks, one that may ask about other moments, and one that was revoked."""
    revoked = issue_token(cast.db, cast.operator, email("router"), name="revoked")[1]
    newest = max(token.id for token in list_tokens(cast.db, cast.operator, email("router")))
    revoke_token(cast.db, cast.operator, newest)
    reading = cast.reading_secret("reader") if hasattr(cast, "reading_secret") else cast.secret("reader")
    return {"router": cast.secret("router"), "reading": reading, "revoked": revoked}


def questions(revision: str) -> list[tuple[str, str]]:
    """Whose token asks, and what."""
    one = [f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&{way}" for way in WAYS]
    asked = [("router", path) for path in one] + [("revoked", one[0])]
    if revision > "0001":
        for at in AT:
            more = urlencode({"at": at, "fields": FIELDS})
            asked += [("reading", f"/api/v2/route?customerAccount={ACCOUNT}&{way}&{more}") for way in WAYS]
        asked += [("router", f"/api/v2/route?customerAccount={ACCOUNT}&{way}&fields=known,vip") for way in WAYS]
    return asked


def answers(server: Server, kept: dict[str, str], revision: str) -> list[Any]:
    """Each question with its answer's status and body."""
    found = []
    for by, path in questions(revision):
        answer = server.ask(path, kept[by])
        found.append([by, path, answer.status, answer.text])
    return found


VIRTUAL = "SELECT name, sql FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%' ORDER BY name DESC"
FILLED = """INSERT INTO contact_words (rowid, words)
    SELECT id, replace(words, ' ', ' ' || account_id || '.') FROM contacts ORDER BY account_id, id;"""
"""What is in the index of words, which holds nothing that could be dumped (v0009_words.py)."""


def dump(path: Path) -> list[str]:
    """A database as statements."""
    with closing(sqlite3.connect(path)) as file, closing(sqlite3.connect(":memory:")) as connection:
        file.backup(connection)
        virtual = connection.execute(VIRTUAL).fetchall()
        for name, _ in reversed(virtual):
            connection.execute(f"DROP TABLE {name}")
        connection.commit()
        *statements, commit = connection.iterdump()
    return [*statements, *(f"{sql};" for _, sql in virtual), *([FILLED] if virtual else []), commit]


def main(target: Path) -> None:
    """Writes the file."""
    with tempfile.TemporaryDirectory() as directory:
        settings = Settings(data_dir=Path(directory) / "data")
        db = open_database(settings)
        migrate(db)
        cast = fill(db)
        imported(cast, Path(directory))
        revision, kept = current_revision(db), secrets(cast)
        db.close()
        assert revision is not None
        with running(settings) as server:
            answered = answers(server, kept, revision)
        made = {"secrets": kept, "answers": answered, "facts": dump(settings.database), "calls": dump(settings.calls)}
    (target / f"{revision}.json").write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
