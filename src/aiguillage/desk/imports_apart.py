"""Imports of files that others publish, each by a process of its own (desk/apart.py).

Nobody looks at such a file before it is imported, and housekeeping, which begins most of them, has more to do.
"""

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock

import msgspec

from aiguillage.desk.apart import Limits, Reader, read_apart, tell
from aiguillage.desk.importing.outcome import Choices, ImportRefused, Outcome
from aiguillage.desk.importing.sent import ANY, Upload
from aiguillage.desk.imports import import_contacts
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import invalid
from aiguillage.storage.sqlite.engine import Database

LIMITS = Limits(memory=2 << 30, seconds=300)
TOO_MUCH = "The file takes too much memory or time to be imported. Publish fewer contacts."
READER = Reader("aiguillage.desk.imports_apart", LIMITS, TOO_MUCH, Lock())
MOST_TOLD = 20
"""Refused rows that an outcome tells one by one."""


class Order(msgspec.Struct, frozen=True):
    """What is to be imported: into which file's account, by whom, how, and what the import is called."""

    database: str
    actor: Actor
    account: str
    name: str
    choices: Choices


def import_apart(db: Database, actor: Actor, code: str, upload: tuple[str, bytes], choices: Choices) -> Outcome:
    """What importing a file, by its name and bytes, did; nothing where its `obstacle` says why not.

    A file in which nothing is new is no import. Raises Refusal(invalid) for one that cannot be read.
    """
    name, content = upload
    with TemporaryFile() as stream:
        order = Order(str(db.path.absolute()), actor, code, name, choices)
        stream.write(msgspec.json.encode(order) + b"\n" + content)
        stream.seek(0)
        with read_apart(READER, stream) as things:
            outcomes = [msgspec.json.decode(thing, type=Outcome) for thing in things]
    if not outcomes:
        raise invalid(TOO_MUCH)
    return outcomes[0]


def _import() -> Iterator[Outcome]:
    line, _, content = sys.stdin.buffer.read().partition(b"\n")
    order = msgspec.json.decode(line, type=Order)
    with closing(Database(Path(order.database))) as db:
        try:
            source = Upload(order.name, ANY, content).source()
            outcome = import_contacts(db, order.actor, order.account, source, **order.choices.asked, idle=False)
        except ImportRefused as refused:
            outcome = refused.outcome
    yield msgspec.structs.replace(outcome, refusals=outcome.refusals[:MOST_TOLD], samples={})


if __name__ == "__main__":
    tell(_import(), LIMITS)
