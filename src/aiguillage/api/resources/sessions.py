"""Sessions: where somebody is signed in, seen and ended."""

from typing import Annotated, Any

import msgspec

from aiguillage.api.operations import Asked, Nothing, Operations
from aiguillage.api.paging import UNDATED, Paged, chosen, page_type, query_of
from aiguillage.api.resources.tokens import TAG, filters_of, shown
from aiguillage.desk.sessions import list_sessions, revoke_session
from aiguillage.desk.token_rows import Token
from aiguillage.domain import meanings
from aiguillage.domain.accounts import Role
from aiguillage.domain.meanings import means

OPERATIONS = Operations(TAG, needs=Role.MANAGE, about_account=False)


class SessionShown(msgspec.Struct, frozen=True, kw_only=True):
    """A session that is open: from which address and with which client somebody signed in."""

    id: Annotated[int, meanings.ID]
    user_id: Annotated[int, meanings.USER_ID]
    email: Annotated[str, meanings.EMAIL]
    name: Annotated[str, means("Which client signed in, as it names itself.", "Mozilla/5.0")]
    address: Annotated[
        str | None, means("The address from which somebody signed in; null where nobody knows it.", "192.0.2.7")
    ]
    accounts: Annotated[tuple[str, ...], meanings.ACCOUNTS]
    created_at: Annotated[str | None, meanings.CREATED_AT]
    expires_at: Annotated[str | None, meanings.EXPIRES_AT]
    current: Annotated[bool, means("Whether it is the session that asks.", True)]


SessionsQuery = query_of("SessionsQuery", SessionShown, listing=UNDATED)


def _show_session(token: Token, current: int | None) -> SessionShown:
    return SessionShown(**shown(token, SessionShown), current=token.id == current)


@OPERATIONS.get("/sessions", "listSessions", query=SessionsQuery, answer=page_type("Session", SessionShown))
def _list_sessions(asked: Asked[Any, None]) -> Paged:
    """List your open sessions.

    For operators, everybody's.
    """
    found = [_show_session(token, asked.actor.token_id) for token in list_sessions(asked.db, asked.actor)]
    return chosen(found, asked.query, filters_of(SessionsQuery), asked.url)


@OPERATIONS.delete("/sessions/{id}", "removeSession", status=204, refuses=(404,))
def _remove_session(asked: Asked[Nothing, None]) -> None:
    """End a session.

    And those that were switched from it.
    """
    revoke_session(asked.db, asked.actor, asked.id())
