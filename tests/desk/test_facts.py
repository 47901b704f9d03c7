"""Facts of every kind: added, changed, removed, found, each change in the journal."""

from datetime import time
from typing import Any

import msgspec
import pytest

from aiguillage.desk.accounts import set_account
from aiguillage.desk.facts import Done, add_fact, add_facts, list_facts, remove_fact, set_fact, show_fact
from aiguillage.desk.journal import list_changes
from aiguillage.domain.ctis import CtiDestination
from aiguillage.domain.errors import Kind
from aiguillage.domain.facts import BY_NAME, Fact
from aiguillage.domain.geo import GeoDestination
from aiguillage.domain.queues import DayException, Group, Queue, TimeSpan
from aiguillage.storage.facts import Kept
from tests.cast import ACCOUNT, OTHER_ACCOUNT, Cast
from tests.desk.sample_facts import CHRISTMAS, SAMPLES
from tests.refusal import refused
from tests.storage.facts import facts_version, rows

MONDAY: dict[str, Any] = {"owner_type": "queue", "day_of_week": 1}
every_kind = pytest.mark.parametrize("kind", SAMPLES)


def journal_of(cast: Cast, count: int) -> list[tuple[str, str, int, Any, Any]]:
    """The last changes, newest first."""
    changes = list_changes(cast.db, cast["manager"], ACCOUNT, limit=count)
    return [(one.action, one.entity, one.entity_id, one.before, one.after) for one in changes]


def as_journal(fact: Fact) -> Any:  # noqa: ANN401 - JSON
    """A fact as the journal keeps it."""
    return msgspec.json.decode(msgspec.json.encode(fact))


def add(cast: Cast, fact: Fact) -> Done:
    """The manager adds a fact."""
    return add_fact(cast.db, cast["manager"], ACCOUNT, fact)


def change(cast: Cast, kind: str, fact_id: int, **changes: object) -> Done:
    """The manager changes a fact."""
    return set_fact(cast.db, cast["manager"], ACCOUNT, kind, fact_id, changes)


def remove(cast: Cast, kind: str, fact_id: int) -> None:
    """The manager removes a fact."""
    remove_fact(cast.db, cast["manager"], ACCOUNT, kind, fact_id)


def test_there_is_a_sample_of_every_kind() -> None:
    assert SAMPLES.keys() == BY_NAME.keys()


@every_kind
def test_a_fact_is_kept_as_it_was_added(cast: Cast, ids: dict[str, int], kind: str) -> None:
    expected = SAMPLES[kind].make(ids)

    kept = show_fact(cast.db, cast["manager"], ACCOUNT, kind, ids[kind])

    assert kept == Kept(kind, ids[kind], ids[kind], expected)
    assert list_facts(cast.db, cast["manager"], ACCOUNT, kind) == [kept]
    added = next(one for one in journal_of(cast, 50) if one[1:3] == (kind, ids[kind]))
    assert added == ("add", kind, ids[kind], None, as_journal(expected))


@every_kind
def test_a_change_touches_what_it_names_and_no_more(cast: Cast, ids: dict[str, int], kind: str) -> None:
    before, changes = SAMPLES[kind].make(ids), SAMPLES[kind].changes

    done = change(cast, kind, ids[kind], **changes)

    assert done.kept.fact == msgspec.structs.replace(before, **changes)
    assert done.kept == show_fact(cast.db, cast["manager"], ACCOUNT, kind, ids[kind])
    assert journal_of(cast, 1) == [("set", kind, ids[kind], as_journal(before), as_journal(done.kept.fact))]
    assert done.kept.seq == list_changes(cast.db, cast["manager"], ACCOUNT, limit=1)[0].seq


@every_kind
def test_setting_what_is_so_already_is_no_change(cast: Cast, ids: dict[str, int], kind: str) -> None:
    before = journal_of(cast, 50)

    done = change(
        cast, kind, ids[kind], **{name: getattr(SAMPLES[kind].make(ids), name) for name in SAMPLES[kind].changes}
    )

    assert done.kept == show_fact(cast.db, cast["manager"], ACCOUNT, kind, ids[kind])
    assert journal_of(cast, 50) == before


@every_kind
def test_values_as_json_has_them_are_what_they_stand_for(cast: Cast, ids: dict[str, int], kind: str) -> None:
    changes = SAMPLES[kind].changes

    done = change(cast, kind, ids[kind], **msgspec.to_builtins(changes))

    assert done.kept.fact == msgspec.structs.replace(SAMPLES[kind].make(ids), **changes)


@pytest.mark.parametrize(
    ("kind", "gone"),
    [
        ("time_span", ()),
        ("exception", ()),
        ("holiday", ()),
        ("observance", ()),
        ("calendar", ()),
        ("switch", ()),
        ("blocked", ()),
        ("geo_destination", ()),
        ("cti_destination", ()),
        ("source", ()),
        ("column_map", ()),
        ("webhook", ()),
        ("phone_system", ()),
        ("geo_list", ("geo_destination",)),
        ("cti", ("cti_destination",)),
        ("queue", ("time_span", "calendar", "switch")),
    ],
)
def test_a_fact_goes_with_all_that_belongs_to_it(
    cast: Cast, ids: dict[str, int], kind: str, gone: tuple[str, ...]
) -> None:
    remove(cast, kind, ids[kind])

    left = {name for name in SAMPLES if list_facts(cast.db, cast["manager"], ACCOUNT, name)}
    assert left == SAMPLES.keys() - {kind, *gone}
    removed = journal_of(cast, len(gone) + 1)
    assert [one[:3] for one in reversed(removed)] == [("remove", name, ids[name]) for name in (*gone, kind)]
    assert removed[0][3:] == (as_journal(SAMPLES[kind].make(ids)), None)
    with refused(Kind.MISSING, f"There is no {kind.replace('_', ' ')} {ids[kind]} on this account. List what there is"):
        show_fact(cast.db, cast["manager"], ACCOUNT, kind, ids[kind])


@pytest.mark.parametrize("kind", ["group", "rota"])
def test_a_fact_that_another_needs_stays(cast: Cast, ids: dict[str, int], kind: str) -> None:
    before = journal_of(cast, 50)

    with refused(Kind.CONFLICT, "The queue support refers to it. Change or remove that one first."):
        remove(cast, kind, ids[kind])

    assert journal_of(cast, 50) == before
    change(cast, "queue", ids["queue"], **{kind: None})
    remove(cast, kind, ids[kind])
    assert not list_facts(cast.db, cast["manager"], ACCOUNT, kind)


@pytest.mark.parametrize("kind", ["rota", "geo_list"])
def test_a_fact_that_the_account_names_stays(cast: Cast, ids: dict[str, int], kind: str) -> None:
    change(cast, "queue", ids["queue"], rota=None)
    set_account(cast.db, cast["manager"], ACCOUNT, {kind: ids[kind]})

    with refused(
        Kind.CONFLICT, f"The account's settings refer to this {kind.replace('_', ' ')}. Choose another one, or none"
    ):
        remove(cast, kind, ids[kind])

    set_account(cast.db, cast["manager"], ACCOUNT, {kind: None})
    remove(cast, kind, ids[kind])


def test_a_rota_that_is_a_second_level_stays(cast: Cast, ids: dict[str, int]) -> None:
    rota = show_fact(cast.db, cast["manager"], ACCOUNT, "rota", ids["rota"]).fact
    add(cast, msgspec.structs.replace(rota, code="first", level2=ids["rota"]))
    change(cast, "queue", ids["queue"], rota=None)

    with refused(Kind.CONFLICT, "The rota first refers to it"):
        remove(cast, "rota", ids["rota"])


@pytest.mark.parametrize(
    ("fact", "kind", "message"),
    [
        (Queue(name="x", code="x", group=999), Kind.MISSING, "There is no group 999 on this account"),
        (
            Queue(name="x", code="x", rota=2**70),
            Kind.MISSING,
            "There is no rota 1180591620717411303424 on this account",
        ),
        (
            TimeSpan(**MONDAY, owner_id=999, start_time=time(9), end_time=time(12)),
            Kind.MISSING,
            "There is no queue 999 on this account",
        ),
        (
            DayException(owner_type="group", owner_id=-1, first_day=CHRISTMAS, last_day=CHRISTMAS),
            Kind.MISSING,
            "There is no group -1 on this account",
        ),
        (CtiDestination(cti=999, origin="A", destination="207"), Kind.INVALID, "CL0000 has no CTI 999"),
        (GeoDestination(geo_list=999, zones=("35",)), Kind.INVALID, "CL0000 has no geo list 999"),
    ],
)
def test_a_fact_cannot_name_what_is_not_there(cast: Cast, fact: Fact, kind: Kind, message: str) -> None:
    before = journal_of(cast, 50)

    with refused(kind, message):
        add(cast, fact)

    assert journal_of(cast, 50) == before


def test_another_accounts_fact_is_not_there(cast: Cast, ids: dict[str, int]) -> None:
    with refused(Kind.MISSING, f"There is no group {ids['group']} on this account"):
        add_fact(cast.db, cast["outsider"], OTHER_ACCOUNT, Queue(name="x", code="x", group=ids["group"]))
    with refused(Kind.MISSING, f"There is no queue {ids['queue']} on this account"):
        show_fact(cast.db, cast["outsider"], OTHER_ACCOUNT, "queue", ids["queue"])


@pytest.mark.parametrize(
    ("kind", "changes", "message"),
    [
        ("queue", {"active": "yes"}, "'active' is a text. It must be true or false"),
        ("queue", {"group": "Bureaux"}, "'group' is a text. It must be a whole number or null"),
        ("time_span", {"start_time": "nine"}, "Invalid RFC3339 encoded time"),
        ("time_span", {"start_time": 9}, "'start_time' is a whole number. It must be a time"),
        ("exception", {"first_day": "2026-02-30"}, "Invalid"),
        ("rota", {"members": ["Ana"]}, "'members.0' is a text. It must be an object"),
        ("switch", {"name": "\udcff"}, "Give a value of that type"),
        ("queue", {"colour": "red"}, "A queue has no 'colour'. It has: name, code, number"),
    ],
)
def test_a_value_of_another_type_is_refused(
    cast: Cast, ids: dict[str, int], kind: str, changes: dict[str, Any], message: str
) -> None:
    before = journal_of(cast, 50)

    with refused(Kind.INVALID, message):
        change(cast, kind, ids[kind], **changes)

    assert journal_of(cast, 50) == before


def test_a_kind_that_is_none_is_refused(cast: Cast) -> None:
    for ask in (
        lambda: show_fact(cast.db, cast["manager"], ACCOUNT, "colour", 1),
        lambda: change(cast, "colour", 1),
        lambda: remove(cast, "colour", 1),
        lambda: list_facts(cast.db, cast["manager"], ACCOUNT, "colour"),
    ):
        with refused(Kind.MISSING, "There is no kind of fact 'colour'. Choose one of: group, rota"):
            ask()


def test_spans_that_overlap_are_kept_and_told(cast: Cast, ids: dict[str, int]) -> None:
    span = TimeSpan(**MONDAY, owner_id=ids["queue"], start_time=time(11), end_time=time(14))

    done = add(cast, span)

    assert done.kept.fact == span
    assert len(done.remarks) == 1
    assert not change(cast, "time_span", done.kept.id, start_time=time(12)).remarks


def test_several_facts_are_added_all_or_none(cast: Cast, ids: dict[str, int]) -> None:
    good, bad = Group(name="Ateliers"), Queue(name="x", code="x", group=999)
    before = journal_of(cast, 50)

    with refused(Kind.MISSING, "There is no group 999"):
        add_facts(cast.db, cast["editor"], ACCOUNT, [good, bad])

    assert journal_of(cast, 50) == before
    added = add_facts(cast.db, cast["editor"], ACCOUNT, [good, Group(name="Dépôts")])
    assert [done.kept.fact.name for done in added] == ["Ateliers", "Dépôts"]
    assert ids["group"] not in [done.kept.id for done in added]


def test_every_change_raises_the_facts_version(cast: Cast) -> None:
    versions = [facts_version(cast.db, ACCOUNT)]

    group = add(cast, Group(name="Bureaux")).kept.id
    versions.append(facts_version(cast.db, ACCOUNT))
    change(cast, "group", group, name="Ateliers")
    versions.append(facts_version(cast.db, ACCOUNT))
    remove(cast, "group", group)
    versions.append(facts_version(cast.db, ACCOUNT))

    assert versions == [versions[0] + n for n in range(4)]


def test_an_origin_is_looked_up_as_it_was_last_written(cast: Cast, ids: dict[str, int]) -> None:
    def origins() -> list[tuple[str, str]]:
        return [(row.key, row.destination) for row in rows(cast.db, "SELECT * FROM cti_origins")]

    before = origins()
    change(cast, "cti_destination", ids["cti_destination"], origin="site 7", destination="209")

    assert (before, origins()) == ([("+33199001234", "207")], [("SITE 7", "209")])
    remove(cast, "cti_destination", ids["cti_destination"])
    assert not origins()
