"""A rota's feed: who is on call, for calendar programs, under a secret address."""

from itertools import pairwise

import pytest

from aiguillage.desk.calendars import add_calendar, window
from aiguillage.desk.facts import remove_fact
from aiguillage.desk.ical.reading import read_events
from aiguillage.desk.journal import list_changes
from aiguillage.desk.rota_feeds import issue_rota_feed, revoke_rota_feed, rota_feed
from aiguillage.desk.switches import switch_by_code
from aiguillage.domain.accounts import new_secret
from aiguillage.domain.errors import Kind
from tests.calendars import ical, of_rota, rota
from tests.cast import ACCOUNT, NOW, Cast
from tests.refusal import refused


def labels(cast: Cast, secret: str) -> list[str]:
    """Who has the shifts of a feed, in their order."""
    feed = rota_feed(cast.db, secret, NOW)
    return [event.label for event in read_events(feed, "Europe/Paris", *window(NOW)).events]


def test_a_feed_has_who_is_on_call_and_can_be_read_as_a_calendar(cast: Cast) -> None:
    secret = issue_rota_feed(cast.db, cast["manager"], ACCOUNT, rota(cast))

    found = labels(cast, secret)

    assert set(found) == {"Ada", "Blaise"}
    assert len(found) in range(30, 33)
    assert all(one != other for one, other in pairwise(found))


def test_a_feed_has_the_shifts_of_the_rotas_calendars(cast: Cast) -> None:
    rota_id = rota(cast)
    add_calendar(cast.db, cast["editor"], ACCOUNT, of_rota(rota_id), ical("Ada|20261101/20270501"))

    found = labels(cast, issue_rota_feed(cast.db, cast["manager"], ACCOUNT, rota_id))

    assert found.count("Blaise") < 6


def test_a_feed_tells_names_and_no_numbers(cast: Cast) -> None:
    text = rota_feed(cast.db, issue_rota_feed(cast.db, cast["manager"], ACCOUNT, rota(cast)), NOW)

    assert b"Ada" in text
    assert b"3998" not in text


def test_a_new_secret_ends_the_one_before(cast: Cast) -> None:
    rota_id = rota(cast)
    first, second = (issue_rota_feed(cast.db, cast["manager"], ACCOUNT, rota_id) for _ in range(2))

    assert rota_feed(cast.db, second, NOW)
    with refused(Kind.MISSING, "no rota feed"):
        rota_feed(cast.db, first, NOW)


def test_a_feed_that_was_revoked_is_gone(cast: Cast) -> None:
    rota_id = rota(cast)
    secret = issue_rota_feed(cast.db, cast["manager"], ACCOUNT, rota_id)

    revoke_rota_feed(cast.db, cast["manager"], ACCOUNT, rota_id)

    with refused(Kind.MISSING, "no rota feed"):
        rota_feed(cast.db, secret, NOW)


def test_a_feed_goes_with_its_rota(cast: Cast) -> None:
    rota_id = rota(cast)
    secret = issue_rota_feed(cast.db, cast["manager"], ACCOUNT, rota_id)

    remove_fact(cast.db, cast["editor"], ACCOUNT, "rota", rota_id)

    with refused(Kind.MISSING, "no rota feed"):
        rota_feed(cast.db, secret, NOW)


@pytest.mark.parametrize(
    "secret", ["", "nothing", "aig_" + "0" * 33, pytest.param(new_secret(), id="another"), "é" * 37, "a" * 10_000]
)
def test_any_other_secret_stands_for_nothing(cast: Cast, secret: str) -> None:
    rota(cast)

    with refused(Kind.MISSING, "no rota feed"):
        rota_feed(cast.db, secret, NOW)


def test_a_feeds_secret_is_good_for_nothing_else_and_no_token_is_good_for_a_feed(cast: Cast) -> None:
    secret = issue_rota_feed(cast.db, cast["manager"], ACCOUNT, rota(cast))

    with refused(Kind.MISSING, "no switch"):
        switch_by_code(cast.db, secret, NOW)
    with refused(Kind.MISSING, "no rota feed"):
        rota_feed(cast.db, cast.secret("manager"), NOW)


def test_a_journal_says_that_a_feed_was_issued_and_not_its_secret(cast: Cast) -> None:
    rota_id = rota(cast)
    secret = issue_rota_feed(cast.db, cast["manager"], ACCOUNT, rota_id)

    entry = list_changes(cast.db, cast["manager"], ACCOUNT)[0]

    assert (entry.action, entry.entity_id) == ("issue", rota_id)
    assert secret not in str(entry)


@pytest.mark.parametrize(("name", "kind"), [("editor", Kind.FORBIDDEN), ("outsider", Kind.MISSING)])
def test_feeds_are_the_managers(cast: Cast, name: str, kind: Kind) -> None:
    rota_id = rota(cast)

    for use_case in (issue_rota_feed, revoke_rota_feed):
        with refused(kind, "."):
            use_case(cast.db, cast[name], ACCOUNT, rota_id)
