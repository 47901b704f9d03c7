"""Mail, by a real mail server: who is written to, in which language, and what becomes of what cannot be sent."""

import re
from collections.abc import Iterator

import msgspec
import pytest
from sqlalchemy import update

from aiguillage.desk.links import ask_reset, show_link
from aiguillage.desk.signing_in import Credentials, sign_in
from aiguillage.desk.users import add_user, disable_user, invite_person
from aiguillage.domain.accounts import Role
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.mails import MOST_RESETS, TRIED_FOR
from aiguillage.domain.moments import DAY, HOUR, MINUTE
from aiguillage.mailing import send_mails
from aiguillage.settings import Settings
from aiguillage.storage.schema import accounts
from tests.cast import ACCOUNT, NOW, Cast, email
from tests.mail_server import Mailbox, mail_server
from tests.refusal import refused
from tests.storage.facts import rows

NEWCOMER, NOA = email("newcomer"), email("noa")
PASSWORD = "correct horse battery"
BASE = "https://calls.example.org"
LINK = re.compile(rf"{BASE}/console/link/(\S+)")


@pytest.fixture(scope="module")
def server() -> Iterator[Mailbox]:
    """A mail server that all tests share."""
    mailbox = Mailbox()
    with mail_server(mailbox):
        yield mailbox


@pytest.fixture
def mailbox(server: Mailbox) -> Mailbox:
    """The same, empty."""
    server.mails.clear()
    server.recipients.clear()
    server.refuses.clear()
    return server


def settings(mailbox: Mailbox) -> Settings:
    """How mail is sent to it."""
    return Settings(smtp_url=f"smtp://127.0.0.1:{mailbox.port}", mail_from="calls@example.org", public_url=BASE)


def sent(cast: Cast, mailbox: Mailbox, at: int = NOW) -> tuple[int, int]:
    """Sends what is due then; how many mails wait then, and how many were given up."""
    return send_mails(cast.db, settings(mailbox), lambda: at)


def invite(cast: Cast, address: str = NEWCOMER, language: str = "en", name: str = "manager") -> None:
    """Invites somebody by mail."""
    shown = invite_person(cast.db, cast[name], address, ACCOUNT, Role.EDIT, mailed=True, language=language)[1]
    assert shown == ""


def is_good(cast: Cast, secret: str, at: int = NOW) -> bool:
    """Whether a link is good for something."""
    try:
        return bool(show_link(cast.db, at, secret))
    except Refusal:
        return False


def test_somebody_new_is_mailed_a_link_and_who_has_a_password_none(cast: Cast, mailbox: Mailbox) -> None:
    add_user(cast.db, cast.operator, NOA, password=PASSWORD, one_time=False)
    invite(cast)
    invite(cast, NOA, "fr")

    assert sent(cast, mailbox) == (0, 0)

    first, second = mailbox.mails
    link = LINK.search(first.get_content())
    assert link
    assert show_link(cast.db, NOW, link[1]).email == NEWCOMER
    assert (first["To"], first["Subject"]) == (NEWCOMER, "An invitation to Clinique des Acacias")
    assert first["Auto-Submitted"] == "auto-generated"
    assert "manager@example.org gave you the role edit" in first.get_content()
    assert second["Subject"] == "Une invitation à Clinique des Acacias"
    assert not LINK.search(second.get_content())
    kept = [row._asdict() for row in rows(cast.db, "SELECT * FROM mails")]
    assert link[1] not in str(kept)


def test_a_forgotten_password_is_mailed_to_who_is_known_and_to_nobody_else(cast: Cast, mailbox: Mailbox) -> None:
    add_user(cast.db, cast.operator, NOA, password=PASSWORD, one_time=False)
    add_user(cast.db, cast.operator, email("gone"), password=PASSWORD, one_time=False)
    disable_user(cast.db, cast.operator, email("gone"))
    for address in (NOA, email("nobody"), email("gone"), "no address at all", "a@example.org\r\nBcc: b@example.org"):
        ask_reset(cast.db, NOW, address, address="192.0.2.1", language="fr")

    assert sent(cast, mailbox) == (0, 0)

    assert mailbox.recipients == [NOA]
    link = LINK.search(mailbox.mails[0].get_content())
    assert link
    assert is_good(cast, link[1], NOW + HOUR - 1)
    assert not is_good(cast, link[1], NOW + HOUR)
    assert [row.email for row in rows(cast.db, "SELECT * FROM mails")] == [NOA]


def test_forgotten_passwords_are_budgeted_by_who_asks_and_by_who_is_written_to(cast: Cast, mailbox: Mailbox) -> None:
    add_user(cast.db, cast.operator, NOA, password=PASSWORD, one_time=False)
    with refused(Kind.LIMITED, "Too many attempts"):
        for _ in range(30):
            ask_reset(cast.db, NOW, NOA, address="192.0.2.1", language="en")

    sent(cast, mailbox)

    links = [LINK.search(mail.get_content()) for mail in mailbox.mails]
    assert len(links) == MOST_RESETS
    assert [bool(link and is_good(cast, link[1])) for link in links] == [*[False] * (MOST_RESETS - 1), True]


def test_names_put_nothing_into_a_mails_head(cast: Cast, mailbox: Mailbox) -> None:
    with cast.db.write() as connection:
        connection.execute(update(accounts).values(name="Acacias\r\nBcc: b@example.org"))
    invite(cast)

    sent(cast, mailbox)

    [mail] = mailbox.mails
    assert mailbox.recipients == [NEWCOMER]
    assert mail["Bcc"] is None
    assert mail["Subject"] == "An invitation to Acacias Bcc: b@example.org"


def test_a_sign_in_from_a_new_address_or_program_is_mailed(cast: Cast, mailbox: Mailbox) -> None:
    add_user(cast.db, cast.operator, NOA, password=PASSWORD, one_time=False)
    places = [
        ("192.0.2.1", "Firefox/140.0", True),
        ("192.0.2.1", "Firefox/141.0", False),
        ("192.0.2.2", "Firefox/141.0", True),
        ("192.0.2.2", "curl/8.1", True),
        ("192.0.2.1", "curl/8.2", False),
    ]
    for n, (address, agent, _) in enumerate(places):
        at = NOW + n * MINUTE
        sign_in(cast.db, at, Credentials(NOA, PASSWORD), address=address, agent=agent, language="fr")

    sent(cast, mailbox, NOW + HOUR)

    assert len(mailbox.mails) == sum(new for *_, new in places)
    said = mailbox.mails[1].get_content()
    assert "Adresse" in said
    assert "192.0.2.2" in said
    assert f"{BASE}/console/me" in said
    assert PASSWORD not in said


def test_a_server_that_is_away_is_tried_again_until_it_is_back(cast: Cast) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox):
        pass
    invite(cast)

    assert sent(cast, mailbox) == (1, 0)
    assert sent(cast, mailbox, NOW + 1) == (1, 0)
    with mail_server(mailbox):
        assert sent(cast, mailbox, NOW + MINUTE) == (0, 0)

    [row] = rows(cast.db, "SELECT * FROM mails")
    assert (row.tries, row.sent_at, row.trouble) == (2, NOW + MINUTE, None)
    assert LINK.search(mailbox.mails[0].get_content())


@pytest.mark.parametrize(
    ("refuses", "counted", "trouble"),
    [
        ({"address": "550 newcomer@example.org is unknown"}, (0, 1), "The mail server refuses the address (550)."),
        ({"address": "450 try later"}, (1, 0), "The mail server refuses the address (450)."),
        ({"mail": "554 no"}, (0, 1), "The mail server refuses the mail (554)."),
        ({"mail": "451 later"}, (1, 0), "The mail server refuses the mail (451)."),
    ],
)
def test_what_is_refused_for_good_is_given_up_and_said(
    cast: Cast, mailbox: Mailbox, refuses: dict[str, str], counted: tuple[int, int], trouble: str
) -> None:
    mailbox.refuses |= refuses
    invite(cast)

    assert sent(cast, mailbox) == counted

    assert rows(cast.db, "SELECT trouble FROM mails")[0].trouble == trouble


def test_a_mail_is_given_up_after_a_day_and_forgotten_after_thirty(cast: Cast) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox):
        pass
    invite(cast)

    assert sent(cast, mailbox, NOW + TRIED_FOR) == (0, 1)
    assert sent(cast, mailbox, NOW + 31 * DAY) == (0, 0)
    assert rows(cast.db, "SELECT * FROM mails") == []


def test_without_a_mail_server_nothing_waits(cast: Cast, mailbox: Mailbox) -> None:
    add_user(cast.db, cast.operator, NOA, password=PASSWORD, one_time=False)
    sign_in(cast.db, NOW, Credentials(NOA, PASSWORD), address="192.0.2.1")
    assert len(rows(cast.db, "SELECT * FROM mails")) == 1

    assert send_mails(cast.db, msgspec.structs.replace(settings(mailbox), smtp_url=""), lambda: NOW) == (0, 0)

    assert rows(cast.db, "SELECT * FROM mails") == []
