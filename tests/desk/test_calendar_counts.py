"""How many calendars are of no use: counted of all accounts, those alone looked at whose facts changed."""

import msgspec

from aiguillage.desk.calendar_counts import CalendarCounts, Useless
from aiguillage.desk.calendars import add_calendar, begin_calendar, refresh_calendar
from aiguillage.desk.facts import add_fact, remove_fact, set_fact
from aiguillage.domain.oncall import Member
from aiguillage.domain.queues import Calendar, Queue
from tests.calendars import CLOSED, URL, ical, of_rota, queue, rota
from tests.cast import ACCOUNT, NOW, OTHER_ACCOUNT, Cast
from tests.desk.feed import GONE, Feed, feed_of_queue, later

NOTHING = ical("Cancelled|20261201T080000/20261201T180000|STATUS:CANCELLED")


def look(counts: CalendarCounts, cast: Cast) -> list[str]:
    """One look; the accounts that it looked at."""
    changed = counts.changed(cast.db)
    for account in changed:
        counts.look(cast.db, account, NOW)
    return [account.code for account in changed]


def test_calendars_of_which_nothing_counts_are_counted_over_all_accounts(cast: Cast) -> None:
    counts = CalendarCounts()
    add_calendar(cast.db, cast["editor"], ACCOUNT, queue(cast), CLOSED)
    add_calendar(cast.db, cast["editor"], ACCOUNT, of_rota(rota(cast)), CLOSED)
    shop = add_fact(cast.db, cast["outsider"], OTHER_ACCOUNT, Queue(name="Shop", code="shop")).kept.id
    elsewhere = Calendar(owner_type="queue", owner_id=shop, name="Closures")
    add_calendar(cast.db, cast["outsider"], OTHER_ACCOUNT, elsewhere, NOTHING)

    assert look(counts, cast) == [ACCOUNT, OTHER_ACCOUNT]

    assert counts.total() == Useless(unused=2, failing=0)


def test_an_account_is_looked_at_again_when_its_facts_changed(cast: Cast) -> None:
    counts = CalendarCounts()
    rota_id = rota(cast)
    add_calendar(cast.db, cast["editor"], ACCOUNT, of_rota(rota_id), CLOSED)
    look(counts, cast)

    assert look(counts, cast) == []
    members = (
        Member(name="Ada", number="204"),
        Member(name="Blaise", number="205"),
        Member(name="Inventory", number="206"),
    )
    set_fact(cast.db, cast["editor"], ACCOUNT, "rota", rota_id, {"members": members})

    assert (counts.total().unused, look(counts, cast), counts.total().unused) == (1, [ACCOUNT], 0)


def test_a_feed_that_cannot_be_read_is_counted_until_it_can(cast: Cast, feed: Feed) -> None:
    counts = CalendarCounts()
    calendar_id = feed_of_queue(cast, feed)
    totals = []
    for hours, says in ((1, GONE), (2, CLOSED)):
        feed.says(says)
        refresh_calendar(cast.db, later(cast, hours), ACCOUNT, calendar_id, fetch=feed.fetch)
        look(counts, cast)
        totals.append(counts.total())

    assert totals == [Useless(failing=1), Useless()]


def test_a_feed_that_has_no_event_is_counted_as_soon_as_it_was_read(cast: Cast, feed: Feed) -> None:
    counts = CalendarCounts()
    feed.says(ical())
    calendar = msgspec.structs.replace(queue(cast), url=URL)
    _, read = begin_calendar(cast.db, cast["editor"], ACCOUNT, calendar)
    look(counts, cast)
    before = counts.total()

    read.keywords["fetch"] = lambda _: ical()  # type: ignore[attr-defined] # a partial, for which the test answers
    read(cast.db)

    assert (before, look(counts, cast), counts.total()) == (Useless(), [ACCOUNT], Useless(unused=1))


def test_calendars_that_are_gone_are_not_counted(cast: Cast) -> None:
    counts = CalendarCounts()
    calendar_id = add_calendar(cast.db, cast["editor"], ACCOUNT, queue(cast), NOTHING).kept.id
    look(counts, cast)

    remove_fact(cast.db, cast["editor"], ACCOUNT, "calendar", calendar_id)

    assert (look(counts, cast), counts.total()) == ([], Useless())
