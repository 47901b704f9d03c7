"""Who is on call: an account's rotas asked about a moment, and about the periods in which nobody is."""

from collections.abc import Iterator
from contextlib import contextmanager

from aiguillage.desk.change import read_facts
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import invalid
from aiguillage.domain.moments import DAY
from aiguillage.domain.oncall import Duty, OnCall
from aiguillage.domain.queues import ROTA
from aiguillage.storage.facts import by_kind, require_fact
from aiguillage.storage.sqlite.engine import Database

LONGEST = 366 * DAY
"""How long a period may be that is looked through, in microseconds."""


def show_duty(db: Database, actor: Actor, code: str, rota_id: int, at: int) -> Duty:
    """Who is on duty at a moment. Raises Refusal."""
    with _on_call(db, actor, code, rota_id) as on_call:
        return on_call.duty(rota_id, at)


def list_gaps(db: Database, actor: Actor, code: str, rota_id: int, begin: int, end: int) -> list[tuple[int, int]]:
    """The periods in `[begin, end)` in which nobody is on duty. Raises Refusal."""
    if not begin < end <= begin + LONGEST:
        raise invalid("The period is empty, or longer than a year. Let it end after it begins, within a year.", "to")
    with _on_call(db, actor, code, rota_id) as on_call:
        return on_call.gaps(rota_id, begin, end)


@contextmanager
def _on_call(db: Database, actor: Actor, code: str, rota_id: int) -> Iterator[OnCall]:
    with read_facts(db, actor, code) as (connection, account_id, account):
        require_fact(connection, account_id, ROTA, rota_id)
        yield OnCall(account.time_zone, by_kind(connection, account_id))
