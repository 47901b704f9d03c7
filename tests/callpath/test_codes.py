"""Wrong codes on the call path: guessing gets slower, and nobody is locked out."""

import pytest
from msgspec.structs import replace

from aiguillage.callpath.codes import BY_CALLER, BY_TOKEN, MOST_REMEMBERED, Codes, Tries
from aiguillage.domain.accounts import Account
from aiguillage.domain.calls import Decision, Facts, Known
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.facts import compile_facts
from tests.callpath.conftest import Inside
from tests.cast import ACCOUNT, CODE, NUMBER, OTHER_ACCOUNT, Cast, known_caller
from tests.refusal import refused

STRANGER, OTHER = "+33199009999", "+33199008888"
V1, V2 = "/api/v1/smartRoutings", "/api/v2/route"
SOMEBODY = Known(17, ("207", None, None, None), (None, None, None, None))
WRONG = Facts(compile_facts(3, Account(ACCOUNT), [None] * 8, {}), STRANGER, "9999")
RIGHT = replace(WRONG, code=CODE, by_code=SOMEBODY)
UNKNOWN, BY_CODE = Decision(), Decision(known=SOMEBODY, by="code")


def asked(path: str, number: str, code: str) -> str:
    """A call's target."""
    return f"{path}?customerAccount={ACCOUNT}&number={number.replace('+', '%2B')}&code={code}"


def wait_of(codes: Codes, facts: Facts, now: float) -> int:
    """For how many seconds a code is refused; 0 for one that is looked at."""
    try:
        codes.judge("token", facts, BY_CODE if facts.by_code else UNKNOWN, now)
    except Refusal as refusal:
        return refusal.wait or 0
    return 0


@pytest.fixture
def guessed(inside: Inside, cast: Cast) -> Inside:
    """A call path on which a stranger has spent what is free."""
    known_caller(cast)
    for n in range(BY_CALLER.free + 1):
        assert inside.ask(asked(V1, STRANGER, f"99{n}")).status == 404
    return inside


@pytest.mark.parametrize("path", [V1, V2])
def test_who_typed_too_many_wrong_codes_is_told_when_to_try_again(guessed: Inside, path: str) -> None:
    answers = [guessed.ask(asked(path, STRANGER, code)) for code in ("9999", CODE)]

    assert [(answer.status, answer.headers["retry-after"]) for answer in answers] == [(429, "1"), (429, "1")]
    assert {answer.text for answer in answers} == {'{"response": "too many requests"}'}


def test_others_are_not_refused_for_it(guessed: Inside) -> None:
    answers = [guessed.ask(asked(V1, number, code)) for number, code in ((OTHER, CODE), (NUMBER, "9999"), (OTHER, "1"))]

    assert [answer.status for answer in answers] == [200, 200, 404]


def test_a_call_without_a_code_is_not_refused_for_it(guessed: Inside) -> None:
    answer = guessed.ask(f"{V1}?customerAccount={ACCOUNT}&number={STRANGER.replace('+', '%2B')}")

    assert answer.status == 404


def test_an_outsiders_wrong_codes_are_refused_as_ever_and_count_for_nobody(inside: Inside, cast: Cast) -> None:
    known_caller(cast)
    for n in range(BY_CALLER.free + 1):
        assert inside.ask(asked(V1, STRANGER, f"99{n}"), cast.secret("outsider")).status == 403

    assert inside.ask(asked(V1, STRANGER, CODE)).status == 200
    assert inside.ask(asked(V1, STRANGER, CODE).replace(ACCOUNT, OTHER_ACCOUNT)).status == 403


def test_the_wait_doubles_up_to_a_minute_and_a_right_code_is_good_after_it() -> None:
    codes, now, waits = Codes(), 1_000.0, []
    for _ in range(14):
        assert wait_of(codes, WRONG, now) == 0
        waits.append(wait_of(codes, RIGHT, now))
        now += waits[-1]

    assert waits == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert wait_of(codes, RIGHT, now) == 0
    assert codes.refused == 9


def test_a_refused_code_counts_for_nothing_and_quiet_time_forgets() -> None:
    codes = Codes()
    for _ in range(BY_CALLER.free + 2):
        wait_of(codes, WRONG, 0.0)

    assert [wait_of(codes, WRONG, 0.5) for _ in range(9)] == [1] * 9
    assert wait_of(codes, WRONG, 1.0 + BY_CALLER.forgives) == 0
    assert wait_of(codes, WRONG, 1.0 + BY_CALLER.forgives) == 1


def test_a_token_that_guesses_with_ever_new_numbers_is_slowed_down_too() -> None:
    codes = Codes()
    strangers = (replace(WRONG, number=(None, "", f"+3319900{n:04}")[n % 3]) for n in range(BY_TOKEN.free + 2))

    waits = [wait_of(codes, facts, 0.0) for facts in strangers]

    assert waits == [0] * (BY_TOKEN.free + 1) + [1]
    codes.judge("another token", WRONG, UNKNOWN, 0.0)
    with refused(Kind.LIMITED, "too many wrong codes"):
        codes.judge("token", RIGHT, BY_CODE, 0.0)


def test_one_wrong_code_a_second_with_one_token_goes_on_for_ever() -> None:
    codes = Codes()

    waits = {wait_of(codes, replace(WRONG, number=f"+3319900{n:04}"), float(n)) for n in range(2 * BY_TOKEN.free)}

    assert waits == {0}


@pytest.mark.parametrize("by", ["number", "prefix"])
def test_who_is_known_by_their_number_types_what_they_like(by: str) -> None:
    codes = Codes()

    for _ in range(BY_CALLER.free + 9):
        codes.judge("token", WRONG, Decision(known=SOMEBODY, by=by), 0.0)

    assert codes.refused == 0


def test_a_clock_that_is_set_back_keeps_nobody_waiting() -> None:
    codes = Codes()
    for _ in range(BY_CALLER.free + 1):
        wait_of(codes, WRONG, 1_000_000.0)

    assert wait_of(codes, WRONG, 0.0) == 0


def test_no_more_is_remembered_than_there_is_room_for() -> None:
    tries = Tries(BY_CALLER)
    for n in range(MOST_REMEMBERED + 1):
        for _ in range(BY_CALLER.free + 1):
            tries.count(n, 0.0)

    assert (tries.wait(0, 0.0), tries.wait(1, 0.0), tries.wait(MOST_REMEMBERED, 0.0)) == (0, 1, 1)


def test_every_answer_of_a_turn_is_judged_by_itself(guessed: Inside) -> None:
    answers = guessed.ask_together([asked(V1, STRANGER, CODE), asked(V1, OTHER, CODE)])

    assert [answer.status for answer in answers] == [429, 200]
