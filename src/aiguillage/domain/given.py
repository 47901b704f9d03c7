"""Numbers and e-mail addresses as somebody sent them: given back as they came, while they still say what is kept."""

from collections.abc import Mapping
from typing import Any

import msgspec

from aiguillage.domain.contacts import Contact, Telecom

Sent = str | dict[str, Any]
"""A text, or an object with `number` or `email` and perhaps more (contracts/cx-engine.md, 'telecoms')."""

GIVEN = "given"
"""The member by which a file brings along what is to be given back."""


def sent_as(part: Sent) -> Sent:
    """What is to be given back of one that was sent."""
    given = part.get(GIVEN) if isinstance(part, dict) else None
    return given if isinstance(given, (str, dict)) else part


def keep_given(contact: Contact, given: Mapping[str, Sent]) -> Contact:
    """The contact with those of the given that say what it has, and not merely the same in the same words."""
    kept: dict[str, Sent] = {}
    for telecom in contact.telecoms:
        sent = given.get(telecom.number)
        if sent is not None and _says(sent, telecom) and sent != plain_telecom(telecom):
            kept[telecom.number] = sent
    for email in contact.emails:
        sent = given.get(email)
        if sent is not None and sent != email:
            kept[email] = sent
    return contact if kept == contact.given else msgspec.structs.replace(contact, given=kept)


def _says(sent: Sent, telecom: Telecom) -> bool:
    if isinstance(sent, str):
        return not telecom.type and not telecom.label
    return all(str(sent.get(name) or "").strip() == getattr(telecom, name) for name in ("type", "label"))


def plain_telecom(telecom: Telecom) -> Sent:
    """A number of which nobody remembers how it was sent."""
    if not telecom.type and not telecom.label:
        return telecom.number
    return {name: value for name in Telecom.__struct_fields__ if (value := getattr(telecom, name))}


def telecoms_given(contact: Contact) -> list[Sent]:
    """The contact's numbers as they were sent."""
    return [contact.given.get(telecom.number) or plain_telecom(telecom) for telecom in contact.telecoms]


def emails_given(contact: Contact) -> list[Sent]:
    """The contact's e-mail addresses as they were sent."""
    return [contact.given.get(email) or email for email in contact.emails]
