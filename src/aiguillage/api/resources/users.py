"""Users, for operators; and who has which role on an account, for its managers."""

from typing import Annotated, Any

import msgspec

from aiguillage.api.operations import PROOF, Asked, Operation, Shown
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
from aiguillage.domain import words
from aiguillage.domain.accounts import Role, role_named
from aiguillage.domain.words import means

TAG = "Users"
PROVING = {"current_password": "correct horse battery"}
"""A proof, in the examples."""


DISABLED = means("Whether the user is shut out; their sessions and tokens have ended.", False)


class UserBody(Proving, frozen=True, kw_only=True):
    """A new user as they are sent. Without a password they cannot sign in; with one they set their own at once."""

    email: Annotated[str, words.EMAIL]
    name: Annotated[str, words.PERSON] = ""
    password: Annotated[
        str | None, means("A password that is good for one sign-in, within 7 days; null for none yet.")
    ] = None


class UserChanges(Proving, frozen=True, kw_only=True):
    """What of a user can be changed; disabling shuts them out, and ends their sessions and tokens for good."""

    name: Annotated[str | msgspec.UnsetType, words.PERSON] = UNSET
    disabled: Annotated[bool | msgspec.UnsetType, DISABLED] = UNSET


class UserShown(msgspec.Struct, frozen=True, kw_only=True):
    """A user, with their role on each account. Operators are made at the machine's terminal only."""

    id: Annotated[int, words.ID]
    email: Annotated[str, words.EMAIL]
    name: Annotated[str, words.PERSON]
    operator: Annotated[bool, words.OPERATOR]
    disabled: Annotated[bool, DISABLED]
    grants: Annotated[dict[str, str], means("The user's role on each account, by its code.", {"CL0000": "manage"})]


class NewPassword(Proving, frozen=True, kw_only=True):
    """A password of 12 to 1,000 characters that is not easy to guess. It is good for one sign-in, within 7 days."""

    password: Annotated[str, means("The new password: 12 to 1,000 characters.", "correct horse battery")]


class MemberShown(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who has a role on the account."""

    id: Annotated[int, words.ID]
    email: Annotated[str, means("The user's e-mail address.", "editor@example.org")]
    role: Annotated[str, words.ROLE]


class GrantBody(Proving, frozen=True, kw_only=True):
    """Who gets which role: `route`, `read`, `edit` or `manage`."""

    email: Annotated[str, words.EMAIL]
    role: Annotated[str, words.ROLE]


class GrantChanges(Proving, frozen=True, kw_only=True):
    """The role to have from now on."""

    role: Annotated[str, words.ROLE]


class GrantShown(msgspec.Struct, frozen=True, kw_only=True):
    """A role that somebody has on the account; its id is the user's."""

    id: Annotated[int, words.ID]
    user_id: Annotated[int, words.USER_ID]
    email: Annotated[str, words.EMAIL]
    role: Annotated[str, words.ROLE]


UsersQuery = query_of("UsersQuery", UserShown, listing=UNDATED)
MembersQuery = query_of("MembersQuery", MemberShown, listing=UNDATED)
GrantsQuery = query_of("GrantsQuery", GrantShown, listing=UNDATED)


def _page(found: list[Any], asked: Asked) -> Paged:
    names = [name for name in asked.query.__struct_fields__ if name not in UNDATED]
    return chosen(found, asked.query, names, asked.url)


def _show(user: User) -> Shown:
    return Shown(UserShown(**msgspec.structs.asdict(user)), state_of(user))


def _show_grant(grant: Grant) -> Shown:
    return Shown(GrantShown(id=grant.user_id, **msgspec.structs.asdict(grant)), state_of(grant))


def _show_member(grant: Grant) -> MemberShown:
    return MemberShown(id=grant.user_id, email=grant.email, role=grant.role)


def _list(asked: Asked) -> Paged:
    return _page([_show(user).body for user in list_users(asked.db, asked.actor)], asked)


def _add(asked: Asked) -> Shown:
    body = asked.body
    return _show(add_user(asked.db, proven(asked), body.email, name=body.name, password=body.password))


def _get(asked: Asked) -> Shown:
    return _show(show_user(asked.db, asked.actor, asked.id()))


def _set(asked: Asked) -> Shown:
    return _show(set_user(asked.db, proven(asked), asked.id(), changes_of(asked.body), expected=asked.expected))


def _set_password(asked: Asked) -> None:
    email = show_user(asked.db, asked.actor, asked.id()).email
    set_password(asked.db, proven(asked), email, asked.body.password)


def _remove_factor(asked: Asked) -> None:
    email = show_user(asked.db, asked.actor, asked.id()).email
    remove_second_factor(asked.db, proven(asked), email)


def _list_members(asked: Asked) -> Paged:
    return _page([_show_member(grant) for grant in list_grants(asked.db, asked.actor, asked.account)], asked)


def _get_member(asked: Asked) -> Shown:
    grant = show_grant(asked.db, asked.actor, asked.account, asked.id())
    return Shown(_show_member(grant), state_of(grant))


def _list_grants(asked: Asked) -> Paged:
    return _page([_show_grant(grant).body for grant in list_grants(asked.db, asked.actor, asked.account)], asked)


def _add_grant(asked: Asked) -> Shown:
    role = role_named(asked.body.role)
    return _show_grant(grant_role(asked.db, proven(asked), asked.body.email, asked.account, role))


def _get_grant(asked: Asked) -> Shown:
    return _show_grant(show_grant(asked.db, asked.actor, asked.account, asked.id()))


def _set_grant(asked: Asked) -> Shown:
    email = show_grant(asked.db, asked.actor, asked.account, asked.id()).email
    who, role = (asked.db, proven(asked), email, asked.account), role_named(asked.body.role)
    return _show_grant(grant_role(*who, role, expected=asked.expected))


def _remove_grant(asked: Asked) -> None:
    email = show_grant(asked.db, asked.actor, asked.account, asked.id()).email
    revoke_role(asked.db, proven(asked), email, asked.account, expected=asked.expected)


def _of_all(method: str, path: str, name: str, summary: str, run: Any, **more: Any) -> Operation:  # noqa: ANN401 - an operation's fields
    return Operation(method, f"/users{path}", name, summary, TAG, run, operators=True, about_account=False, **more)


def _here(method: str, path: str, name: str, summary: str, run: Any, **more: Any) -> Operation:  # noqa: ANN401 - same
    return Operation(method, f"{BASE}{path}", name, summary, TAG, run, needs=Role.MANAGE, **more)


INVITES = (
    "In place of the role that they had. Somebody new is invited: they are a user from now on, and can sign in once an "
    "operator gave them a password. The answer is the same whether the e-mail was known here or not. "
)
OPERATIONS = (
    _of_all("GET", "", "listUsers", "List all users", _list, query=UsersQuery, answer=page_type("User", UserShown)),
    _of_all(
        *("POST", "", "addUser", "Add a user", _add),
        body=UserBody,
        answer=UserShown,
        status=201,
        refuses=(429,),
        hides=("password", *PROOF),
        example={"email": "newcomer@example.org", "name": "Noa Martin"} | PROVING,
        description=f"A password is good for one sign-in, which sets another. {TAKES}",
    ),
    _of_all("GET", "/{id}", "showUser", "Show a user", _get, answer=UserShown, refuses=(404,)),
    _of_all(
        *("PUT", "/{id}", "setUser", "Change a user", _set),
        body=UserChanges,
        answer=UserShown,
        hides=PROOF,
        refuses=(404, 412, 429),
        example={"name": "Rita Lemoine-Roche"} | PROVING,
        description=TAKES,
    ),
    _of_all(
        *("PUT", "/{id}/password", "setUserPassword", "Set a user's password", _set_password),
        body=NewPassword,
        status=204,
        refuses=(404, 409, 429),
        hides=("password", *PROOF),
        example={"password": "incorrect horse battery"} | PROVING,
        description=(
            "It is good for one sign-in, within 7 days, which sets another: `new` of POST /login. Their sessions end. "
            f"Your own is changed with PUT /me/password. {TAKES}"
        ),
    ),
    _of_all(
        *("DELETE", "/{id}/totp", "removeUserSecondFactor", "Take a user's second factor off", _remove_factor),
        body=Proving,
        status=204,
        refuses=(404, 409, 429),
        hides=PROOF,
        example=PROVING,
        description=f"For somebody who lost their phone. Your own is taken off with DELETE /me/totp. {TAKES}",
    ),
    _here(
        *("GET", "/users", "listMembers", "List who has a role on the account", _list_members),
        query=MembersQuery,
        answer=page_type("Member", MemberShown),
    ),
    _here("GET", "/users/{id}", "showMember", "Show who has a role", _get_member, answer=MemberShown),
    _here(
        *("GET", "/grants", "listGrants", "List the roles on the account", _list_grants),
        query=GrantsQuery,
        answer=page_type("Grant", GrantShown),
    ),
    _here(
        *("POST", "/grants", "addGrant", "Give somebody a role", _add_grant),
        body=GrantBody,
        answer=GrantShown,
        status=201,
        refuses=(429,),
        hides=PROOF,
        example={"email": "reader@example.org", "role": "read"} | PROVING,
        description=INVITES + TAKES,
    ),
    _here("GET", "/grants/{id}", "showGrant", "Show a role", _get_grant, answer=GrantShown),
    _here(
        *("PUT", "/grants/{id}", "setGrant", "Change a role", _set_grant),
        body=GrantChanges,
        answer=GrantShown,
        refuses=(412, 429),
        hides=PROOF,
        example={"role": "edit"} | PROVING,
        description=TAKES,
    ),
    _here(
        *("DELETE", "/grants/{id}", "removeGrant", "Take a role away", _remove_grant),
        body=Proving,
        status=204,
        refuses=(412, 429),
        hides=PROOF,
        example=PROVING,
        description=TAKES,
    ),
)
