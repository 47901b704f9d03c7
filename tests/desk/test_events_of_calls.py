"""Events of unknown callers: which calls are told of, when, how many together."""

import pytest

from aiguillage.desk import event_sources
from aiguillage.desk.webhooks import set_webhook
from aiguillage.domain.tries import BY_CALLER, CODES_OF_ACCOUNT
from tests.cast import ACCOUNT, NOW
from tests.desk.hooks import HOUR, MINUTE, SECOND, Hooks

DAY = 24 * HOUR
STRANGER, OTHER = "+33199000001", "+33199000002"


def test_a_strangers_calls_in_one_window_are_one_event(hooks: Hooks) -> None:
    kept, _ = hooks.add()
    for second in (1, 20, 190):
        hooks.call(STRANGER, NOW + second * SECOND)
    hooks.call(OTHER, NOW + 2 * SECOND)
    hooks.call("+33199001234", NOW, outcome="known")
    hooks.call("", NOW + 3 * SECOND)
    hooks.call(None, NOW + 3 * SECOND)

    before = hooks.look()
    hooks.at += 5 * MINUTE
    looks = [hooks.look(), hooks.look()]

    assert (before, looks) == (0, [2, 0])
    assert hooks.told(kept) == [
        ("call.unknown", {"number": STRANGER, "calls": 3, "last_at": "2026-11-18T11:09:50Z"}),
        ("call.unknown", {"number": OTHER, "calls": 1, "last_at": "2026-11-18T11:06:42Z"}),
    ]


def test_a_window_is_told_of_once_it_is_over_and_in_the_log(hooks: Hooks) -> None:
    kept, _ = hooks.add("/hook", "call.unknown")
    over = NOW // (5 * MINUTE) * 5 * MINUTE + 5 * MINUTE
    hooks.call(STRANGER, over - SECOND)
    hooks.call(STRANGER, over)

    hooks.at = over + 9 * SECOND
    early = hooks.look()
    hooks.at += SECOND
    due = hooks.look()
    hooks.at += 5 * MINUTE
    hooks.look()

    assert (early, due) == (0, 1)
    assert [told["calls"] for _, told in hooks.told(kept)] == [1, 1]


def test_calls_before_the_webhook_are_not_told_of(hooks: Hooks) -> None:
    hooks.call(STRANGER, NOW - SECOND)
    kept, _ = hooks.add("/hook", "call.unknown")

    hooks.at += HOUR
    hooks.look()

    assert hooks.told(kept) == []


def test_calls_before_somebody_wanted_to_know_are_not_told_of(hooks: Hooks) -> None:
    kept, _ = hooks.add("/hook", "contact.changed")
    hooks.look()
    hooks.call(STRANGER, NOW + SECOND)
    hooks.at += HOUR
    set_webhook(hooks.cast.db, hooks.cast["manager"], ACCOUNT, kept.id, {"events": ("call.unknown",)})
    hooks.look()
    hooks.call(OTHER, hooks.at + SECOND)

    hooks.at += HOUR
    hooks.look()

    assert [told["number"] for _, told in hooks.told(kept)] == [OTHER]


def test_of_many_strangers_those_that_call_most_are_told_of(hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_sources, "STRANGERS_AT_ONCE", 1)
    kept, _ = hooks.add("/hook", "call.unknown")
    for number in (OTHER, STRANGER, STRANGER):
        hooks.call(number, NOW + SECOND)

    hooks.at += HOUR
    hooks.look()

    assert [told["number"] for _, told in hooks.told(kept)] == [STRANGER]


def test_after_a_long_silence_the_calls_of_the_last_day_are_told_of(hooks: Hooks) -> None:
    kept, _ = hooks.add("/hook", "call.unknown")
    hooks.look()
    hooks.call(STRANGER, NOW + HOUR)
    hooks.call(OTHER, NOW + 10 * DAY - HOUR)

    hooks.at += 10 * DAY
    hooks.look()

    assert [told["number"] for _, told in hooks.told(kept)] == [OTHER]


def test_wrong_codes_beyond_those_that_are_free_are_one_event_a_window(hooks: Hooks) -> None:
    kept, _ = hooks.add("/hook", "codes.guessed")
    for second in range(BY_CALLER.free + 1):
        hooks.call(STRANGER, NOW + second * SECOND, code="99")
        hooks.call("", NOW + second * SECOND, code="98")
        hooks.call(STRANGER, NOW + second * SECOND)
    hooks.call(OTHER, NOW + 9 * SECOND, code="97")
    hooks.call(OTHER, NOW + 9 * SECOND, "known", code="1234")
    hooks.call(OTHER, NOW + 5 * MINUTE, code="97")

    hooks.at += HOUR
    looks = [hooks.look(), hooks.look()]

    assert looks == [1, 0]
    numbers = [{"number": STRANGER, "codes": BY_CALLER.free + 1}]
    assert hooks.told(kept) == [("codes.guessed", {"codes": 13, "callers": 3, "numbers": numbers})]


def test_wrong_codes_of_many_callers_are_told_of_too_and_a_few_are_not(hooks: Hooks) -> None:
    kept, _ = hooks.add("/hook", "codes.guessed")
    for n in range(CODES_OF_ACCOUNT.free + 1):
        hooks.call(f"+33199000{n:03}", NOW, code="99")
    for n in range(CODES_OF_ACCOUNT.free):
        hooks.call(f"+33199000{n:03}", NOW + 5 * MINUTE, code="99")

    hooks.at += HOUR
    hooks.look()

    assert [(told["codes"], told["numbers"]) for _, told in hooks.told(kept)] == [(CODES_OF_ACCOUNT.free + 1, [])]
