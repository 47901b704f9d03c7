"""Imports: a file of contacts looked over, carried out whole, and undone whole."""

from pathlib import Path

from aiguillage.desk.importing.outcome import Imported, ImportRefused, Outcome, Progress, Refused, Undone, untold
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.storage.engine import Database

__all__ = [
    "ImportRefused",
    "Imported",
    "Outcome",
    "Progress",
    "Refused",
    "Undone",
    "import_contacts",
    "list_imports",
    "preview_import",
    "undo_import",
]


def preview_import(  # noqa: PLR0913 - each is a choice of the person's
    db: Database,
    actor: Actor,
    code: str,
    source: Path,
    *,
    partial: bool = False,
    delete_missing: bool = False,
    force: bool = False,
    progress: Progress = untold,
) -> Outcome:
    """What importing a file would do; nothing is kept. `obstacle` tells why it would not be done.

    Raises Refusal (missing, forbidden, and invalid for a file that cannot be read).
    """
    raise Refusal(Kind.UNAVAILABLE, "Soon.")


def import_contacts(  # noqa: PLR0913 - each is a choice of the person's
    db: Database,
    actor: Actor,
    code: str,
    source: Path,
    *,
    partial: bool = False,
    delete_missing: bool = False,
    force: bool = False,
    progress: Progress = untold,
) -> Outcome:
    """Imports a file of contacts: all rows or none, or with `partial` all but the refused ones.

    `delete_missing` removes the contacts that the file lacks; more than a fifth of them only with `force`.
    Raises Refusal, and ImportRefused with the outcome when rows, or too many deletions, stand in the way.
    """
    raise Refusal(Kind.UNAVAILABLE, "Soon.")


def undo_import(db: Database, actor: Actor, code: str, import_id: int, *, progress: Progress = untold) -> Undone:
    """Makes an import undone: its contacts are as they were before. All or none.

    Raises Refusal: conflict when it was undone before, or a later change touched one of its contacts.
    """
    raise Refusal(Kind.UNAVAILABLE, "Soon.")


def list_imports(db: Database, actor: Actor, code: str, *, limit: int = 50) -> list[Imported]:
    """The account's imports, newest first. Raises Refusal."""
    raise Refusal(Kind.UNAVAILABLE, "Soon.")
