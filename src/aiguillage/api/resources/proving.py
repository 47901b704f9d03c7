"""The fresh proof of who one is, sent beside requests about people and what they sign in with."""

from typing import Annotated, Any

import msgspec

from aiguillage.api.operations import PROOF, AnyAsked
from aiguillage.api.resources.shared import UNSET, Body, given
from aiguillage.desk.proving import prove_again
from aiguillage.domain import meanings
from aiguillage.domain.accounts import Actor

Proof = str | msgspec.UnsetType
TAKES = (
    "Takes a proof of who you are: a session that is at most 10 minutes old, your password as `current_password`, or "
    "a code of your second factor as `current_code`. A token that is limited in role, accounts, addresses or time may "
    "not do this."
)


class Proving(Body, frozen=True, kw_only=True):
    """A proof of who asks, which other things may be sent beside: the password, or a code of the second factor."""

    current_password: Annotated[Proof, meanings.CURRENT_PASSWORD] = UNSET
    current_code: Annotated[Proof, meanings.CURRENT_CODE] = UNSET


def proven(asked: AnyAsked) -> Actor:
    """Who asks, proven by what was sent. Raises Refusal (unauthorized, limited)."""
    password, code = (value if isinstance(value := getattr(asked.body, name), str) else "" for name in PROOF)
    return prove_again(asked.db, asked.actor, password, code, address=asked.address)


def changes_of(body: msgspec.Struct) -> dict[str, Any]:
    """The fields that were sent, without the proof."""
    return {name: value for name, value in given(body).items() if name not in PROOF}
