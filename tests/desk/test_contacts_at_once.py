"""Many contacts at once: changed or removed all or none, and all of it taken back as one."""

from datetime import time

import msgspec
import pytest

from aiguillage.desk.contacts import add_contact, list_contacts, remove_contact
from aiguillage.desk.contacts_at_once import MOST_AT_ONCE, Meant, remove_meant, set_contacts
from aiguillage.desk.facts import add_fact, list_facts, remove_fact
from aiguillage.desk.journal import last_change, list_history
from aiguillage.desk.reverting import undo_changes
from aiguillage.desk.searching import Asked
from aiguillage.domain.accounts import Actor
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.domain.errors import Kind
from aiguillage.domain.queues import Queue, TimeSpan
from tests.cast import ACCOUNT, Cast, email
from tests.refusal import refused

GARAGES = Asked(words="garage")


@pytest.fixture
def ids(cast: Cast) -> list[int]:
    """Three contacts, two of which are garages."""
    contacts = (
        Contact(company="Garage Belleville", code="4321", telecoms=(Telecom("+33199001234"),)),
        Contact(company="Garage Ormeau", select=("207", None, None, None)),
        Contact(company="Librairie Ormeau"),
    )
    return [add_contact(cast.db, cast["editor"], ACCOUNT, one).id for one in contacts]


def everybody(cast: Cast) -> dict[int, Contact]:
    """The account's contacts by id."""
    return {kept.id: kept.contact for kept in list_contacts(cast.db, cast["manager"], ACCOUNT)}


def undo(cast: Cast, name: str = "editor") -> None:
    """Takes back what one of the cast changed last, a moment later."""
    seq = last_change(cast.db, later(cast, name, 1), ACCOUNT)
    assert seq is not None
    undo_changes(cast.db, later(cast, "manager", 2), ACCOUNT, seq)


def later(cast: Cast, name: str, after: int) -> Actor:
    """One of the cast a little later."""
    return msgspec.structs.replace(cast[name], at=cast[name].at + after)


@pytest.mark.usefixtures("ids")
def test_all_that_are_found_get_a_value_and_lose_it_again(cast: Cast) -> None:
    before = everybody(cast)

    count = set_contacts(
        cast.db, later(cast, "editor", 1), ACCOUNT, Meant(asked=GARAGES, expected=2), {"boolean_1": "yes"}
    )

    assert count == 2
    assert [contact.boolean[0] for contact in everybody(cast).values()] == [True, True, None]
    undo(cast)
    assert everybody(cast) == before


def test_those_that_are_named_get_a_value_and_who_has_it_is_not_changed(cast: Cast, ids: list[int]) -> None:
    count = set_contacts(cast.db, later(cast, "editor", 1), ACCOUNT, Meant(ids=(ids[0], ids[1])), {"select_1": "207"})

    assert count == 1
    assert [contact.select[0] for contact in everybody(cast).values()] == ["207", "207", None]


def test_all_that_are_removed_come_back_at_once(cast: Cast, ids: list[int]) -> None:
    before = everybody(cast)

    assert remove_meant(cast.db, later(cast, "editor", 1), ACCOUNT, Meant(asked=GARAGES)) == 2

    assert list(everybody(cast)) == [ids[2]]
    undo(cast)
    assert everybody(cast) == before


def test_nothing_is_changed_where_one_is_not_there_or_others_are_found_than_were_seen(
    cast: Cast, ids: list[int]
) -> None:
    before, who = everybody(cast), (cast.db, cast["editor"], ACCOUNT)

    for kind, message, meant, given in (
        (Kind.MISSING, "no contact", Meant(ids=(ids[0], 2**40)), {"language": "fr"}),
        (Kind.STALE, "Now 2 contacts", Meant(asked=GARAGES, expected=3), {"language": "fr"}),
        (Kind.INVALID, "one by one", Meant(asked=GARAGES), {"code": "1"}),
        (Kind.INVALID, "neither yes nor no", Meant(asked=GARAGES), {"boolean_1": "perhaps"}),
        (Kind.INVALID, "too many", Meant(ids=tuple(range(1, MOST_AT_ONCE + 2))), {"language": "fr"}),
    ):
        with refused(kind, message):
            set_contacts(*who, meant, given)

    assert everybody(cast) == before


@pytest.mark.usefixtures("ids")
def test_what_was_taken_by_somebody_else_meanwhile_keeps_all_of_it_from_coming_back(cast: Cast) -> None:
    remove_meant(cast.db, later(cast, "editor", 1), ACCOUNT, Meant(asked=GARAGES))
    add_contact(cast.db, cast["manager"], ACCOUNT, Contact(code="4321"))
    before = everybody(cast)

    with refused(Kind.CONFLICT, "4321"):
        undo(cast)

    assert everybody(cast) == before


def test_a_queue_comes_back_with_its_opening_times(cast: Cast) -> None:
    who = (cast.db, cast["editor"], ACCOUNT)
    queue = add_fact(*who, Queue(name="Support", code="support", number="208")).kept
    span = TimeSpan(owner_type="queue", owner_id=queue.id, day_of_week=1, start_time=time(9), end_time=time(12))
    add_fact(*who, span)
    before = list_facts(*who, "queue"), [(one.id, one.fact) for one in list_facts(*who, "time_span")]

    remove_fact(cast.db, later(cast, "editor", 1), ACCOUNT, "queue", queue.id)
    assert list_facts(*who, "time_span") == []
    undo(cast)

    assert [one.fact for one in list_facts(*who, "queue")] == [one.fact for one in before[0]]
    assert [(one.id, one.fact) for one in list_facts(*who, "time_span")] == before[1]


@pytest.mark.usefixtures("ids")
def test_more_changes_than_are_taken_back_at_once_and_changes_that_are_not_there_are_refused(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiguillage.desk.reverting.MOST_AT_ONCE", 1)
    remove_meant(cast.db, later(cast, "editor", 1), ACCOUNT, Meant(asked=GARAGES))

    with refused(Kind.INVALID, "More than 1 changes"):
        undo(cast)
    with refused(Kind.MISSING, "no change"):
        undo_changes(cast.db, cast["manager"], ACCOUNT, 10**6)


def test_the_history_of_a_contact_has_its_own_changes_newest_first(cast: Cast, ids: list[int]) -> None:
    set_contacts(cast.db, later(cast, "editor", 1), ACCOUNT, Meant(ids=(ids[0],)), {"language": "fr"})
    set_contacts(cast.db, cast["manager"], ACCOUNT, Meant(asked=GARAGES), {"boolean_2": "oui"})

    history = list_history(cast.db, cast["manager"], ACCOUNT, ids[0])

    told = [(entry.action, entry.actor) for entry in history]
    assert told == [("set", email("manager")), ("set", email("editor")), ("add", email("editor"))]
    remove_contact(cast.db, cast["editor"], ACCOUNT, ids[0])
    with refused(Kind.MISSING, "no contact"):
        list_history(cast.db, cast["manager"], ACCOUNT, ids[0])


def test_only_who_manages_the_account_takes_changes_back(cast: Cast, ids: list[int]) -> None:
    set_contacts(cast.db, later(cast, "editor", 1), ACCOUNT, Meant(ids=(ids[0],)), {"language": "fr"})
    seq = last_change(cast.db, later(cast, "editor", 1), ACCOUNT)
    assert seq is not None

    with refused(Kind.MISSING, "no account CL0000"):
        undo_changes(cast.db, cast["outsider"], ACCOUNT, seq)
    with refused(Kind.FORBIDDEN, "manage"):
        undo_changes(cast.db, cast["editor"], ACCOUNT, seq)
