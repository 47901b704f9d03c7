"""Changes to a contact in the words of its facts, as a test has them: entered as a person enters them."""

from typing import Any

from aiguillage.desk.contacts import Kept, enter_contact
from aiguillage.domain.accounts import Actor
from aiguillage.domain.given import plain_telecom
from aiguillage.storage.sqlite.engine import Database


def set_contact(db: Database, actor: Actor, code: str, contact_id: int, changes: dict[str, Any]) -> Kept:
    """Changes some of a contact's facts, named as in Contact."""
    given = dict(changes)
    if "telecoms" in given:
        given["telecoms"] = [plain_telecom(telecom) for telecom in given["telecoms"]]
    for name in ("select", "boolean"):
        given |= {f"{name}_{n}": value for n, value in enumerate(given.pop(name, ()), start=1)}
    return enter_contact(db, actor, code, contact_id, given)
