"""Traits: what many contacts have alike (domain/searching.py), read from their index."""

from sqlalchemy import Connection, func, select

from aiguillage.storage.schema import contacts


def different_traits(connection: Connection, account_id: int, most: int) -> list[str]:
    """The account's different traits, `most` of them at most: the index is entered once for each, behind the last."""
    mine, least = contacts.c.account_id == account_id, func.min(contacts.c.traits)
    seen = select(least.label("traits")).where(mine).cte("seen", recursive=True)
    following = select(least).where(mine, contacts.c.traits > seen.c.traits).scalar_subquery()
    seen = seen.union_all(select(following).where(seen.c.traits.is_not(None)))
    return list(connection.execute(select(seen.c.traits).where(seen.c.traits.is_not(None)).limit(most)).scalars())
