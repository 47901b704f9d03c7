"""Facts that are added and removed together, and changes that are made of the fact as it is."""

import pytest

from aiguillage.desk.cti_maps import MOST_ROWS, MapRow, import_ctis
from aiguillage.desk.facts import add_fact, add_facts, list_facts, remove_facts, set_fact
from aiguillage.desk.journal import list_changes
from aiguillage.domain.errors import Kind
from aiguillage.domain.queues import Group, Queue
from aiguillage.domain.rotas import Member, Rota
from tests.cast import ACCOUNT, OTHER_ACCOUNT, Cast
from tests.desk.sample_facts import add_samples
from tests.refusal import refused
from tests.storage.facts import rows

ANA = (Member(name="Ana", number="+33639981201"),)


def groups(cast: Cast) -> list[str]:
    """The names of CL0000's groups."""
    return [kept.fact.name for kept in list_facts(cast.db, cast["reader"], ACCOUNT, "group")]


def test_facts_are_removed_all_or_none(cast: Cast) -> None:
    who = (cast.db, cast["editor"], ACCOUNT)
    first, second = (done.kept.id for done in add_facts(*who, [Group(name="A"), Group(name="B")]))

    with refused(Kind.MISSING, "There is no group 99"):
        remove_facts(*who, "group", [first, 99])
    assert groups(cast) == ["A", "B"]
    remove_facts(*who, "group", [first, second, first])

    assert groups(cast) == []


def test_facts_that_another_needs_keep_all_of_them(cast: Cast) -> None:
    who = (cast.db, cast["editor"], ACCOUNT)
    first, second = (done.kept.id for done in add_facts(*who, [Group(name="A"), Group(name="B")]))
    add_fact(*who, Queue(name="Support", code="support", group=second))

    with refused(Kind.CONFLICT, "The queue support refers to it."):
        remove_facts(*who, "group", [first, second])

    assert groups(cast) == ["A", "B"]


def test_facts_that_name_each_other_go_together(cast: Cast) -> None:
    who = (cast.db, cast["editor"], ACCOUNT)
    second = add_fact(*who, Rota(code="b", name="B", members=ANA)).kept.id
    first = add_fact(*who, Rota(code="a", name="A", members=ANA, level2=second)).kept.id

    remove_facts(*who, "rota", [second, first])

    assert list_facts(*who, "rota") == []


def test_facts_that_are_added_together_are_checked_beside_each_other(cast: Cast) -> None:
    who = (cast.db, cast["editor"], ACCOUNT)

    with refused(Kind.CONFLICT, "has a queue with the code support. Choose another code"):
        add_facts(*who, [Queue(name="A", code="support"), Queue(name="B", code="SUPPORT")])

    assert list_facts(*who, "queue") == []


def test_a_change_can_be_made_of_the_fact_as_it_is(cast: Cast) -> None:
    who = (cast.db, cast["editor"], ACCOUNT)
    group_id = add_fact(*who, Group(name="A")).kept.id

    done = set_fact(*who, "group", group_id, lambda before: {"name": f"{before.name}{before.name}"})

    assert done.kept.fact == Group(name="AA")


def test_another_accounts_facts_cannot_be_removed_with_ones_own(cast: Cast) -> None:
    theirs = add_fact(cast.db, cast["editor"], ACCOUNT, Group(name="A")).kept.id
    own = add_fact(cast.db, cast["outsider"], OTHER_ACCOUNT, Group(name="B")).kept.id + 10

    for foreign in (theirs + 10**6, 10**15):
        with refused(Kind.MISSING, f"There is no group {foreign} on this account."):
            remove_facts(cast.db, cast["outsider"], OTHER_ACCOUNT, "group", [own - 10, foreign])
    assert groups(cast) == ["A"]


@pytest.mark.parametrize("dry_run", [True, False])
def test_an_imported_origin_is_looked_up_and_journalled_unless_it_was_only_tried(cast: Cast, *, dry_run: bool) -> None:
    ids = add_samples(cast.db, cast["editor"], ACCOUNT)
    before = list_changes(cast.db, cast["manager"], ACCOUNT)[0]

    outcome = import_ctis(
        *(cast.db, cast["editor"], ACCOUNT), [MapRow(2, "pbx", "01 99 00 12 34", "214")], dry_run=dry_run
    )

    found = rows(cast.db, "SELECT cti_id, key, destination FROM cti_origins")
    last = list_changes(cast.db, cast["manager"], ACCOUNT)[0]
    assert (outcome.created, outcome.updated) == (0, 1)
    assert [tuple(row) for row in found] == [(ids["cti"], "+33199001234", "207" if dry_run else "214")]
    assert (last == before) is dry_run
    assert dry_run or (last.action, last.entity, last.seq) == ("set", "cti_destination", before.seq + 1)


def test_an_import_of_many_origins_adds_changes_and_refuses_row_by_row(cast: Cast) -> None:
    who = (cast.db, cast["editor"], ACCOUNT)
    import_ctis(*who, [MapRow(n, "PBX", f"site {n}", "207") for n in range(2, 700)])
    again = [MapRow(n, "pbx", f"SITE {n}", "207" if n % 2 else "208") for n in range(2, 1_300)]
    again[1_200] = MapRow(1_202, "PBX", "site 3", "209")

    outcome = import_ctis(*who, again, partial=True)

    found = {row.key: row.destination for row in rows(cast.db, "SELECT key, destination FROM cti_origins")}
    assert (outcome.updated, outcome.unchanged, outcome.created) == (349, 349, 599)
    assert [(one.line, one.reason[:32]) for one in outcome.refusals] == [(1_202, "Line 3 has the origin site 3 alr")]
    assert (found["SITE 3"], found["SITE 4"], found["SITE 1299"]) == ("207", "208", "207")
    assert len(list_facts(*who, "cti_destination")) == len(found) == 1_297


def test_more_rows_than_one_import_takes_are_refused_and_none_is_kept(cast: Cast) -> None:
    many = (MapRow(n, f"PBX {n % 2}") for n in range(MOST_ROWS + 1))

    with refused(Kind.INVALID, "There are more than 200,000 rows. Import them in parts"):
        import_ctis(cast.db, cast["editor"], ACCOUNT, many)

    assert list_facts(cast.db, cast["editor"], ACCOUNT, "cti") == []
