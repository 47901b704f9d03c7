"""Links by which people choose their password: made for them, looked at as often as they like, good for one use.

an invitation   the manager's page, or a mail      --+
an operator     the terminal, or a page of theirs  --+-->  GET   shows the form, changes nothing
"I forgot it"   a mail alone                       --+     POST  uses the link up: password, then a session
"""

from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from aiguillage.desk.change import Change, change_directory, require_operator, require_proven
from aiguillage.desk.passwords import hash_new, keep_password, names_of
from aiguillage.desk.second_factor import is_on, spend_code
from aiguillage.desk.sessions import open_session
from aiguillage.desk.signing_in import Who, who_is
from aiguillage.desk.throttle import Paid, forgive, pay, pay_for_mail
from aiguillage.desk.users import require_user
from aiguillage.domain.accounts import Actor, email_meant
from aiguillage.domain.errors import conflict, invalid, missing
from aiguillage.domain.mails import INVITED_FOR, RESET
from aiguillage.domain.moments import DAY
from aiguillage.domain.problems import Code
from aiguillage.storage.links import put_link, user_of_link
from aiguillage.storage.mails import add_mail
from aiguillage.storage.sqlite.engine import Database

SHOWN_FOR = DAY
"""Microseconds for which a link is good that an operator makes for somebody who has a password."""


class Linked(NamedTuple):
    """Whose link it is, whether they have a second factor, and until when it is good."""

    email: str
    second_factor: bool
    expires_at: int


class Made(NamedTuple):
    """A link that was made: its secret, told this once, and until when it is good."""

    secret: str
    expires_at: int


def show_link(db: Database, at: int, secret: str) -> Linked:
    """Whose link it is. Raises Refusal(missing) alike for one that is used, old, ended or nobody's."""
    with db.read() as connection:
        user = _require(connection, secret, at)
    return Linked(user.email, is_on(user), user.expires_at)


def _require(connection: Connection, secret: str, at: int) -> Row[Any]:
    user = user_of_link(connection, secret, at)
    if user is None:
        raise missing("This link was used already, is too old, or was replaced by a newer one. Ask for another.")
    return user


def use_link(
    db: Database, at: int, secret: str, new: str, code: str = "", *, address: str | None, agent: str = ""
) -> tuple[Who, str]:
    """Sets the password of whose link it is, and opens a session: its secret. The link is used up, and others end.

    Who has a second factor needs a code of it as well. Raises Refusal (missing, invalid, limited).
    """
    with db.read() as connection:
        user = _require(connection, secret, at)
        names = names_of(connection, user)
    hashed = hash_new(new, names, "new")
    paid = _pay(db, at, user, code, address)
    with change_directory(db, Actor(user.email, at, user.id)) as change:
        now = _require(change.connection, secret, at)
        if paid is not None:
            if not spend_code(change.connection, now, code, at):
                raise invalid("The code is wrong, or was used already. Try again.", "code")
            forgive(change.connection, at, paid)
        keep_password(change, now.id, hashed)
        session, opened = open_session(change, now.id, address=address, agent=agent)
    return who_is(now, session), opened


def _pay(db: Database, at: int, user: Row[Any], code: str, address: str | None) -> Paid | None:
    """The try that a code takes, where one is needed. Raises Refusal (invalid, limited)."""
    if not is_on(user):
        return None
    if not code:
        raise invalid("The second factor is on. Send its code too, as code.", "code", code=Code.CODE_NEEDED)
    return pay(db, at, user.email, address)


def make_link(db: Database, actor: Actor, email: str) -> Made:
    """A link for a user (operators only), in place of the one before: for a first password, or a forgotten one.

    The password until now stays good until the link is used. Raises Refusal.
    """
    require_operator(actor)
    require_proven(actor)
    with change_directory(db, actor) as change:
        user = require_user(change.connection, email)
        if user.disabled_at is not None:
            raise conflict(f"The user {user.email} is disabled. Enable them first.")
        return issue_link(change, user.id, INVITED_FOR if user.password is None else SHOWN_FOR)


def issue_link(change: Change, user_id: int, lasts: int) -> Made:
    """A new link of a user, good for so many microseconds; the journal gets that there is one."""
    until = change.actor.at + lasts
    secret = put_link(change.connection, user_id, change.actor.at, until)
    change.record(change.take_seqs(), "issue", "user", user_id, None, {"link": True})
    return Made(secret, until)


def ask_reset(db: Database, at: int, email: str, *, address: str | None, language: str) -> None:
    """Has a link mailed to somebody who forgot their password, if they are known here: whoever asks cannot see that.

    Whose address it is, is looked up when the mail is sent: so this takes the same time for everybody.
    Raises Refusal(limited) for too many from one address.
    """
    with db.write() as connection:
        pay_for_mail(connection, at, address)
        add_mail(connection, at, RESET, email_meant(email)[:255], language=language)
