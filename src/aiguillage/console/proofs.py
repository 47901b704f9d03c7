"""The fresh proof of who somebody is: a field of a form, where the desk asks for it and the session has none."""

import re

from aiguillage.console.visits import Visit, faults_of
from aiguillage.desk.proving import prove_again
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import Kind, Refusal, invalid
from aiguillage.domain.problems import Code
from aiguillage.domain.recovery import recovery_code

PROOF = "proof"
NEEDED = "Type your password, or a code of your second factor: this concerns who may do what here."
_CODE = re.compile(r"[0-9]{3} ?[0-9]{3}")


def is_code(text: str) -> bool:
    """Whether it is a code of a second factor or for recovery, and no password: these are longer."""
    return _CODE.fullmatch(text.strip()) is not None or recovery_code(text) is not None


def proven(visit: Visit) -> Actor:
    """The visitor, proven by what the form has as PROOF, if anything. Raises Refusal (invalid, limited)."""
    text = visit.form.get(PROOF, "")
    code = text.strip() if is_code(text) else ""
    try:
        return prove_again(visit.db, visit.actor, "" if code else text, code, address=visit.address)
    except Refusal as refusal:
        if refusal.kind is not Kind.UNAUTHORIZED:
            raise
        raise invalid("The password or the code is wrong. Try again.", PROOF) from None


def proof_faults(refusal: Refusal) -> dict[str, list[str]]:
    """What is wrong, by field. Raises the refusal itself where no form could mend it."""
    if refusal.code is Code.PROOF_NEEDED:
        return {PROOF: [NEEDED]}
    if refusal.kind in {Kind.UNAUTHORIZED, Kind.FORBIDDEN} or (refusal.kind is Kind.MISSING and not refusal.field):
        raise refusal
    return faults_of(refusal)
