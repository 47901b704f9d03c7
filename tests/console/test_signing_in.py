"""Signing in to the console: the cookie, what ends it, and what was typed when it ended."""

import re

import httpx

from aiguillage.app import open_database
from aiguillage.cli.demo_examples import PASSWORD
from aiguillage.console.sessions import cookie
from tests.console.visiting import HERE, MANAGER, OPERATOR, OUTSIDER, READER, Site, form_of, text_of


def test_the_first_page_asks_to_sign_in_and_leads_to_today(site: Site) -> None:
    with site.visitor() as somebody:
        assert str(somebody.get("/").url).endswith("/console/sign-in")
        answer = somebody.sign_in(OUTSIDER)
        assert (answer.status_code, answer.url.path) == (200, "/console/CL0001/today")
        assert somebody.get("/").url.path == "/console/CL0001/today"


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(site: Site) -> None:
    with site.visitor() as somebody:
        sent = {"email": READER, "password": PASSWORD}
        plain = somebody.post("/console/sign-in", data=sent, follow_redirects=False)
        held = plain.headers["set-cookie"]
        assert held.startswith("aiguillage=aig_")
        assert {"HttpOnly", "Path=/", "SameSite=lax"} <= {word.strip() for word in held.split(";")}
    for name in ("aiguillage", "language"):
        over_tls = cookie(name, "x", secure=True)
        assert (over_tls.key, over_tls.secure, over_tls.httponly) == (f"__Host-{name}", True, True)


def test_what_is_wrong_is_said_alike_and_the_address_stays(site: Site) -> None:
    with site.visitor() as somebody:
        for email in (READER, "nobody@example.org"):
            answer = somebody.sign_in(email, "no such password")
            assert answer.status_code == 422
            assert form_of(answer, "/console/sign-in")["email"] == email
            assert "no such password" not in answer.text
            assert "wrong" in text_of(answer)


def test_signing_out_ends_the_session_on_the_server(site: Site) -> None:
    with site.visitor() as somebody:
        somebody.sign_in(OUTSIDER)
        cookies = httpx.Cookies(somebody.cookies)
        assert "Sign in" in text_of(somebody.send_form("/console/sign-out"))
        with site.visitor() as again:
            again.cookies = cookies
            assert again.get("/console/CL0001/today").status_code == 401


def test_what_was_typed_when_the_session_ended_is_sent_after_signing_in_again(own_site: Site) -> None:
    with own_site.visitor() as somebody:
        somebody.sign_in(MANAGER)
        typed = form_of(somebody.get(f"{HERE}/contacts/new"), f"{HERE}/contacts/new")
        typed |= {"company": "Pompes Ormeau", "code": "7171", "numbers": "01 99 00 44 55\n06 39 98 44 55"}
        database = open_database(own_site.settings)
        with database.write() as connection:
            connection.exec_driver_sql("UPDATE tokens SET revoked_at = 1 WHERE kind = 'session'")
        database.close()
        answer = somebody.post(f"{HERE}/contacts/new", data=typed)
        assert answer.status_code == 401
        assert "what you typed is kept" in text_of(answer)
        kept = form_of(answer, "/console/sign-in")
        answer = somebody.post("/console/sign-in", data=kept | {"email": MANAGER, "password": PASSWORD})
        assert "Pompes Ormeau" in text_of(answer)
        again = form_of(answer, f"{HERE}/contacts/new")
        assert again["code"] == "7171"
        answer = somebody.post(f"{HERE}/contacts/new", data=again)
        assert "The contact is added." in text_of(answer)
        assert "+33199004455" in answer.text


def test_after_signing_in_nobody_is_led_elsewhere(site: Site) -> None:
    for next_ in ("https://elsewhere.example.org/", "//elsewhere.example.org/console/", "/console/\\elsewhere"):
        with site.visitor() as somebody:
            answer = somebody.sign_in(OUTSIDER, next=next_)
            assert answer.url.path == "/console/CL0001/today"


def test_an_operator_adds_an_account_and_sees_its_first_steps(own_site: Site) -> None:
    with own_site.visitor() as operator:
        assert "Démonstration" in text_of(operator.sign_in(OPERATOR))
        refused = operator.send_form("/console/accounts", code="1", name="Librairie Ormeau")
        assert refused.status_code == 422
        assert "is not an account code" in text_of(refused)
        assert "Librairie Ormeau" in refused.text
        added = operator.send_form("/console/accounts", code="CL0042", name="Librairie Ormeau")
        assert added.url.path == "/console/CL0042/today"
        assert "First steps" in text_of(added)


def test_a_changed_password_ends_the_other_sessions(own_site: Site) -> None:
    with own_site.visitor() as one, own_site.visitor() as other:
        one.sign_in(READER)
        other.sign_in(READER)
        refused = one.send_form("/console/me/password", current="no", new="much better horse battery")
        assert refused.status_code == 422
        done = one.send_form("/console/me/password", current=PASSWORD, new="much better horse battery")
        assert "Your password is changed" in text_of(done)
        assert other.get(f"{HERE}/today").status_code == 401


def test_language_and_look_are_kept_in_the_browser(site: Site) -> None:
    with site.visitor() as somebody:
        answer = somebody.send_form("/console/preferences", language="fr", theme="dark")
        assert '<html lang="fr" data-theme="dark">' in answer.text
        answer = somebody.send_form("/console/preferences", language="xx", theme="pink")
        assert '<html lang="fr" data-theme="dark">' in answer.text


def test_each_page_has_its_headers(site: Site) -> None:
    headers = site.as_(MANAGER).get(f"{HERE}/today").headers
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "same-origin")


def test_assets_are_kept_for_ever_and_a_first_visit_is_light(site: Site) -> None:
    manager = site.as_(MANAGER)
    pages = [manager.get(f"{HERE}/{one}") for one in ("today", "contacts", "calls", "try", "call-queues")]
    assets = {one for page in pages for one in re.findall(r'(?:href|src)="(/console/assets/[^"]+)"', page.text)}
    weight = 0
    for asset in assets:
        with manager.stream("GET", asset) as answer:
            assert "immutable" in answer.headers["cache-control"]
            weight += sum(len(piece) for piece in answer.iter_raw())
    for page in pages:
        with manager.stream("GET", page.url) as answer:
            weight += sum(len(piece) for piece in answer.iter_raw())
    assert weight < 350_000
