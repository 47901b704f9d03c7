"""What the tests of the JSON door share."""

from collections.abc import Iterator

import pytest

from tests.standing import Busy, Standing, busy_server, standing_server


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """A server that all tests of this folder ask, and none changes."""
    with standing_server(tmp_path_factory.mktemp("standing")) as standing:
        yield standing


@pytest.fixture(scope="session")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Busy]:
    """A server that the tests of this folder ask, each about facts that it adds itself."""
    with busy_server(tmp_path_factory.mktemp("busy")) as busy:
        yield busy
