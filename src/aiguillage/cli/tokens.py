"""Commands about tokens."""

from typing import Annotated, Any

import msgspec
import typer

from aiguillage.cli.door import LARGEST, Email, Json, at_desk, command
from aiguillage.cli.moments import iso, local, parse_duration
from aiguillage.cli.printing import print_aside, print_done, print_json, print_list
from aiguillage.cli.words import _
from aiguillage.desk.token_rows import Token
from aiguillage.desk.tokens import issue_token, list_tokens, revoke_token, revoke_tokens
from aiguillage.domain.accounts import role_named
from aiguillage.domain.errors import invalid

group = typer.Typer(help="Tokens: the secrets with which phone systems ask.", no_args_is_help=True)


def _document(token: Token) -> dict[str, Any]:
    moments = {name: iso(getattr(token, name)) for name in ("created_at", "expires_at", "revoked_at")}
    return {**msgspec.structs.asdict(token), **moments}


@command(group, "issue")
def issue(
    context: typer.Context,
    email: Email,
    name: Annotated[str, typer.Option(help="What it is for.")],
    role: Annotated[str, typer.Option(help="The most it may do: route, read, edit or manage.")] = "route",
    account: Annotated[
        list[str] | None, typer.Option(metavar="ACCOUNT", help="Good for this account only; repeat for more.")
    ] = None,
    host: Annotated[
        list[str] | None, typer.Option(metavar="CIDR", help="Good from these addresses only; repeat for more.")
    ] = None,
    expires_in: Annotated[str | None, typer.Option(help="How long it lasts, as in 365d; for ever if left out.")] = None,
    unknown: Annotated[
        str | None, typer.Option(help="What an unknown caller's call flow gets: 404, empty or default.")
    ] = None,
    json: Json = False,
) -> None:
    """Issue a token; its secret is printed this once, alone on standard output."""
    with at_desk(context) as desk:
        token, secret = issue_token(
            desk.db,
            desk.actor,
            email,
            name=name,
            role=role_named(role),
            accounts=account or (),
            hosts=host or (),
            expires_at=None if expires_in is None else desk.actor.at + parse_duration(expires_in),
            unknown=unknown,
        )
    if json:
        print_json({**_document(token), "secret": secret})
        return
    print_aside(
        _("Token {id} of {email}, role {role}. Keep the secret now: it is not shown again.").format(
            id=token.id, email=token.email, role=token.role
        )
    )
    typer.echo(secret)


@command(group, "list")
def list_(
    context: typer.Context,
    email: Annotated[str | None, typer.Argument(metavar="[EMAIL]", help="One user's only.", show_default=False)] = None,
    json: Json = False,
) -> None:
    """List your tokens; for operators, everybody's."""
    with at_desk(context) as desk:
        print_list(
            list_tokens(desk.db, desk.actor, email),
            json=json,
            document=_document,
            headings=(_("id"), _("user and name"), _("role"), _("accounts and hosts"), _("state (UTC)")),
            cells=lambda token: (
                token.id,
                f"{token.email}\n{token.name}",
                token.role,
                "\n".join((*token.accounts, *token.hosts)) or _("all"),
                _state(token, desk.actor.at),
            ),
            empty=_("No token yet. Issue one: aiguillage token issue EMAIL --name NAME"),
        )


def _state(token: Token, at: int) -> str:
    if token.revoked_at is not None:
        return _("revoked {when}").format(when=local(token.revoked_at))
    if token.expires_at is None:
        return _("good")
    text = _("good until {when}") if token.expires_at > at else _("expired {when}")
    return text.format(when=local(token.expires_at))


@command(group, "revoke")
def revoke(
    context: typer.Context,
    token: Annotated[
        int | None, typer.Argument(metavar="[ID]", help="The token's number.", min=0, max=LARGEST, show_default=False)
    ] = None,
    user: Annotated[
        str | None, typer.Option(metavar="EMAIL", help="All tokens and sessions of this user, in place of one token.")
    ] = None,
    json: Json = False,
) -> None:
    """End a token, or all that a user has: the next call with them is refused."""
    if (token is None) == (user is None):
        raise invalid("Name one token by its number, or a user with --user EMAIL: aiguillage token list")
    with at_desk(context) as desk:
        if token is not None:
            revoke_token(desk.db, desk.actor, token)
            print_done(_("Token {id} is revoked.").format(id=token), {"revoked": token}, json=json)
        elif user is not None:
            ended = revoke_tokens(desk.db, desk.actor, user)
            print_done(
                _("{count} tokens and sessions of {email} are revoked.").format(count=ended, email=user),
                {"user": user, "revoked": ended},
                json=json,
            )
