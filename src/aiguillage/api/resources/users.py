"""Users, for operators; and who has which role on an account, for its managers."""

from typing import Annotated, Any

import msgspec

from aiguillage.api.operations import PROOF, AnyAsked, Asked, Nothing, Operations, Shown
from aiguillage.api.paging import UNDATED, Paged, chosen, page_type, query_of
from aiguillage.api.resources.proving import TAKES, Proving, changes_of, proven
from aiguillage.api.resources.shared import BASE, UNSET
from aiguillage.desk.change import state_of
from aiguillage.desk.passwords import set_password
from aiguillage.desk.second_factor import remove_second_factor
from aiguillage.desk.users import (
    Grant,
    User,
    add_user,
    grant_role,
    list_grants,
    list_users,
    revoke_role,
    set_user,
    show_grant,
    show_user,
)
from aiguillage.domain import meanings
from aiguillage.domain.accounts import Role, role_named
from aiguillage.domain.meanings import means

TAG = "Users"
OPERATIONS = Operations(TAG)
PROVING = {"current_password": "correct horse battery"}
"""A proof, in the examples."""


DISABLED = means("Whether the user is shut out; their sessions and tokens have ended.", False)


class UserBody(Proving, frozen=True, kw_only=True):
    """A new user as they are sent. Without a password they cannot sign in; with one they set their own at once."""

    email: Annotated[str, meanings.EMAIL]
    name: Annotated[str, meanings.PERSON] = ""
    password: Annotated[
        str | None, means("A password that is good for one sign-in, within 7 days; null for none yet.")
    ] = None


class UserChanges(Proving, frozen=True, kw_only=True):
    """What of a user can be changed; disabling shuts them out, and ends their sessions and tokens for good."""

    name: Annotated[str | msgspec.UnsetType, meanings.PERSON] = UNSET
    disabled: Annotated[bool | msgspec.UnsetType, DISABLED] = UNSET


class UserShown(msgspec.Struct, frozen=True, kw_only=True):
    """A user, with their role on each account. Operators are made at the machine's terminal only."""

    id: Annotated[int, meanings.ID]
    email: Annotated[str, meanings.EMAIL]
    name: Annotated[str, meanings.PERSON]
    operator: Annotated[bool, meanings.OPERATOR]
    disabled: Annotated[bool, DISABLED]
    grants: Annotated[dict[str, str], means("The user's role on each account, by its code.", {"CL0000": "manage"})]


class NewPassword(Proving, frozen=True, kw_only=True):
    """A password of 12 to 1,000 characters that is not easy to guess. It is good for one sign-in, within 7 days."""

    password: Annotated[str, means("The new password: 12 to 1,000 characters.", "correct horse battery")]


class MemberShown(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who has a role on the account."""

    id: Annotated[int, meanings.ID]
    email: Annotated[str, means("The user's e-mail address.", "editor@example.org")]
    role: Annotated[str, meanings.ROLE]


class GrantBody(Proving, frozen=True, kw_only=True):
    """Who gets which role: `route`, `read`, `edit` or `manage`."""

    email: Annotated[str, meanings.EMAIL]
    role: Annotated[str, meanings.ROLE]


class GrantChanges(Proving, frozen=True, kw_only=True):
    """The role to have from now on."""

    role: Annotated[str, meanings.ROLE]


class GrantShown(msgspec.Struct, frozen=True, kw_only=True):
    """A role that somebody has on the account; its id is the user's."""

    id: Annotated[int, meanings.ID]
    user_id: Annotated[int, meanings.USER_ID]
    email: Annotated[str, meanings.EMAIL]
    role: Annotated[str, meanings.ROLE]


UsersQuery = query_of("UsersQuery", UserShown, listing=UNDATED)
MembersQuery = query_of("MembersQuery", MemberShown, listing=UNDATED)
GrantsQuery = query_of("GrantsQuery", GrantShown, listing=UNDATED)


INVITES = (
    "In place of the role that they had. Somebody new is invited: they are a user from now on, and can sign in once an "
    "operator gave them a password. The answer is the same whether the e-mail was known here or not. "
)


def _page(found: list[Any], asked: AnyAsked) -> Paged:
    names = [name for name in asked.query.__struct_fields__ if name not in UNDATED]
    return chosen(found, asked.query, names, asked.url)


def _show(user: User) -> Shown[UserShown]:
    return Shown(UserShown(**msgspec.structs.asdict(user)), state_of(user))


def _show_grant(grant: Grant) -> Shown[GrantShown]:
    return Shown(GrantShown(id=grant.user_id, **msgspec.structs.asdict(grant)), state_of(grant))


def _show_member(grant: Grant) -> MemberShown:
    return MemberShown(id=grant.user_id, email=grant.email, role=grant.role)


@OPERATIONS.get(
    "/users", "listUsers", query=UsersQuery, answer=page_type("User", UserShown), operators=True, about_account=False
)
def _list(asked: Asked[Any, None]) -> Paged:
    """List all users."""
    return _page([_show(user).body for user in list_users(asked.db, asked.actor)], asked)


@OPERATIONS.post(
    "/users",
    "addUser",
    status=201,
    refuses=(429,),
    hides=("password", *PROOF),
    example={"email": "newcomer@example.org", "name": "Noa Martin"} | PROVING,
    description=f"A password is good for one sign-in, which sets another. {TAKES}",
    operators=True,
    about_account=False,
)
def _add(asked: Asked[Nothing, UserBody]) -> Shown[UserShown]:
    """Add a user."""
    body = asked.body
    return _show(add_user(asked.db, proven(asked), body.email, name=body.name, password=body.password))


@OPERATIONS.get("/users/{id}", "showUser", refuses=(404,), operators=True, about_account=False)
def _get(asked: Asked[Nothing, None]) -> Shown[UserShown]:
    """Show a user."""
    return _show(show_user(asked.db, asked.actor, asked.id()))


@OPERATIONS.put(
    "/users/{id}",
    "setUser",
    hides=PROOF,
    refuses=(404, 412, 429),
    example={"name": "Rita Lemoine-Roche"} | PROVING,
    description=TAKES,
    operators=True,
    about_account=False,
)
def _set(asked: Asked[Nothing, UserChanges]) -> Shown[UserShown]:
    """Change a user."""
    return _show(set_user(asked.db, proven(asked), asked.id(), changes_of(asked.body), expected=asked.expected))


@OPERATIONS.put(
    "/users/{id}/password",
    "setUserPassword",
    status=204,
    refuses=(404, 409, 429),
    hides=("password", *PROOF),
    example={"password": "incorrect horse battery"} | PROVING,
    description="It is good for one sign-in, within 7 days, which sets another: `new` of POST /login. Their sessions "
    f"end. Your own is changed with PUT /me/password. {TAKES}",
    operators=True,
    about_account=False,
)
def _set_password(asked: Asked[Nothing, NewPassword]) -> None:
    """Set a user's password."""
    email = show_user(asked.db, asked.actor, asked.id()).email
    set_password(asked.db, proven(asked), email, asked.body.password)


@OPERATIONS.delete(
    "/users/{id}/totp",
    "removeUserSecondFactor",
    status=204,
    refuses=(404, 409, 429),
    hides=PROOF,
    example=PROVING,
    description=f"For somebody who lost their phone. Your own is taken off with DELETE /me/totp. {TAKES}",
    operators=True,
    about_account=False,
)
def _remove_factor(asked: Asked[Nothing, Proving]) -> None:
    """Take a user's second factor off."""
    email = show_user(asked.db, asked.actor, asked.id()).email
    remove_second_factor(asked.db, proven(asked), email)


@OPERATIONS.get(
    f"{BASE}/users", "listMembers", query=MembersQuery, answer=page_type("Member", MemberShown), needs=Role.MANAGE
)
def _list_members(asked: Asked[Any, None]) -> Paged:
    """List who has a role on the account."""
    return _page([_show_member(grant) for grant in list_grants(asked.db, asked.actor, asked.account)], asked)


@OPERATIONS.get(f"{BASE}/users/{{id}}", "showMember", needs=Role.MANAGE)
def _get_member(asked: Asked[Nothing, None]) -> Shown[MemberShown]:
    """Show who has a role."""
    grant = show_grant(asked.db, asked.actor, asked.account, asked.id())
    return Shown(_show_member(grant), state_of(grant))


@OPERATIONS.get(
    f"{BASE}/grants", "listGrants", query=GrantsQuery, answer=page_type("Grant", GrantShown), needs=Role.MANAGE
)
def _list_grants(asked: Asked[Any, None]) -> Paged:
    """List the roles on the account."""
    return _page([_show_grant(grant).body for grant in list_grants(asked.db, asked.actor, asked.account)], asked)


@OPERATIONS.post(
    f"{BASE}/grants",
    "addGrant",
    status=201,
    refuses=(429,),
    hides=PROOF,
    example={"email": "reader@example.org", "role": "read"} | PROVING,
    description=INVITES + TAKES,
    needs=Role.MANAGE,
)
def _add_grant(asked: Asked[Nothing, GrantBody]) -> Shown[GrantShown]:
    """Give somebody a role."""
    role = role_named(asked.body.role)
    return _show_grant(grant_role(asked.db, proven(asked), asked.body.email, asked.account, role))


@OPERATIONS.get(f"{BASE}/grants/{{id}}", "showGrant", needs=Role.MANAGE)
def _get_grant(asked: Asked[Nothing, None]) -> Shown[GrantShown]:
    """Show a role."""
    return _show_grant(show_grant(asked.db, asked.actor, asked.account, asked.id()))


@OPERATIONS.put(
    f"{BASE}/grants/{{id}}",
    "setGrant",
    refuses=(412, 429),
    hides=PROOF,
    example={"role": "edit"} | PROVING,
    description=TAKES,
    needs=Role.MANAGE,
)
def _set_grant(asked: Asked[Nothing, GrantChanges]) -> Shown[GrantShown]:
    """Change a role."""
    email = show_grant(asked.db, asked.actor, asked.account, asked.id()).email
    who, role = (asked.db, proven(asked), email, asked.account), role_named(asked.body.role)
    return _show_grant(grant_role(*who, role, expected=asked.expected))


@OPERATIONS.delete(
    f"{BASE}/grants/{{id}}",
    "removeGrant",
    status=204,
    refuses=(412, 429),
    hides=PROOF,
    example=PROVING,
    description=TAKES,
    needs=Role.MANAGE,
)
def _remove_grant(asked: Asked[Nothing, Proving]) -> None:
    """Take a role away."""
    email = show_grant(asked.db, asked.actor, asked.account, asked.id()).email
    revoke_role(asked.db, proven(asked), email, asked.account, expected=asked.expected)
