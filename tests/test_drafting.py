"""A draft tried on the call log: what it would change is counted apart from what was changed since."""

import pytest

from aiguillage import drafting
from aiguillage.desk.drafts import Difference, DraftReplay, begin_draft, in_draft, replay_of, show_draft
from aiguillage.desk.facts import add_fact, list_facts, remove_fact, set_fact
from aiguillage.domain.calls import Question
from aiguillage.domain.errors import Kind
from aiguillage.domain.moments import HOUR
from aiguillage.domain.queues import Group, Queue, Switch
from aiguillage.settings import Settings
from tests.cast import ACCOUNT, NOW, NUMBER, Cast, known_caller
from tests.refusal import refused
from tests.replayed import Asked
from tests.ruled import STRANGER


@pytest.fixture
def called(cast: Cast, settings: Settings) -> Asked:
    """An account with a known caller, who called four times in the last hours, and a stranger as often."""
    known_caller(cast)
    asked = Asked(settings, cast)
    asked.call_at([NOW - hours * HOUR for hours in (4, 3, 2, 1)], Question(number=NUMBER), Question(number=STRANGER))
    return asked


def tried(called: Asked, draft_id: int, days: int = 7) -> DraftReplay:
    """What a replay by the draft finds."""
    drafting.replay_draft(called.cast.db, called.settings, called.cast["editor"], ACCOUNT, draft_id, days)
    found = replay_of(show_draft(called.cast.db, called.cast["reader"], ACCOUNT, draft_id).draft)
    assert found is not None
    return found


def drafted(called: Asked, *facts: Switch) -> int:
    """A draft with some new facts."""
    draft = begin_draft(called.cast.db, called.cast["editor"], ACCOUNT, "What if")
    with in_draft(called.cast.db, called.cast["editor"], ACCOUNT, draft.id) as db:
        for fact in facts:
            add_fact(db, called.cast["editor"], ACCOUNT, fact)
    return draft.id


STORM = Switch(name="Storm", owner_type="account", destination="231", on=True)


def test_what_the_draft_would_change_is_counted_with_examples(called: Asked) -> None:
    found = tried(called, drafted(called, STORM))

    assert (found.calls, found.moved, found.anyhow, found.older) == (8, 8, 0, False)
    latest = tuple(NOW - hours * HOUR for hours in (1, 2, 3))
    assert set(found.differences) == {
        Difference(now="207", then="231", calls=4, examples=latest),
        Difference(now=None, then="231", calls=4, examples=latest),
    }


def test_what_was_changed_since_is_no_difference_of_the_draft(called: Asked) -> None:
    draft = drafted(called)
    add_fact(called.cast.db, called.cast["editor"], ACCOUNT, STORM)

    found = tried(called, draft)

    assert (found.moved, found.anyhow, found.differences) == (0, 8, ())


def test_what_is_not_looked_at_is_said(called: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafting, "MOST_CALLS", 3)
    monkeypatch.setattr(drafting, "MOST_LISTED", 1)

    found = tried(called, drafted(called, STORM), days=1)

    assert (found.calls, found.older, found.oldest) == (3, True, NOW - 2 * HOUR)
    assert (found.moved, sum(one.calls for one in found.differences), found.beyond) == (3, 2, 1)


def test_an_account_without_calls_has_none_to_replay(cast: Cast, settings: Settings) -> None:
    found = tried(Asked(settings, cast), drafted(Asked(settings, cast), STORM))

    assert (found.calls, found.oldest, found.differences) == (0, None, ())


@pytest.mark.parametrize("days", [0, 32])
def test_too_many_days_are_refused(called: Asked, days: int) -> None:
    with refused(Kind.INVALID, "Choose from 1 to 31 days"):
        tried(called, drafted(called, STORM), days)


def test_a_draft_that_makes_no_sense_any_more_is_not_replayed(called: Asked) -> None:
    who = (called.cast.db, called.cast["editor"], ACCOUNT)
    group = add_fact(*who, Group(name="Team")).kept.id
    draft = begin_draft(*who, "Grouped").id
    with in_draft(*who, draft) as db:
        queue = add_fact(db, who[1], ACCOUNT, Queue(name="Desk", code="desk", group=group)).kept.id
    remove_fact(*who, "group", group)

    with refused(Kind.INVALID, f"facts.queue.{queue} refers to group {group}"):
        tried(called, draft)
    with in_draft(*who, draft) as db:
        set_fact(db, who[1], ACCOUNT, "queue", queue, {"group": None})
        assert [one.id for one in list_facts(db, who[1], ACCOUNT, "queue")] == [queue]
    assert tried(called, draft).moved == 0
