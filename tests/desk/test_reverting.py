"""Reverting: what a change was about is what it was before, or the change stays and tells what stands in the way."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aiguillage.desk.accounts import set_account, show_account
from aiguillage.desk.contacts import add_contact, enter_contact, list_contacts, remove_contact, show_contact
from aiguillage.desk.facts import add_fact, list_facts, remove_fact, set_fact, show_fact
from aiguillage.desk.fields import add_option, list_fields, remove_option, set_field
from aiguillage.desk.journal import list_changes
from aiguillage.desk.reverting import revert_change
from aiguillage.desk.users import grant_role
from aiguillage.domain.accounts import Role
from aiguillage.domain.blocked import Blocked
from aiguillage.domain.contacts import Contact, Option, Telecom
from aiguillage.domain.errors import Kind
from aiguillage.domain.facts import BY_NAME
from aiguillage.domain.queues import Calendar, Group, Queue
from aiguillage.storage.journal import Entry
from tests.cast import ACCOUNT, NUMBER, Cast, email, known_caller
from tests.desk.sample_facts import SAMPLES, add_samples
from tests.refusal import refused
from tests.storage.facts import rows

OTHER = "+33261911234"


def newest(cast: Cast) -> Entry:
    """The account's last change."""
    return list_changes(cast.db, cast["manager"], ACCOUNT, limit=1)[0]


def revert(cast: Cast, seq: int | None = None) -> Entry:
    """Reverts a change, the last one unless another is named."""
    return revert_change(cast.db, cast["manager"], ACCOUNT, newest(cast).seq if seq is None else seq)


def kept(cast: Cast) -> Any:  # noqa: ANN401 - all of it
    """All that the account keeps: settings, fields, contacts, every fact with its id."""
    who = (cast.db, cast["manager"], ACCOUNT)
    contacts = [(one.id, one.contact) for one in list_contacts(*who)]
    facts = {kind: [(one.id, one.fact) for one in list_facts(*who, kind)] for kind in BY_NAME}
    keys = rows(cast.db, "SELECT * FROM caller_key ORDER BY 1, 2, 3, 4")
    return show_account(*who), list_fields(*who), contacts, facts, [tuple(row) for row in keys]


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_fact_of_any_kind_is_what_it_was_before_its_last_change(cast: Cast, kind: str) -> None:
    ids = add_samples(cast.db, cast["editor"], ACCOUNT)
    before = kept(cast)
    set_fact(cast.db, cast["manager"], ACCOUNT, kind, ids[kind], SAMPLES[kind].changes)

    entry = revert(cast)

    assert kept(cast) == before
    assert (entry.action, entry.entity, entry.entity_id, entry.actor) == ("revert", kind, ids[kind], email("manager"))


@pytest.mark.parametrize("kind", ["holiday", "observance", "blocked", "geo_destination", "cti_destination", "calendar"])
def test_a_removed_fact_comes_back_with_its_id_and_an_added_one_goes(cast: Cast, kind: str) -> None:
    ids = add_samples(cast.db, cast["editor"], ACCOUNT)
    before = kept(cast)
    remove_fact(cast.db, cast["editor"], ACCOUNT, kind, ids[kind])
    without = kept(cast)

    revert(cast)

    assert kept(cast) == before

    revert(cast)

    assert kept(cast) == without


def test_an_added_fact_goes(cast: Cast) -> None:
    before = kept(cast)
    add_fact(cast.db, cast["editor"], ACCOUNT, Blocked(number=OTHER))

    revert(cast)

    assert kept(cast) == before


def test_a_feed_that_comes_back_is_read_again(cast: Cast) -> None:
    queue = add_fact(cast.db, cast["editor"], ACCOUNT, Queue(name="Support", code="support")).kept.id
    feed = Calendar(owner_type="queue", owner_id=queue, name="Congés", url="https://example.org/conges.ics")
    calendar = add_fact(cast.db, cast["editor"], ACCOUNT, feed).kept.id
    remove_fact(cast.db, cast["editor"], ACCOUNT, "calendar", calendar)

    revert(cast)

    assert [row.id for row in rows(cast.db, "SELECT id FROM calendar_texts WHERE due_at = :at", at=cast["manager"].at)]
    assert show_fact(cast.db, cast["reader"], ACCOUNT, "calendar", calendar).fact == feed


CONTACT_CHANGES: list[Callable[[Cast, int], object]] = [
    lambda cast, _: add_contact(cast.db, cast["editor"], ACCOUNT, Contact(company="Mistral", code="77")),
    lambda cast, id_: enter_contact(cast.db, cast["editor"], ACCOUNT, id_, {"numbers": [OTHER], "company": "Mistral"}),
    lambda cast, id_: remove_contact(cast.db, cast["editor"], ACCOUNT, id_),
]
OTHER_CHANGES: list[Callable[[Cast, int], object]] = [
    lambda cast, _: set_account(cast.db, cast["manager"], ACCOUNT, {"vip_priority": 20, "time_zone": "UTC"}),
    lambda cast, _: set_field(cast.db, cast["editor"], ACCOUNT, "select_1", label="File", default="207"),
    lambda cast, _: set_field(cast.db, cast["editor"], ACCOUNT, "boolean_1", default="1"),
    lambda cast, _: add_option(cast.db, cast["editor"], ACCOUNT, "select_2", Option("Nord", "214")),
    lambda cast, _: remove_option(cast.db, cast["editor"], ACCOUNT, "select_1", "207"),
]


@pytest.mark.parametrize("change", [*CONTACT_CHANGES, *OTHER_CHANGES])
def test_contacts_fields_and_settings_are_what_they_were(cast: Cast, change: Callable[[Cast, int], object]) -> None:
    contact_id = known_caller(cast).id
    for option in (Option("Sud", "207"), Option("Est", "209")):
        add_option(cast.db, cast["editor"], ACCOUNT, "select_1", option)
    before = kept(cast)
    change(cast, contact_id)
    after = kept(cast)

    revert(cast)

    assert kept(cast) == before

    revert(cast)

    assert kept(cast) == after != before


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.sampled_from([*CONTACT_CHANGES[:2], *OTHER_CHANGES[:3]]), min_size=1, max_size=4, unique=True))
def test_changes_reverted_backwards_leave_no_trace(cast: Cast, steps: list[Callable[[Cast, int], object]]) -> None:
    contact_id = add_contact(cast.db, cast["editor"], ACCOUNT, Contact(company="Garage Belleville")).id
    before = kept(cast)
    seqs = []
    for step in steps:
        step(cast, contact_id)
        seqs.append(newest(cast).seq)

    for seq in reversed(seqs):
        revert(cast, seq)

    assert kept(cast) == before
    remove_contact(cast.db, cast["editor"], ACCOUNT, contact_id)


def test_what_somebody_changed_since_is_not_reverted(cast: Cast) -> None:
    contact_id = known_caller(cast).id
    enter_contact(cast.db, cast["editor"], ACCOUNT, contact_id, {"company": "Mistral"})
    first = newest(cast).seq
    enter_contact(cast.db, cast["editor"], ACCOUNT, contact_id, {"company": "Acacias"})
    last = newest(cast).seq
    before = kept(cast)

    with refused(Kind.CONFLICT, rf"has since been changed by editor@example.org \(change {last}\)"):
        revert(cast, first)

    assert kept(cast) == before


def test_what_was_set_by_hand_to_what_it_was_can_be_reverted(cast: Cast) -> None:
    contact_id = known_caller(cast).id
    enter_contact(cast.db, cast["editor"], ACCOUNT, contact_id, {"company": "Mistral"})
    first = newest(cast).seq
    for company in ("Acacias", "Mistral"):
        enter_contact(cast.db, cast["editor"], ACCOUNT, contact_id, {"company": company})

    revert(cast, first)

    assert show_contact(cast.db, cast["reader"], ACCOUNT, contact_id).contact.company == "Garage Belleville"


def test_a_number_that_somebody_else_has_by_now_stands_in_the_way(cast: Cast) -> None:
    remove_contact(cast.db, cast["editor"], ACCOUNT, known_caller(cast).id)
    removal = newest(cast).seq
    other = add_contact(cast.db, cast["editor"], ACCOUNT, Contact(telecoms=(Telecom(NUMBER),)))

    with refused(Kind.CONFLICT, f"already belongs to contact {other.id}"):
        revert(cast, removal)


def test_what_it_belonged_to_has_to_come_back_first(cast: Cast) -> None:
    ids = add_samples(cast.db, cast["editor"], ACCOUNT)
    remove_fact(cast.db, cast["editor"], ACCOUNT, "geo_list", ids["geo_list"])
    destination, whole_list = newest(cast).seq - 1, newest(cast).seq

    with refused(Kind.CONFLICT, "cannot be reverted: CL0000 has no geo list"):
        revert(cast, destination)
    revert(cast, whole_list)
    revert(cast, destination)

    assert show_fact(cast.db, cast["reader"], ACCOUNT, "geo_destination", ids["geo_destination"]).id


def test_an_added_fact_stays_while_something_belongs_to_it(cast: Cast) -> None:
    group = add_fact(cast.db, cast["editor"], ACCOUNT, Group(name="Bureaux")).kept.id
    added = newest(cast).seq
    add_fact(cast.db, cast["editor"], ACCOUNT, SAMPLES["exception"].make({"group": group}))

    with refused(Kind.CONFLICT, "now belongs to it"):
        revert(cast, added)


def test_a_role_or_an_import_is_not_reverted_here(cast: Cast) -> None:
    grant_role(cast.db, cast["manager"], email("router"), ACCOUNT, Role.READ)

    with refused(Kind.INVALID, "A change to a grant cannot be reverted here"):
        revert(cast)


@pytest.mark.parametrize("seq", [0, -1, 99_999, 2**70])
def test_a_change_that_there_is_not_is_missing(cast: Cast, seq: int) -> None:
    with refused(Kind.MISSING, f"There is no change {seq} on this account"):
        revert(cast, seq)
