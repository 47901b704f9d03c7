"""Webhooks: what makes one, when it is tried again, how what it is sent is signed."""

import base64
import hashlib
import hmac
from typing import Any

import msgspec
import pytest

from aiguillage.domain.accounts import Account
from aiguillage.domain.errors import Kind
from aiguillage.domain.moments import MINUTE
from aiguillage.domain.webhooks import (
    EVENTS,
    GIVEN_UP_AFTER,
    Webhook,
    check_webhook,
    new_webhook_secret,
    next_try,
    signature,
)
from tests.refusal import refused

HOOK = Webhook(name="CRM", url="https://example.org/calls", events=("call.unknown",))
ACCOUNT = Account("CL0000")


def check(hook: Webhook, *others: Webhook, fact_id: int | None = None) -> Webhook:
    """The webhook beside others, whose ids count from 1."""
    return check_webhook(hook, fact_id, {"webhook": dict(enumerate(others, start=1))}, ACCOUNT)


def test_a_webhook_is_kept_as_it_is_entered_but_for_blanks() -> None:
    assert check_webhook(msgspec.structs.replace(HOOK, name=" CRM "), None, {}, ACCOUNT) == HOOK
    assert check(msgspec.structs.replace(HOOK, events=EVENTS)).events == EVENTS


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"name": "  "}, "name", "no name"),
        ({"url": "http://example.org/"}, "url", "https://"),
        ({"url": "example.org"}, "url", "https://"),
        ({"url": "https://"}, "url", "https://"),
        ({"url": "https://example.org/a b"}, "url", "https://"),
        ({"url": "https://example.org/\n"}, "url", "https://"),
        ({"url": "https://example.org/" + "a" * 2000}, "url", "https://"),
        ({"events": ()}, "events", "has no events. Choose from: contact.changed"),
        ({"events": ("call.known",)}, "events", "'call.known' is not an event"),
        ({"events": ("ping",)}, "events", "'ping' is not an event"),
        ({"events": ("call.unknown", "call.unknown")}, "events", "given twice"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_field(changes: dict[str, Any], field: str, message: str) -> None:
    with refused(Kind.INVALID, message) as caught:
        check(msgspec.structs.replace(HOOK, **changes))

    assert caught.value.field == field


def test_an_address_has_one_webhook() -> None:
    with refused(Kind.CONFLICT, "The webhook CRM already has this address"):
        check(msgspec.structs.replace(HOOK, name="ERP"), HOOK)

    elsewhere = msgspec.structs.replace(HOOK, name="ERP", url="https://example.org/erp")

    assert check(HOOK, HOOK, fact_id=1) == HOOK
    assert check(elsewhere, HOOK) == elsewhere


def test_why_it_was_switched_off_is_forgotten_when_it_is_on_again() -> None:
    off = msgspec.structs.replace(HOOK, active=False, trouble="Gone.")

    assert check(off) == off
    assert check(msgspec.structs.replace(off, active=True)) == HOOK


def test_the_waits_grow_to_four_hours_and_end_within_a_day() -> None:
    at, waits = 0, list[int]()
    while (due := next_try(len(waits) + 1, at, GIVEN_UP_AFTER)) is not None:
        waits.append((due - at) // MINUTE)
        at = due

    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, *[240] * 4]
    assert at <= GIVEN_UP_AFTER


def test_a_signature_is_the_hmac_of_id_timestamp_and_body() -> None:
    secret = new_webhook_secret()
    key = base64.b64decode(secret.removeprefix("whsec_"))

    signed = signature(secret, "evt_1", 1_795_000_000, b'{"id":"evt_1"}')

    expected = hmac.new(key, b'evt_1.1795000000.{"id":"evt_1"}', hashlib.sha256).digest()
    assert signed == "v1," + base64.b64encode(expected).decode()
    assert len(key) == 32
    assert secret != new_webhook_secret()


def test_the_example_of_the_standard_is_signed_as_it_says() -> None:
    secret, message, body = (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
    )

    assert signature(secret, message, 1_614_265_330, body) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
