"""What the tests of the desk share beside the cast."""

import pytest

from tests.cast import Cast
from tests.desk.feed import Feed
from tests.desk.hooks import Hooks
from tests.secure import Secure


@pytest.fixture
def feed(secure: Secure) -> Feed:
    """A feed that says that the queue is closed for a day."""
    return Feed(secure)


@pytest.fixture
def hooks(cast: Cast, secure: Secure) -> Hooks:
    """Webhooks on a receiver that was not asked anything yet."""
    secure.requests.clear()
    return Hooks(cast, secure)
