"""The file that was opened is the one that is written to, or nothing is written: nobody loses what was confirmed."""

from pathlib import Path

import pytest

from aiguillage.desk.accounts import list_accounts, set_account
from aiguillage.domain.errors import Kind
from aiguillage.storage.joined import one_transaction
from aiguillage.storage.migrate import migrate
from aiguillage.storage.sqlite.engine import Database
from aiguillage.storage.sqlite.library import require_there
from tests.cast import ACCOUNT, Cast
from tests.refusal import refused

REPLACED = r"aiguillage\.db was removed or replaced while it was open.*restart the server"


def rename(cast: Cast, name: str) -> None:
    set_account(cast.db, cast.operator, ACCOUNT, {"name": name})


def moved(path: Path) -> Path:
    """Where a file is after it was moved away."""
    return path.rename(path.with_name(f"{path.name}.away"))


@pytest.mark.parametrize("gone", ["", "-wal"])
def test_nothing_is_written_to_a_file_that_was_moved_away(cast: Cast, gone: str) -> None:
    rename(cast, "before")
    file = Path(f"{cast.db.path}{gone}")
    away = moved(file)

    with refused(Kind.UNAVAILABLE, REPLACED):
        rename(cast, "lost")
    away.rename(file)
    rename(cast, "after")

    assert list_accounts(cast.db, cast.operator)[0].name == "after"


def test_nothing_is_written_where_another_file_lies(cast: Cast) -> None:
    rename(cast, "before")
    away = moved(cast.db.path)
    cast.db.path.write_bytes(away.read_bytes())

    with refused(Kind.UNAVAILABLE, REPLACED):
        rename(cast, "lost")


def test_nothing_is_kept_of_a_request_whose_file_was_moved_away(cast: Cast) -> None:
    rename(cast, "before")
    away = moved(cast.db.path)

    with refused(Kind.UNAVAILABLE, REPLACED), one_transaction(cast.db) as one:
        set_account(one, cast.operator, ACCOUNT, {"name": "lost"})

    away.rename(cast.db.path)
    assert list_accounts(cast.db, cast.operator)[0].name == "before"


def test_no_connection_is_opened_to_another_file(cast: Cast) -> None:
    rename(cast, "before")
    away = moved(cast.db.path)
    cast.db.path.write_bytes(away.read_bytes())

    with cast.db.read(), refused(Kind.UNAVAILABLE, REPLACED):
        list_accounts(cast.db, cast.operator)


def test_a_file_that_is_missing_is_not_made_by_opening_it(cast: Cast) -> None:
    missing = Database(cast.db.path.with_name("missing.db"))

    with refused(Kind.UNAVAILABLE, "unable to open database file"):
        list_accounts(missing, cast.operator)
    with refused(Kind.UNAVAILABLE, "There is no database at .*Mount its disk"):
        require_there(missing.path)

    assert not missing.path.exists()


def test_a_file_that_is_made_is_its_users_alone(cast: Cast) -> None:
    fresh = Database(cast.db.path.with_name("fresh.db"))

    migrate(fresh)
    fresh.close()

    assert fresh.path.stat().st_mode & 0o777 == 0o600
