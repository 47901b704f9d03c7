"""Mails that wait to be sent, and what came of those that were. Nothing that is secret is in one."""

from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from aiguillage.domain.mails import KEPT, TRIED_FOR
from aiguillage.storage.schema import accounts, mails


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """One mail to one address. Moments in microseconds since 1970 UTC.

    `account` is the id of the account that it is about; `facts` are what it says, as JSON. `next_at` is when it is
    tried next, `until` when it is given up, `trouble` what went wrong with the last try.
    """

    id: int
    kind: str
    email: str
    language: str
    account: int | None
    facts: str
    created_at: int
    until: int
    tries: int
    next_at: int | None
    sent_at: int | None
    trouble: str | None


def add_mail(
    connection: Connection,
    at: int,
    kind: str,
    email: str,
    *,
    language: str,
    account: int | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    """Has a mail sent, in the language that is given where its reader has chosen none."""
    row = {"kind": kind, "email": email, "language": language, "account": account}
    row |= {"facts": msgspec.json.encode(facts or {}).decode(), "created_at": at, "until": at + TRIED_FOR}
    connection.execute(insert(mails).values(**row, tries=0, next_at=at))


def due_mails(connection: Connection, at: int, limit: int) -> list[Mail]:
    """The mails that are due, those first that wait longest."""
    due = select(mails).where(mails.c.next_at <= at).order_by(mails.c.next_at, mails.c.id).limit(limit)
    return [msgspec.convert(row, Mail, from_attributes=True) for row in connection.execute(due)]


def keep_mail(connection: Connection, mail: Mail) -> None:
    """Keeps what came of a try."""
    kept = {name: getattr(mail, name) for name in ("tries", "next_at", "sent_at", "trouble")}
    connection.execute(update(mails).where(mails.c.id == mail.id).values(**kept))


def forget_mail(connection: Connection, mail_id: int) -> None:
    """Removes one that nobody is to get."""
    connection.execute(delete(mails).where(mails.c.id == mail_id))


def forget_mails(connection: Connection, at: int, *, waiting: bool = False) -> None:
    """Removes the mails that were made long ago; those that wait too, where none can be sent."""
    connection.execute(delete(mails).where(mails.c.created_at < at - KEPT))
    if waiting:
        connection.execute(delete(mails).where(mails.c.next_at.is_not(None)))


def has_old_mails(connection: Connection, at: int) -> bool:
    """Whether there are mails that were made long ago."""
    return connection.execute(select(mails.c.id).where(mails.c.created_at < at - KEPT).limit(1)).first() is not None


def count_sent(connection: Connection, kind: str, email: str, since: int) -> int:
    """How many mails of a kind an address was sent since a moment."""
    theirs = (mails.c.kind == kind) & (mails.c.email == email) & (mails.c.sent_at >= since)
    return int(connection.execute(select(func.count()).select_from(mails).where(theirs)).scalar_one())


def count_mails(connection: Connection) -> tuple[int, int]:
    """How many mails wait, and how many were given up."""
    waiting = func.count(mails.c.next_at)
    failed = func.count().filter(mails.c.next_at.is_(None), mails.c.sent_at.is_(None))
    row = connection.execute(select(waiting, failed).select_from(mails)).one()
    return int(row[0]), int(row[1])


def failed_mails(connection: Connection, account_id: int) -> list[Mail]:
    """The last mail about an account to each address, where that one was given up."""
    last = select(func.max(mails.c.id)).where(mails.c.account == account_id).group_by(mails.c.email)
    given_up = mails.c.next_at.is_(None) & mails.c.sent_at.is_(None)
    rows = connection.execute(select(mails).where(mails.c.id.in_(last), given_up).order_by(mails.c.id))
    return [msgspec.convert(row, Mail, from_attributes=True) for row in rows]


def name_of_account(connection: Connection, mail: Mail) -> str | None:
    """What the account that a mail is about is called, by its code where it has no name; None where it is gone."""
    row = connection.execute(select(accounts).where(accounts.c.id == mail.account)).first()
    return None if row is None else row.name or row.code
