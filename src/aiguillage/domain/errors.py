"""The one way to say no: a refusal of a kind, with a message that says what to do; and where a failure comes from."""

import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from aiguillage.domain.problems import Code


class Kind(StrEnum):
    """Why something is refused; each door maps every kind once."""

    INVALID = "invalid"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    MISSING = "missing"
    CONFLICT = "conflict"
    UNAVAILABLE = "unavailable"
    STALE = "stale"
    LIMITED = "limited"


CODE = {
    Kind.INVALID: Code.INVALID,
    Kind.UNAUTHORIZED: Code.UNAUTHORIZED,
    Kind.FORBIDDEN: Code.FORBIDDEN,
    Kind.MISSING: Code.NOT_FOUND,
    Kind.CONFLICT: Code.CONFLICT,
    Kind.UNAVAILABLE: Code.UNAVAILABLE,
    Kind.STALE: Code.STALE,
    Kind.LIMITED: Code.LIMITED,
}
"""Every kind of refusal, as what a program is told where the refusal has no finer code."""


FIELD = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands in a message for the name of its field, which each door knows by a name of its own."""


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error of ours
    """A request that is not carried out; `message` tells the person what to do, `field` where the fault is.

    `code` is finer than the kind where a program would act otherwise. `errors` are all faults of a request that has
    several, field by field. `beside` are other fields without which it could be none. `row` tells which of several
    things it is about.
    `wait` is in how many seconds it may be tried again, where that is known. `path` is the file that the message
    names, which is of no concern to who is not at the machine. `user_id` is whose token it is that is refused for the
    address that it comes from.
    """

    errors: Mapping[str, list[str]] | None = None
    beside: Sequence[str] = ()
    row: int | None = None
    path: Path | None = None
    user_id: int | None = None

    def __init__(
        self,
        kind: Kind,
        message: str,
        field: str | None = None,
        wait: int | None = None,
        code: Code | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.code = CODE[kind] if code is None else code
        self.field = field
        self.wait = wait

    @property
    def message(self) -> str:
        """What the person is to do."""
        return self.says(self.field or "")

    def says(self, field: str) -> str:
        """The same where its field has another name."""
        return str(self.args[0]).replace(FIELD, field)

    def __str__(self) -> str:
        """The message, as a log or a traceback shows it."""
        return self.message


def invalid(message: str, field: str | None = None, code: Code | None = None, beside: Sequence[str] = ()) -> Refusal:
    """Bad input."""
    refusal = Refusal(Kind.INVALID, message, field, code=code)
    refusal.beside = beside
    return refusal


@contextmanager
def about(field: str) -> Iterator[None]:
    """Gives the field to a refusal of bad input that does not know where its value stands."""
    try:
        yield
    except Refusal as refusal:
        if refusal.kind is Kind.INVALID and refusal.field is None:
            refusal.field = field
        raise


@contextmanager
def about_row(row: int) -> Iterator[None]:
    """Tells a refusal which of several things it is about."""
    try:
        yield
    except Refusal as refusal:
        refusal.row = row
        raise


def missing(message: str) -> Refusal:
    """Nothing there that the actor may see."""
    return Refusal(Kind.MISSING, message)


def stale(message: str) -> Refusal:
    """Made for a state that somebody has changed since."""
    return Refusal(Kind.STALE, message)


def limited(message: str, wait: int) -> Refusal:
    """Too many tries; one more is fine in so many seconds."""
    return Refusal(Kind.LIMITED, message, wait=wait)


def conflict(message: str, code: Code | None = None) -> Refusal:
    """Fine in itself, but not beside what is kept already."""
    return Refusal(Kind.CONFLICT, message, code=code)


def unavailable(path: Path, message: str) -> Refusal:
    """A file that cannot be used; the message names it."""
    refusal = Refusal(Kind.UNAVAILABLE, message)
    refusal.path = path
    return refusal


def about_error(error: BaseException) -> dict[str, str]:
    """What a log line has of an error: its kind and place, not its text, which may quote what somebody sent."""
    return {"error": type(error).__name__, "where": place_of(error)}


def place_of(error: BaseException) -> str:
    """Where an error was raised, as in `engine.py:52`; empty for one that never was.

    A log says this and the error's type, never its text, which may quote what somebody sent.
    """
    frames = traceback.extract_tb(error.__traceback__)[-1:]
    return "".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
