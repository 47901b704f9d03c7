"""V2's trace: every rule, in plain values."""

from tests.dialects.test_v2 import KEYS
from tests.ruled import CONTRACT_CODE, EVENING, STRANGER, Ruled


def test_the_trace_tells_every_rule_in_plain_values(ruled: Ruled) -> None:
    told = ruled.told(by="reading", code=CONTRACT_CODE, at=EVENING, explain="1")

    lines = {line["rule"]: line for line in told["trace"]}
    assert list(told) == [*KEYS, "trace"]
    assert lines["known_code"]["changed"] == {
        "reason": "known_caller",
        "contactId": told["contactId"],
        "by": "code",
        "destination1": "208",
        "destination2": None,
        "destination3": None,
        "destination4": None,
        "vip": None,
        "onCallDutyContract": True,
    }
    assert lines["opening_hours"]["lookedAt"]["queues"] == lines["opening_hours"]["changed"]["queues"]
    assert lines["opening_hours"]["changed"]["queue"] == "desk"
    assert lines["opening_hours"]["changed"]["until"] == "2026-11-25T09:00:00+01:00"
    assert lines["on_call"]["lookedAt"]["rota"] == "duty"
    assert lines["on_call"]["changed"] == {"reason": "on_call", "destination": "+33639980101", "onCall": "Ana"}


def test_the_trace_tells_a_zone(ruled: Ruled) -> None:
    told = ruled.told(value="69001", list="departments", explain="true")

    changed = next(line["changed"] for line in told["trace"] if line["rule"] == "geography")
    assert (changed["zone"], changed["nickname"], changed["fallback"]) == ("69", "Rhône", False)


def test_an_unknown_caller_who_gets_nothing_can_be_explained_too(ruled: Ruled) -> None:
    told = ruled.told(number=STRANGER, unknown="empty", explain="")

    assert next(line["rule"] for line in told["trace"] if line["applied"]) == "geography"
