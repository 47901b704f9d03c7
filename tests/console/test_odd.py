"""What nobody sends who means well, and what must not be lost: each answers a page, and says what to do."""

from urllib.parse import quote

import pytest

from aiguillage.app import open_database
from aiguillage.cli.demo_examples import PASSWORD
from aiguillage.desk.contacts import enter_contact, show_contact
from aiguillage.desk.users import actor_named
from tests.console.visiting import EDITOR, HERE, MANAGER, OPERATOR, READER, Site, form_of, newest_id, text_of

FOREIGN = {"Origin": "https://elsewhere.example.org", "Sec-Fetch-Site": "cross-site"}
NOW = 1_795_000_000_000_000


def test_what_another_site_sends_is_never_kept_as_the_visitors_own(site: Site) -> None:
    sent = {"email": "attacker@example.org", "role": "manage"}
    with site.visitor() as nobody:
        foreign = nobody.post(f"{HERE}/settings/people", data=sent, headers=FOREIGN)
        unsigned = nobody.post(f"{HERE}/settings/people", data=sent)
    assert (foreign.status_code, unsigned.status_code) == (403, 401)
    for answer in (foreign, unsigned):
        assert "attacker@example.org" not in answer.text


def test_secrets_are_typed_anew_after_a_session_has_ended(own_site: Site) -> None:
    with own_site.visitor() as somebody:
        somebody.sign_in(MANAGER)
        token = somebody.token()
        database = open_database(own_site.settings)
        with database.write() as connection:
            connection.exec_driver_sql("UPDATE tokens SET revoked_at = 1 WHERE kind = 'session'")
        database.close()
        sent = {"token": token, "email": "newcomer@example.org", "role": "read", "proof": "my very secret"}
        answer = somebody.post(f"{HERE}/settings/people", data=sent)
        assert "newcomer@example.org" in answer.text
        assert "my very secret" not in answer.text


def test_saving_what_is_as_it_was_changes_nothing_and_offers_no_undo(site: Site) -> None:
    editor, manager = site.as_(EDITOR), site.as_(MANAGER)
    added = editor.send_form(f"{HERE}/contacts/new", company="Verrerie Carpentier", numbers="01 99 00 81 81")
    at = added.url.path
    saved = manager.post(at, data=form_of(manager.get(at), at))
    assert "Nothing was changed." in text_of(saved)
    assert "/undo" not in saved.text.partition("<main")[2]


def test_an_e_mail_address_that_stays_keeps_its_type_and_label(own_site: Site) -> None:
    database = open_database(own_site.settings)
    editor = actor_named(database, EDITOR, NOW)
    emails = [{"email": "a@example.org", "type": "work", "label": "Bureau"}, "b@example.org"]
    kept = enter_contact(database, editor, "CL0000", None, {"company": "Verrerie", "emails": emails})
    manager, at = own_site.as_(MANAGER), f"{HERE}/contacts/{kept.id}"
    manager.post(at, data=form_of(manager.get(at), at) | {"company": "Verrerie Carpentier"})
    after = show_contact(database, editor, "CL0000", kept.id)
    database.close()
    assert after.contact.company == "Verrerie Carpentier"
    assert after.contact.given == kept.contact.given


def test_a_moment_is_shown_and_taken_by_the_accounts_clock(site: Site) -> None:
    editor, at = site.as_(EDITOR), f"{HERE}/switches"
    sent = {"name": "Grève", "owner": "account:", "destination": "299", "on": "", "until": ""}
    editor.send_form(f"{at}/new", **sent)
    mine = newest_id(editor.get(at), at)
    filled = form_of(editor.get(f"{at}/{mine}"), f"{at}/{mine}") | {"on": "1", "until": "2030-12-25T10:30"}
    assert "It is changed." in text_of(editor.post(f"{at}/{mine}", data=filled))
    shown = form_of(editor.get(f"{at}/{mine}"), f"{at}/{mine}")
    assert shown["until"] == "2030-12-25T10:30:00"
    assert "Nothing was changed." in text_of(editor.post(f"{at}/{mine}", data=shown))
    editor.send_form(f"{at}/{mine}/remove")


def test_what_is_said_waits_for_the_account_that_it_is_about(site: Site) -> None:
    with site.visitor() as operator:
        operator.sign_in(OPERATOR)
        token = operator.token()
        operator.post(f"{HERE}/groups/new", data={"token": token, "name": "Équipe"}, follow_redirects=False)
        assert "It is added." not in text_of(operator.get("/console/CL0001/today"))
        operator.get(f"{HERE}/found?q=acac")
        operator.get(f"{HERE}/today?live=1")
        assert "It is added." in text_of(operator.get(f"{HERE}/groups"))


def test_very_many_rows_are_refused_soon(site: Site) -> None:
    sent = {f"layers.{n}.name": "1" for n in range(8_000)} | {"code": "x", "name": "X"}
    answer = site.as_(EDITOR).send_form(f"{HERE}/rotas/new", **sent)
    assert answer.status_code == 422
    assert "A list has at most 1,000 rows." in text_of(answer)


def test_what_was_typed_of_something_that_is_gone_meanwhile_stays(site: Site) -> None:
    editor, at = site.as_(EDITOR), f"{HERE}/groups"
    editor.send_form(f"{at}/new", name="Passagers")
    mine = newest_id(editor.get(at), at)
    sent = form_of(editor.get(f"{at}/{mine}"), f"{at}/{mine}") | {"name": "Voyageurs"}
    queue = {"name": "Quai", "code": "quai", "call_queue_group_id": str(mine)}
    editor.send_form(f"{at}/{mine}/remove")
    answer = editor.post(f"{at}/{mine}", data=sent)
    assert (answer.status_code, form_of(answer, f"{at}/new")["name"]) == (422, "Voyageurs")
    answer = editor.send_form(f"{HERE}/call-queues/new", **queue)
    assert (answer.status_code, form_of(answer, f"{HERE}/call-queues/new")["code"]) == (422, "quai")


def test_what_is_left_empty_is_asked_for_at_its_field(site: Site) -> None:
    answer = site.as_(EDITOR).send_form(f"{HERE}/time-spans/new", owner="queue:21", day_of_week="1")
    assert answer.status_code == 422
    assert text_of(answer).count("Fill this in.") == 2
    assert "null" not in text_of(answer)


PART = b'--x\r\nContent-Disposition: form-data; name="a"\r\n'
MULTIPART, PLAIN = "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"
SET_COOKIE = b"language=fr&next=/console/x%0d%0aSet-Cookie:%20pwn=1"


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        ("/console/sign-in", PART + b"\r\n\xff\r\n--x--\r\n", MULTIPART),
        ("/console/sign-in", PART + b"Content-Type: text/plain; charset=nope\r\n\r\n1\r\n--x--\r\n", MULTIPART),
        ("/console/sign-in", b"\xff\xfe=%", PLAIN),
        ("/console/sign-in", b"{", "application/json"),
        ("/console/preferences", b"theme=%E2%82%AC", PLAIN),
        ("/console/preferences", b"language=fr&next=/console/%E2%82%AC", PLAIN),
        ("/console/preferences", SET_COOKIE, PLAIN),
    ],
)
def test_an_odd_form_gets_a_page(site: Site, path: str, body: bytes, kind: str) -> None:
    with site.visitor() as somebody:
        answer = somebody.post(path, content=body, headers={"Content-Type": kind}, follow_redirects=False)
    assert answer.status_code in {303, 400, 415, 422}
    assert "pwn" not in answer.headers.get("location", "")
    if answer.status_code != 303:
        assert answer.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("origin", ["http://[", "", "null", "https://", "javascript:1"])
def test_an_odd_origin_is_refused_on_a_page(site: Site, origin: str) -> None:
    manager = site.as_(MANAGER)
    answer = manager.post(
        f"{HERE}/groups/new", data={"token": manager.token(), "name": "X"}, headers={"Origin": origin}
    )
    assert (answer.status_code, answer.headers["content-type"]) == (403, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    "path",
    [
        f"{HERE}/rotas/new?members=x&layers=y&overrides=z",
        f"{HERE}/calls?since=0000-00-00",
        f"{HERE}/try?at=x",
        f"{HERE}/today?q=%ff%00",
    ],
)
def test_an_odd_address_gets_a_page(site: Site, path: str) -> None:
    answer = site.as_(MANAGER).get(path)
    assert answer.status_code in {200, 422}


def test_digits_without_end_are_no_number(site: Site) -> None:
    manager, digits = site.as_(MANAGER), "9" * 5_000
    assert manager.send_form(f"{HERE}/contacts/remove", id=digits).status_code == 422
    group = manager.send_form(f"{HERE}/groups/new", name="Grands nombres")
    mine = newest_id(group, f"{HERE}/groups")
    assert manager.send_form(f"{HERE}/groups/{mine}", name="Grands", seq=digits).status_code == 200
    with site.visitor() as somebody:
        somebody.cookies.set("said", quote(f"sign-in {digits} hello"))
        assert somebody.get("/console/sign-in").status_code == 200


def test_a_reader_is_shown_no_first_steps_that_they_cannot_take(own_site: Site) -> None:
    with own_site.visitor() as operator:
        operator.sign_in(OPERATOR)
        operator.send_form("/console/accounts", code="CL0077", name="Neuf")
        operator.send_form("/console/CL0077/settings/people", email=READER, role="read", proof=PASSWORD)
    with own_site.visitor() as reader:
        reader.sign_in(READER)
        assert "First steps" not in text_of(reader.get("/console/CL0077/today"))
