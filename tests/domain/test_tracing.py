"""The trace: a line from every rule, in plain words, about the very decision that was made."""

from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import replace

from aiguillage.domain.calls import Facts, Known, Line
from aiguillage.domain.contacts import NO_BOOLEAN, NO_SELECT
from aiguillage.domain.routing import KEPT, RULES, UNDECIDED, decide
from aiguillage.domain.tracing import LOOKED_AT, explain
from tests.domain.compiled import ACCOUNT, ANA, AT, BO, BY_PREFIX, DUTY, GAP, SWITCHED, compiled
from tests.domain.rule_cases import AFAR, FIRST, NUMBER, OLDEST, YOUNGER
from tests.domain.test_routing import FACTS

TO_CLOSED = replace(OLDEST, select=("208", None, None, None))
TO_LOOP = replace(OLDEST, select=("210", None, None, None))


def line_of(name: str, facts: Facts) -> Line:
    """The line of one rule in a call's trace."""
    return next(line for line in explain(facts)[1] if line.rule == name)


@given(FACTS)
def test_the_decision_explained_is_the_decision_made(facts: Facts) -> None:
    decision, trace = explain(facts)

    assert decision == decide(facts)
    assert [line.rule for line in trace] == [rule.__name__ for rule in RULES]


@given(FACTS)
def test_a_trace_tells_each_step_that_was_taken(facts: Facts) -> None:
    decision, trace = explain(facts)

    told = {name: value for line in trace for name, value in line.changed.items()}

    untold = {name: getattr(UNDECIDED, name) for name in UNDECIDED.__struct_fields__}
    assert untold | told == {name: getattr(decision, name) for name in UNDECIDED.__struct_fields__}


def test_a_trace_can_be_had_of_encoms_rules_too() -> None:
    decision, trace = explain(Facts(ACCOUNT, NUMBER, None, (OLDEST,)), KEPT)

    assert decision == decide(Facts(ACCOUNT, NUMBER, None, (OLDEST,)), KEPT)
    assert [line.rule for line in trace if line.applied] == ["known_number"]


def test_a_line_has_the_rules_sentence_and_only_what_it_changed() -> None:
    line = line_of("known_number", Facts(ACCOUNT, NUMBER, None, (YOUNGER,), at=AT))

    assert line.sentence == "A caller whose number belongs to one contact is that contact."
    assert line.applied
    assert line.changed.keys() == {"reason", "known", "by", "select", "boolean"}


def test_a_rule_that_says_nothing_changes_nothing() -> None:
    quiet = [line for line in explain(Facts(ACCOUNT, at=AT))[1] if not line.applied]

    assert [line.changed for line in quiet] == [{}] * len(quiet)


def test_every_rule_tells_what_it_looks_at() -> None:
    assert set(LOOKED_AT) == set(RULES)


def people(*contacts: int, number: str | None = NUMBER) -> dict[str, Any]:
    """What is told of a number and those who have it."""
    return {"number": number, "contacts": list(contacts)}


def zone_asked(named: object, value: str | None = None, **more: object) -> dict[str, Any]:
    """What is told of a zone that was looked for."""
    return {"list": named, "value": value, "number": NUMBER, "destinations": NO_SELECT} | more


@pytest.mark.parametrize(
    ("name", "facts", "looked_at"),
    [
        ("blocked_caller", Facts(ACCOUNT, NUMBER), {"number": NUMBER}),
        ("account_switch", Facts(SWITCHED, NUMBER, at=AT), {"account": "CL0000"}),
        ("known_number", Facts(ACCOUNT, NUMBER, None, (OLDEST,)), people(1)),
        ("shared_number", Facts(FIRST, NUMBER, None, (OLDEST, YOUNGER)), people(1, 2) | {"shared_numbers": "first"}),
        ("known_prefix", Facts(ACCOUNT, NUMBER, by_prefix=YOUNGER), {"number": NUMBER, "contact": 2}),
        ("known_prefix", Facts(ACCOUNT, NUMBER), {"number": NUMBER, "contact": None}),
        ("known_code", Facts(ACCOUNT, None, "4321", by_code=AFAR), {"code": "4321", "contact": 3}),
        ("geography", Facts(compiled(geo_list=BY_PREFIX), NUMBER), zone_asked(BY_PREFIX)),
        (
            "geography",
            Facts(ACCOUNT, NUMBER, value="69", named={"list": "departments"}),
            zone_asked("departments", "69"),
        ),
        ("called_queue", Facts(ACCOUNT, called="+33199000207"), {"called": "+33199000207"}),
        ("unknown_caller", Facts(ACCOUNT), {"known": False}),
        ("field_defaults", Facts(ACCOUNT), {"destinations": NO_SELECT, "defaults": NO_SELECT}),
        (
            "first_destination",
            Facts(ACCOUNT, named={"queue": "open"}),
            {"queue": "open", "destinations": NO_SELECT, "fallback": None},
        ),
        ("opening_hours", Facts(ACCOUNT), {"destination": None}),
        ("opening_hours", Facts(ACCOUNT, "+33199006666"), {"destination": "reject"}),
        ("opening_hours", Facts(ACCOUNT, by_code=replace(AFAR, select=("1",) * 4)), {"destination": "1"}),
        ("on_call", Facts(ACCOUNT), {"contract": False, "open": None, "rota": None}),
        ("vip_priority", Facts(ACCOUNT, NUMBER, None, (OLDEST,)), {"vip": True}),
    ],
)
def test_a_line_tells_what_its_rule_looked_at(name: str, facts: Facts, looked_at: dict[str, Any]) -> None:
    assert line_of(name, facts).looked_at == looked_at


def test_the_hours_tell_each_queue_that_they_went_through_and_a_loop() -> None:
    closed, loop = (
        line_of("opening_hours", Facts(ACCOUNT, NUMBER, None, (known,), at=AT)).looked_at
        for known in (TO_CLOSED, TO_LOOP)
    )

    assert closed["queues"] == [
        {"queue": "closed", "open": False, "destination": "299", "reason": "default", "of": "queue"}
        | {"label": "", "until": None}
    ]
    assert [step["queue"] for step in loop["queues"]] == ["loop", "back"]
    assert (closed["loop"], loop["loop"]) == (False, True)
    assert (closed["cut_short"], loop["cut_short"]) == (False, False)


@pytest.mark.parametrize(("rota", "names"), [(DUTY, {ANA.name, BO.name}), (GAP, {None})])
def test_the_rota_tells_who_would_come(rota: int, names: set[str | None]) -> None:
    facts = Facts(compiled(rota=rota), NUMBER, None, (Known(4, ("209", None, None, None), NO_BOOLEAN),), at=AT)

    looked_at = line_of("on_call", facts).looked_at

    assert (looked_at["rota"], looked_at["contract"], looked_at["open"]) == (rota, False, False)
    assert looked_at["on_call"] in names
