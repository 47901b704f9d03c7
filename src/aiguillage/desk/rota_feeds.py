"""A rota's shifts as an iCal feed, under an address with a secret of its own."""

from aiguillage.desk.change import account_of
from aiguillage.desk.ical.writing import write_shifts
from aiguillage.desk.secrets import issue_secret, revoke_secret
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import missing
from aiguillage.domain.moments import DAY
from aiguillage.domain.oncall import OnCall
from aiguillage.domain.queues import ROTA
from aiguillage.storage.facts import by_kind, require_fact
from aiguillage.storage.secrets import find_account_by_secret
from aiguillage.storage.sqlite.engine import Database

DAYS_BACK, DAYS_AHEAD = 30, 180


def issue_rota_feed(db: Database, actor: Actor, code: str, rota_id: int) -> str:
    """The secret in the address of a rota's feed, in place of the one before; it is told this once. Raises Refusal."""
    return issue_secret(db, actor, code, ROTA, rota_id)


def revoke_rota_feed(db: Database, actor: Actor, code: str, rota_id: int) -> None:
    """Ends a rota's feed. Raises Refusal."""
    revoke_secret(db, actor, code, ROTA, rota_id)


def rota_feed(db: Database, secret: str, at: int) -> bytes:
    """The shifts from 30 days before a moment to 180 days after it, as iCal, for whoever has the feed's secret.

    Raises Refusal(missing), which tells a stranger nothing.
    """
    with db.read() as connection:
        row = find_account_by_secret(connection, ROTA, secret)
        if row is None:
            raise missing("There is no rota feed at this address. Ask whoever gave it to you for a new one.")
        rota = require_fact(connection, row.id, ROTA, row.fact_id).fact
        on_call = OnCall(account_of(row).time_zone, by_kind(connection, row.id))
        periods = list(on_call.shifts(row.fact_id, at - DAYS_BACK * DAY, at + DAYS_AHEAD * DAY))
    shifts = [(begin, end, member.name, source) for begin, end, member, source in periods if member is not None]
    return write_shifts(rota.name, shifts, at)
