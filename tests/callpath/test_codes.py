"""Wrong codes on the call path: guessing gets slower, and nobody is locked out."""

import pytest
from msgspec.structs import replace

from aiguillage.callpath.codes import MOST_REMEMBERED, Codes, Tries
from aiguillage.callpath.counts import Counts, memory_for
from aiguillage.desk.accounts import set_account
from aiguillage.desk.contacts import add_contact
from aiguillage.domain.accounts import Account
from aiguillage.domain.calls import Decision, Facts, Known
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.facts import compile_facts
from aiguillage.domain.tries import BY_CALLER, CODES_OF_ACCOUNT
from aiguillage.settings import Settings
from tests.callpath.conftest import Inside
from tests.cast import ACCOUNT, CODE, NUMBER, OTHER_ACCOUNT, Cast, known_caller
from tests.refusal import refused
from tests.server import running

STRANGER, OTHER = "+33199009999", "+33199008888"
V1, V2 = "/api/v1/smartRoutings", "/api/v2/route"
SOMEBODY = Known(17, ("207", None, None, None), (None, None, None, None))
WRONG = Facts(compile_facts(3, Account(ACCOUNT), [None] * 8, {}), STRANGER, "9999")
RIGHT = replace(WRONG, code=CODE, by_code=SOMEBODY)
UNKNOWN, BY_CODE = Decision(), Decision(known=SOMEBODY, by="code")


def asked(path: str, number: str, code: str) -> str:
    """A call's target."""
    return f"{path}?customerAccount={ACCOUNT}&number={number.replace('+', '%2B')}&code={code}"


def codes_of(workers: int = 1, *, shares: bool = False, counts: Counts | None = None) -> Codes:
    """The codes of one of so many workers; `shares`: whether every number is every contact's."""
    return Codes(counts or Counts(memory_for(workers), 1), lambda _account, _number, _contact: shares, workers)


def wait_of(codes: Codes, facts: Facts, now: float) -> int:
    """For how many seconds a code is refused; 0 for one that is looked at."""
    try:
        codes.judge(facts, BY_CODE if facts.by_code else UNKNOWN, now)
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
    counts = Counts(memory_for(1), 1)
    codes, now, waits = codes_of(counts=counts), 1_000.0, []
    for _ in range(14):
        assert wait_of(codes, WRONG, now) == 0
        waits.append(wait_of(codes, RIGHT, now))
        now += waits[-1]

    assert waits == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert wait_of(codes, RIGHT, now) == 0
    assert counts.total("codes_refused") == 9


def test_a_refused_code_counts_for_nothing_and_quiet_time_forgets() -> None:
    codes = codes_of()
    for _ in range(BY_CALLER.free + 2):
        wait_of(codes, WRONG, 0.0)

    assert [wait_of(codes, WRONG, 0.5) for _ in range(9)] == [1] * 9
    assert wait_of(codes, WRONG, 1.0 + BY_CALLER.forgives) == 0
    assert wait_of(codes, WRONG, 1.0 + BY_CALLER.forgives) == 1


def test_who_guesses_with_ever_new_numbers_is_slowed_down_too_and_other_accounts_are_not() -> None:
    codes = codes_of()
    strangers = (replace(WRONG, number=(None, "", f"+3319900{n:04}")[n % 3]) for n in range(CODES_OF_ACCOUNT.free + 2))

    waits = [wait_of(codes, facts, 0.0) for facts in strangers]

    assert waits == [0] * (CODES_OF_ACCOUNT.free + 1) + [1]
    assert wait_of(codes, replace(WRONG, account=compile_facts(4, Account(OTHER_ACCOUNT), [None] * 8, {})), 0.0) == 0
    with refused(Kind.LIMITED, "too many wrong codes"):
        codes.judge(RIGHT, BY_CODE, 0.0)


def test_one_wrong_code_a_second_on_an_account_goes_on_for_ever() -> None:
    codes = codes_of()
    seconds = range(2 * CODES_OF_ACCOUNT.free)

    waits = {wait_of(codes, replace(WRONG, number=f"+3319900{n:04}"), float(n)) for n in seconds}

    assert waits == {0}


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_all_workers_together_judge_no_more_wrong_codes_than_one_would(workers: int) -> None:
    pool = [codes_of(workers) for _ in range(workers)]
    judged = 0
    for second in range(600):
        for n in range(1000):
            codes = pool[n % workers]
            judged += wait_of(codes, replace(WRONG, number=f"+3319{n:03}{second:04}"), float(second)) == 0

    assert CODES_OF_ACCOUNT.free < judged <= CODES_OF_ACCOUNT.free + 600 // CODES_OF_ACCOUNT.longest + 4 * workers


def test_one_worker_of_a_server_has_an_accounts_whole_budget(cast: Cast) -> None:
    known_caller(cast)
    with running(Settings(data_dir=cast.db.path.parent)) as server:
        answers = [
            server.ask(asked(V1, f"+336399{n:05}", "9999"), cast.secret("router")).status
            for n in range(CODES_OF_ACCOUNT.free + 2)
        ]

    assert answers == [404] * (CODES_OF_ACCOUNT.free + 1) + [429]


def test_over_the_budget_a_code_counts_from_a_number_that_its_contact_has_among_others() -> None:
    for shares, wait in ((True, 0), (False, 1)):
        codes = codes_of(shares=shares)
        for _ in range(BY_CALLER.free + 1):
            wait_of(codes, WRONG, 0.0)

        assert wait_of(codes, RIGHT, 0.0) == wait
        assert wait_of(codes, WRONG, 0.0) == 1


def test_a_shared_number_is_each_sharers(inside: Inside, cast: Cast) -> None:
    set_account(cast.db, cast["manager"], ACCOUNT, {"shared_numbers": "ask_code"})
    for code in ("71", "72", "73"):
        add_contact(cast.db, cast["editor"], ACCOUNT, Contact(code=code, telecoms=(Telecom(STRANGER),)))
    for n in range(BY_CALLER.free + 1):
        assert inside.ask(asked(V1, STRANGER, f"99{n}")).status == 404

    assert [inside.ask(asked(V1, STRANGER, code)).status for code in ("73", "9999", "71")] == [200, 429, 200]


@pytest.mark.parametrize("by", ["number", "prefix"])
def test_who_is_known_by_their_number_types_what_they_like(by: str) -> None:
    counts = Counts(memory_for(1), 1)
    codes = codes_of(counts=counts)

    for _ in range(BY_CALLER.free + 9):
        codes.judge(WRONG, Decision(known=SOMEBODY, by=by), 0.0)

    assert counts.total("codes_refused") == 0


def test_a_clock_that_is_set_back_keeps_nobody_waiting() -> None:
    codes = codes_of()
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
