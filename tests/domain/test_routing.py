"""The rules: what each says, in which order, and that every call is decided."""

import re
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from aiguillage.domain.accounts import DEFAULT, EMPTY, NOT_FOUND, SHARED_NUMBERS
from aiguillage.domain.calls import Decision, Facts, Known, Rule
from aiguillage.domain.contacts import NO_SELECT, Boolean, Select
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.facts import AccountFacts
from aiguillage.domain.routing import (
    KEPT,
    NEEDS,
    REJECT,
    RULES,
    UNDECIDED,
    account_switch,
    blocked_caller,
    called_queue,
    decide,
    field_defaults,
    first_destination,
    geography,
    known_code,
    known_number,
    known_prefix,
    on_call,
    opening_hours,
    rules_of,
    shared_number,
    unknown_caller,
    vip_priority,
)
from aiguillage.domain.unknown_callers import told
from tests.domain.compiled import (
    ACCOUNT,
    AT,
    BY_KIND,
    BY_PREFIX,
    DUTY,
    FIRE,
    OPEN,
    SWITCHED,
    WITH_DEFAULTS,
    compiled,
)
from tests.domain.rule_cases import (
    AFAR,
    ASK_CODE,
    CASES,
    CODE,
    FIRST,
    LOCATED,
    NUMBER,
    OLDEST,
    ON_CALL,
    YOUNGER,
    changes_of,
)
from tests.refusal import refused


@pytest.mark.parametrize(("rule", "facts", "before", "changes"), CASES)
def test_a_rule_changes_what_its_sentence_says_and_nothing_else(
    rule: Rule, facts: Facts, before: Decision, changes: dict[str, Any] | None
) -> None:
    assert changes_of(before, rule(facts, before)) == changes


def test_every_rule_has_cases_in_which_it_applies_and_in_which_it_does_not() -> None:
    applied = {rule for rule, _, _, changes in CASES if changes is not None}
    silent = {rule for rule, _, _, changes in CASES if changes is None}

    assert applied == silent == set(RULES)


@pytest.mark.parametrize(
    ("rule", "facts"),
    [
        (geography, Facts(ACCOUNT, value="69001")),
        (geography, Facts(ACCOUNT, NUMBER, named={"list": "nowhere"})),
        (first_destination, Facts(ACCOUNT, named={"queue": "nothing"})),
        (first_destination, Facts(ACCOUNT, named={"queue": "asleep"})),
    ],
)
def test_what_the_account_does_not_have_is_refused_with_what_to_do(rule: Rule, facts: Facts) -> None:
    with refused(Kind.INVALID, "leave"):
        rule(facts, UNDECIDED)


@pytest.mark.parametrize(
    ("facts", "reason", "by", "select"),
    [
        (Facts(ACCOUNT, NUMBER, None, (OLDEST,)), "known_caller", "number", OLDEST.select),
        (Facts(ACCOUNT, NUMBER, CODE, (OLDEST,), None, YOUNGER), "known_caller", "number", OLDEST.select),
        (Facts(ACCOUNT, NUMBER, CODE, (), OLDEST, YOUNGER), "known_caller", "prefix", OLDEST.select),
        (Facts(ACCOUNT, NUMBER, CODE, (), None, YOUNGER), "known_caller", "code", YOUNGER.select),
        (Facts(ACCOUNT, None, CODE, by_code=YOUNGER), "known_caller", "code", YOUNGER.select),
        (Facts(WITH_DEFAULTS, NUMBER, CODE), "unknown_caller", None, WITH_DEFAULTS.select),
        (Facts(WITH_DEFAULTS, ""), "unknown_caller", None, WITH_DEFAULTS.select),
        (Facts(FIRST, NUMBER, None, (OLDEST, YOUNGER)), "known_caller", "number", OLDEST.select),
        (Facts(FIRST, NUMBER, CODE, (OLDEST, YOUNGER), None, YOUNGER), "known_caller", "number", OLDEST.select),
        (Facts(ASK_CODE, NUMBER, None, (OLDEST, YOUNGER)), "unknown_caller", None, ASK_CODE.select),
        (Facts(ASK_CODE, NUMBER, CODE, (OLDEST, YOUNGER), None, YOUNGER), "known_caller", "code", YOUNGER.select),
        (Facts(ACCOUNT, NUMBER, None, (OLDEST, YOUNGER)), "unknown_caller", None, ACCOUNT.select),
    ],
)
def test_encoms_calls_are_decided_by_number_then_prefix_then_code(
    facts: Facts, reason: str, by: str | None, select: Select
) -> None:
    decision = decide(facts, KEPT)

    assert (decision.reason, decision.by, decision.select) == (reason, by, select)


@pytest.mark.parametrize(
    ("facts", "reason", "destination"),
    [
        (Facts(SWITCHED, "+33199006666", None, (OLDEST,), at=AT), "blocked_caller", REJECT),
        (Facts(SWITCHED, NUMBER, None, (OLDEST,), at=AT), "account_switch", "999"),
        (Facts(ACCOUNT, NUMBER, None, (OLDEST,), at=AT), "known_caller", "207"),
        (Facts(LOCATED, "+33353017700", at=AT), "geography", "291"),
        (Facts(LOCATED, "+33353017700", None, (AFAR,), at=AT), "geography", "291"),
        (Facts(ACCOUNT, "", called="+33199000207", at=AT), "called_queue", "207"),
        (Facts(WITH_DEFAULTS, NUMBER, at=AT), "unknown_caller", "200"),
        (Facts(ACCOUNT, NUMBER, at=AT), "unknown_caller", None),
        (Facts(ACCOUNT, NUMBER, None, (OLDEST,), at=AT, named={"queue": "open"}), "first_destination", "207"),
        (Facts(ACCOUNT, NUMBER, None, (replace(YOUNGER, select=("209",) * 4),), at=AT), "opening_hours", "299"),
        (Facts(ACCOUNT, NUMBER, None, (replace(OLDEST, select=("208",) * 4),), at=AT), "on_call", None),
    ],
)
def test_a_decisions_reason_is_the_rule_that_said_where_the_call_goes(
    facts: Facts, reason: str, destination: str | None
) -> None:
    decision = decide(facts)

    assert decision.reason == reason
    if reason == "on_call":
        destination = None if ON_CALL.member is None else ON_CALL.member.number
    assert decision.destination == destination


def test_what_is_remembered_of_a_queue_is_looked_at_again_when_it_ends() -> None:
    begins, ends = AT, AT + 3_600_000_000
    account = compiled(BY_KIND | {"switch": {60: replace(FIRE, owner_type="queue", owner_id=OPEN)}})
    facts = Facts(account, NUMBER, None, (OLDEST,), remember=True)

    destinations = [decide(replace(facts, at=at)).destination for at in (begins, ends - 1, ends, ends + 1, begins - 1)]

    assert destinations == ["999", "999", "207", "207", "999"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_rule_goes_by_one_sentence(rule: Rule) -> None:
    sentence = rule.__doc__ or ""

    assert re.fullmatch(r"[A-Z][^.\n]+\.", sentence)


def test_every_rules_name_is_its_own() -> None:
    assert len({rule.__name__ for rule in RULES}) == len(RULES)


def test_the_order_of_the_rules_is_the_policy() -> None:
    order = [
        *(
            blocked_caller,
            account_switch,
            known_number,
            shared_number,
            known_prefix,
            known_code,
            geography,
            called_queue,
        ),
        *(unknown_caller, field_defaults, first_destination, opening_hours, on_call, vip_priority),
    ]

    assert list(RULES) == order
    assert all(RULES.index(earlier) < RULES.index(later) for earlier, later in pairwise(KEPT))


DESTINATION = st.sampled_from([None, "207", "208", "209", "210", "bare", "sip:desk@example.org"])
ANSWER = st.one_of(st.none(), st.booleans())
SELECT: st.SearchStrategy[Select] = st.tuples(DESTINATION, DESTINATION, DESTINATION, DESTINATION)
BOOLEAN: st.SearchStrategy[Boolean] = st.tuples(ANSWER, ANSWER, ANSWER, ANSWER)
KNOWN = st.builds(Known, st.integers(1, 9), SELECT, BOOLEAN)
ACCOUNTS: list[AccountFacts] = [
    compiled(
        {kind: facts for kind, facts in (BY_KIND | {"switch": {60: FIRE}}).items() if kind not in absent},
        ("200", None, None, None, "0", "1", "0", "0"),
        shared_numbers=policy,
        rota=None if "rota" in absent else DUTY,
        geo_list=None if "geo_list" in absent else BY_PREFIX,
        fallback_destination=fallback,
    )
    for policy in SHARED_NUMBERS
    for fallback in (None, "290", "210")
    for absent in (set(), {"switch"}, {"blocked", "switch", "geo_list", "geo_destination"}, set(BY_KIND) | {"switch"})
]
FACTS = st.builds(
    Facts,
    st.sampled_from(ACCOUNTS),
    st.sampled_from([None, "", NUMBER, "+33199006666", "+33353017700"]),
    st.sampled_from([None, CODE]),
    st.lists(KNOWN, max_size=2).map(tuple),
    st.one_of(st.none(), KNOWN),
    st.one_of(st.none(), KNOWN),
    st.integers(AT, AT + 30 * 86_400_000_000),
    st.booleans(),
    called=st.sampled_from([None, "+33199000207", "+33199000299"]),
)


@given(FACTS)
def test_a_decision_is_a_function_of_the_facts_and_the_moment(facts: Facts) -> None:
    again = replace(facts, remember=not facts.remember)

    assert decide(facts) == decide(again)


@given(FACTS)
def test_rules_that_an_account_has_no_facts_for_need_not_be_asked(facts: Facts) -> None:
    assert decide(facts, rules_of(facts.account)) == decide(facts)


def test_only_rules_that_need_facts_are_left_out() -> None:
    assert set(RULES) - set(rules_of(compiled({}))) == set(NEEDS)


@given(FACTS)
def test_every_call_is_decided_with_no_answer_left_open(facts: Facts) -> None:
    decision = decide(facts)

    assert decision.reason in {rule.__name__ for rule in RULES} | {"known_caller"}
    assert (decision.known is None) is (decision.by is None)
    assert None not in decision.boolean
    assert not decision.settled or decision.destination is not None
    for ours, default in zip(decision.select, facts.account.select, strict=True):
        assert ours is not None or default is None


@given(FACTS, st.sampled_from([NOT_FOUND, EMPTY, DEFAULT]))
def test_no_call_falls_where_the_contact_the_zone_or_the_account_has_a_destination(facts: Facts, mode: str) -> None:
    decision = decide(facts)

    if facts.account.fallback_destination or decision.select != NO_SELECT:
        assert decision.destination is not None
    heard = told(facts, decision, mode)
    if heard is not decision:
        assert (heard.known, heard.destination, heard.not_found) == (None, None, mode == NOT_FOUND)


def test_a_refusal_of_a_rule_is_a_refusal_of_the_call() -> None:
    with pytest.raises(Refusal):
        decide(Facts(ACCOUNT, value="69001"))
