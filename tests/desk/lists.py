"""Lists of contacts, as a reader asks for them."""

from collections.abc import Sequence
from typing import Any

from aiguillage.desk.searching import Asked, Found, find_contacts
from tests.cast import ACCOUNT, Cast


def find(cast: Cast, **asked: Any) -> Found:  # noqa: ANN401 - Asked knows them
    """One page."""
    return find_contacts(cast.db, cast["reader"], ACCOUNT, Asked(**asked))


def walked(cast: Cast, **asked: Any) -> Sequence[Found]:  # noqa: ANN401 - same
    """The pages that cursors lead to."""
    pages = [find(cast, cursor="", **asked)]
    while pages[-1].cursor is not None:
        pages.append(find(cast, cursor=pages[-1].cursor, **asked))
    return pages
