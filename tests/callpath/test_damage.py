"""Damage that SQLite does not see: whoever calls is answered right, or not at all; nobody known is told unknown."""

import pytest

from aiguillage.desk.accounts import set_account
from aiguillage.desk.contacts import add_contact
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.storage.sqlite.damage import Walk
from tests.callpath.conftest import Inside
from tests.cast import ACCOUNT, CODE, NUMBER, Cast, known_caller
from tests.storage.damage import lose

V1 = f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&format=raw&"
BY_NUMBER, BY_CODE, BY_PREFIX = f"{V1}number={NUMBER}", f"{V1}code={CODE}", f"{V1}number=0353017000"
STRANGER, NEXT_STRANGER = f"{V1}number=0199005678", f"{V1}number=0353018000"
ALTERED = "UPDATE caller_key SET facts = replace(facts, '207', '208') WHERE kind = '{}'"
GONE = "DELETE FROM caller_key WHERE kind = '{}'"


@pytest.fixture
def callers(cast: Cast, inside: Inside) -> Inside:
    """A caller who is known by a number and a code, and callers who are known by a prefix."""
    known_caller(cast)
    select = ("207", None, None, None)
    add_contact(cast.db, cast["editor"], ACCOUNT, Contact(telecoms=(Telecom("+33353017*"),), select=select))
    return inside


def statuses(inside: Inside, *targets: str) -> list[int]:
    return [inside.ask(target).status for target in targets]


def test_whole_keys_are_answered(callers: Inside) -> None:
    assert statuses(callers, BY_NUMBER, BY_CODE, BY_PREFIX, STRANGER, NEXT_STRANGER) == [200, 200, 200, 404, 404]


@pytest.mark.parametrize(("kind", "target"), [("n", BY_NUMBER), ("c", BY_CODE), ("p", BY_PREFIX)])
def test_altered_facts_are_told_to_nobody(cast: Cast, callers: Inside, kind: str, target: str) -> None:
    with cast.db.write() as connection:
        connection.exec_driver_sql(ALTERED.format(kind))

    others = {BY_NUMBER, BY_CODE, BY_PREFIX} - {target}

    assert statuses(callers, target, STRANGER) == [503, 404]
    assert statuses(callers, *others) == [200, 200]


@pytest.mark.parametrize(("kind", "target"), [("n", BY_NUMBER), ("c", BY_CODE), ("p", BY_PREFIX)])
def test_a_key_that_one_tree_has_lost_is_no_unknown_caller(cast: Cast, callers: Inside, kind: str, target: str) -> None:
    lose(cast.db.path, GONE.format(kind))

    assert statuses(callers, target, STRANGER) == [503, 404]


def test_a_shorter_prefix_does_not_answer_for_a_longer_one_that_is_lost(cast: Cast, callers: Inside) -> None:
    add_contact(cast.db, cast["editor"], ACCOUNT, Contact(telecoms=(Telecom("+3335301*"),), code="77"))
    by_shorter = f"{V1}number=0353010005"
    before = statuses(callers, BY_PREFIX, by_shorter)

    lose(cast.db.path, "DELETE FROM caller_key WHERE key = '+33353017'")

    assert before == [200, 200]
    assert statuses(callers, BY_PREFIX, by_shorter) == [503, 200]


def test_of_two_who_share_a_number_none_is_taken_for_the_other(cast: Cast, callers: Inside) -> None:
    set_account(cast.db, cast["manager"], ACCOUNT, {"shared_numbers": "first"})
    add_contact(cast.db, cast["editor"], ACCOUNT, Contact(telecoms=(Telecom(NUMBER),)))
    before = callers.ask(BY_NUMBER)

    with cast.db.write() as connection:
        connection.exec_driver_sql("UPDATE caller_key SET sum = 1 WHERE contact_id = (SELECT max(id) FROM contacts)")

    assert (before.text, callers.ask(BY_NUMBER).status) == ("207,209,214,216", 503)


def test_a_key_that_the_walk_put_back_without_facts_is_no_unknown_caller(cast: Cast, callers: Inside) -> None:
    with cast.db.write() as connection:
        connection.exec_driver_sql(GONE.format("n"))
    before, walk = callers.ask(BY_NUMBER).status, Walk(withhold=True)

    while walk.step(cast.db):
        pass

    assert (before, callers.ask(BY_NUMBER).status) == (404, 503)


def test_a_known_caller_costs_one_search_in_the_keys_own_tree(cast: Cast, callers: Inside) -> None:
    callers.statements.clear()
    callers.ask(BY_NUMBER)

    (search,) = [statement for statement in callers.statements if "caller_key" in statement]
    with cast.db.read() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {search}").all()

    assert [row.detail.split(" (")[0] for row in plan] == ["SEARCH caller_key USING PRIMARY KEY"]
