"""Somebody who left traces wherever something can be kept."""

import json

from sqlalchemy import insert

from aiguillage.desk.contacts import enter_contact
from aiguillage.desk.facts import add_fact
from aiguillage.desk.retention import keep_retention
from aiguillage.domain.blocked import Blocked
from aiguillage.domain.moments import DAY
from aiguillage.storage.schema import answered, survey_records
from aiguillage.storage.webhook_tables import deliveries
from tests.cast import ACCOUNT, NOW, NUMBER, Cast, known_caller
from tests.storage.call_rows import add_calls, known, stranger
from tests.storage.facts import account_id

OTHER = "+33261911234"
SPELLINGS = ("+33199001234", "0199001234", "01 99 00 12 34", "0033199001234", "01.99.00.12.34", "199001234")
OF_THE_CONTACT = ("Belleville", "Camille", "Roche", "camille@example.org", "belleville", "camille", "roche")


def everywhere(cast: Cast) -> int:
    """Puts a caller, whose number is spelled in many ways, wherever something can be kept; their contact's id."""
    contact_id = known_caller(cast).id
    editor, of_account = cast["editor"], account_id(cast.db, ACCOUNT)
    enter_contact(cast.db, editor, ACCOUNT, contact_id, {"emails": ["camille@example.org"]})
    enter_contact(cast.db, editor, ACCOUNT, contact_id, {"telecoms": ["01 99 00 12 34"]})
    add_fact(cast.db, editor, ACCOUNT, Blocked(number="01.99.00.12.34", label="Démarchage"))
    asked = json.dumps({"value": "01 99 00 12 34"})
    add_calls(
        cast.log,
        of_account,
        known(NOW - 40 * DAY, NUMBER, contact_id),
        *(known(NOW - second, NUMBER, contact_id) for second in range(50)),
        known(NOW, OTHER, contact_id),
        stranger(NOW, OTHER, asked=asked),
        stranger(NOW, OTHER, destination="0199001234"),
        stranger(NOW, OTHER),
    )
    for _ in keep_retention(cast.db, cast.log, cast.operator):
        pass
    record = {"survey_id": 1, "seq": 1, "moment": NOW, "account_id": of_account}
    answer = {"account_id": of_account, "user_id": 1, "request": b"", "status": 201, "headers": "{}", "at": NOW}
    told = {"account_id": of_account, "webhook_id": 1, "event": "contact.changed", "created_at": NOW, "tries": 0}
    with cast.db.write() as connection:
        connection.execute(
            insert(survey_records), [record | {"id": 1, "caller": NUMBER}, record | {"id": 2, "caller": OTHER}]
        )
        connection.execute(insert(answered), [answer | {"key": "a", "body": f'{{"telecoms":["{NUMBER}"]}}'.encode()}])
        connection.execute(insert(deliveries), [told | {"id": 1, "body": NUMBER}, told | {"id": 2, "body": OTHER}])
    return contact_id
