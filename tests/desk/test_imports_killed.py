"""A process killed in the middle of an import leaves nothing of it, or all."""

import subprocess
import sys
from pathlib import Path

import pytest

from aiguillage.desk.accounts import show_account
from aiguillage.desk.imports import list_imports
from aiguillage.storage.sqlite.engine import Database
from tests.cast import ACCOUNT, Cast
from tests.desk.contact_files import Desk
from tests.storage.facts import rows

COUNT = 30_000
RANGES = ("019900", "026191", "035301")
"""Of ten thousand numbers each, set aside for fiction."""

IMPORTER = """
import sys
from pathlib import Path
from aiguillage.desk.imports import import_contacts
from aiguillage.domain.accounts import Actor
from aiguillage.storage.sqlite.engine import Database
database, file = map(Path, sys.argv[1:])
told = lambda stage, done, total: print(stage, flush=True)
import_contacts(Database(database), Actor("terminal", 1, operator=True), "CL0000", file, progress=told)
print("done", flush=True)
sys.stdin.read()
"""


def kill_at(database: Path, file: Path, stage: str, step: int) -> None:
    """Starts an import in a process of its own, and kills it when it tells a stage for the given time."""
    command = [sys.executable, "-c", IMPORTER, str(database), str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            step -= line.strip() == stage
            if not step:
                process.kill()
                break
        else:
            pytest.fail("the import ended before it could be killed")


@pytest.mark.parametrize(
    ("stage", "step"),
    [("reading", 1), ("reading", 7), ("matching", 1), *(("writing", step) for step in range(1, 8)), ("done", 1)],
)
def test_a_killed_import_leaves_nothing_or_all(stage: str, step: int, cast: Cast, desk: Desk) -> None:
    desk.take("code;tel\n999999;0465710000\n")
    before = desk.contacts(), desk.keys()
    lines = (f"R{n};{n:06};{RANGES[n // 10_000]}{n % 10_000:04};{200 + n % 9}\n" for n in range(COUNT))
    file = desk.file("reference;code;tel;destination1\n" + "".join(lines))

    kill_at(cast.db.path, file, stage, step)

    again = Database(cast.db.path)
    again.check()
    show_account(again, cast.operator, ACCOUNT)
    imported = list_imports(again, cast.operator, ACCOUNT)
    again.close()
    assert len(imported) in {1, 2}
    if len(imported) == 1:
        assert stage != "done"
        assert (desk.contacts(), desk.keys()) == before
    else:
        assert counts(cast) == [(COUNT + 1, 2 * COUNT + 2, COUNT)]
        assert desk.keys() == desk.right_keys()
    desk.take("code;vip\n999999;x\n")
    assert list(cast.db.path.parent.glob(".staged-*")) == []


def counts(cast: Cast) -> list[tuple[int, ...]]:
    """How many contacts, keys, and journal entries of the last import there are."""
    statement = """SELECT (SELECT COUNT(*) FROM contacts), (SELECT COUNT(*) FROM caller_key),
        (SELECT COUNT(*) FROM journal JOIN imports ON journal.account_id = imports.account_id
         AND journal.seq > imports.id AND journal.seq <= imports.last_seq WHERE imports.created > 1)"""
    return [tuple(row) for row in rows(cast.db, statement)]
