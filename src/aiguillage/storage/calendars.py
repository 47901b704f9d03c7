"""Calendars' texts: as they were last read, when that was, and when each is to be read again."""

from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from aiguillage.storage.schema import accounts, calendar_texts


class DueCalendar(NamedTuple):
    """A calendar that is to be read again: its account, by id and code, and its own id."""

    account_id: int
    code: str
    id: int


class AccountWithCalendars(NamedTuple):
    """An account that has calendars, by id and code, and the version of its facts."""

    id: int
    code: str
    facts_version: int


def keep_text(
    connection: Connection, account_id: int, calendar_id: int, text: bytes, *, read_at: int, due_at: int
) -> None:
    """Keeps a calendar's text in place of the one before."""
    values = {"text": text, "read_at": read_at, "due_at": due_at}
    mine = (calendar_texts.c.account_id == account_id) & (calendar_texts.c.id == calendar_id)
    if connection.execute(update(calendar_texts).where(mine).values(values)).rowcount == 0:
        connection.execute(insert(calendar_texts).values(account_id=account_id, id=calendar_id, **values))


def put_off(connection: Connection, account_id: int, calendar_id: int, due_at: int) -> None:
    """Says when a calendar is to be read again; its text stays."""
    mine = (calendar_texts.c.account_id == account_id) & (calendar_texts.c.id == calendar_id)
    connection.execute(update(calendar_texts).where(mine).values(due_at=due_at))


def text_of(connection: Connection, account_id: int, calendar_id: int) -> bytes:
    """A calendar's text; empty if none was ever kept."""
    mine = (calendar_texts.c.account_id == account_id) & (calendar_texts.c.id == calendar_id)
    return connection.execute(select(calendar_texts.c.text).where(mine)).scalar() or b""


def read_moments(connection: Connection, account_id: int) -> dict[int, tuple[int, int]]:
    """When each of the account's calendars was last read well, and when it is to be read again, by its id."""
    moments = select(calendar_texts.c.id, calendar_texts.c.read_at, calendar_texts.c.due_at)
    found = connection.execute(moments.where(calendar_texts.c.account_id == account_id))
    return {row.id: (row.read_at, row.due_at) for row in found}


def due_at(connection: Connection, account_id: int, calendar_id: int) -> int | None:
    """When a calendar is to be read again; None if it was never read."""
    mine = (calendar_texts.c.account_id == account_id) & (calendar_texts.c.id == calendar_id)
    return connection.execute(select(calendar_texts.c.due_at).where(mine)).scalar()


def calendars_due(connection: Connection, at: int) -> list[DueCalendar]:
    """The calendars of all accounts that are to be read by a moment, the longest due first."""
    statement = (
        select(calendar_texts.c.account_id, accounts.c.code, calendar_texts.c.id)
        .join(accounts, accounts.c.id == calendar_texts.c.account_id)
        .where(calendar_texts.c.due_at <= at)
        .order_by(calendar_texts.c.due_at, calendar_texts.c.account_id, calendar_texts.c.id)
    )
    return [DueCalendar(*row) for row in connection.execute(statement)]


def accounts_with_calendars(connection: Connection) -> list[AccountWithCalendars]:
    """The accounts that have calendars that are read."""
    of_one = accounts.c.id.in_(select(calendar_texts.c.account_id))
    statement = select(accounts.c.id, accounts.c.code, accounts.c.facts_version).where(of_one)
    return [AccountWithCalendars(*row) for row in connection.execute(statement)]
