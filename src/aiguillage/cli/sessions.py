"""Commands about sessions: who is signed in."""

from typing import Annotated, Any

import msgspec
import typer

from aiguillage.cli.door import LARGEST, Json, at_desk, command
from aiguillage.cli.moments import iso, local
from aiguillage.cli.printing import print_done, print_list
from aiguillage.cli.words import _
from aiguillage.desk.sessions import list_sessions, revoke_session
from aiguillage.desk.token_rows import Token

group = typer.Typer(help="Sessions: who is signed in.", no_args_is_help=True)


def _document(session: Token) -> dict[str, Any]:
    moments = {name: iso(getattr(session, name)) for name in ("created_at", "used_at", "expires_at", "revoked_at")}
    return {**msgspec.structs.asdict(session), **moments}


@command(group, "list")
def list_(context: typer.Context, json: Json = False) -> None:
    """List your open sessions; for operators, everybody's."""
    with at_desk(context) as desk:
        print_list(
            list_sessions(desk.db, desk.actor),
            json=json,
            document=_document,
            headings=(_("id"), _("user and client"), _("address"), _("accounts"), _("until (UTC)")),
            cells=lambda session: (
                session.id,
                f"{session.email}\n{session.name}",
                session.address or "",
                "\n".join(session.accounts) or _("all"),
                local(session.expires_at or 0),
            ),
            empty=_("Nobody is signed in."),
        )


@command(group, "revoke")
def revoke(
    context: typer.Context,
    session: Annotated[int, typer.Argument(metavar="ID", help="The session's number.", min=0, max=LARGEST)],
    json: Json = False,
) -> None:
    """End a session: the next request with it is refused."""
    with at_desk(context) as desk:
        revoke_session(desk.db, desk.actor, session)
    print_done(_("Session {id} is ended.").format(id=session), {"revoked": session}, json=json)
