"""Signing in and out, switching to an account, and who one is (contracts/cx-engine.md, 'Sign-in')."""

import logging
from typing import Annotated, Any

import msgspec

from aiguillage.api.operations import Asked, Nothing, Operations
from aiguillage.api.resources.shared import UNSET, Body
from aiguillage.api.summed import summed
from aiguillage.desk.accounts import id_of
from aiguillage.desk.passwords import change_password
from aiguillage.desk.second_factor import begin_second_factor, confirm_second_factor, end_second_factor
from aiguillage.desk.sessions import sign_out, switch_account
from aiguillage.desk.signing_in import Credentials, Who, show_me, sign_in
from aiguillage.domain import meanings
from aiguillage.domain.accounts import Role
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.meanings import means
from aiguillage.domain.moments import iso

TAG = "Sign in"
OPERATIONS = Operations(TAG)


PASSWORD = means("The password.", "correct horse battery")


class SignInBody(Body, frozen=True):
    """Who signs in. `code` is the second factor's, for those who have one.

    `new` takes the place of a password that somebody else set.
    """

    email: Annotated[str, meanings.EMAIL]
    password: Annotated[str, PASSWORD]
    code: Annotated[
        str | None, means("The authenticator app's code, six digits; for users who have a second factor.")
    ] = None
    new: Annotated[str | None, means("The password to have from now on, in place of one that somebody else set.")] = (
        None
    )


class MeShown(msgspec.Struct, frozen=True, kw_only=True):
    """The user who asks, and what the token that they ask with can do.

    `accounts` are the codes of the accounts that the token is held to; empty means all of the user's.
    """

    id: Annotated[int, meanings.ID]
    email: Annotated[str, meanings.EMAIL]
    name: Annotated[str, meanings.PERSON]
    operator: Annotated[bool, meanings.OPERATOR]
    second_factor: Annotated[bool, means("Whether signing in takes an authenticator app's code.", False)]
    kind: Annotated[
        str, means("What they ask with: `personal`, `cfd` for a call flow's token, or `session`.", "session")
    ]
    role: Annotated[str, means("The most that it may do: `route`, `read`, `edit` or `manage`.", "manage")]
    accounts: Annotated[
        tuple[str, ...], means("The codes of the accounts that it is held to; empty for all of the user's.", [])
    ]
    expires_at: Annotated[str | None, meanings.EXPIRES_AT]


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A session's bearer secret, told this once."""

    token: Annotated[str, means("The session's bearer secret, told this once.", meanings.BEARER)]
    expires_at: Annotated[str | None, meanings.EXPIRES_AT]
    user: Annotated[MeShown, means("Who signed in.")]


class WorkspaceBody(Body, frozen=True):
    """The account to switch to, by its id."""

    workspace_id: Annotated[int, meanings.CUSTOMER_ID]


class Switched(msgspec.Struct, frozen=True, kw_only=True):
    """The bearer secret of a session that is held to one account; it ends when the first one does.

    It is told this once: null when the answer is replayed.
    """

    token: Annotated[str | None, meanings.TOKEN]
    expires_at: Annotated[str | None, meanings.EXPIRES_AT]


class CustomerShown(msgspec.Struct, frozen=True, kw_only=True):
    """An account's id and code."""

    id: Annotated[int, meanings.ACCOUNT_ID]
    customer_account: Annotated[str, means("The account's code.", "CL0000")]


class PasswordBody(Body, frozen=True):
    """The password, and the one to have in its place: 12 to 1,000 characters."""

    current: Annotated[str, means("The password until now.", "correct horse battery")]
    new: Annotated[str, means("The password from now on: 12 to 1,000 characters.", "incorrect horse battery")]


class FactorBody(Body, frozen=True):
    """The password again."""

    password: Annotated[str, PASSWORD]


class FactorShown(msgspec.Struct, frozen=True, kw_only=True):
    """What an authenticator app is given, told this once: null when the answer is replayed."""

    secret: Annotated[
        str | None,
        means(
            "What to type into an authenticator app (base32), told this once: null when the answer is replayed.",
            "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        ),
    ]
    uri: Annotated[
        str | None,
        means(
            "The same for the app to scan, told this once: null when the answer is replayed.",
            "otpauth://totp/aiguillage:manager%40example.org?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=aiguillage",
        ),
    ]


class CodeBody(Body, frozen=True):
    """A code that the app shows."""

    code: Annotated[str, means("The authenticator app's code, six digits.", "492039")]


class FactorEnded(Body, frozen=True):
    """The password, or a code that the app shows."""

    password: Annotated[str | msgspec.UnsetType, PASSWORD] = UNSET
    code: Annotated[str | msgspec.UnsetType, means("The authenticator app's code, six digits.")] = UNSET


def _show(who: Who) -> MeShown:
    return MeShown(
        id=who.id,
        email=who.email,
        name=who.name,
        operator=who.operator,
        second_factor=who.second_factor,
        kind=who.token.kind,
        role=who.token.role,
        accounts=who.token.accounts,
        expires_at=iso(who.token.expires_at),
    )


@OPERATIONS.post(
    "/login",
    "signIn",
    about_account=False,
    public=True,
    longest=4096,
    refuses=(401, 429),
    hides=("token",),
    example={"email": "manager@example.org", "password": "correct horse battery"},
)
def _sign_in(asked: Asked[Nothing, SignInBody]) -> SignedIn:
    """Sign in.

    Gives a session: a bearer token that lasts 12 hours, or until it was left idle for an hour. Whatever is wrong, the
    answer is the same 401. When the password is right and the second factor's code is missing, it is a 422 about
    `code`; when somebody else set the password, and yours from now on is missing, one about `new`. After too many
    failures it is a 429 for a while that grows. A session of yours that is sent along ends. Of more than 20 sessions
    the oldest end.
    """
    body, agent = asked.body, asked.headers.get("user-agent", "")
    credentials = Credentials(body.email, body.password, body.code or "", body.new or "")
    former = asked.headers.get("authorization", "")
    client: dict[str, Any] = {"address": asked.address, "agent": agent, "authorization": former}
    try:
        who, secret = sign_in(asked.db, asked.actor.at, credentials, **client)
    except Refusal as refusal:
        if refusal.kind in {Kind.UNAUTHORIZED, Kind.LIMITED}:
            summed.write("sign_in_refused", logging.WARNING, apart={"address": asked.address}, kind=refusal.kind.value)
        raise
    return SignedIn(token=secret, expires_at=iso(who.token.expires_at), user=_show(who))


@OPERATIONS.post(
    "/switch-to",
    "switchAccount",
    about_account=False,
    longest=4096,
    refuses=(404,),
    hides=("token",),
    example={"workspace_id": 1},
)
def _switch(asked: Asked[Nothing, WorkspaceBody]) -> Switched:
    """Switch to an account.

    Gives a session that reaches one account only and ends when the one that asks does.
    """
    session, secret = switch_account(asked.db, asked.actor, asked.body.workspace_id)
    return Switched(token=secret, expires_at=iso(session.expires_at))


@OPERATIONS.get("/customers/resolve", "resolveCustomer")
def _resolve(asked: Asked[Nothing, None]) -> CustomerShown:
    """An account's id."""
    return CustomerShown(id=id_of(asked.db, asked.actor, asked.account), customer_account=asked.account)


@OPERATIONS.put(
    "/me/password",
    "setMyPassword",
    status=204,
    needs=Role.MANAGE,
    about_account=False,
    longest=4096,
    refuses=(429,),
    hides=("current", "new"),
    example={"current": "correct horse battery", "new": "incorrect horse battery"},
)
def _set_password(asked: Asked[Nothing, PasswordBody]) -> None:
    """Change your password.

    Your other sessions end. Tokens that you issued stay good.
    """
    change_password(asked.db, asked.actor, asked.body.current, asked.body.new, address=asked.address)


@OPERATIONS.post(
    "/me/totp",
    "beginSecondFactor",
    status=201,
    needs=Role.MANAGE,
    about_account=False,
    longest=4096,
    refuses=(429,),
    hides=("password", "secret", "uri"),
    reaches_out=True,
    example={"password": "correct horse battery"},
)
def _begin_factor(asked: Asked[Nothing, FactorBody]) -> FactorShown:
    """Begin a second factor.

    Gives a secret for an authenticator app (TOTP, RFC 6238). It counts once a code was confirmed.
    """
    begun = begin_second_factor(asked.db, asked.actor, asked.body.password, address=asked.address)
    return FactorShown(secret=begun.secret, uri=begun.uri)


@OPERATIONS.delete(
    "/me/totp",
    "endSecondFactor",
    status=204,
    needs=Role.MANAGE,
    about_account=False,
    longest=4096,
    refuses=(429,),
    example={"code": "492039"},
)
def _end_factor(asked: Asked[Nothing, FactorEnded]) -> None:
    """Take the second factor off.

    Takes the password, or a code.
    """
    given = {name: value for name in ("password", "code") if (value := getattr(asked.body, name)) is not UNSET}
    end_second_factor(asked.db, asked.actor, **given, address=asked.address)


@OPERATIONS.post("/logout", "signOut", status=204, about_account=False, longest=4096)
def _sign_out(asked: Asked[Nothing, None]) -> None:
    """Sign out.

    Ends the session that asks, the one that it was switched from, and all others switched from that.
    """
    sign_out(asked.db, asked.actor)


@OPERATIONS.get("/whoami", "showMe", about_account=False, longest=4096)
def _show_me(asked: Asked[Nothing, None]) -> MeShown:
    """Who you are."""
    return _show(show_me(asked.db, asked.actor))


@OPERATIONS.post(
    "/me/totp/confirm",
    "confirmSecondFactor",
    status=204,
    needs=Role.MANAGE,
    about_account=False,
    longest=4096,
    example={"code": "492039"},
)
def _confirm_second_factor(asked: Asked[Nothing, CodeBody]) -> None:
    """Confirm the second factor.

    From now on signing in takes a code too.
    """
    confirm_second_factor(asked.db, asked.actor, asked.body.code)
