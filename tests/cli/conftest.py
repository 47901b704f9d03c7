"""Fixtures of the terminal door's tests."""

import pytest

from aiguillage.settings import Settings
from tests.cast import Cast
from tests.cli.terminal import Terminal


@pytest.fixture
def bare(settings: Settings) -> Terminal:
    """A terminal on a data directory that is not there yet."""
    return Terminal(settings.data_dir)


@pytest.fixture
def terminal(cast: Cast) -> Terminal:
    """A terminal on the cast's database."""
    return Terminal(cast.db.path.parent)
