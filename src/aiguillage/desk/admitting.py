"""Who may ask at all: what is known of a request before anything that was sent with it is looked at."""

from typing import NamedTuple

from sqlalchemy import Connection

from aiguillage.desk.change import find_account, require_full_role, require_operator
from aiguillage.domain.accounts import Actor, Role
from aiguillage.storage.schema import DIRECTORY_ID


class Right(NamedTuple):
    """What a request takes: a role on the account of that code, where it is about one.

    Else a token of the role manage, where `needs` is that; or an operator.
    """

    account: str = ""
    needs: Role = Role.ROUTE
    operators: bool = False


def admit(connection: Connection, actor: Actor, right: Right) -> int:
    """The id of the account that is asked about. Raises Refusal (forbidden, missing) unless the actor may ask that."""
    if right.account:
        return find_account(connection, actor, right.account, right.needs)[0]
    if right.operators:
        require_operator(actor)
    if right.needs is Role.MANAGE:
        require_full_role(actor)
    return DIRECTORY_ID
