"""Links by which people choose their password, and asking for one when it is forgotten."""

from aiguillage.console.sessions import session_cookie
from aiguillage.console.visits import ROOT, Answer, Moved, Shown, Visit, faults_of, form, page
from aiguillage.desk.links import ask_reset, show_link, use_link
from aiguillage.domain.errors import Kind, Refusal


@page("/link/{secret}", public=True)
def linked(visit: Visit) -> Answer:
    """The form; looking at it uses nothing up, as programs that check mails for people look at every link."""
    return _linked(visit, {}, 200)


def _linked(visit: Visit, faults: dict[str, list[str]], status: int) -> Shown:
    try:
        link = show_link(visit.db, visit.actor.at, visit.path["secret"])
    except Refusal as refusal:
        return _gone(visit, refusal)
    values = {"link": link, "secret": visit.path["secret"], "faults": faults}
    return Shown("link.html", values, status)


def _gone(visit: Visit, refusal: Refusal) -> Shown:
    return Shown("link-gone.html", {"message": refusal.message, "mailed": visit.means["mailed"]()}, 404)


@form("/link/{secret}", public=True, lane="signing in")
def use(visit: Visit) -> Answer:
    """The password is set, the link used up, and whoever had it is signed in."""
    sent = visit.form
    try:
        _, secret = use_link(
            visit.db,
            visit.actor.at,
            visit.path["secret"],
            sent.get("new", ""),
            sent.get("code", ""),
            address=visit.address,
            agent=visit.agent,
        )
    except Refusal as refusal:
        if refusal.kind is Kind.MISSING:
            return _gone(visit, refusal)
        return _linked(visit, faults_of(refusal), 429 if refusal.kind is Kind.LIMITED else 422)
    return Moved(ROOT, cookies=session_cookie(secret))


@page("/forgotten", public=True)
def forgotten(visit: Visit) -> Answer:
    """Asks for the address, or says whom to ask where no mail is sent."""
    return _forgotten(visit, {})


def _forgotten(visit: Visit, faults: dict[str, list[str]], *, asked: bool = False, status: int = 200) -> Shown:
    values = {"mailed": visit.means["mailed"](), "faults": faults, "asked": asked}
    return Shown("forgotten.html", values, status)


@form("/forgotten", public=True, lane="signing in")
def ask(visit: Visit) -> Answer:
    """The same answer for everybody, whether they are known here or not."""
    if not visit.means["mailed"]():
        return _forgotten(visit, {})
    try:
        email = visit.form.get("email", "")
        ask_reset(visit.db, visit.actor.at, email, address=visit.address, language=visit.language)
    except Refusal as refusal:
        return _forgotten(visit, faults_of(refusal), status=429 if refusal.kind is Kind.LIMITED else 422)
    return _forgotten(visit, {}, asked=True)
