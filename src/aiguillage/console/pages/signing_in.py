"""Signing in and out, the visitor's accounts, language and look."""

from aiguillage.console.sessions import LANGUAGE, THEME, THEMES, form_token, session_cookie
from aiguillage.console.visits import ROOT, Answer, Moved, Shown, Visit, faults_of, form, page
from aiguillage.desk.accounts import add_account, list_accounts
from aiguillage.desk.passwords import change_password
from aiguillage.desk.second_factor import count_recovery_codes
from aiguillage.desk.sessions import list_sessions, revoke_session, sign_out
from aiguillage.desk.signing_in import Credentials, show_me, sign_in
from aiguillage.domain.accounts import Account
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.problems import Code
from aiguillage.translation import LANGUAGES

KEPT = "kept."
"""Stands before the names of what was typed in a form whose session had ended."""


@page("/", public=True)
def home(visit: Visit) -> Answer:
    """The account's page of today where there is one account, else the list; signing in for nobody."""
    if not visit.session:
        return Moved(f"{ROOT}/sign-in")
    mine = list_accounts(visit.db, visit.actor)
    return Moved(f"{ROOT}/{mine[0].code}/today" if len(mine) == 1 else f"{ROOT}/accounts")


@page("/sign-in", public=True)
def show_sign_in(visit: Visit) -> Answer:
    """The form; whoever is signed in goes on."""
    if visit.session:
        return Moved(ROOT)
    return Shown("sign-in.html", {"next": "", "kept": {}, "faults": {}, "email": "", "ended": False})


def _faults(visit: Visit, refusal: Refusal) -> dict[str, list[str]]:
    """What is wrong, by field; of what a browser's form asks for next, in its own words."""
    if refusal.code is Code.NEW_PASSWORD_NEEDED:
        return {"new": [visit.say("The password was set for you, and works only once. Choose your own.")]}
    if refusal.code is Code.CODE_NEEDED:
        return {"code": [visit.say("Your second factor is on. Type its code too.")]}
    return faults_of(refusal)


@form("/sign-in", public=True, lane="signing in")
def take_sign_in(visit: Visit) -> Answer:
    """A session, in a cookie; then the page that was asked for, or what was typed before the session ended."""
    sent = visit.form
    email = sent.get("email", "")
    kept = {name.removeprefix(KEPT): values for name, values in visit.lists.items() if name.startswith(KEPT)}
    next_ = _own(sent.get("next", ""))
    credentials = Credentials(email, sent.get("password", ""), sent.get("code", ""), sent.get("new", ""))
    try:
        who, secret = sign_in(
            visit.db,
            visit.actor.at,
            credentials,
            address=visit.address,
            agent=visit.agent,
            authorization=f"Bearer {visit.session}",
            language=visit.language,
        )
    except Refusal as refusal:
        values = {"next": next_, "kept": kept, "faults": _faults(visit, refusal), "email": email, "ended": False}
        status = 429 if refusal.kind is Kind.LIMITED else 422
        return Shown("sign-in.html", values | {"new_needed": refusal.field == "new"}, status)
    if kept:
        return Shown(
            "again.html",
            {"to": next_, "kept": kept, "new_token": form_token(secret), "left": who.codes_left},
            cookies=session_cookie(secret),
        )
    if who.codes_left is not None:
        said = visit.say("You signed in with a recovery code. Codes that are left: {count}", count=who.codes_left)
        return Moved(f"{ROOT}/me", said, cookies=session_cookie(secret))
    return Moved(next_ or ROOT, cookies=session_cookie(secret))


def _own(address: str) -> str:
    """An address of this console; empty for any other."""
    own = address.startswith(f"{ROOT}/") and address.isascii() and address.isprintable()
    return address if own and "\\" not in address and "//" not in address else ""


@form("/sign-out", public=True)
def leave(visit: Visit) -> Answer:
    """Ends the session."""
    if visit.session:
        sign_out(visit.db, visit.actor)
    return Moved(f"{ROOT}/sign-in", cookies=session_cookie(None))


@form("/preferences", public=True)
def prefer(visit: Visit) -> Answer:
    """The language and the look, kept in the browser."""
    chosen: dict[str, str | None] = {}
    if (language := visit.form.get("language", "")) in LANGUAGES:
        chosen[LANGUAGE] = language
    if (theme := visit.form.get("theme", "")) in THEMES:
        chosen[THEME] = theme
    return Moved(_own(visit.form.get("next", "")) or ROOT, cookies=chosen)


@page("/accounts")
def accounts(visit: Visit) -> Answer:
    """The accounts that the visitor may see."""
    return _accounts(visit, {}, {})


def _accounts(visit: Visit, typed: dict[str, str], faults: dict[str, list[str]]) -> Shown:
    mine = list_accounts(visit.db, visit.actor)
    return Shown("accounts.html", {"accounts": mine, "typed": typed, "faults": faults}, 422 if faults else 200)


@form("/accounts")
def new_account(visit: Visit) -> Answer:
    """A new account, by an operator."""
    code, name = visit.form.get("code", "").strip(), visit.form.get("name", "")
    try:
        add_account(visit.db, visit.actor, Account(code, name))
    except Refusal as refusal:
        return _accounts(visit, {"code": code, "name": name}, faults_of(refusal))
    return Moved(f"{ROOT}/{code}/today", visit.say("The account is added. Its first steps are below."))


@page("/me")
def me(visit: Visit) -> Answer:
    """The visitor's own sign-in: sessions, password."""
    return show_mine(visit, {})


def show_mine(visit: Visit, faults: dict[str, list[str]]) -> Shown:
    """The visitor's own sign-in, with what is wrong."""
    who = show_me(visit.db, visit.actor)
    mine = [one for one in list_sessions(visit.db, visit.actor) if one.user_id == who.id]
    values = {"who": who, "sessions": mine, "faults": faults, "codes": count_recovery_codes(visit.db, visit.actor)}
    return Shown("me.html", values | {"renewing": False}, 422 if faults else 200)


@form("/me/password", lane="signing in")
def new_password(visit: Visit) -> Answer:
    """Another password; all other sessions of the visitor end."""
    current, new = visit.form.get("current", ""), visit.form.get("new", "")
    try:
        change_password(visit.db, visit.actor, current, new, address=visit.address)
    except Refusal as refusal:
        return show_mine(visit, faults_of(refusal))
    return Moved(f"{ROOT}/me", visit.say("Your password is changed, and your other sessions are ended."))


@form("/me/sessions/{id}/end")
def end(visit: Visit) -> Answer:
    """Ends one of the visitor's sessions."""
    revoke_session(visit.db, visit.actor, visit.id())
    return Moved(f"{ROOT}/me", visit.say("The session is ended."))
