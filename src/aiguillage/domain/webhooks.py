"""Webhooks: whom an account tells what happened, how a message is signed, when it is sent again."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from typing import Any

import msgspec

from aiguillage.domain.accounts import Account
from aiguillage.domain.contacts import parse_text
from aiguillage.domain.errors import conflict, invalid
from aiguillage.domain.moments import DAY, HOUR, MINUTE
from aiguillage.domain.problems import Code

WEBHOOK = "webhook"
PING = "ping"
CONTACT_CHANGED, IMPORT_FINISHED, IMPORT_FAILED = "contact.changed", "import.finished", "import.failed"
QUEUE_CLOSED, ONCALL_CHANGED = "queue.closed", "oncall.changed"
CALL_UNKNOWN, CODES_GUESSED = "call.unknown", "codes.guessed"
CALENDAR_UNUSED = "calendar.unused"
EVENTS = (
    *(CONTACT_CHANGED, IMPORT_FINISHED, IMPORT_FAILED),
    *(QUEUE_CLOSED, ONCALL_CHANGED, CALENDAR_UNUSED, CALL_UNKNOWN, CODES_GUESSED),
)
"""What a webhook can be told of; each is also sent a PING when somebody asks for it."""

MOST_WEBHOOKS = 20
FIRST_WAIT, LONGEST_WAIT, GIVEN_UP_AFTER = MINUTE, 4 * HOUR, DAY
"""Microseconds: a failed delivery waits a minute, then twice as long each time, up to four hours, for a day in all."""

SECRET_BYTES = 32
MARK = "whsec_"
_URL = re.compile(r"https://[!-~]{1,1990}", re.IGNORECASE)


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """An address that is told of events. `trouble` says why it was switched off, when it was not a person who did."""

    name: str
    url: str
    events: tuple[str, ...]
    active: bool = True
    trouble: str = ""


def check_webhook(
    fact: Webhook,
    fact_id: int | None,
    by_kind: Mapping[str, Mapping[int, Any]],
    account: Account,  # noqa: ARG001 - every check takes the same arguments
) -> Webhook:
    """The webhook as it is kept, if it makes sense beside the account's facts; `fact_id` is None for a new one.

    Raises Refusal(invalid, conflict).
    """
    others = {id_: one for id_, one in by_kind.get(WEBHOOK, {}).items() if id_ != fact_id}
    name = parse_text(fact.name, field="name")
    if not name:
        raise invalid("The webhook has no name. Give it one, as in CRM.", "name")
    if not _URL.fullmatch(fact.url):
        raise invalid("This is not an address for a webhook. Write it as in https://example.org/hooks/calls.", "url")
    _check_events(fact.events)
    for other in others.values():
        if other.url == fact.url:
            raise conflict(
                f"The webhook {other.name} already has this address. Add the events to that one.", Code.TAKEN
            )
    return msgspec.structs.replace(fact, name=name, trouble="" if fact.active else fact.trouble)


def _check_events(events: tuple[str, ...]) -> None:
    choices = f"Choose from: {', '.join(EVENTS)}."
    if not events:
        raise invalid(f"The webhook has no events. {choices}", "events")
    for event in events:
        if event not in EVENTS:
            raise invalid(f"'{event[:40]}' is not an event. {choices}", "events")
    if len(set(events)) < len(events):
        raise invalid("An event is given twice. Give each once.", "events")


def next_try(tries: int, at: int, until: int) -> int | None:
    """When to try again after so many tries in vain, the last of them `at`; None when that is after `until`.

    Moments in microseconds since 1970 UTC.
    """
    due = at + min(FIRST_WAIT << (tries - 1), LONGEST_WAIT)
    return due if due <= until else None


def new_webhook_secret() -> str:
    """A secret to sign with: `whsec_` and 256 random bits in base64 (standardwebhooks.com)."""
    return MARK + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """What the receiver compares: `v1,` and the HMAC-SHA256 of id, timestamp (seconds) and body in base64.

    The scheme is that of standardwebhooks.com, so that receivers can use its libraries.
    """
    key = base64.b64decode(secret.removeprefix(MARK))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
