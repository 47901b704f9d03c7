"""What needs a look: each check finds what it is for, and says nothing of what may be meant."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from aiguillage.domain.accounts import Account
from aiguillage.domain.checks import SENTENCES, Finding, check_facts
from aiguillage.domain.contacts import Field
from aiguillage.domain.documents import FactsDocument
from aiguillage.domain.geo import GeoDestination, GeoList
from aiguillage.domain.moments import moment_of
from aiguillage.domain.oncall import Layer, Member, Rota, Window
from aiguillage.domain.queues import Calendar, DayException, Group, Holiday, Observance, Queue, Switch, TimeSpan

AT = moment_of(datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Europe/Paris")))
"""A Tuesday."""

ACCOUNT = Account(code="CL0000", name="", time_zone="Europe/Paris")
QUEUE = Queue(name="Accueil", code="accueil", number="207", default_destination="299")
ASLEEP = replace(QUEUE, name="Ancien", code="ancien", number="208", active=False)
OBSERVED = {90: Observance(country="FR")}


def span(owner: int, day: int | None = 2, begin: int = 9, end: int = 18, **more: Any) -> TimeSpan:  # noqa: ANN401 - of a span
    given = {
        "owner_type": "queue",
        "owner_id": owner,
        "day_of_week": day,
        "start_time": time(begin),
        "end_time": time(end),
    }
    return TimeSpan(**{**given, **more})


def found(at: Any = AT, account: Any = ACCOUNT, **facts: Any) -> list[Finding]:  # noqa: ANN401 - facts by kind and id
    """The findings on an account with some facts; it observes the holidays of France."""
    fields = tuple(Field(position=n, label="", options=(), default=None) for n in range(1, 9))
    return check_facts(FactsDocument(account=account, fields=fields, facts={"observance": OBSERVED} | facts), at)


def names(findings: list[Finding]) -> list[tuple[str, str, int | None]]:
    return [(one.name, one.kind, one.id) for one in findings]


def test_nothing_is_found_of_queues_with_hours() -> None:
    assert found(queue={1: QUEUE}, time_span={2: span(1)}) == []
    assert found() == []


def test_an_active_queue_without_hours_is_always_open() -> None:
    findings = found(queue={1: QUEUE, 2: ASLEEP})

    assert names(findings) == [("no_hours", "queue", 1)]
    assert str(findings[0]) == SENTENCES[0].format(queue="accueil")


def test_a_queue_has_the_hours_of_its_group() -> None:
    group = {5: Group(name="Équipe")}

    assert found(group=group, queue={1: replace(QUEUE, group=5)}, time_span={2: span(5, owner_type="group")}) == []


def test_a_queue_that_opens_on_no_day_of_the_next_four_weeks_never_opens() -> None:
    closed = DayException(owner_type="queue", owner_id=1, first_day=date(2026, 11, 1), last_day=date(2027, 1, 31))

    findings = found(queue={1: QUEUE}, time_span={2: span(1)}, exception={3: closed})

    assert names(findings) == [("never_opens", "queue", 1)]
    late = span(1, None, date_full=date(2026, 12, 31))
    assert names(found(queue={1: QUEUE}, time_span={2: late})) == [("never_opens", "queue", 1)]


def test_what_sends_calls_to_a_queue_that_is_not_active_is_found() -> None:
    geo = GeoDestination(geo_list=8, zones=("35",), nickname="Bretagne", select=("ANCIEN", None, None, None))
    findings = found(
        account=replace(ACCOUNT, fallback_destination="208"),
        queue={1: replace(QUEUE, default_destination="208"), 2: replace(ASLEEP, default_destination="208")},
        time_span={3: span(1, destination="208")},
        switch={4: Switch(name="Grève", owner_type="account", destination="208")},
        geo_list={8: GeoList(code="a", name="Agences", model="fr-departments", fallback=("207", None, None, "208"))},
        geo_destination={9: geo},
        exception={
            10: DayException(
                owner_type="queue",
                owner_id=7,
                first_day=date(2026, 12, 1),
                last_day=date(2026, 12, 1),
                destination="208",
            )
        },
        observance={90: Observance(country="FR", destinations={"Noël": "208", "Toussaint": "208"})},
    )

    assert {(one.kind, one.id, one.words["what"]) for one in findings if one.name == "not_active"} == {
        ("account", None, "CL0000"),
        ("queue", 1, "Accueil"),
        ("time_span", 3, "Accueil"),
        ("switch", 4, "Grève"),
        ("geo_list", 8, "Agences"),
        ("geo_destination", 9, "Bretagne"),
        ("exception", 10, "exception 10"),
        ("observance", 90, "FR"),
    }


def test_a_number_that_an_active_queue_has_too_leads_somewhere() -> None:
    other = Queue(name="Neuf", code="208")

    assert (
        names(
            found(
                queue={1: QUEUE, 2: ASLEEP, 3: other}, blocked={}, time_span={4: span(1, destination="208"), 5: span(3)}
            )
        )
        == []
    )


def looping(second: int) -> dict[str, dict[int, Any]]:
    """Two queues, each of which sends its calls to the other while it is closed; how long the second is open."""
    queues = {
        1: replace(QUEUE, default_destination="209"),
        2: replace(QUEUE, code="soir", number="209", default_destination="207"),
        3: replace(QUEUE, code="midi", number="210", default_destination="207"),
    }
    days = range(1, 8)
    own = {10 + day: span(1, day) for day in days} | {20 + day: span(2, day, 18, second) for day in days}
    return {"queue": queues, "time_span": own | {30 + day: span(3, day) for day in days}}


def test_two_closed_queues_that_send_calls_to_each_other_are_a_loop_once() -> None:
    findings = found(**looping(20))

    assert [one.name for one in findings] == ["loop"]
    assert findings[0].words["since"] == "2026-11-24 20:00"
    assert sorted(findings[0].words["queues"].split(", ")) == ["accueil", "soir"]


def test_where_one_of_them_is_always_open_there_is_no_loop() -> None:
    assert found(**looping(9)) == []


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        (span(1, 2, 9, 12), span(1, 2, 11, 18), 1),
        (span(1, 2, 9, 12), span(1, 2, 12, 18), 0),
        (span(1, 2, 9, 12), span(1, 3, 9, 12), 0),
        (span(1, 2, 9, 12), span(1, 2, 9, 12), 1),
    ],
)
def test_two_times_that_overlap_are_found_once(one: TimeSpan, other: TimeSpan, count: int) -> None:
    findings = found(queue={1: QUEUE}, time_span={2: one, 3: other})

    assert names(findings) == [("overlap", "time_span", 2)] * count
    assert all(one.words["owner"] == "Accueil" for one in findings)


def test_gaps_of_a_rota_in_the_next_fortnight_are_counted() -> None:
    ana = Member(name="Ana", number="+33639980101")
    layer = Layer(name="Semaines", members=("Ana",), start=date(2026, 1, 5))
    windows = tuple(Window(day_of_week=day, start_time=time(0), end_time=time(0)) for day in range(1, 7))
    rotas = {
        1: Rota(code="tout", name="Tout", members=(ana,), layers=(layer,)),
        2: Rota(code="jours", name="Jours", members=(ana,), layers=(replace(layer, windows=windows),)),
    }

    findings = found(rota=rotas)

    assert names(findings) == [("gap", "rota", 2)]
    assert findings[0].words == {
        "rota": "jours",
        "since": "2026-11-29 00:00",
        "until": "2026-11-30 00:00",
        "count": "2",
    }


def test_a_holiday_of_this_year_that_the_next_one_lacks_is_found_once_it_is_near() -> None:
    def own(day: date, label: str, *, every_year: bool = False) -> Holiday:
        return Holiday(day=day, label=label, every_year=every_year)

    holidays = {
        1: own(date(2026, 5, 15), "Pont"),
        2: own(date(2026, 7, 3), "Fête"),
        3: own(date(2027, 7, 2), "Fête"),
        4: own(date(2026, 6, 24), "Saint-Jean", every_year=True),
        5: own(date(2025, 5, 30), "Pont"),
    }

    assert names(found(holiday=holidays)) == [("not_next_year", "holiday", 1)]
    june = moment_of(datetime(2026, 6, 1, tzinfo=ZoneInfo("Europe/Paris")))
    assert found(june, holiday=holidays) == []


def test_an_account_with_hours_and_no_holidays_is_found() -> None:
    hours = {"queue": {1: QUEUE}, "time_span": {2: span(1)}}

    assert names(found(**hours, observance={})) == [("no_holidays", "account", None)]
    assert found(**hours, observance={}, holiday={3: Holiday(day=date(2027, 5, 3), label="Pont")}) == []
    assert names(found(queue={1: QUEUE}, observance={})) == [("no_hours", "queue", 1)]


def test_a_calendar_that_cannot_be_read_is_found() -> None:
    good = Calendar(owner_type="queue", owner_id=1, name="Fermetures")
    calendars = {1: good, 2: replace(good, failing_since=AT, trouble="It answered 404.")}

    findings = found(calendar=calendars)

    assert names(findings) == [("failing", "calendar", 2)]
    assert str(findings[0]) == "The calendar Fermetures cannot be read since 2026-11-24 10:00: It answered 404."


def test_queues_that_keep_their_calls_on_a_holiday_are_no_loop() -> None:
    holiday = {4: Holiday(day=date(2026, 11, 26), label="Pont", destination="207", every_year=True)}
    queues = {1: QUEUE, 2: replace(QUEUE, code="soir", number="209", default_destination="299")}
    back = replace(QUEUE, default_destination="209")
    spans = {5: span(1), 6: span(2)}

    assert found(queue=queues, time_span=spans, holiday=holiday) == []
    assert found(queue=queues | {1: back}, time_span=spans, holiday=holiday) == []


def test_more_queues_than_a_call_is_sent_through_are_no_loop() -> None:
    def ring(length: int) -> list[Finding]:
        queues = {
            n: replace(QUEUE, code=f"q{n}", number=None, default_destination=f"q{n % length + 1}")
            for n in range(1, length + 1)
        }
        return found(queue=queues, time_span={100 + n: span(n) for n in queues})

    assert names(ring(6)) == [("loop", "queue", 1)]
    assert ring(7) == []
