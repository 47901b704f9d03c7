"""Mail and the console, whole: somebody is invited by mail, and later forgets their password."""

import re
import time
from pathlib import Path

from tests.console.test_settings import PEOPLE
from tests.console.visiting import HERE, MANAGER, Site, opened, text_of
from tests.mail_server import Mailbox, mail_server

NEWCOMER = "newcomer@example.org"
FORGOTTEN = "/console/forgotten"
FIRST, SECOND = "correct horse battery", "quite another horse battery"
BASE = "http://calls.example.org"


def link_in(mailbox: Mailbox, number: int) -> str:
    """The path of the link in the newcomer's n-th mail, which is waited for."""
    ends = time.monotonic() + 60
    while len(theirs := [mail for mail in mailbox.mails if mail["To"] == NEWCOMER]) < number:
        assert time.monotonic() < ends
        time.sleep(0.1)
    found = re.search(rf"{BASE}(/console/link/\S+)", theirs[number - 1].get_content())
    assert found
    return found[1]


def test_somebody_is_invited_by_mail_and_chooses_another_password_by_mail(tmp_path: Path) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox):
        mail = {"SMTP_URL": f"smtp://127.0.0.1:{mailbox.port}", "MAIL_FROM": "calls@example.org", "PUBLIC_URL": BASE}
        with opened(tmp_path, **{f"AIGUILLAGE_{name}": value for name, value in mail.items()}) as site:
            _invited(site, mailbox)


def _invited(site: Site, mailbox: Mailbox) -> None:
    with site.visitor() as manager, site.visitor() as newcomer:
        manager.sign_in(MANAGER)
        invited = manager.send_form(PEOPLE, email=NEWCOMER, role="edit")
        assert "A mail is on its way" in text_of(invited)
        assert "/console/link/" not in invited.text
        first = link_in(mailbox, 1)
        assert newcomer.send_form(first, page=first, new=FIRST).url.path == f"{HERE}/today"

        answers = [newcomer.send_form(FORGOTTEN, page=FORGOTTEN, email=one) for one in (NEWCOMER, "no@example.org")]
        assert "is on its way" in text_of(answers[0])
        assert text_of(answers[0]) == text_of(answers[1])
        second = link_in(mailbox, 2)
        assert newcomer.send_form(second, page=second, new=SECOND).url.path == f"{HERE}/today"
        assert newcomer.sign_in(NEWCOMER, FIRST).status_code == 422
    log = site.server.log.read_text()
    assert first.rpartition("/")[2] not in log
    assert second.rpartition("/")[2] not in log
