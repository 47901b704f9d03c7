"""The way through call queues: where it ends, whether it comes back, how long it holds."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from aiguillage.domain.calls import Facts, Known
from aiguillage.domain.facts import AccountFacts
from aiguillage.domain.oncall import Layer, Rota, Window
from aiguillage.domain.queues import Holiday, Queue, Switch, TimeSpan
from aiguillage.domain.routing import decide
from aiguillage.domain.tracing import explain
from aiguillage.domain.ways import MOST_STEPS, cut_short, follow, loops
from tests.domain.compiled import ANA, AT, compiled

EVENING = datetime(2026, 11, 24, 20, tzinfo=ZoneInfo("Europe/Paris"))
"""A Tuesday."""


def moment(at: datetime) -> int:
    """A moment in microseconds since 1970 UTC."""
    return int(at.timestamp()) * 1_000_000


def chain(length: int, **settings: Any) -> AccountFacts:  # noqa: ANN401 - whatever an account has
    """Closed queues, each of which sends its calls on to the next one; the last has nowhere to send them."""
    queues = {
        n: Queue(name=str(n), code=f"q{n}", default_destination=f"q{n + 1}" if n < length else None)
        for n in range(1, length + 1)
    }
    return compiled({"queue": queues, "time_span": {n + 100: long_past(n) for n in queues}}, **settings)


def long_past(queue: int) -> TimeSpan:
    """Hours of a queue that is closed by now."""
    return TimeSpan(
        owner_type="queue", owner_id=queue, date_full=date(2020, 1, 2), start_time=time(0), end_time=time(1)
    )


@pytest.mark.parametrize(("length", "cut"), [(2, False), (MOST_STEPS + 1, False), (MOST_STEPS + 2, True)])
def test_queues_are_followed_through_five_more_and_no_loop_is_told_of_a_longer_chain(length: int, cut: bool) -> None:
    facts = Facts(chain(length), at=AT, named={"queue": "q1"})

    decision = decide(facts)

    assert len(decision.steps) == min(length, MOST_STEPS + 1)
    assert decision.destination == (f"q{MOST_STEPS + 2}" if cut else f"q{length}")
    assert (loops(facts, decision.steps), cut_short(facts, decision.steps)) == (False, cut)


@pytest.mark.parametrize(("fallback", "destination"), [("200", "200"), ("q1", "q1"), ("q9", "q9"), (None, "q2")])
def test_a_closed_queue_with_nowhere_to_send_sends_calls_where_the_account_does_else_keeps_them(
    fallback: str | None, destination: str
) -> None:
    decision = decide(Facts(chain(2, fallback_destination=fallback), at=AT, named={"queue": "q1"}))

    assert (decision.destination, decision.reason) == (destination, "opening_hours")


def looked_at(facts: Facts) -> dict[str, Any]:
    """What the rule of opening hours looked at."""
    return next(line for line in explain(facts)[1] if line.rule == "opening_hours").looked_at


def test_a_way_that_comes_back_ends_at_a_queue_by_its_number_and_the_hours_are_the_reason() -> None:
    queues = {
        1: Queue(name="One", code="l1", number="701", default_destination="l2"),
        2: Queue(name="Two", code="l2", default_destination="l1"),
    }
    spans = {10: long_past(1), 11: long_past(2)}
    facts = [
        Facts(compiled({"queue": queues, "time_span": spans}), at=AT, named={"queue": queue}) for queue in ("l1", "l2")
    ]

    decisions = [decide(one) for one in facts]

    assert [decision.destination for decision in decisions] == ["701", "l2"]
    assert {decision.reason for decision in decisions} == {"opening_hours"}
    assert [(looked_at(one)["loop"], looked_at(one)["cut_short"]) for one in facts] == [(True, False)] * 2


SUPPORT = {1: Queue(name="Support", code="support", number="207", default_destination="299")}


@pytest.mark.parametrize("destination", ["207", "support"])
def test_a_closed_queue_to_which_a_holiday_sends_its_own_calls_goes_round_in_a_loop(destination: str) -> None:
    holiday = Holiday(day=EVENING.date(), label="Fair", destination=destination)
    account = compiled({"queue": SUPPORT, "holiday": {3: holiday}})
    facts = Facts(account, at=moment(EVENING), named={"queue": "support"})

    decision = decide(facts)

    assert (decision.destination, decision.reason, looked_at(facts)["loop"]) == ("207", "opening_hours", True)


def test_so_does_one_to_which_a_switch_of_the_account_sends_its_own_calls() -> None:
    switch = Switch(name="Storm", owner_type="account", destination="207", on=True)
    facts = Facts(compiled({"queue": SUPPORT, "switch": {3: switch}}), at=AT)

    assert loops(facts, follow(facts, 1))


def test_an_open_queue_takes_its_calls_itself() -> None:
    day = TimeSpan(owner_type="queue", owner_id=1, day_of_week=2, start_time=time(9), end_time=time(22))
    facts = Facts(compiled({"queue": SUPPORT, "time_span": {2: day}}), at=moment(EVENING), named={"queue": "207"})

    decision = decide(facts)

    assert (decision.destination, decision.reason) == ("207", "first_destination")
    assert not loops(facts, decision.steps)


def test_a_call_of_a_contract_holds_until_somebody_comes_on_call() -> None:
    day = TimeSpan(owner_type="queue", owner_id=1, day_of_week=3, start_time=time(9), end_time=time(18))
    mornings = Window(day_of_week=3, start_time=time(8), end_time=time(9))
    layer = Layer(name="m", members=("Ana",), start=date(2026, 1, 5), windows=(mornings,))
    rota = Rota(code="r", name="R", members=(ANA,), layers=(layer,))
    caller = Known(1, ("207", None, None, None), (None, True, None, None))
    account = compiled({"queue": SUPPORT, "time_span": {2: day}, "rota": {3: rota}}, rota=3)
    facts = Facts(account, "+33199001234", by_number=(caller,), at=moment(EVENING))
    eight = moment(EVENING.replace(day=25, hour=8))

    before, after = decide(facts), decide(replace(facts, at=eight))

    assert (before.destination, before.reason, before.until) == ("299", "opening_hours", eight)
    assert (after.destination, after.reason) == (ANA.number, "on_call")
    line = next(line for line in explain(facts)[1] if line.rule == "on_call")
    assert (line.applied, line.changed) == (True, {"until": eight})
