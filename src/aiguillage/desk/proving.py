"""Proving again who one is, for what matters most: passwords, second factors, users, grants, tokens that last."""

import msgspec

from aiguillage.desk.passwords import prove_password, require_still_so, wrong
from aiguillage.desk.second_factor import spend_code
from aiguillage.desk.throttle import forgive, pay, refund
from aiguillage.desk.users import require_user
from aiguillage.domain.accounts import Actor
from aiguillage.storage.sqlite.engine import Database


def prove_again(db: Database, actor: Actor, password: str, code: str, *, address: str | None) -> Actor:
    """The actor, proven for this one request by their password or by a code of their second factor.

    They are as they were where neither was sent, or where neither could help.

    Raises Refusal (unauthorized, limited).
    """
    if actor.token_id is None or actor.is_limited or not (password or code):
        return actor
    if password:
        proven = prove_password(db, actor.at, actor.name, password, address)
        with db.write() as connection:
            require_still_so(connection, proven)
            forgive(connection, actor.at, proven.paid)
    else:
        paid = pay(db, actor.at, actor.name, address)
        with db.write() as connection:
            if not spend_code(connection, require_user(connection, actor.name), code, actor.at):
                raise wrong()
            refund(connection, actor.at, paid)
    return msgspec.structs.replace(actor, proven_at=actor.at)
