"""The week of a call queue or group: one day's time spans copied to other days, in one change."""

from collections.abc import Collection

from msgspec.structs import replace

from aiguillage.desk.change import change_facts
from aiguillage.desk.facts import add_in_change, discard_facts
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.beside import owned
from aiguillage.domain.errors import invalid
from aiguillage.domain.queues import TimeSpan
from aiguillage.storage.facts import Kept, by_kind
from aiguillage.storage.sqlite.engine import Database

KIND = "time_span"
DAYS = range(1, 8)


def copy_day(
    db: Database, actor: Actor, code: str, owner_type: str, owner_id: int, day: int, onto: Collection[int]
) -> list[Kept]:
    """Gives other days of the week (1 Monday to 7 Sunday) a day's time spans, in place of those they have.

    Returns the new ones. Raises Refusal.
    """
    others = sorted(set(onto) - {day})
    if not others or not set(others) | {day} <= set(DAYS):
        raise invalid("Choose the day to copy, and one or more other days to copy it to.", "onto")
    with change_facts(db, actor, code, Role.EDIT) as change:
        spans = owned(by_kind(change.connection, change.account_id), KIND, owner_type, owner_id)
        copied: list[TimeSpan] = [span for span in spans.values() if span.day_of_week == day]
        if not copied:
            raise invalid("That day has no opening times to copy. Add some to it first.", "day")
        discard_facts(change, KIND, [id_ for id_, span in spans.items() if span.day_of_week in others])
        # A reference is one time span's name elsewhere: the copies have none.
        new = [replace(span, day_of_week=other, reference="") for other in others for span in copied]
        return add_in_change(change, new)
