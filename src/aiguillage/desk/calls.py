"""What the call log tells the account's staff."""

from pathlib import Path

from aiguillage.desk.change import read_facts
from aiguillage.domain.accounts import Actor
from aiguillage.storage.calls import Call, Stranger, read_calls, read_strangers
from aiguillage.storage.engine import Database


def list_calls(
    db: Database, log: Path, actor: Actor, code: str, *, since: int = 0, outcome: str | None = None, limit: int = 100
) -> list[Call]:
    """An account's calls since a moment (microseconds since 1970), newest first. Raises Refusal."""
    with read_facts(db, actor, code) as (_, account_id, _account):
        return list(read_calls(log, account_id, since, outcome, limit))


def list_strangers(
    db: Database, log: Path, actor: Actor, code: str, *, since: int = 0, limit: int = 100
) -> list[Stranger]:
    """The account's unknown callers by number, the most frequent first: whom staff may want to know. Raises Refusal."""
    with read_facts(db, actor, code) as (_, account_id, _account):
        return list(read_strangers(log, account_id, since, limit))
