"""The installation as a whole, counted."""

from aiguillage.desk.installation import count_facts
from aiguillage.desk.tokens import issue_token
from tests.cast import Cast, email, known_caller
from tests.storage.facts import rows


def test_an_operator_counts_what_is_kept(cast: Cast) -> None:
    known_caller(cast)
    issue_token(cast.db, cast.operator, email("router"), name="PBX")

    counted = count_facts(cast.db, cast.operator)

    changes = len(rows(cast.db, "SELECT * FROM journal"))
    assert counted == {"accounts": 2, "users": 5, "tokens": 1, "contacts": 1, "imports": 0, "changes": changes}
