"""People: who has which role on the account; inviting somebody, changing a role, taking it away."""

from collections.abc import Mapping

from aiguillage.console.pages.settings import shown
from aiguillage.console.proofs import proof_faults, proven
from aiguillage.console.visits import Answer, Moved, Shown, Visit, form, number_of, page
from aiguillage.desk.change import state_of
from aiguillage.desk.users import Grant, grant_role, invite_person, list_grants, revoke_role, show_grant
from aiguillage.domain.accounts import Role, role_named
from aiguillage.domain.errors import Kind, Refusal

PLACE = "settings/people"
ROLES = {
    "manage": "does everything: also settings, tokens and people",
    "edit": "changes contacts, queues, hours and the like",
    "read": "sees everything, changes nothing",
    "route": "none of these pages: may only ask where callers go",
}


@page("/{account}/settings/people", role=Role.MANAGE)
def people(visit: Visit) -> Answer:
    """Everybody who has a role."""
    return _people(visit, {"role": "read"}, {})


def _people(visit: Visit, typed: Mapping[str, str], faults: Mapping[str, list[str]]) -> Shown:
    found = list_grants(visit.db, visit.actor, visit.code)
    values = {"people": found, "roles": ROLES, "typed": typed, "faults": faults}
    return shown("settings-people.html", PLACE, values)


@form("/{account}/settings/people", role=Role.MANAGE, lane="signing in")
def invite(visit: Visit) -> Answer:
    """Gives somebody a role; the link by which somebody new chooses a password is mailed, or shown this once."""
    sent, mailed = visit.form, visit.means["mailed"]()
    try:
        role = role_named(sent.get("role", ""))
        whom = (visit.db, proven(visit), sent.get("email", ""), visit.code, role)
        grant, secret = invite_person(*whom, mailed=mailed, language=visit.language)
    except Refusal as refusal:
        return _people(visit, sent, proof_faults(refusal))
    values = {"grant": grant, "mailed": mailed, "link": f"{visit.base}/console/link/{secret}"}
    return shown("settings-invited.html", PLACE, values)


@page("/{account}/settings/people/{id}", role=Role.MANAGE)
def person(visit: Visit) -> Answer:
    """One person's role."""
    grant = show_grant(visit.db, visit.actor, visit.code, visit.id())
    return _person(visit, grant, grant.role, {})


def _person(visit: Visit, grant: Grant, role: str, faults: Mapping[str, list[str]], status: int = 200) -> Shown:
    values = {"grant": grant, "role": role, "roles": ROLES, "faults": faults, "state": state_of(grant)}
    return shown("settings-person.html", PLACE, values | {"own": grant.user_id == visit.actor.user_id}, status)


@form("/{account}/settings/people/{id}", role=Role.MANAGE, lane="signing in")
def change_role(visit: Visit) -> Answer:
    """Another role."""
    grant = show_grant(visit.db, visit.actor, visit.code, visit.id())
    seen = visit.form.get("state", "")
    try:
        role = role_named(visit.form.get("role", ""))
        expected = number_of(seen)
        grant_role(visit.db, proven(visit), grant.email, visit.code, role, expected=expected)
    except Refusal as refusal:
        status = 409 if refusal.kind is Kind.STALE else 422
        return _person(visit, grant, visit.form.get("role", ""), proof_faults(refusal), status)
    return Moved(f"{visit.at}/{PLACE}", visit.say("The role is changed."))


@form("/{account}/settings/people/{id}/remove", role=Role.MANAGE, lane="signing in")
def remove(visit: Visit) -> Answer:
    """Takes a role away."""
    grant = show_grant(visit.db, visit.actor, visit.code, visit.id())
    try:
        revoke_role(visit.db, proven(visit), grant.email, visit.code)
    except Refusal as refusal:
        return _person(visit, grant, grant.role, proof_faults(refusal), 422)
    return Moved(f"{visit.at}/{PLACE}", visit.say("The role is taken away."))
