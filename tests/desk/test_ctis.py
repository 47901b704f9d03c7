"""A CTI's own token: issued, replaced, revoked."""

from functools import partial

import pytest

from aiguillage.callpath.table import Table
from aiguillage.desk.ctis import issue_cti_token, revoke_cti_token
from aiguillage.desk.facts import add_fact, remove_fact
from aiguillage.desk.journal import list_changes
from aiguillage.domain.ctis import Cti
from aiguillage.domain.errors import Kind
from aiguillage.storage.sqlite.library import open_read_only
from tests.cast import ACCOUNT, Cast
from tests.refusal import refused
from tests.storage.facts import facts_version, rows


@pytest.fixture
def cti_id(cast: Cast) -> int:
    """A CTI of CL0000."""
    return add_fact(cast.db, cast["editor"], ACCOUNT, Cti(name="PBX")).kept.id


def test_a_worker_takes_a_ctis_token_until_it_is_replaced_or_revoked(cast: Cast, cti_id: int) -> None:
    table = Table(partial(open_read_only, cast.db.path))

    def good(secret: str) -> bool:
        table.begin()
        token = table.token(b"Bearer " + secret.encode())
        table.end()
        return token is not None and token.cti == cti_id and token.home == ACCOUNT

    first = issue_cti_token(cast.db, cast["manager"], ACCOUNT, cti_id)
    taken = [good(first)]
    second = issue_cti_token(cast.db, cast["manager"], ACCOUNT, cti_id)
    taken += [good(first), good(second)]
    revoke_cti_token(cast.db, cast["manager"], ACCOUNT, cti_id)
    taken += [good(second)]
    table.close()

    assert taken == [True, False, True, False]
    assert [change.action for change in list_changes(cast.db, cast["manager"], ACCOUNT, limit=3)] == [
        *("revoke", "issue", "issue")
    ]


def test_a_cti_that_is_not_there_has_no_token(cast: Cast) -> None:
    for use_case in (issue_cti_token, revoke_cti_token):
        with refused(Kind.MISSING, "There is no cti 999 on this account"):
            use_case(cast.db, cast["manager"], ACCOUNT, 999)


def test_a_token_goes_with_its_cti(cast: Cast, cti_id: int) -> None:
    issue_cti_token(cast.db, cast["manager"], ACCOUNT, cti_id)
    directory = facts_version(cast.db)

    remove_fact(cast.db, cast["editor"], ACCOUNT, "cti", cti_id)

    assert not rows(cast.db, "SELECT * FROM secrets")
    assert facts_version(cast.db) == directory + 1
