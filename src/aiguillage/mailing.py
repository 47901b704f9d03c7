"""Mail: what the desk wants people to know, written in their language and given to the mail server of the settings.

    desk         a row in `mails`: whom, what about, never a secret     in the transaction of the change
    housekeeping every few seconds: the rows that are due
                   one write: the try is counted, its link made         the database keeps the link's digest alone
                   the mail server                                      no transaction is open
                   one write: sent, or when to try again

A try that fails makes another link next time, and the one before ends: nobody can know whether a mail that broke off
arrived.
"""

import logging
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import Connection, Row

from aiguillage.desk.change import Change
from aiguillage.desk.links import issue_link
from aiguillage.desk.users import find_user
from aiguillage.domain.accounts import Account, Actor
from aiguillage.domain.mails import (
    INVITATION,
    INVITED_FOR,
    MOST_RESETS,
    RESET,
    RESET_FOR,
    Smtp,
    one_line,
    parse_smtp_url,
)
from aiguillage.domain.moments import HOUR, SECOND
from aiguillage.domain.webhooks import next_try
from aiguillage.settings import Settings
from aiguillage.storage.mails import (
    Mail,
    count_mails,
    count_sent,
    due_mails,
    forget_mail,
    forget_mails,
    has_old_mails,
    keep_mail,
    name_of_account,
)
from aiguillage.storage.schema import DIRECTORY_ID
from aiguillage.storage.sqlite.engine import Database
from aiguillage.translation import ENGLISH, translated

TRY_SECONDS = 20.0
_log = logging.getLogger(__name__)
A_ROUND = 50
"""Mails that are sent before others have their turn."""

REFUSES = 500
"""SMTP's answers from here on are final."""

ACTOR = "mail"
"""Who acts, in the journal."""

TEXTS = (
    INVITED,
    FORGOTTEN,
    NEW_PLACE,
    GIVEN,
    CHOOSE,
    ONCE,
    KNOWN,
    ASKED,
    IGNORE,
    SIGNED_IN,
    WHERE,
    YOURS,
    NOT_YOURS,
) = (
    "An invitation to {account}",
    "A new password for aiguillage",
    "Somebody signed in as you",
    "{by} gave you the role {role} on {account} in aiguillage, which tells a phone system where each caller goes.",
    "Choose your password here, until {until} UTC:",
    "The link works once. Whoever has it can choose the password in your place: give it to nobody.",
    "You have a sign-in here already. Your accounts are at:",
    "Somebody asked for a new password for {email}.",
    "If it was not you, do nothing: your password stays as it is.",
    "Somebody signed in as {email} from an address or with a program that was not seen for 30 days.",
    "When: {when} UTC. Address: {address}. Program: {program}",
    "If it was you, there is nothing to do.",
    "If it was not you, change your password now. That ends all other sessions; the same page lists them:",
)
"""Subjects, then paragraphs."""


class Written(NamedTuple):
    """A mail as it is sent."""

    email: str
    subject: str
    body: str


def send_mails(db: Database, settings: Settings, clock: Callable[[], int]) -> tuple[int, int]:
    """Sends what is due, and says how many mails wait then and how many were given up. `clock` tells each moment.

    Without a mail server nothing waits. Raises Refusal.
    """
    with db.read() as connection:
        due = due_mails(connection, clock(), A_ROUND)
        counted, has_old = count_mails(connection), has_old_mails(connection, clock())
    if not due and not counted[0] and not has_old:
        return counted
    if not settings.smtp_url:
        with db.write() as connection:
            forget_mails(connection, clock(), waiting=True)
            return count_mails(connection)
    for mail in due:
        tried = _try(db, settings, mail, clock)
        if tried is not None and tried.trouble is not None:
            tell = _log.warning if tried.next_at is not None else _log.error
            about = {"mail": tried.id, "kind": tried.kind, "tries": tried.tries, "last": tried.next_at is None}
            tell("mail_failed", extra={"about": about})
    with db.write() as connection:
        forget_mails(connection, clock())
        return count_mails(connection)


def _try(db: Database, settings: Settings, mail: Mail, clock: Callable[[], int]) -> Mail | None:
    """One try, whose outcome is kept; None where nobody is to get the mail."""
    at = clock()
    with db.write() as connection:
        mail = msgspec.structs.replace(mail, tries=mail.tries + 1, next_at=next_try(mail.tries + 1, at, mail.until))
        written = _written(connection, mail, settings.public_url.rstrip("/"), at)
        if written is None:
            forget_mail(connection, mail.id)
            return None
        keep_mail(connection, mail)
    trouble, final = _sent(settings, written, at)
    sent_at = clock() if trouble is None else None
    done = sent_at is not None or final
    mail = msgspec.structs.replace(mail, trouble=trouble, sent_at=sent_at, next_at=None if done else mail.next_at)
    with db.write() as connection:
        keep_mail(connection, mail)
    return mail


def _written(connection: Connection, mail: Mail, base: str, at: int) -> Written | None:
    """The mail in its reader's language; None where there is nobody of that address, or nothing to say any more."""
    user = find_user(connection, mail.email)
    if user is None or user.disabled_at is not None:
        return None
    writer = _Writer(connection, mail, user, base, at)
    if mail.kind == INVITATION:
        return writer.invitation()
    return writer.reset() if mail.kind == RESET else writer.sign_in()


class _Writer(NamedTuple):
    """What it takes to write a mail."""

    connection: Connection
    mail: Mail
    user: Row[Any]
    base: str
    at: int

    def invitation(self) -> Written | None:
        """That somebody was given a role; with a link, where they have no password yet."""
        account = name_of_account(self.connection, self.mail)
        if account is None:
            return None
        facts = msgspec.json.decode(self.mail.facts, type=dict[str, str])
        name = one_line(account)
        given = self._say(GIVEN, account=name, **facts)
        subject = self._say(INVITED, account=name)
        if self.user.password is not None:
            return self._to(subject, given, self._say(KNOWN), f"{self.base}/console")
        return self._to(subject, given, *self._link(INVITED_FOR))

    def reset(self) -> Written | None:
        """A link for who forgot their password; None where they were sent enough of them lately."""
        if count_sent(self.connection, RESET, self.mail.email, self.at - HOUR) >= MOST_RESETS:
            return None
        asked = self._say(ASKED, email=self.user.email)
        return self._to(self._say(FORGOTTEN), asked, *self._link(RESET_FOR), self._say(IGNORE))

    def sign_in(self) -> Written:
        """That somebody signed in from a new place."""
        facts = msgspec.json.decode(self.mail.facts, type=dict[str, str])
        address, program = (one_line(facts[name]) or "-" for name in ("address", "program"))
        told = self._say(WHERE, when=_minute(self.mail.created_at), address=address, program=program)
        signed_in = self._say(SIGNED_IN, email=self.user.email)
        end = self._say(YOURS), self._say(NOT_YOURS), f"{self.base}/console/me"
        return self._to(self._say(NEW_PLACE), signed_in, told, *end)

    def _link(self, lasts: int) -> tuple[str, str, str]:
        change = Change(self.connection, DIRECTORY_ID, Account(code=""), Actor(ACTOR, self.at, operator=True))
        made = issue_link(change, self.user.id, lasts)
        return (
            self._say(CHOOSE, until=_minute(made.expires_at)),
            f"{self.base}/console/link/{made.secret}",
            self._say(ONCE),
        )

    def _say(self, text: str, **values: str) -> str:
        return translated(text, self.user.language or self.mail.language or ENGLISH).format(**values)

    def _to(self, subject: str, *paragraphs: str) -> Written:
        return Written(self.user.email, subject, "\n\n".join(paragraphs) + "\n")


def _minute(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment // SECOND, UTC):%Y-%m-%d %H:%M}"


def _sent(settings: Settings, written: Written, at: int) -> tuple[str | None, bool]:
    """What went wrong with sending, if anything, and whether that is for good.

    Of the server's answer only its number is told: its words may have the address in them.
    """
    try:
        _send(parse_smtp_url(settings.smtp_url), settings, written, at)
    except smtplib.SMTPRecipientsRefused as error:
        status = max(status for status, _ in error.recipients.values())
        return f"The mail server refuses the address ({status}).", status >= REFUSES
    except smtplib.SMTPDataError as error:
        return f"The mail server refuses the mail ({error.smtp_code}).", error.smtp_code >= REFUSES
    except smtplib.SMTPNotSupportedError:
        return "The mail server lacks what this takes, as a way to sign in, or addresses with accents.", False
    except smtplib.SMTPResponseException as error:
        return f"The mail server answers with {error.smtp_code}.", False
    except smtplib.SMTPException as error:
        return f"The mail server breaks off ({type(error).__name__}).", False
    except OSError as error:
        return f"The mail server cannot be reached ({error.strerror or type(error).__name__}).", False
    return None, False


def _send(server: Smtp, settings: Settings, written: Written, at: int) -> None:
    """Gives one mail to the server. Raises SMTPException, OSError."""
    host = urlsplit(settings.public_url).hostname or "localhost"
    context = ssl.create_default_context()
    if server.scheme == "smtps":
        client: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, host, timeout=TRY_SECONDS, context=context)
    else:
        client = smtplib.SMTP(server.host, server.port, host, TRY_SECONDS)
    try:
        if server.scheme == "smtp+starttls":
            client.starttls(context=context)
        if server.user:
            client.login(server.user, server.password)
        client.send_message(_message(settings, written, at, host), settings.mail_from, [written.email])
    finally:
        with suppress(smtplib.SMTPException, OSError):
            client.quit()


def _message(settings: Settings, written: Written, at: int, host: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = f"aiguillage <{settings.mail_from}>"
    message["To"] = written.email
    message["Subject"] = written.subject
    message["Date"] = format_datetime(datetime.fromtimestamp(at // SECOND, UTC))
    message["Message-ID"] = make_msgid(domain=host)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(written.body)
    return message
