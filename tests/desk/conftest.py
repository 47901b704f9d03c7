"""What the tests of the desk share beside the cast."""

import shutil
from pathlib import Path

import argon2
import pytest

from aiguillage.desk.users import add_user
from aiguillage.settings import Settings
from aiguillage.storage.sqlite.engine import Database
from tests.cast import ACCOUNT, Cast, copy_of
from tests.desk.contact_files import Desk
from tests.desk.feed import Feed
from tests.desk.hooks import Hooks
from tests.desk.sample_facts import add_samples
from tests.desk.signing import NOA, PASSWORD
from tests.secure import Secure


@pytest.fixture
def desk(cast: Cast, tmp_path: Path) -> Desk:
    """The desk, with a folder for files to import."""
    return Desk(cast, tmp_path)


@pytest.fixture(scope="session")
def sampled(assembled: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """A database in which CL0000 has a fact of every kind, closed; and their ids by kind."""
    with copy_of(assembled, Settings(data_dir=tmp_path_factory.mktemp("sampled"))) as database:
        ids = add_samples(database, Cast(database)["editor"], ACCOUNT)
    return database.path, ids


@pytest.fixture
def ids(db: Database, sampled: tuple[Path, dict[str, int]]) -> dict[str, int]:
    """A fact of every kind on CL0000, before anything else is: their ids by kind."""
    template, ids = sampled
    db.close()
    shutil.copyfile(template, db.path)
    return ids.copy()


@pytest.fixture
def feed(secure: Secure) -> Feed:
    """A feed that says that the queue is closed for a day."""
    return Feed(secure)


@pytest.fixture
def hooks(cast: Cast, secure: Secure) -> Hooks:
    """Webhooks on a receiver that was not asked anything yet."""
    secure.requests.clear()
    return Hooks(cast, secure)


@pytest.fixture(autouse=True)
def next_to_nothing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id by its library's defaults costs a thousandth, but for tests that want the `real_cost`."""
    if "real_cost" not in request.fixturenames:
        cheap = (1, 16, 1, *(argon2.PasswordHasher.__init__.__defaults__ or ())[3:])
        monkeypatch.setattr(argon2.PasswordHasher.__init__, "__defaults__", cheap)


@pytest.fixture
def real_cost() -> None:
    """For tests of what a password costs."""


@pytest.fixture(scope="module")
def quick_hash() -> str:
    """The password's hash with other parameters than the library's."""
    return argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@pytest.fixture
def noa(cast: Cast) -> Cast:
    """The cast, and Noa, who has a password."""
    add_user(cast.db, cast.operator, NOA, name="Noa Martin", password=PASSWORD, one_time=False)
    return cast
