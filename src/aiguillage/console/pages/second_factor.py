"""The visitor's second factor: turned on by a picture that their app reads and a code that it shows; taken off."""

import msgspec
from markupsafe import Markup

from aiguillage.console.pages.signing_in import show_mine
from aiguillage.console.proofs import is_code, proof_faults, proven
from aiguillage.console.visits import ROOT, Answer, Moved, Shown, Visit, form
from aiguillage.desk.second_factor import (
    begin_second_factor,
    confirm_second_factor,
    end_second_factor,
    new_recovery_codes,
    uri_of,
)
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import Kind, Refusal


@form("/me/second-factor", lane="signing in")
def begin(visit: Visit) -> Answer:
    """A new secret, for who knows the password; it counts once its code was typed."""
    try:
        enrolment = begin_second_factor(visit.db, visit.actor, visit.form.get("begin", ""), address=visit.address)
    except Refusal as refusal:
        return _refused(visit, refusal, "begin")
    return _shown(visit, enrolment.secret, {})


def _refused(visit: Visit, refusal: Refusal, field: str) -> Shown:
    """The page again, with what is wrong at the field. Raises what nobody can mend there."""
    if refusal.kind is Kind.FORBIDDEN:
        raise refusal
    shown = show_mine(visit, {field: [refusal.message]})
    return shown._replace(status=429) if refusal.kind is Kind.LIMITED else shown


def _shown(visit: Visit, secret: str, faults: dict[str, list[str]]) -> Shown:
    values = {"secret": secret, "picture": picture(uri_of(visit.actor, secret)), "faults": faults}
    return Shown("second-factor.html", values, 422 if faults else 200)


def picture(text: str) -> Markup:
    """A QR code as SVG: dark squares alone, none of the text."""
    import segno  # noqa: PLC0415 - few need it

    code = segno.make(text, micro=False)
    return Markup(code.svg_inline(scale=4, border=4, omitsize=True))  # noqa: S704 - made of squares


@form("/me/second-factor/confirm", lane="signing in")
def confirm(visit: Visit) -> Answer:
    """Turns it on, with a code of the new secret."""
    secret = visit.form.get("secret", "")
    try:
        confirm_second_factor(visit.db, visit.actor, visit.form.get("code", ""))
    except Refusal as refusal:
        if refusal.kind is not Kind.INVALID or not secret.isalnum() or not secret.isascii():
            return _refused(visit, refusal, "")
        return _shown(visit, secret[:64], {"code": [refusal.message]})
    # The code is a fresh proof: its secret was shown to who had just typed the password.
    return _codes(visit, msgspec.structs.replace(visit.actor, proven_at=visit.actor.at), turned_on=True)


def _codes(visit: Visit, actor: Actor, *, turned_on: bool) -> Shown:
    return Shown("recovery-codes.html", {"codes": new_recovery_codes(visit.db, actor), "turned_on": turned_on})


@form("/me/recovery-codes", lane="signing in")
def renew_codes(visit: Visit) -> Answer:
    """Other recovery codes, for who proves who they are."""
    try:
        return _codes(visit, proven(visit), turned_on=False)
    except Refusal as refusal:
        shown = show_mine(visit, proof_faults(refusal))
        return shown._replace(values={**shown.values, "renewing": True})


@form("/me/second-factor/end", lane="signing in")
def end(visit: Visit) -> Answer:
    """Takes it off, for who knows the password or has a code."""
    proof = visit.form.get("proof", "")
    code = proof.strip() if is_code(proof) else ""
    try:
        password = "" if code else proof
        end_second_factor(visit.db, visit.actor, password=password, code=code, address=visit.address)
    except Refusal as refusal:
        return _refused(visit, refusal, "proof")
    return Moved(f"{ROOT}/me", visit.say("Your second factor is off."))
