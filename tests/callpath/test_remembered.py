"""Accounts that take long to compile: which facts answer meanwhile, and that nothing else is ever late."""

import sqlite3

import pytest

from aiguillage.callpath import remembered
from aiguillage.callpath.remembered import Remembered
from aiguillage.desk.accounts import add_account, remove_account
from aiguillage.desk.contacts import add_contact
from aiguillage.desk.facts import add_fact
from aiguillage.desk.fields import set_field
from aiguillage.desk.users import grant_role, revoke_role
from aiguillage.domain.accounts import Account, Role
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.domain.geo import GeoDestination, GeoList
from tests.callpath.conftest import Inside
from tests.callpath.doors import doors, request, run
from tests.cast import ACCOUNT, NUMBER, OTHER_ACCOUNT, Cast, email

BY_NUMBER = f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&format=raw&number={NUMBER}"


class Clock:
    """The time as a test sets it, in seconds."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(inside: Inside) -> Clock:
    """The clock by which the table goes."""
    clock = Clock()
    inside.table._remembered._clock = clock  # noqa: SLF001 - calls of one test are never a quarter of a second apart
    return clock


@pytest.fixture
def remember(inside: Inside) -> Remembered:
    """What the call path remembers."""
    return inside.table._remembered  # noqa: SLF001 - what a worker does between calls is asked of the table


@pytest.fixture
def big(cast: Cast, inside: Inside, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Inside:  # noqa: ARG001 - it stops
    """A call path that knows the account, whose facts take long from now on: a slice is one step."""
    add_contact(cast.db, cast["editor"], ACCOUNT, Contact(telecoms=(Telecom(NUMBER),)))
    geo_list = add_fact(cast.db, cast["editor"], ACCOUNT, GeoList(code="l", name="L", model="e164-prefixes")).kept.id
    zones = tuple(str(n) for n in range(10_000, 12_000))
    add_fact(cast.db, cast["editor"], ACCOUNT, GeoDestination(geo_list=geo_list, zones=zones))
    inside.ask(BY_NUMBER)
    monkeypatch.setattr(remembered, "AT_ONCE", 0)
    monkeypatch.setattr(remembered, "FEW_STEPS", 1)
    monkeypatch.setattr(remembered, "SLICE", 1)
    return inside


def default(cast: Cast, value: str) -> None:
    """An edit of the account's facts: what all callers get first."""
    set_field(cast.db, cast["editor"], ACCOUNT, "select_1", default=value)


def all_done(inside: Inside) -> int:
    """Does all that is to do between turns. Returns how many slices that took."""
    slices = 0
    while inside.call_path.busy:
        inside.call_path.work()
        slices += 1
    return slices


def test_old_facts_answer_until_the_new_ones_are_there(cast: Cast, big: Inside) -> None:
    default(cast, "500")

    meanwhile = [big.ask(BY_NUMBER).text]
    big.call_path.work()
    meanwhile.append(big.ask(BY_NUMBER).text)
    slices = all_done(big)

    assert (meanwhile, big.ask(BY_NUMBER).text) == ([",,,", ",,,"], "500,,,")
    assert slices > 3
    assert not big.call_path.busy


def test_an_account_that_compiles_in_time_is_answered_new_by_the_next_call(
    cast: Cast, big: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "AT_ONCE", remembered.WHOLE)
    default(cast, "500")

    assert big.ask(BY_NUMBER).text == "500,,,"
    assert not big.call_path.busy


def test_facts_that_were_right_too_long_ago_do_not_answer(cast: Cast, big: Inside, clock: Clock) -> None:
    default(cast, "500")
    clock.now += remembered.LATEST + 1
    big.ask(f"/api/v1/smartRoutings?customerAccount={OTHER_ACCOUNT}&number={NUMBER}")
    default(cast, "600")
    clock.now += 0.01

    assert big.ask(BY_NUMBER).text == "600,,,"


def test_a_call_after_a_quiet_hour_waits_for_the_facts(cast: Cast, big: Inside, clock: Clock) -> None:
    clock.now += 3600
    default(cast, "500")

    assert big.ask(BY_NUMBER).text == "500,,,"


def test_an_account_that_is_known_to_take_long_is_taken_up_before_the_next_call(
    cast: Cast, big: Inside, clock: Clock
) -> None:
    default(cast, "500")
    big.ask(BY_NUMBER)
    all_done(big)

    default(cast, "600")
    big.call_path.watch()
    all_done(big)
    clock.now += 3600

    assert big.ask(BY_NUMBER).text == "600,,,"


def test_an_account_changed_while_it_is_compiled_is_compiled_again(cast: Cast, big: Inside) -> None:
    default(cast, "500")
    big.ask(BY_NUMBER)
    big.call_path.work()
    default(cast, "600")
    meanwhile = big.ask(BY_NUMBER).text
    all_done(big)

    answers = [big.ask(BY_NUMBER).text]
    all_done(big)
    answers.append(big.ask(BY_NUMBER).text)

    assert (meanwhile, answers) == (",,,", ["500,,,", "600,,,"])


def test_a_revoked_grant_is_refused_at_once_and_a_new_one_good_at_once_while_old_facts_answer(
    cast: Cast, big: Inside
) -> None:
    default(cast, "500")
    outsider = [big.ask(BY_NUMBER, cast.secret("outsider")).status]
    meanwhile = [big.ask(BY_NUMBER).text]

    revoke_role(cast.db, cast["operator"], email("router"), ACCOUNT)
    grant_role(cast.db, cast["operator"], email("outsider"), ACCOUNT, Role.ROUTE)
    statuses = [big.ask(BY_NUMBER).status]
    outsider.append(big.ask(BY_NUMBER, cast.secret("outsider")).status)

    assert (meanwhile, statuses, big.call_path.busy) == ([",,,"], [403], True)
    assert outsider == [403, 200]


def test_an_outsider_sees_nothing_while_old_facts_answer(cast: Cast, big: Inside) -> None:
    default(cast, "500")
    big.ask(BY_NUMBER)

    assert big.ask(BY_NUMBER, cast.secret("outsider")).status == 403
    all_done(big)
    assert big.ask(BY_NUMBER, cast.secret("outsider")).status == 403


def test_an_account_removed_while_it_is_compiled_is_gone_at_once_and_stays_gone(cast: Cast, big: Inside) -> None:
    default(cast, "500")
    big.ask(BY_NUMBER)
    big.call_path.work()

    remove_account(cast.db, cast.log, cast["operator"], ACCOUNT)
    statuses = [big.ask(BY_NUMBER).status]
    all_done(big)

    assert (statuses, big.ask(BY_NUMBER).status) == ([403], 403)


@pytest.mark.parametrize("again", [False, True])
def test_an_account_that_nobody_asks_about_again_can_go_before_it_is_compiled(
    cast: Cast, big: Inside, again: bool
) -> None:
    default(cast, "500")
    big.ask(BY_NUMBER)

    remove_account(cast.db, cast.log, cast["operator"], ACCOUNT)
    if again:
        add_account(cast.db, cast["operator"], Account(ACCOUNT))
    all_done(big)

    assert big.ask(BY_NUMBER).status == 403


def test_accounts_forgotten_while_one_is_compiled_are_read_again(
    cast: Cast, big: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "MOST_REMEMBERED", 1)
    default(cast, "500")
    big.ask(BY_NUMBER)

    other = big.ask(BY_NUMBER.replace(ACCOUNT, OTHER_ACCOUNT), cast.secret("outsider")).status
    all_done(big)

    assert (other, big.ask(BY_NUMBER).text) == (404, "500,,,")


def test_what_cannot_be_compiled_beside_is_told_and_left_to_the_next_call(
    cast: Cast, big: Inside, remember: Remembered, caplog: pytest.LogCaptureFixture
) -> None:
    opened = remember._open_beside  # noqa: SLF001 - a file that cannot be opened this once
    remember._open_beside = no_connection  # noqa: SLF001 - same
    default(cast, "500")
    big.ask(BY_NUMBER)

    slices = all_done(big)
    remember._open_beside = opened  # noqa: SLF001 - same

    assert (slices, caplog.text.count("compile_failed")) == (1, 1)
    assert big.ask(BY_NUMBER).text == "500,,,"


def no_connection() -> sqlite3.Connection:
    """What opens no file."""
    raise sqlite3.OperationalError


def test_a_port_does_what_is_to_do_between_the_calls(cast: Cast, big: Inside, remember: Remembered) -> None:
    asked = request(BY_NUMBER, f"Authorization: Bearer {big.secret}", "Connection: close")

    async def meet() -> None:
        async with doors(big) as house:
            default(cast, "500")
            await house.talk(asked)
            await house.until(lambda: not big.call_path.busy)

            assert (await house.talk(asked)).endswith(b"500,,,")

            default(cast, "600")
            await house.until(lambda: remember.slow == {ACCOUNT} and not big.call_path.busy and _is_new(big))
            assert (await house.talk(asked)).endswith(b"600,,,")

    run(meet())


def _is_new(inside: Inside) -> bool:
    entry = inside.table._remembered._entries[ACCOUNT]  # noqa: SLF001 - a call would have it compiled itself
    return entry.facts.select[0] == "600"


def test_an_account_of_few_facts_is_never_late_however_slow_the_machine(
    cast: Cast, inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "AT_ONCE", 1)
    add_contact(cast.db, cast["editor"], ACCOUNT, Contact(telecoms=(Telecom(NUMBER),)))
    answers = []

    for queue in ("500", "600", "700"):
        default(cast, queue)
        answers.append(inside.ask(BY_NUMBER).text)

    assert answers == ["500,,,", "600,,,", "700,,,"]
    assert not inside.call_path.busy


def test_where_nothing_is_to_do_a_slice_does_nothing(cast: Cast, big: Inside) -> None:
    default(cast, "500")
    big.ask(BY_NUMBER)
    remove_account(cast.db, cast.log, cast["operator"], ACCOUNT)
    big.ask(BY_NUMBER)

    big.call_path.work()

    assert not big.call_path.busy
