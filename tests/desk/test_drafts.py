"""Drafts: facts changed beside what is live, published together or not at all, and taken back together."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from aiguillage.desk import drafts
from aiguillage.desk.accounts import set_account
from aiguillage.desk.documents import compile_account
from aiguillage.desk.drafts import InDraft, in_draft, keep_drafted, show_draft, take_out
from aiguillage.desk.facts import add_fact, list_facts, name_of, remove_fact, set_fact, show_fact
from aiguillage.desk.holidays import set_holiday
from aiguillage.desk.journal import list_changes
from aiguillage.desk.publishing import OVERTAKEN, publish_draft
from aiguillage.desk.reverting import is_revertible, revert_change
from aiguillage.desk.switches import flip_switch
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.facts import BY_NAME
from aiguillage.domain.oncall import Member, Rota
from aiguillage.domain.queues import DayException, Group, Queue
from aiguillage.storage.drafts import FIRST, Draft
from aiguillage.storage.sqlite.engine import Database
from tests.cast import ACCOUNT, Cast, email
from tests.storage.facts import facts_version

ANA = Member(name="Ana", number="+33639980001")


@pytest.fixture
def draft(cast: Cast, ids: dict[str, int]) -> Draft:
    """An empty draft on an account that has a fact of every kind."""
    assert ids
    return begin(cast)


def refused(function: Callable[..., object], *args: Any, **more: Any) -> Refusal:  # noqa: ANN401 - of any use case
    """How a use case is refused."""
    with pytest.raises(Refusal) as caught:
        function(*args, **more)
    return caught.value


def begin(cast: Cast, name: str = "Christmas", who: str = "editor") -> Draft:
    """Begins a draft."""
    return drafts.begin_draft(cast.db, cast[who], ACCOUNT, name)


@contextmanager
def inside(cast: Cast, draft: Draft, who: str = "editor") -> Iterator[tuple[InDraft, Any, str]]:
    """Whom and what a use case in a draft takes."""
    with in_draft(cast.db, cast[who], ACCOUNT, draft.id) as db:
        yield db, cast[who], ACCOUNT


def kept(cast: Cast) -> dict[str, list[tuple[int, Any]]]:
    """All facts that are live."""
    return {kind: [(one.id, one.fact) for one in list_facts(cast.db, cast.operator, ACCOUNT, kind)] for kind in BY_NAME}


def names(db: Database, cast: Cast, kind: str) -> list[str]:
    """What the facts of a kind are called."""
    return [str(name_of(one)) for one in list_facts(db, cast["reader"], ACCOUNT, kind)]


def publish(cast: Cast, draft: Draft) -> int:
    """Publishes a draft."""
    return publish_draft(cast.db, cast["editor"], ACCOUNT, draft.id)


def places(cast: Cast, draft: Draft) -> list[tuple[str, int]]:
    """What is in a draft."""
    return [line.drafted.place for line in show_draft(cast.db, cast["reader"], ACCOUNT, draft.id).lines]


def test_what_is_changed_in_a_draft_is_not_live_until_it_is_published(
    cast: Cast, ids: dict[str, int], draft: Draft
) -> None:
    before, version = kept(cast), facts_version(cast.db, ACCOUNT)
    with inside(cast, draft) as who:
        queue = add_fact(*who, Queue(name="Noël", code="noel", number="231")).kept.id
        add_fact(
            *who,
            DayException(owner_type="queue", owner_id=queue, first_day=date(2026, 12, 24), last_day=date(2026, 12, 24)),
        )
        set_fact(*who, "rota", ids["rota"], {"name": "Relève"})
        flip_switch(*who, ids["switch"], "on")
        set_holiday(*who, "Noël", off=True)
        remove_fact(*who, "blocked", ids["blocked"])
        assert queue > FIRST

    assert (kept(cast), facts_version(cast.db, ACCOUNT)) == (before, version)
    with inside(cast, draft, "reader") as (db, *_who):
        assert "noel" in names(db, cast, "queue")
        assert names(db, cast, "blocked") == []
        drafted = compile_account(db, cast["reader"], ACCOUNT)

    seq = publish(cast, draft)

    assert facts_version(cast.db, ACCOUNT) == version + 1
    live = compile_account(cast.db, cast["reader"], ACCOUNT)
    assert [queue.code for queue in live.queues.values()] == [queue.code for queue in drafted.queues.values()]
    added = list_facts(cast.db, cast["reader"], ACCOUNT, "queue")[-1].id
    assert added < FIRST
    assert list_facts(cast.db, cast["reader"], ACCOUNT, "exception")[-1].fact.owner_id == added
    entry = list_changes(cast.db, cast["manager"], ACCOUNT, limit=1)[0]
    assert (entry.seq, entry.action, entry.entity, entry.entity_id) == (seq, "publish", "draft", draft.id)
    assert entry.after == {"name": "Christmas", "first": seq - 6, "last": seq - 1}
    assert is_revertible(entry)
    assert places(cast, draft) == []

    back = revert_change(cast.db, cast["manager"], ACCOUNT, seq)
    assert kept(cast) == before
    again = revert_change(cast.db, cast["manager"], ACCOUNT, back.seq)
    assert (names(cast.db, cast, "queue")[-1], again.action) == ("noel", "revert")


def test_a_draft_has_no_more_of_what_is_as_it_was_again(cast: Cast, ids: dict[str, int], draft: Draft) -> None:
    name = show_fact(cast.db, cast["reader"], ACCOUNT, "queue", ids["queue"]).fact.name
    with inside(cast, draft) as who:
        set_fact(*who, "queue", ids["queue"], {"name": "Autre"})
        set_fact(*who, "queue", ids["queue"], {"name": "Encore"})
        added = add_fact(*who, Group(name="Passagère")).kept.id
    assert places(cast, draft) == [("queue", ids["queue"]), ("group", added)]

    with inside(cast, draft) as who:
        set_fact(*who, "queue", ids["queue"], {"name": name})
        remove_fact(*who, "group", added)

    assert places(cast, draft) == []
    assert "Nothing is changed" in refused(publish_draft, cast.db, cast["editor"], ACCOUNT, draft.id).message


def test_what_was_changed_since_is_not_overwritten_unless_somebody_says_so(
    cast: Cast, ids: dict[str, int], draft: Draft
) -> None:
    with inside(cast, draft) as who:
        set_fact(*who, "queue", ids["queue"], {"name": "Mine"})
        set_fact(*who, "rota", ids["rota"], {"name": "Relève"})
    set_fact(cast.db, cast["manager"], ACCOUNT, "queue", ids["queue"], {"name": "Theirs"})
    before = kept(cast)

    refusal = refused(publish_draft, cast.db, cast["editor"], ACCOUNT, draft.id)

    assert (refusal.kind, refusal.errors) == (Kind.CONFLICT, {f"queue/{ids['queue']}": [OVERTAKEN]})
    assert kept(cast) == before
    line = show_draft(cast.db, cast["reader"], ACCOUNT, draft.id).lines[0]
    assert line.live is not None
    assert (line.overtaken, line.live.fact.name, line.drafted.fact.name) == (True, "Theirs", "Mine")

    keep_drafted(cast.db, cast["editor"], ACCOUNT, draft.id, ("queue", ids["queue"]))
    publish(cast, draft)
    assert show_fact(cast.db, cast["reader"], ACCOUNT, "queue", ids["queue"]).fact.name == "Mine"


def test_what_was_removed_since_comes_back_where_the_draft_is_kept(
    cast: Cast, ids: dict[str, int], draft: Draft
) -> None:
    with inside(cast, draft) as who:
        set_fact(*who, "holiday", ids["holiday"], {"label": "Fermeture"})
        remove_fact(*who, "blocked", ids["blocked"])
    for kind in ("holiday", "blocked"):
        remove_fact(cast.db, cast["editor"], ACCOUNT, kind, ids[kind])
        keep_drafted(cast.db, cast["editor"], ACCOUNT, draft.id, (kind, ids[kind]))

    assert places(cast, draft) == [("holiday", ids["holiday"])]
    publish(cast, draft)
    assert show_fact(cast.db, cast["reader"], ACCOUNT, "holiday", ids["holiday"]).fact.label == "Fermeture"


def test_facts_that_name_each_other_are_published_in_an_order_that_works(
    cast: Cast, ids: dict[str, int], draft: Draft
) -> None:
    with inside(cast, draft) as who:
        first = add_fact(*who, Rota(code="un", name="Un", members=(ANA,), layers=())).kept.id
        second = add_fact(*who, Rota(code="deux", name="Deux", members=(ANA,), layers=())).kept.id
        set_fact(*who, "rota", first, {"level2": second})
        group = add_fact(*who, Group(name="Nouveau")).kept.id
        set_fact(*who, "queue", ids["queue"], {"group": group})
        set_fact(*who, "group", group, {"name": "Renommé"})
        remove_fact(*who, "group", ids["group"])

    publish(cast, draft)

    rotas = {one.fact.code: one for one in list_facts(cast.db, cast["reader"], ACCOUNT, "rota")}
    assert rotas["un"].fact.level2 == rotas["deux"].id
    groups = list_facts(cast.db, cast["reader"], ACCOUNT, "group")
    assert [one.fact.name for one in groups] == ["Renommé"]
    assert show_fact(cast.db, cast["reader"], ACCOUNT, "queue", ids["queue"]).fact.group == groups[0].id


def test_what_stands_in_the_way_is_said_at_its_fact_and_nothing_is_published(
    cast: Cast, ids: dict[str, int], draft: Draft
) -> None:
    with inside(cast, draft) as who:
        add_fact(*who, Group(name="Nouveau"))
        queue = add_fact(*who, Queue(name="Noël", code="noel", number="231")).kept.id
    add_fact(cast.db, cast["editor"], ACCOUNT, Queue(name="Une autre", code="noel", number="232"))
    before = kept(cast)

    refusal = refused(publish_draft, cast.db, cast["editor"], ACCOUNT, draft.id)

    assert refusal.kind is Kind.CONFLICT
    assert list(refusal.errors or {}) == [f"queue/{queue}"]
    assert "noel" in (refusal.errors or {})[f"queue/{queue}"][0]
    assert kept(cast) == before
    assert ids


def test_a_second_draft_of_the_same_fact_is_known_to_both(cast: Cast, ids: dict[str, int], draft: Draft) -> None:
    other = begin(cast, "Easter", "manager")
    with inside(cast, draft) as who:
        day = DayException(
            owner_type="queue", owner_id=ids["queue"], first_day=date(2026, 12, 24), last_day=date(2026, 12, 24)
        )
        add_fact(*who, day)
        remove_fact(*who, "blocked", ids["blocked"])

    touched = drafts.touched_elsewhere(cast.db, cast["reader"], ACCOUNT, other.id)

    assert {place[0]: [one.name for one in found] for place, found in touched.items()} == {
        "exception": ["Christmas"],
        "queue": ["Christmas"],
        "blocked": ["Christmas"],
    }
    assert drafts.touched_elsewhere(cast.db, cast["reader"], ACCOUNT, draft.id) == {}


def test_what_another_needs_is_not_taken_out(cast: Cast, ids: dict[str, int], draft: Draft) -> None:
    with inside(cast, draft) as who:
        group = add_fact(*who, Group(name="Nouveau")).kept.id
        set_fact(*who, "queue", ids["queue"], {"group": group})
        remove_fact(*who, "geo_list", ids["geo_list"])
    it = (cast.db, cast["editor"], ACCOUNT, draft.id)

    assert "refers to it" in refused(take_out, *it, ("group", group)).message
    assert "which is removed" in refused(take_out, *it, ("geo_destination", ids["geo_destination"])).message
    take_out(*it, ("queue", ids["queue"]))
    take_out(*it, ("group", group))
    assert refused(take_out, *it, ("group", group)).kind is Kind.MISSING


def test_two_people_who_change_one_draft_at_once_lose_nothing(cast: Cast, ids: dict[str, int], draft: Draft) -> None:
    with inside(cast, draft) as one, inside(cast, draft, "manager") as other:
        add_fact(*one, Group(name="Un"))
        assert refused(add_fact, *other, Group(name="Deux")).kind is Kind.STALE
        assert names(other[0], cast, "group") == names(cast.db, cast, "group")

        set_fact(cast.db, cast["manager"], ACCOUNT, "queue", ids["queue"], {"name": "Theirs"})
        assert refused(set_fact, *one, "queue", ids["queue"], {"name": "Mine"}).kind is Kind.STALE

    seq = show_draft(cast.db, cast["reader"], ACCOUNT, draft.id).draft.seq
    assert refused(publish_draft, cast.db, cast["editor"], ACCOUNT, draft.id, expected=seq - 1).kind is Kind.STALE


def test_a_draft_is_for_facts_of_which_calls_are_decided(cast: Cast, ids: dict[str, int], draft: Draft) -> None:
    with inside(cast, draft, "manager") as who:
        assert "cannot be changed in a draft" in refused(set_account, *who, {"name": "Autre"}).message
        assert names(who[0], cast, "survey") == []
    assert ids


def test_a_draft_that_was_published_or_discarded_takes_no_change(cast: Cast, ids: dict[str, int], draft: Draft) -> None:
    gone = begin(cast, "For nothing")
    drafts.discard_draft(cast.db, cast["editor"], ACCOUNT, gone.id)
    with inside(cast, draft) as who:
        set_fact(*who, "queue", ids["queue"], {"name": "Mine"})
        publish(cast, draft)
        assert refused(set_fact, *who, "queue", ids["queue"], {"name": "Encore"}).kind is Kind.CONFLICT

    assert refused(show_draft, cast.db, cast["reader"], ACCOUNT, gone.id).kind is Kind.MISSING
    assert refused(drafts.discard_draft, cast.db, cast["editor"], ACCOUNT, draft.id).kind is Kind.CONFLICT
    assert [one.name for one in drafts.list_drafts(cast.db, cast["reader"], ACCOUNT)] == ["Christmas"]


def test_a_publication_is_not_taken_back_over_later_changes(cast: Cast, ids: dict[str, int], draft: Draft) -> None:
    with inside(cast, draft) as who:
        set_fact(*who, "queue", ids["queue"], {"name": "Mine"})
        set_fact(*who, "rota", ids["rota"], {"name": "Relève"})
    seq = publish(cast, draft)
    set_fact(cast.db, cast["manager"], ACCOUNT, "queue", ids["queue"], {"name": "Later"})
    before = kept(cast)

    refusal = refused(revert_change, cast.db, cast["manager"], ACCOUNT, seq)

    assert (refusal.kind, f"changed by {email('manager')}" in refusal.message) == (Kind.CONFLICT, True)
    assert kept(cast) == before


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "two\nlines"])
def test_a_draft_has_a_name(cast: Cast, name: str) -> None:
    assert refused(begin, cast, name).field == "name"


def test_drafts_are_not_without_number(cast: Cast, monkeypatch: pytest.MonkeyPatch, ids: dict[str, int]) -> None:
    monkeypatch.setattr(drafts, "MOST_OPEN", 1)
    monkeypatch.setattr(drafts, "MOST_DRAFTED", 1)
    draft = begin(cast)

    assert "at most 1 open" in refused(begin, cast, "Another").message
    with inside(cast, draft) as who:
        set_fact(*who, "queue", ids["queue"], {"name": "Mine"})
        assert "at most 1 changed" in refused(set_fact, *who, "rota", ids["rota"], {"name": "Relève"}).message
