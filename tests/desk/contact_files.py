"""Files of contacts, written for one test, and what stands in the database after their import."""

from pathlib import Path
from typing import Any

from sqlalchemy import text

from aiguillage.desk.contacts import list_contacts
from aiguillage.desk.imports import Outcome, import_contacts
from aiguillage.domain.contacts import Contact
from aiguillage.storage.contacts import key_rows
from tests.cast import ACCOUNT, Cast

FILES = Path(__file__).parent.parent / "files"


class Desk:
    """The editor's desk: imports texts, and looks at what is kept."""

    def __init__(self, cast: Cast, directory: Path) -> None:
        self.cast = cast
        self.directory = directory

    def file(self, content: str | bytes, name: str = "contacts.csv") -> Path:
        """A file with that content."""
        path = self.directory / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def take(self, content: str | bytes | Path, **choices: Any) -> Outcome:  # noqa: ANN401 - import_contacts knows them
        """Imports a text as a file, or a file."""
        source = content if isinstance(content, Path) else self.file(content)
        return import_contacts(self.cast.db, self.cast["editor"], ACCOUNT, source, **choices)

    def contacts(self) -> dict[int, Contact]:
        """The contacts of CL0000, by id."""
        return {kept.id: kept.contact for kept in list_contacts(self.cast.db, self.cast["editor"], ACCOUNT)}

    def only(self) -> Contact:
        """The one contact of CL0000."""
        (contact,) = self.contacts().values()
        return contact

    def keys(self) -> list[tuple[Any, ...]]:
        """What calls are answered from: kind, key, contact, facts."""
        statement = "SELECT kind, key, contact_id, facts FROM caller_key ORDER BY kind, key, contact_id"
        with self.cast.db.read() as connection:
            return [tuple(row) for row in connection.execute(text(statement))]

    def right_keys(self) -> list[tuple[Any, ...]]:
        """What calls should be answered from, as the desk writes it contact by contact."""
        rows = [row for contact_id, contact in self.contacts().items() for row in key_rows(0, contact_id, contact)]
        return sorted((row["kind"], row["key"], row["contact_id"], row["facts"]) for row in rows)
