"""Routing: every rule's cases, their order, and the trace that says the same."""

import re
from collections.abc import Callable
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiguillage.domain.accounts import SHARED_NUMBERS
from aiguillage.domain.contacts import NO_BOOLEAN, NO_SELECT, Boolean, Select
from aiguillage.domain.routing import (
    RULES,
    UNDECIDED,
    AccountFacts,
    Decision,
    Facts,
    Known,
    Rule,
    decide,
    explain,
    field_defaults,
    known_code,
    known_number,
    known_prefix,
    shared_number,
    unknown_caller,
)

ACCOUNT = AccountFacts(1, "CL0000", "FR", "refuse", ("200", None, None, None), (False, True, False, False))
FIRST, ASK_CODE = (msgspec.structs.replace(ACCOUNT, shared_numbers=policy) for policy in ("first", "ask_code"))
OLDEST = Known(1, ("207", "209", "214", "216"), (True, True, False, False), "Garage Belleville")
YOUNGER = Known(2, ("307", None, None, None), (None, None, None, None), "Boulangerie Mistral")
NUMBER, CODE = "+33199001234", "4321"


def as_known(known: Known, reason: str, by: str) -> Decision:
    """The decision that a caller is this contact, before defaults."""
    return Decision(reason, known, by, known.select, known.boolean)


KNOWN_ALREADY = as_known(OLDEST, "known_number", "number")


@pytest.mark.parametrize(
    ("rule", "facts", "before", "after"),
    [
        (known_number, Facts(ACCOUNT, NUMBER, None, (OLDEST,)), UNDECIDED, KNOWN_ALREADY),
        (known_number, Facts(FIRST, NUMBER, None, (OLDEST,)), UNDECIDED, KNOWN_ALREADY),
        (known_number, Facts(ACCOUNT, NUMBER), UNDECIDED, None),
        (known_number, Facts(FIRST, NUMBER, None, (OLDEST, YOUNGER)), UNDECIDED, None),
        (
            shared_number,
            Facts(FIRST, NUMBER, None, (OLDEST, YOUNGER)),
            UNDECIDED,
            as_known(OLDEST, "shared_number", "number"),
        ),
        (shared_number, Facts(ASK_CODE, NUMBER, None, (OLDEST, YOUNGER)), UNDECIDED, None),
        (shared_number, Facts(ACCOUNT, NUMBER, None, (OLDEST, YOUNGER)), UNDECIDED, None),
        (shared_number, Facts(FIRST, NUMBER, None, (OLDEST,)), KNOWN_ALREADY, None),
        (shared_number, Facts(FIRST, NUMBER), UNDECIDED, None),
        (
            known_prefix,
            Facts(ACCOUNT, NUMBER, by_prefix=YOUNGER),
            UNDECIDED,
            as_known(YOUNGER, "known_prefix", "prefix"),
        ),
        (known_prefix, Facts(ACCOUNT, NUMBER), UNDECIDED, None),
        (known_prefix, Facts(ACCOUNT, NUMBER, None, (OLDEST,), YOUNGER), KNOWN_ALREADY, None),
        (known_prefix, Facts(ASK_CODE, NUMBER, None, (OLDEST, YOUNGER), YOUNGER), UNDECIDED, None),
        (known_code, Facts(ACCOUNT, None, CODE, by_code=YOUNGER), UNDECIDED, as_known(YOUNGER, "known_code", "code")),
        (known_code, Facts(ACCOUNT, None, CODE), UNDECIDED, None),
        (known_code, Facts(ACCOUNT, NUMBER, CODE, (OLDEST,), None, YOUNGER), KNOWN_ALREADY, None),
        (unknown_caller, Facts(ACCOUNT, NUMBER), UNDECIDED, Decision("unknown_caller")),
        (unknown_caller, Facts(ACCOUNT, NUMBER, None, (OLDEST,)), KNOWN_ALREADY, None),
        (field_defaults, Facts(ACCOUNT, NUMBER, None, (OLDEST,)), KNOWN_ALREADY, None),
        (
            field_defaults,
            Facts(ACCOUNT, NUMBER, None, (YOUNGER,)),
            as_known(YOUNGER, "known_number", "number"),
            Decision("known_number", YOUNGER, "number", ("307", None, None, None), (False, True, False, False)),
        ),
        (
            field_defaults,
            Facts(ACCOUNT, NUMBER),
            Decision("unknown_caller"),
            Decision("unknown_caller", None, None, ("200", None, None, None), (False, True, False, False)),
        ),
        (
            field_defaults,
            Facts(ACCOUNT),
            Decision(select=("1", "2", "3", "4"), boolean=(None, False, True, True)),
            Decision(select=("1", "2", "3", "4"), boolean=(False, False, True, True)),
        ),
        (
            field_defaults,
            Facts(ACCOUNT),
            Decision(select=(None, "2", "3", "4"), boolean=(True, True, True, True)),
            Decision(select=("200", "2", "3", "4"), boolean=(True, True, True, True)),
        ),
    ],
)
def test_a_rule_applies_where_its_sentence_says_so(
    rule: Rule, facts: Facts, before: Decision, after: Decision | None
) -> None:
    assert rule(facts, before) == after


@pytest.mark.parametrize(
    ("facts", "reason", "by", "select"),
    [
        (Facts(ACCOUNT, NUMBER, None, (OLDEST,)), "known_number", "number", OLDEST.select),
        (Facts(ACCOUNT, NUMBER, CODE, (OLDEST,), None, YOUNGER), "known_number", "number", OLDEST.select),
        (Facts(ACCOUNT, NUMBER, CODE, (), OLDEST, YOUNGER), "known_prefix", "prefix", OLDEST.select),
        (Facts(ACCOUNT, NUMBER, CODE, (), None, YOUNGER), "known_code", "code", YOUNGER.select),
        (Facts(ACCOUNT, None, CODE, by_code=YOUNGER), "known_code", "code", YOUNGER.select),
        (Facts(ACCOUNT, NUMBER, CODE), "unknown_caller", None, ACCOUNT.select),
        (Facts(ACCOUNT, ""), "unknown_caller", None, ACCOUNT.select),
        (Facts(FIRST, NUMBER, None, (OLDEST, YOUNGER)), "shared_number", "number", OLDEST.select),
        (Facts(FIRST, NUMBER, CODE, (OLDEST, YOUNGER), None, YOUNGER), "shared_number", "number", OLDEST.select),
        (Facts(ASK_CODE, NUMBER, None, (OLDEST, YOUNGER)), "unknown_caller", None, ACCOUNT.select),
        (Facts(ASK_CODE, NUMBER, CODE, (OLDEST, YOUNGER), None, YOUNGER), "known_code", "code", YOUNGER.select),
        (Facts(ACCOUNT, NUMBER, None, (OLDEST, YOUNGER)), "unknown_caller", None, ACCOUNT.select),
    ],
)
def test_a_call_is_decided_by_number_then_prefix_then_code(
    facts: Facts, reason: str, by: str | None, select: Select
) -> None:
    decision = decide(facts)

    assert (decision.reason, decision.by, decision.select) == (reason, by, select)


def test_a_known_callers_empty_fields_take_their_defaults() -> None:
    account = msgspec.structs.replace(ACCOUNT, select=("200", "201", None, "203"))

    decision = decide(Facts(account, NUMBER, None, (YOUNGER,)))

    assert decision.select == ("307", "201", None, "203")
    assert decision.boolean == (False, True, False, False)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_rule_goes_by_one_sentence(rule: Callable[..., object]) -> None:
    sentence = rule.__doc__ or ""

    assert re.fullmatch(r"[A-Z][^.\n]+\.", sentence)


def test_every_rules_name_is_its_own() -> None:
    assert len({rule.__name__ for rule in RULES}) == len(RULES)


def test_the_trace_has_a_line_from_every_rule_in_their_order() -> None:
    decision, trace = explain(Facts(ACCOUNT, NUMBER, CODE, (), None, YOUNGER))

    assert [line.rule for line in trace] == [rule.__name__ for rule in RULES]
    assert [line.rule for line in trace if line.applied] == ["known_code", "field_defaults"]
    assert trace[3].sentence == known_code.__doc__
    assert trace[3].changed == {"reason": "known_code", "known": YOUNGER, "by": "code", "select": YOUNGER.select}
    assert trace[5].changed == {"boolean": decision.boolean}
    assert [line.changed for line in trace if not line.applied] == [{}, {}, {}, {}]


DESTINATION = st.one_of(st.none(), st.sampled_from(["207", "209", "214"]))
ANSWER = st.one_of(st.none(), st.booleans())
SELECT: st.SearchStrategy[Select] = st.tuples(DESTINATION, DESTINATION, DESTINATION, DESTINATION)
BOOLEAN: st.SearchStrategy[Boolean] = st.tuples(ANSWER, ANSWER, ANSWER, ANSWER)
KNOWN = st.builds(Known, st.integers(1, 9), SELECT, BOOLEAN)
SETTLED = st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans())
FACTS = st.builds(
    Facts,
    st.builds(
        AccountFacts,
        st.just(1),
        st.just("CL0000"),
        st.just("FR"),
        st.sampled_from(SHARED_NUMBERS),
        SELECT,
        SETTLED,
    ),
    st.sampled_from([None, "", NUMBER]),
    st.sampled_from([None, CODE]),
    st.lists(KNOWN, max_size=2).map(tuple),
    st.one_of(st.none(), KNOWN),
    st.one_of(st.none(), KNOWN),
)


@given(FACTS)
def test_a_decision_is_a_function_of_the_facts(facts: Facts) -> None:
    again = msgspec.structs.replace(facts)

    assert decide(facts) == decide(again)


@given(FACTS)
def test_the_decision_explained_is_the_decision_made(facts: Facts) -> None:
    decision, trace = explain(facts)

    assert decision == decide(facts)
    assert decision.reason in {line.rule for line in trace if line.applied}


@given(FACTS)
def test_every_call_is_decided_with_no_answer_left_open(facts: Facts) -> None:
    decision = decide(facts)

    assert decision.reason != UNDECIDED.reason
    assert (decision.known is None) is (decision.by is None)
    assert None not in decision.boolean
    for ours, default in zip(decision.select, facts.account.select, strict=True):
        assert ours is not None or default is None


@given(FACTS)
def test_a_trace_tells_each_step_that_it_took(facts: Facts) -> None:
    decision, trace = explain(facts)

    told = {name: value for line in trace for name, value in line.changed.items()}

    untold = {"reason": "undecided", "known": None, "by": None, "select": NO_SELECT, "boolean": NO_BOOLEAN}
    assert untold | told == msgspec.structs.asdict(decision)


def test_the_order_of_the_rules_is_the_policy() -> None:
    order = [known_number, shared_number, known_prefix, known_code, unknown_caller, field_defaults]

    assert all(RULES.index(earlier) < RULES.index(later) for earlier, later in pairwise(order))
