"""Sessions: where somebody is signed in, seen and ended."""

import msgspec

from aiguillage.api.operations import Asked
from aiguillage.api.paging import Paged, chosen, page_type, query_of
from aiguillage.api.resources.tokens import LISTING, filters_of, personal, shown
from aiguillage.desk.sessions import list_sessions, revoke_session
from aiguillage.desk.token_rows import Token


class SessionShown(msgspec.Struct, frozen=True, kw_only=True):
    """A session that is open: from which address and with which client somebody signed in."""

    id: int
    user_id: int
    email: str
    name: str
    address: str | None
    accounts: tuple[str, ...]
    created_at: str | None
    expires_at: str | None
    current: bool


SessionsQuery = query_of("SessionsQuery", SessionShown, words=LISTING)


def _show_session(token: Token, current: int | None) -> SessionShown:
    return SessionShown(**shown(token, SessionShown), current=token.id == current)


def _list_sessions(asked: Asked) -> Paged:
    found = [_show_session(token, asked.actor.token_id) for token in list_sessions(asked.db, asked.actor)]
    return chosen(found, asked.query, filters_of(SessionsQuery), asked.url)


def _remove_session(asked: Asked) -> None:
    revoke_session(asked.db, asked.actor, asked.id())


OPERATIONS = (
    personal(
        *("GET", "/sessions", "listSessions", "List your open sessions", _list_sessions),
        query=SessionsQuery,
        answer=page_type("Session", SessionShown),
        description="For operators, everybody's.",
    ),
    personal(
        *("DELETE", "/sessions/{id}", "removeSession", "End a session", _remove_session),
        status=204,
        refuses=(404,),
        description="And those that were switched from it.",
    ),
)
