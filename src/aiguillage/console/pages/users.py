"""The operator's pages: everybody who can sign in, what they may do where, and what helps who cannot sign in."""

from collections.abc import Callable

from aiguillage.console.pages.people import ROLES
from aiguillage.console.proofs import proof_faults, proven
from aiguillage.console.visits import ROOT, Answer, Moved, Shown, Visit, form, page
from aiguillage.desk.accounts import list_accounts
from aiguillage.desk.links import make_link
from aiguillage.desk.second_factor import has_second_factor, remove_second_factor
from aiguillage.desk.sessions import end_sessions, last_sign_ins, list_sessions
from aiguillage.desk.users import User, add_user, grant_role, list_users, revoke_role, set_user, show_user
from aiguillage.domain.accounts import role_named
from aiguillage.domain.contacts import folded
from aiguillage.domain.errors import Kind, Refusal

MOST_SHOWN = 100
"""Users on one page: a search finds the others."""


@page("/users")
def users(visit: Visit) -> Answer:
    """Everybody, or those whose address, name or account has what was typed."""
    return _users(visit, {}, {})


def _users(visit: Visit, typed: dict[str, str], faults: dict[str, list[str]]) -> Shown:
    words = folded(visit.query.get("q", "")).split()
    found = [user for user in list_users(visit.db, visit.actor) if all(word in _searched(user) for word in words)]
    values = {"users": found[:MOST_SHOWN], "more": max(0, len(found) - MOST_SHOWN), "q": visit.query.get("q", "")}
    signed_in = last_sign_ins(visit.db, visit.actor)
    return Shown("users.html", values | {"signed_in": signed_in, "typed": typed, "faults": faults}, _status(faults))


def _searched(user: User) -> str:
    return folded(" ".join((user.email, user.name, *user.grants)))


def _status(faults: dict[str, list[str]]) -> int:
    return 422 if faults else 200


@form("/users", lane="signing in")
def add(visit: Visit) -> Answer:
    """A new user, who chooses a password by a link that their page makes."""
    email, name = visit.form.get("email", ""), visit.form.get("name", "")
    try:
        user = add_user(visit.db, proven(visit), email, name=name)
    except Refusal as refusal:
        if refusal.kind is Kind.FORBIDDEN and not visit.actor.operator:
            raise
        return _users(visit, {"email": email, "name": name}, proof_faults(refusal))
    return Moved(f"{ROOT}/users/{user.id}", visit.say("The user is added. Give them a role, and a link to sign in."))


@page("/users/{id}")
def user(visit: Visit) -> Answer:
    """One user: roles, sessions, what helps."""
    return _user(visit, show_user(visit.db, visit.actor, visit.id()), {})


def _user(visit: Visit, shown: User, faults: dict[str, list[str]]) -> Shown:
    sessions = [one for one in list_sessions(visit.db, visit.actor) if one.user_id == shown.id]
    values = {"user": shown, "sessions": sessions, "roles": ROLES, "faults": faults}
    accounts = [(one.code, f"{one.code} {one.name}") for one in list_accounts(visit.db, visit.actor)]
    more = {"accounts": accounts, "factor": has_second_factor(visit.db, visit.actor, shown.email)}
    last = last_sign_ins(visit.db, visit.actor).get(shown.id)
    return Shown("user.html", values | more | {"last": last, "own": shown.id == visit.actor.user_id}, _status(faults))


def _done(visit: Visit, change: Callable[[User], str]) -> Answer:
    """The user's page again after a change, which says what was done; or with what is wrong."""
    shown = show_user(visit.db, visit.actor, visit.id())
    try:
        said = change(shown)
    except Refusal as refusal:
        return _user(visit, shown, proof_faults(refusal))
    return Moved(f"{ROOT}/users/{shown.id}", said)


@form("/users/{id}/grant", lane="signing in")
def grant(visit: Visit) -> Answer:
    """A role on an account, in place of the one before."""

    def change(shown: User) -> str:
        role = role_named(visit.form.get("role", ""))
        grant_role(visit.db, proven(visit), shown.email, visit.form.get("account", ""), role)
        return visit.say("The role is given.")

    return _done(visit, change)


@form("/users/{id}/revoke", lane="signing in")
def revoke(visit: Visit) -> Answer:
    """Takes a role away."""

    def change(shown: User) -> str:
        revoke_role(visit.db, proven(visit), shown.email, visit.form.get("revoked", ""))
        return visit.say("The role is taken away.")

    return _done(visit, change)


@form("/users/{id}/link", lane="signing in")
def link(visit: Visit) -> Answer:
    """A link by which they choose a password, shown this once."""
    shown = show_user(visit.db, visit.actor, visit.id())
    try:
        made = make_link(visit.db, proven(visit), shown.email)
    except Refusal as refusal:
        return _user(visit, shown, proof_faults(refusal))
    values = {"user": shown, "made": f"{visit.base}/console/link/{made.secret}", "until": made.expires_at}
    return Shown("user-link.html", values)


@form("/users/{id}/sessions/end")
def end(visit: Visit) -> Answer:
    """Ends all their sessions, but the one that asks."""

    def change(shown: User) -> str:
        return visit.say("Sessions that are ended: {count}", count=end_sessions(visit.db, visit.actor, shown.id))

    return _done(visit, change)


@form("/users/{id}/one-factor", lane="signing in")
def one_factor(visit: Visit) -> Answer:
    """Takes their second factor off."""

    def change(shown: User) -> str:
        remove_second_factor(visit.db, proven(visit), shown.email)
        return visit.say("Their second factor is off.")

    return _done(visit, change)


@form("/users/{id}/disable", lane="signing in")
def disable(visit: Visit) -> Answer:
    """Shuts them out."""

    def change(shown: User) -> str:
        set_user(visit.db, proven(visit), shown.id, {"disabled": True})
        return visit.say("The user is disabled: their sessions and tokens have ended.")

    return _done(visit, change)


@form("/users/{id}/enable", lane="signing in")
def enable(visit: Visit) -> Answer:
    """Lets them in again."""

    def change(shown: User) -> str:
        set_user(visit.db, proven(visit), shown.id, {"disabled": False})
        return visit.say("The user is enabled.")

    return _done(visit, change)
