"""Public holidays that an account observes."""

from datetime import date
from typing import Any

import pytest

from aiguillage.desk.facts import list_facts, set_fact
from aiguillage.desk.holidays import forget_holidays, observe_holidays, renew_holidays, set_holiday
from aiguillage.desk.journal import list_changes
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import Kind
from aiguillage.domain.holidays import ObservedDay
from aiguillage.domain.queues import Observance
from tests.cast import ACCOUNT, NOW, OTHER_ACCOUNT, Cast
from tests.refusal import refused

YEAR = 366 * 86_400_000_000
CHRISTMAS = "Noël"
GOOD_FRIDAY = "Vendredi saint"


def observe(cast: Cast, subdivision: str = "57") -> Observance:
    """The editor observes France's holidays, those of Moselle too."""
    fact: Observance = observe_holidays(cast.db, cast["editor"], ACCOUNT, "FR", subdivision).kept.fact
    return fact


def observed(cast: Cast) -> list[Observance]:
    """What CL0000 observes."""
    return [kept.fact for kept in list_facts(cast.db, cast["reader"], ACCOUNT, "observance")]


def test_holidays_are_computed_from_last_year_to_ten_years_ahead(cast: Cast) -> None:
    days = {day.day: day.label for day in observe(cast).days}

    assert {day.year for day in days} == set(range(2025, 2037))
    assert days[date(2026, 12, 25)] == CHRISTMAS
    assert days[date(2027, 3, 26)] == GOOD_FRIDAY
    assert days == {day.day: day.label for day in observed(cast)[0].days}


def test_another_country_replaces_the_one_before_and_keeps_what_was_set_for_what_stays(cast: Cast) -> None:
    observe(cast)
    for label in (CHRISTMAS, GOOD_FRIDAY):
        set_holiday(cast.db, cast["editor"], ACCOUNT, label, off=True, destination="214")

    after = observe(cast, "")

    assert observed(cast) == [after]
    assert GOOD_FRIDAY not in {day.label for day in after.days}
    assert (after.off, after.destinations) == ((CHRISTMAS,), {CHRISTMAS: "214"})
    assert list_changes(cast.db, cast["manager"], ACCOUNT, limit=1)[0].action == "set"


def test_observing_what_is_observed_is_no_change(cast: Cast) -> None:
    observe(cast)
    before = list_changes(cast.db, cast["manager"], ACCOUNT)

    observe(cast)

    assert list_changes(cast.db, cast["manager"], ACCOUNT) == before


@pytest.mark.parametrize(("country", "subdivision"), [("XX", ""), ("FR", "nowhere"), ("", "")])
def test_a_place_that_is_none_is_refused(cast: Cast, country: str, subdivision: str) -> None:
    with refused(Kind.INVALID, "."):
        observe_holidays(cast.db, cast["editor"], ACCOUNT, country, subdivision)

    assert not observed(cast)


@pytest.mark.parametrize(
    ("given", "off", "destinations"),
    [
        ([{"off": True}], (CHRISTMAS,), {}),
        ([{"off": True}, {"off": False}], (), {}),
        ([{"off": True}, {"destination": "214"}], (CHRISTMAS,), {CHRISTMAS: "214"}),
        ([{"destination": "214"}, {"off": True}], (CHRISTMAS,), {CHRISTMAS: "214"}),
        ([{"destination": "214"}, {"destination": "216"}], (), {CHRISTMAS: "216"}),
        ([{"destination": "214"}, {"destination": None}], (), {}),
        ([{}], (), {}),
    ],
)
def test_one_holiday_is_switched_off_or_sent_elsewhere(
    cast: Cast, given: list[dict[str, Any]], off: tuple[str, ...], destinations: dict[str, str]
) -> None:
    observe(cast)

    for values in given:
        set_holiday(cast.db, cast["editor"], ACCOUNT, CHRISTMAS.upper(), **values)

    assert [(fact.off, fact.destinations) for fact in observed(cast)] == [(off, destinations)]


def test_a_holiday_that_is_none_is_refused_with_those_that_are(cast: Cast) -> None:
    with refused(Kind.MISSING, "CL0000 observes no public holidays yet"):
        set_holiday(cast.db, cast["editor"], ACCOUNT, CHRISTMAS, off=True)
    observe(cast)

    with refused(Kind.MISSING, f"No observed holiday is called 'Thanksgiving'. Choose one of: .*{CHRISTMAS}"):
        set_holiday(cast.db, cast["editor"], ACCOUNT, "Thanksgiving", off=True)


def test_holidays_are_forgotten(cast: Cast) -> None:
    observe(cast)

    forget_holidays(cast.db, cast["editor"], ACCOUNT)

    assert not observed(cast)
    with refused(Kind.MISSING, "CL0000 observes no public holidays yet"):
        forget_holidays(cast.db, cast["editor"], ACCOUNT)


def test_holidays_that_end_soon_are_computed_further_ahead(cast: Cast) -> None:
    observe(cast)
    set_holiday(cast.db, cast["editor"], ACCOUNT, CHRISTMAS, off=True)
    observe_holidays(cast.db, cast["outsider"], OTHER_ACCOUNT, "FR")

    def renewed(at: int) -> list[str]:
        return renew_holidays(cast.db, Actor("house", at, operator=True))

    assert renewed(NOW + 5 * YEAR) == []
    assert renewed(NOW + 6 * YEAR) == [ACCOUNT, OTHER_ACCOUNT]
    fact = observed(cast)[0]
    assert {day.day.year for day in fact.days} == set(range(2031, 2043))
    assert fact.off == (CHRISTMAS,)
    assert renewed(NOW + 6 * YEAR) == []


def test_customs_that_an_older_release_took_for_law_go_by_themselves(cast: Cast) -> None:
    observe(cast, "Guadeloupe")
    [kept] = list_facts(cast.db, cast["reader"], ACCOUNT, "observance")
    older = (*kept.fact.days, ObservedDay(date(2027, 7, 21), "Fête de Victor Schoelcher"))
    set_fact(cast.db, cast["editor"], ACCOUNT, "observance", kept.id, {"days": older})

    def renewed() -> list[str]:
        return renew_holidays(cast.db, Actor("house", NOW, operator=True))

    assert renewed() == [ACCOUNT]
    assert observed(cast)[0].days == kept.fact.days
    assert renewed() == []
