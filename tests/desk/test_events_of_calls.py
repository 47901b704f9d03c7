"""Events of unknown callers: which calls are told of, when, how many together."""

import pytest

from aiguillage.desk import event_sources
from aiguillage.desk.webhooks import set_webhook
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
