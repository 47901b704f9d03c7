"""Rotas asked about a moment and about their gaps; holidays that two people set."""

from datetime import UTC, datetime

from aiguillage.desk.holidays import forget_holidays, observe_holidays, set_holiday, show_observance
from aiguillage.desk.rotas import LONGEST, list_gaps, show_duty
from aiguillage.domain.errors import Kind
from tests.calendars import rota
from tests.cast import ACCOUNT, NOW, OTHER_ACCOUNT, Cast
from tests.refusal import refused

BEFORE = int(datetime(2025, 12, 1, tzinfo=UTC).timestamp()) * 1_000_000


def test_a_rota_tells_who_is_on_duty(cast: Cast) -> None:
    rota_id = rota(cast)

    assert show_duty(cast.db, cast["reader"], ACCOUNT, rota_id, NOW).member is not None
    assert show_duty(cast.db, cast["reader"], ACCOUNT, rota_id, BEFORE).member is None


def test_a_rota_tells_when_nobody_is(cast: Cast) -> None:
    rota_id = rota(cast)

    ((since, until),) = list_gaps(cast.db, cast["reader"], ACCOUNT, rota_id, BEFORE, BEFORE + LONGEST)

    assert since == BEFORE
    assert datetime.fromtimestamp(until / 1_000_000, UTC) == datetime(2026, 1, 5, 8, tzinfo=UTC)


def test_a_period_is_not_empty_and_no_longer_than_a_year(cast: Cast) -> None:
    for begin, end in ((NOW, NOW), (NOW, NOW - 1), (NOW, NOW + LONGEST + 1)):
        with refused(Kind.INVALID, "within a year"):
            list_gaps(cast.db, cast["reader"], ACCOUNT, rota_id=1, begin=begin, end=end)


def test_another_accounts_rota_is_missing(cast: Cast) -> None:
    rota_id = rota(cast)

    with refused(Kind.MISSING, "There is no rota"):
        show_duty(cast.db, cast["outsider"], OTHER_ACCOUNT, rota_id, NOW)
    with refused(Kind.MISSING, "There is no rota"):
        list_gaps(cast.db, cast["outsider"], OTHER_ACCOUNT, rota_id, NOW, NOW + 1)


def test_holidays_that_somebody_changed_since_are_not_changed(cast: Cast) -> None:
    who = (cast.db, cast["editor"], ACCOUNT)
    with refused(Kind.STALE, "Somebody changed this"):
        observe_holidays(*who, "FR", expected=5)
    seen = observe_holidays(*who, "FR").kept.seq
    set_holiday(*who, "Noël", off=True, expected=seen)

    for change in (
        lambda: observe_holidays(*who, "FR", "57", expected=seen),
        lambda: set_holiday(*who, "Noël", off=False, expected=seen),
        lambda: forget_holidays(*who, expected=seen),
    ):
        with refused(Kind.STALE, "Somebody changed this"):
            change()
    assert show_observance(*who).fact.off == ("Noël",)
