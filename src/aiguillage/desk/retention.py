"""How long the call log keeps what: each account's settings carried out, once a night."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec
from sqlalchemy import select

from aiguillage.desk.change import require_operator
from aiguillage.domain.accounts import Actor
from aiguillage.domain.moments import DAY
from aiguillage.domain.pseudonyms import pseudonym
from aiguillage.storage.call_retention import Done, forget_before, pseudonymise_before, retention_done
from aiguillage.storage.pseudonym_key import pseudonym_key
from aiguillage.storage.schema import DIRECTORY_ID, accounts
from aiguillage.storage.sqlite.engine import Database

"""Microseconds."""


class Kept(msgspec.Struct, frozen=True):
    """What was done about an account's calls: how many are gone, how many lost their numbers."""

    code: str
    forgotten: int
    pseudonymised: int


def keep_retention(db: Database, log: Path, actor: Actor) -> Iterator[Kept | None]:
    """Removes calls and hides numbers that are old enough, for every account; None between steps. Raises Refusal.

    Whole days count, in UTC: what was done for a day is not looked at again, so all but the first round of a day do
    next to nothing. A step is a few milliseconds of the file.
    """
    require_operator(actor)
    if not log.exists():
        return
    done, today = retention_done(log), actor.at // DAY
    with db.read() as connection:
        kept = connection.execute(select(accounts).where(accounts.c.id > DIRECTORY_ID).order_by(accounts.c.id)).all()
    for row in kept:
        due = Done((today - row.keep_calls_days) * DAY, (today - row.pseudonymise_days) * DAY)
        yield from _keep(log, row.id, row.code, done.get(row.id, Done()), due)


def _keep(log: Path, account_id: int, code: str, done: Done, due: Done) -> Iterator[Kept | None]:
    forgotten = hidden = 0
    if due.forgotten > done.forgotten:
        for count in forget_before(log, account_id, due.forgotten):
            forgotten += count
            yield None
    if due.pseudonymised > done.pseudonymised:
        replace = partial(pseudonym, pseudonym_key(log), account_id)
        for count in pseudonymise_before(log, account_id, done.pseudonymised, due.pseudonymised, replace):
            hidden += count
            yield None
    if forgotten or hidden:
        yield Kept(code, forgotten, hidden)
