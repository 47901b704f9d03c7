"""Commands about users and their grants."""

import sys
from typing import Annotated

import msgspec
import typer

from aiguillage.cli.door import AccountCode, Email, Json, at_desk, command
from aiguillage.cli.moments import iso
from aiguillage.cli.printing import print_aside, print_done, print_json, print_list
from aiguillage.cli.words import _
from aiguillage.desk.links import make_link
from aiguillage.desk.passwords import set_password
from aiguillage.desk.second_factor import remove_second_factor
from aiguillage.desk.users import add_user, disable_user, enable_user, grant_role, list_users, revoke_role
from aiguillage.domain.accounts import role_named
from aiguillage.domain.errors import invalid

group = typer.Typer(help="Users, and their roles on accounts.", no_args_is_help=True)
PasswordStdin = Annotated[bool, typer.Option("--password-stdin", help="Read a password from standard input.")]


def read_password(*, wanted: bool) -> str | None:
    """The first line of standard input, when it is wanted. Raises Refusal(invalid) when there is none."""
    if not wanted:
        return None
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise invalid("There is no password on standard input. Pipe it, as in: aiguillage user password EMAIL < FILE")
    return password


@command(group, "add")
def add(
    context: typer.Context,
    email: Email,
    name: Annotated[str, typer.Option(help="What people call them.")] = "",
    operator: Annotated[bool, typer.Option("--operator", help="They run this installation: every right.")] = False,
    password_stdin: PasswordStdin = False,
    json: Json = False,
) -> None:
    """Add a user; without a password they cannot sign in. One that you set is good for one sign-in, within 7 days."""
    password = read_password(wanted=password_stdin)
    with at_desk(context) as desk:
        user = add_user(desk.db, desk.actor, email, name=name, operator=operator, password=password)
    print_done(_("{email} is added.").format(email=user.email), msgspec.to_builtins(user), json=json)


@command(group, "list")
def list_(
    context: typer.Context,
    account: Annotated[
        str | None, typer.Option(metavar="ACCOUNT", help="Those with a role on this account, for its managers.")
    ] = None,
    json: Json = False,
) -> None:
    """List the users and their roles."""
    with at_desk(context) as desk:
        print_list(
            list_users(desk.db, desk.actor, account),
            json=json,
            document=msgspec.to_builtins,
            headings=(_("e-mail"), _("name"), _("operator"), _("disabled"), _("roles")),
            cells=lambda user: (
                user.email,
                user.name,
                user.operator,
                user.disabled,
                "\n".join(f"{code} {role}" for code, role in user.grants.items()),
            ),
            empty=_("No user yet. Add one: aiguillage user add EMAIL"),
        )


@command(group, "disable")
def disable(context: typer.Context, email: Email, json: Json = False) -> None:
    """Shut a user out; their sessions and tokens end with the next call, for good."""
    with at_desk(context) as desk:
        disable_user(desk.db, desk.actor, email)
    print_done(_("{email} is disabled.").format(email=email), {"disabled": email}, json=json)


@command(group, "enable")
def enable(context: typer.Context, email: Email, json: Json = False) -> None:
    """Let a disabled user in again, with the roles they had; they sign in anew."""
    with at_desk(context) as desk:
        enable_user(desk.db, desk.actor, email)
    print_done(_("{email} is enabled.").format(email=email), {"enabled": email}, json=json)


@command(group, "password")
def password(context: typer.Context, email: Email, json: Json = False) -> None:
    """Set a user's password to the first line of standard input, good for one sign-in; their sessions end."""
    with at_desk(context) as desk:
        set_password(desk.db, desk.actor, email, read_password(wanted=True) or "")
    print_done(_("{email} has a new password.").format(email=email), {"password": email}, json=json)


@command(group, "link")
def link(context: typer.Context, email: Email, json: Json = False) -> None:
    """Make a link by which a user chooses a password: it works once, for a first one within 7 days, else within one."""
    with at_desk(context) as desk:
        made = make_link(desk.db, desk.actor, email)
    settings = desk.settings
    base = settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"
    url = f"{base}/console/link/{made.secret}"
    if json:
        print_json({"link": url, "expires_at": iso(made.expires_at)})
        return
    print_aside(
        _("Until {until}, whoever has this link can sign in as {email}.").format(
            until=iso(made.expires_at), email=email
        )
    )
    typer.echo(url)


@command(group, "one-factor")
def one_factor(context: typer.Context, email: Email, json: Json = False) -> None:
    """Take a user's second factor off, for one who lost their phone: the password alone signs in again."""
    with at_desk(context) as desk:
        remove_second_factor(desk.db, desk.actor, email)
    print_done(_("{email} has no second factor.").format(email=email), {"one_factor": email}, json=json)


@command(group, "grant")
def grant(
    context: typer.Context,
    email: Email,
    account: AccountCode,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="route, read, edit or manage.")],
    json: Json = False,
) -> None:
    """Give a user a role on an account, in place of the one they had."""
    with at_desk(context) as desk:
        grant_role(desk.db, desk.actor, email, account, role_named(role))
    print_done(
        _("{email} has the role {role} on {account}.").format(email=email, role=role.lower(), account=account),
        {"email": email, "account": account, "role": role.lower()},
        json=json,
    )


@command(group, "revoke")
def revoke(context: typer.Context, email: Email, account: AccountCode, json: Json = False) -> None:
    """Take a user's role on an account away."""
    with at_desk(context) as desk:
        revoke_role(desk.db, desk.actor, email, account)
    print_done(
        _("{email} has no role on {account} any more.").format(email=email, account=account),
        {"email": email, "account": account, "role": None},
        json=json,
    )
