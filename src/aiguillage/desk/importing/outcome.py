"""What an import did, or would do, and why rows of its file are refused."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

import msgspec

from aiguillage.domain.errors import Kind, Refusal

MOST_TOLD = 1_000
"""How many refusals an outcome tells one by one; it counts them all."""


MOST_REFUSED = 100_000
"""After so many refused rows the rest of the file is not read: it is another file than the one that was meant."""


class Progress(Protocol):
    """Is told how far an import is, some hundred times.

    `stage` is one of STAGES, which come in that order; `done` of `total` are bytes of the file while reading (rows of
    a spreadsheet), rows of the file afterwards.
    """

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Shows it."""


STAGES = ("reading", "matching", "writing")


def untold(stage: str, done: int, total: int) -> None:
    """The progress that nobody watches."""


Columns = Mapping[str, str]
"""Columns by their names, and what each is to be read as: a heading, empty for not at all."""

AS_NAMED: Columns = {}
"""Every column as its name says."""


class Choices(NamedTuple):
    """How an import is to be done (see desk/imports.py)."""

    partial: bool = False
    delete_missing: bool = False
    force: bool = False
    ids_first: bool = False
    columns: Columns = AS_NAMED

    @property
    def asked(self) -> dict[str, Any]:
        """What a person asks for of an import, as the desk's functions take it."""
        return {name: value for name, value in self._asdict().items() if name != "ids_first"}


class Refused(msgspec.Struct, frozen=True):
    """Why one row is refused. `line` is the file's (a spreadsheet's row), `column` and `value` as they stand there."""

    line: int
    column: str
    value: str
    message: str

    def __str__(self) -> str:
        """The refusal as a terminal shows it."""
        return f"Line {self.line}{self.column and ', '}{self.column}: {self.message}"


NOTED_HERE = "moment"
"""Why a column of our own exports is not read, which is no loss."""

WHY_UNREAD = {
    "unknown": "No fact of a contact is called so. Rename the column if it has one.",
    "unnamed": "It has no name.",
    "repeated": "'{word}' says the same, and is read.",
    "beside_number": "'{word}' in its name is not understood. If it holds phone numbers, rename it 'phone'.",
    "beside_email": "'{word}' in its name is not understood. If it holds e-mail addresses, rename it 'email'.",
    "kind_alone": "It says of what kind a number is, and no column of that name has the number.",
    "kind_of_email": "E-mail addresses are of no kind here.",
    "silent": "Nobody calls from a pager or a telex machine.",
    "elsewhere": "Contacts here have no addresses, jobs, dates, notes and the like.",
    "left_out": "You chose that it is not read.",
    NOTED_HERE: "When a contact was added and changed is noted here, and no file changes that.",
}
"""Why a column is not read: a sentence for each reason."""


class Unread(msgspec.Struct, frozen=True):
    """A column that is not read, and why: a key of WHY_UNREAD, the word that goes with it, the sentence itself."""

    column: str
    why: str
    word: str
    reason: str

    @classmethod
    def of(cls, column: str, why: str, word: str = "") -> "Unread":
        """The column with the sentence that says why."""
        return cls(column, why, word, WHY_UNREAD[why].format(word=word))


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did (`applied`), or would do.

    The four first counts are rows of the file: each is created, changed, unchanged or refused. `deleted` counts
    contacts that the file lacks. `refusals` holds the first thousand by line (a row may have several).
    `delimiter` is a CSV file's; `samples` has the first cells of each column of a file.
    `columns` tells what each column of the file was understood as, `unread` which were not read and why;
    `unknown_columns` are their names, without the moments that our own exports have.
    `obstacle` is what keeps the import as a whole from being done, in words; None when nothing does.
    """

    file: str
    encoding: str
    delimiter: str = ""
    samples: dict[str, list[str]] = {}
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    deleted: int = 0
    refusals: tuple[Refused, ...] = ()
    columns: dict[str, str] = {}
    unknown_columns: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()
    obstacle: str | None = None
    applied: bool = False
    import_id: int | None = None

    @property
    def rows(self) -> int:
        """The rows of the file that were not blank."""
        return self.created + self.changed + self.unchanged + self.refused

    @property
    def changes(self) -> int:
        """The contacts that are written or removed."""
        return self.created + self.changed + self.deleted


class Misread(Refusal):
    """A header by which no row can be read; `columns` is what each column was understood as, empty for nothing.

    `samples` are first cells of each.
    """

    def __init__(self, message: str, columns: dict[str, str]) -> None:
        super().__init__(Kind.INVALID, message)
        self.columns = columns
        self.samples: dict[str, list[str]] = {}


class ImportRefused(Refusal):
    """An import that is not done; `outcome` tells what it would have done, and every refusal."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(Kind.INVALID, outcome.obstacle or "The import is refused.")
        self.outcome = outcome


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """An import that was done. Moments are microseconds since 1970 UTC; `undone_at` is None while it stands."""

    id: int
    at: int
    actor: str
    file: str
    created: int
    changed: int
    unchanged: int
    refused: int
    deleted: int
    undone_at: int | None


class Undone(msgspec.Struct, frozen=True, kw_only=True):
    """What undoing an import did: contacts removed, changed back, and put back."""

    import_id: int
    removed: int
    restored: int
    readded: int


Tell = Callable[[Refused], None]
