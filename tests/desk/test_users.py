"""Users and their grants."""

import pytest
from argon2 import PasswordHasher

from aiguillage.desk.change import state_of
from aiguillage.desk.journal import list_changes
from aiguillage.desk.users import (
    User,
    actor_named,
    add_user,
    disable_user,
    enable_user,
    grant_role,
    invite_person,
    list_grants,
    list_users,
    revoke_role,
    set_user,
    show_grant,
    show_user,
)
from aiguillage.domain.accounts import Role
from aiguillage.domain.errors import Kind
from tests.cast import ACCOUNT, NOW, OTHER_ACCOUNT, ROLES, Cast, email
from tests.refusal import refused
from tests.storage.facts import facts_version, rows

NEWCOMER = "newcomer@example.org"
PASSWORD = "correct horse battery"


def test_an_added_user_is_listed(cast: Cast) -> None:
    added = add_user(cast.db, cast.operator, NEWCOMER, name=" Noa Martin ")

    assert added == User(added.id, NEWCOMER, "Noa Martin", operator=False, disabled=False, grants={})
    assert added in list_users(cast.db, cast.operator)


def test_an_added_user_is_in_the_installations_journal_without_their_password(cast: Cast) -> None:
    version = facts_version(cast.db)

    added = add_user(cast.db, cast.operator, NEWCOMER, name="Noa Martin", operator=True, password=PASSWORD)

    change = list_changes(cast.db, cast.operator, None)[0]
    assert (change.action, change.entity, change.entity_id, change.before) == ("add", "user", added.id, None)
    assert change.after == {"id": added.id, "email": NEWCOMER, "name": "Noa Martin", "operator": True}
    assert facts_version(cast.db) == version + 1


@pytest.mark.usefixtures("real_cost")
def test_a_password_is_kept_as_its_argon2id_hash_only(cast: Cast) -> None:
    add_user(cast.db, cast.operator, NEWCOMER, password=PASSWORD)
    add_user(cast.db, cast.operator, "other@example.org", password=PASSWORD)

    one, other = rows(cast.db, "SELECT password FROM users WHERE password IS NOT NULL")
    assert one.password != other.password
    assert one.password.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert PasswordHasher().verify(one.password, PASSWORD)


def test_a_user_without_a_password_has_none(cast: Cast) -> None:
    add_user(cast.db, cast.operator, NEWCOMER)

    assert rows(cast.db, "SELECT * FROM users WHERE password IS NOT NULL") == []


@pytest.mark.parametrize("password", ["", "x" * 11, "password1234", f"{NEWCOMER.partition('@')[0]}-1234"])
def test_a_password_that_is_no_good_is_refused(cast: Cast, password: str) -> None:
    with refused(Kind.INVALID, "The password is too (short|easy to guess)"):
        add_user(cast.db, cast.operator, NEWCOMER, password=password)

    assert len(list_users(cast.db, cast.operator)) == 5


@pytest.mark.parametrize(
    "address", [email("reader"), email("reader").upper(), "Reader@Example.Org", f"Reader <{email('reader')}>"]
)
def test_an_address_that_somebody_uses_in_any_case_is_refused(cast: Cast, address: str) -> None:
    with refused(Kind.CONFLICT, "There is already a user reader@example.org. Use another address"):
        add_user(cast.db, cast.operator, address)


def test_an_address_is_one_in_whatever_case_it_is_given(cast: Cast) -> None:
    assert add_user(cast.db, cast.operator, "Newcomer@Example.org").email == NEWCOMER
    assert actor_named(cast.db, "NEWCOMER@example.org", NOW).name == NEWCOMER


@pytest.mark.parametrize(
    ("address", "name", "message"),
    [
        ("newcomer", "", "is not an e-mail address"),
        (NEWCOMER, "x" * 201, "Use up to 200 characters"),
        (NEWCOMER, "a\nb", "control characters"),
    ],
)
def test_a_user_who_makes_no_sense_is_refused(cast: Cast, address: str, name: str, message: str) -> None:
    with refused(Kind.INVALID, message):
        add_user(cast.db, cast.operator, address, name=name)


def test_an_actor_is_the_user_at_a_moment(cast: Cast) -> None:
    add_user(cast.db, cast.operator, NEWCOMER, operator=True)

    newcomer, reader = actor_named(cast.db, NEWCOMER, NOW + 1), actor_named(cast.db, email("reader"), NOW)

    assert (newcomer.name, newcomer.at, newcomer.operator) == (NEWCOMER, NOW + 1, True)
    assert (reader.name, reader.operator) == (email("reader"), False)
    assert newcomer.user_id != reader.user_id


def test_nobody_acts_as_a_stranger(cast: Cast) -> None:
    with refused(Kind.MISSING, f"There is no user {NEWCOMER}. Add them first: aiguillage user add {NEWCOMER}"):
        actor_named(cast.db, NEWCOMER, NOW)


def test_a_disabled_user_is_shut_out_once(cast: Cast) -> None:
    version = facts_version(cast.db)

    disable_user(cast.db, cast.operator, email("editor").title())
    disable_user(cast.db, cast.operator, email("editor"))

    with refused(Kind.MISSING, "The user editor@example.org is disabled"):
        actor_named(cast.db, email("editor"), NOW)
    assert [user.email for user in list_users(cast.db, cast.operator) if user.disabled] == [email("editor")]
    first, second = list_changes(cast.db, cast.operator, None)[:2]
    assert (first.action, first.before, first.after) == ("disable", {"disabled": False}, {"disabled": True})
    assert second.action != "disable"
    assert facts_version(cast.db) > version


def test_an_enabled_user_is_let_in_again(cast: Cast) -> None:
    disable_user(cast.db, cast.operator, email("editor"))

    enable_user(cast.db, cast.operator, email("editor"))
    enable_user(cast.db, cast.operator, email("editor"))

    assert actor_named(cast.db, email("editor"), NOW).name == email("editor")
    first, second = list_changes(cast.db, cast.operator, None)[:2]
    assert (first.action, second.action) == ("enable", "disable")


def test_a_stranger_is_not_disabled(cast: Cast) -> None:
    with refused(Kind.MISSING, "There is no user"):
        disable_user(cast.db, cast.operator, NEWCOMER)


def test_an_operator_sees_all_users_with_all_their_roles(cast: Cast) -> None:
    grant_role(cast.db, cast.operator, email("outsider"), ACCOUNT, Role.READ)

    users = list_users(cast.db, cast.operator)

    assert [user.email for user in users] == sorted(email(name) for name in (*ROLES, "outsider"))
    assert {user.email: user.grants for user in users}[email("outsider")] == {ACCOUNT: "read", OTHER_ACCOUNT: "manage"}


def test_a_manager_sees_their_accounts_users_with_their_role_there_alone(cast: Cast) -> None:
    grant_role(cast.db, cast.operator, email("outsider"), ACCOUNT, Role.READ)

    users = list_users(cast.db, cast["manager"], ACCOUNT)

    assert {user.email: user.grants for user in users} == {
        **{email(name): {ACCOUNT: role.word} for name, role in ROLES.items()},
        email("outsider"): {ACCOUNT: "read"},
    }


def test_a_manager_gives_a_role(cast: Cast) -> None:
    add_user(cast.db, cast.operator, NEWCOMER)

    grant_role(cast.db, cast["manager"], NEWCOMER.upper(), ACCOUNT, Role.EDIT)

    change = list_changes(cast.db, cast["manager"], ACCOUNT)[0]
    assert (change.action, change.entity, change.before) == ("grant", "grant", None)
    assert change.after == {"email": NEWCOMER, "role": "edit"}
    assert {user.email: user.grants for user in list_users(cast.db, cast.operator)}[NEWCOMER] == {ACCOUNT: "edit"}


def test_a_role_given_takes_the_place_of_the_one_before(cast: Cast) -> None:
    grant_role(cast.db, cast["manager"], email("editor"), ACCOUNT, Role.ROUTE)

    change = list_changes(cast.db, cast["manager"], ACCOUNT)[0]
    assert change.before == {"email": email("editor"), "role": "edit"}
    assert change.after == {"email": email("editor"), "role": "route"}
    assert {user.email: user.grants for user in list_users(cast.db, cast.operator)}[email("editor")] == {
        ACCOUNT: "route"
    }


def test_giving_a_role_that_somebody_has_already_is_no_change(cast: Cast) -> None:
    before = list_changes(cast.db, cast["manager"], ACCOUNT)

    grant_role(cast.db, cast["manager"], email("editor"), ACCOUNT, Role.EDIT)

    assert list_changes(cast.db, cast["manager"], ACCOUNT) == before
    assert {user.email: user.grants for user in list_users(cast.db, cast.operator)}[email("editor")] == {
        ACCOUNT: "edit"
    }


def test_a_role_needs_somebody_to_have_it(cast: Cast) -> None:
    with refused(Kind.MISSING, f"There is no user {NEWCOMER}. Add them first"):
        grant_role(cast.db, cast.operator, NEWCOMER, ACCOUNT, Role.READ)


def test_a_manager_invites_somebody_new_who_cannot_sign_in_yet(cast: Cast) -> None:
    granted = grant_role(cast.db, cast["manager"], NEWCOMER.title(), ACCOUNT, Role.READ)

    (invited,) = [user for user in list_users(cast.db, cast.operator) if user.email == NEWCOMER]
    assert invited == User(granted.user_id, NEWCOMER, "", operator=False, disabled=False, grants={ACCOUNT: "read"})
    assert rows(cast.db, "SELECT * FROM users WHERE password IS NOT NULL") == []
    change = list_changes(cast.db, cast.operator, None)[0]
    assert (change.actor, change.action, change.entity_id) == (email("manager"), "add", invited.id)
    with refused(Kind.INVALID, "is not an e-mail address"):
        grant_role(cast.db, cast["manager"], "newcomer", ACCOUNT, Role.READ)


def test_a_manager_cannot_tell_an_invited_user_from_one_who_was_here_before(cast: Cast) -> None:
    add_user(cast.db, cast.operator, "old@example.org", name="Noa Martin", operator=True)
    disable_user(cast.db, cast.operator, "old@example.org")

    old, new = (grant_role(cast.db, cast["manager"], one, ACCOUNT, Role.READ) for one in ("old@example.org", NEWCOMER))

    told = {user.email: user for user in list_users(cast.db, cast["manager"], ACCOUNT)}
    grants = {ACCOUNT: "read"}
    assert told[old.email] == User(old.user_id, old.email, "", operator=False, disabled=False, grants=grants)
    assert told[new.email] == User(new.user_id, new.email, "", operator=False, disabled=False, grants=grants)


def test_an_id_does_not_tell_since_when_somebody_is_known(cast: Cast) -> None:
    ids = [user.id for user in list_users(cast.db, cast.operator)]

    assert all(0 < one <= 2**53 for one in ids)
    assert max(ids) > 10_000
    assert len(set(ids)) == len(ids)


def test_a_role_is_changed_in_the_state_that_somebody_saw_alone(cast: Cast) -> None:
    seen = show_grant(cast.db, cast["manager"], ACCOUNT, actor_named(cast.db, email("router"), NOW).user_id or 0)

    set_ = grant_role(cast.db, cast["manager"], email("router"), ACCOUNT, Role.READ, expected=state_of(seen))

    assert set_ in list_grants(cast.db, cast["manager"], ACCOUNT)
    with refused(Kind.STALE, "Somebody changed this since you read it"):
        grant_role(cast.db, cast["manager"], email("router"), ACCOUNT, Role.EDIT, expected=state_of(seen))
    with refused(Kind.STALE, "Somebody changed this since you read it"):
        revoke_role(cast.db, cast["manager"], email("router"), ACCOUNT, expected=state_of(seen))
    assert set_ in list_grants(cast.db, cast["manager"], ACCOUNT)


def test_operators_change_a_users_name_and_shut_them_out(cast: Cast) -> None:
    editor = next(user for user in list_users(cast.db, cast.operator) if user.email == email("editor"))

    renamed = set_user(cast.db, cast.operator, editor.id, {"name": " Noa "}, expected=state_of(editor))
    shut_out = set_user(cast.db, cast.operator, editor.id, {"disabled": True})
    set_user(cast.db, cast.operator, editor.id, {"disabled": True})

    assert (renamed.name, renamed.disabled) == ("Noa", False)
    assert shut_out == show_user(cast.db, cast.operator, editor.id)
    first, second, third = list_changes(cast.db, cast.operator, None)[:3]
    assert (first.action, second.action, third.action) == (
        "disable",
        "set",
        "grant" if third.entity == "grant" else "add",
    )
    with refused(Kind.STALE, "Somebody changed this"):
        set_user(cast.db, cast.operator, editor.id, {"disabled": False}, expected=state_of(editor))


@pytest.mark.parametrize("user_id", [0, -1, 5, 2**70])
def test_a_user_who_is_not_there_is_missing(cast: Cast, user_id: int) -> None:
    with refused(Kind.MISSING, "There is no user with that id"):
        show_user(cast.db, cast.operator, user_id)
    with refused(Kind.MISSING, "No user with that id has a role on CL0000"):
        show_grant(cast.db, cast["manager"], ACCOUNT, user_id)


def test_a_role_taken_away_shuts_its_user_out(cast: Cast) -> None:
    revoke_role(cast.db, cast["manager"], email("editor"), ACCOUNT)

    change = list_changes(cast.db, cast["manager"], ACCOUNT)[0]
    assert (change.action, change.before, change.after) == (
        "revoke",
        {"email": email("editor"), "role": "edit"},
        None,
    )
    with refused(Kind.MISSING, "There is no account CL0000 that you can see"):
        list_users(cast.db, cast["editor"], ACCOUNT)


@pytest.mark.parametrize("address", [email("outsider"), NEWCOMER])
def test_a_role_that_nobody_has_is_not_taken_away(cast: Cast, address: str) -> None:
    with refused(Kind.MISSING, f"{address} has no role on CL0000"):
        revoke_role(cast.db, cast["manager"], address, ACCOUNT)


def test_only_managers_invite(cast: Cast) -> None:
    for name, kind in (("editor", Kind.FORBIDDEN), ("outsider", Kind.MISSING)):
        with refused(kind, "."):
            invite_person(cast.db, cast[name], email("newcomer"), ACCOUNT, Role.READ, mailed=False, language="en")
