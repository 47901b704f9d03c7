"""What a use case is, for the tables of them."""

from collections.abc import Callable
from typing import NamedTuple

from aiguillage.desk import facts
from aiguillage.domain.accounts import Actor, Role
from tests.cast import ACCOUNT, Cast


class Asked(NamedTuple):
    """One use case about an account: who asks, about which account, and about which contact where one is named."""

    cast: Cast
    actor: Actor
    code: str
    contact_id: int


class UseCase(NamedTuple):
    """A use case: the role it takes, what it does, and what it changes.

    That is the account's `facts`, at which workers must look again, its `contacts`, or the installation's `directory`,
    or tokens too where secrets change.
    """

    function: Callable[..., object]
    role: Role
    ask: Callable[[Asked], object]
    changes: str = ""


def id_of(asked: Asked, kind: str) -> int:
    """The id of CL0000's one fact of a kind, whatever account is asked about."""
    return facts.list_facts(asked.cast.db, asked.cast.operator, ACCOUNT, kind)[0].id
