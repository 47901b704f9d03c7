"""Facts are found by what people call them."""

import pytest

from aiguillage.desk.facts import add_fact, add_facts, find_fact, set_fact
from aiguillage.domain.errors import Kind
from aiguillage.domain.queues import Group, Queue
from tests.cast import ACCOUNT, OTHER_ACCOUNT, Cast
from tests.refusal import refused


@pytest.mark.parametrize("text", ["support", "SUPPORT", " 207 ", "Assistance", "ID"])
def test_a_fact_is_found_by_what_people_call_it(cast: Cast, ids: dict[str, int], text: str) -> None:
    set_fact(cast.db, cast["editor"], ACCOUNT, "queue", ids["queue"], {"name": "Assistance"})

    found = find_fact(cast.db, cast["reader"], ACCOUNT, "queue", text.replace("ID", str(ids["queue"])))

    assert found.id == ids["queue"]


def test_a_name_that_two_have_is_not_guessed(cast: Cast, ids: dict[str, int]) -> None:
    other = add_fact(cast.db, cast["editor"], ACCOUNT, Queue(name="Support", code="other")).kept.id
    set_fact(cast.db, cast["editor"], ACCOUNT, "queue", ids["queue"], {"code": "first"})

    with refused(
        Kind.CONFLICT, f"Several are called 'support'. Name the queue by its id, one of: {ids['queue']}, {other}"
    ):
        find_fact(cast.db, cast["reader"], ACCOUNT, "queue", "support")


def test_a_name_that_nobody_has_is_told_with_those_that_are(cast: Cast, ids: dict[str, int]) -> None:
    with refused(Kind.MISSING, "There is no queue '999' on this account. There is: support."):
        find_fact(cast.db, cast["reader"], ACCOUNT, "queue", "999")
    with refused(Kind.MISSING, "There is no time span 'x' on this account. There is: " + str(ids["time_span"])):
        find_fact(cast.db, cast["reader"], ACCOUNT, "time_span", "x")
    with refused(Kind.MISSING, "There is no queue '999' on this account. There is none yet."):
        find_fact(cast.db, cast["outsider"], OTHER_ACCOUNT, "queue", "999")
    add_facts(cast.db, cast["editor"], ACCOUNT, [Group(name=f"G{n}") for n in range(12)])
    with refused(Kind.MISSING, r"G10, \.\.\.\.$"):
        find_fact(cast.db, cast["reader"], ACCOUNT, "group", "999")
