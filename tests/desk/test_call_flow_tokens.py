"""Call-flow tokens: route-only, for one account."""

import pytest

from aiguillage.desk.accounts import show_account
from aiguillage.desk.acting import actor_of
from aiguillage.desk.call_flow_tokens import (
    issue_call_token,
    list_call_tokens,
    revoke_call_token,
    set_call_token,
    show_call_token,
)
from aiguillage.desk.tokens import issue_token, list_tokens
from aiguillage.desk.users import disable_user
from aiguillage.domain.accounts import Role
from aiguillage.domain.errors import Kind, Refusal
from tests.cast import ACCOUNT, NOW, OTHER_ACCOUNT, Cast, email
from tests.refusal import refused


def test_it_may_ask_the_call_path_about_its_account_and_nothing_else(cast: Cast) -> None:
    token, secret = issue_call_token(cast.db, cast["manager"], ACCOUNT, name="3CX", hosts=["192.0.2.0/24"])

    actor = actor_of(cast.db, f"Bearer {secret}", "192.0.2.7", NOW)

    assert (token.kind, token.role, token.accounts, token.hosts) == ("cfd", "route", (ACCOUNT,), ("192.0.2.0/24",))
    assert (actor.most, actor.only) == (Role.ROUTE, frozenset({ACCOUNT}))
    with refused(Kind.FORBIDDEN, "requires the role read on CL0000; yours is route"):
        show_account(cast.db, actor, ACCOUNT)
    with refused(Kind.FORBIDDEN, "A token with the role route may not do this"):
        issue_call_token(cast.db, actor, ACCOUNT, name="more")
    assert list_tokens(cast.db, cast["manager"]) == [token]


def test_managers_see_all_of_the_accounts_and_others_their_own(cast: Cast) -> None:
    mine, _ = issue_call_token(cast.db, cast["router"], ACCOUNT, name="mine")
    managers, _ = issue_call_token(cast.db, cast["manager"], ACCOUNT, name="managers")
    issue_call_token(cast.db, cast["outsider"], OTHER_ACCOUNT, name="elsewhere")
    issue_token(cast.db, cast["router"], email("router"), name="personal", accounts=[ACCOUNT])

    assert list_call_tokens(cast.db, cast["router"], ACCOUNT) == [mine]
    assert list_call_tokens(cast.db, cast["manager"], ACCOUNT) == [mine, managers]
    assert list_call_tokens(cast.db, cast.operator, ACCOUNT) == [mine, managers]


@pytest.mark.parametrize("asker", ["manager", "operator"])
def test_a_manager_issues_it_to_another_user_of_the_account(cast: Cast, asker: str) -> None:
    router = cast["router"].user_id

    token, _ = issue_call_token(cast.db, cast[asker], ACCOUNT, name="3CX", user_id=router)

    assert (token.user_id, token.email) == (router, email("router"))


def test_who_has_no_role_here_cannot_be_told_from_nobody(cast: Cast) -> None:
    outsider = cast["outsider"].user_id

    for user_id in (outsider, 999, 0, 2**70):
        with pytest.raises(Refusal) as caught:
            issue_call_token(cast.db, cast["manager"], ACCOUNT, name="3CX", user_id=user_id)
        assert (caught.value.kind, caught.value.field) == (Kind.INVALID, "user_id")
        assert caught.value.message == "No user with that id has a role on CL0000. Give them one first."


def test_a_disabled_user_of_the_account_is_not_told_from_another(cast: Cast) -> None:
    router = cast["router"].user_id
    disable_user(cast.db, cast.operator, email("router"))

    _, secret = issue_call_token(cast.db, cast["manager"], ACCOUNT, name="3CX", user_id=router)

    with refused(Kind.UNAUTHORIZED, "unknown, expired or revoked"):
        actor_of(cast.db, f"Bearer {secret}", None, NOW)


def test_only_managers_issue_it_to_others(cast: Cast) -> None:
    for user_id in (cast["router"].user_id, cast["outsider"].user_id, 999):
        with refused(Kind.FORBIDDEN, "Issuing a token for somebody else requires the role manage on CL0000"):
            issue_call_token(cast.db, cast["editor"], ACCOUNT, name="3CX", user_id=user_id)


def test_the_terminal_has_no_user_and_must_name_one(cast: Cast) -> None:
    with refused(Kind.INVALID, "No user with that id has a role on CL0000"):
        issue_call_token(cast.db, cast.operator, ACCOUNT, name="3CX")


def test_it_keeps_its_user_and_its_secret_when_it_is_changed(cast: Cast) -> None:
    token, secret = issue_call_token(cast.db, cast["router"], ACCOUNT, name="3CX")
    changes = {"name": "Asterisk", "hosts": ("192.0.2.7",), "user_id": token.user_id}

    changed = set_call_token(cast.db, cast["manager"], ACCOUNT, token.id, changes)

    assert (changed.name, changed.hosts, changed.user_id) == ("Asterisk", ("192.0.2.7/32",), token.user_id)
    assert actor_of(cast.db, f"Bearer {secret}", "192.0.2.7", NOW).name == email("router")
    with refused(Kind.INVALID, "The user of a token cannot be changed"):
        set_call_token(cast.db, cast["manager"], ACCOUNT, token.id, {"user_id": cast["editor"].user_id})


def test_a_revoked_one_is_gone(cast: Cast) -> None:
    token, secret = issue_call_token(cast.db, cast["router"], ACCOUNT, name="3CX")

    revoke_call_token(cast.db, cast["manager"], ACCOUNT, token.id)

    assert list_call_tokens(cast.db, cast["manager"], ACCOUNT) == []
    with refused(Kind.UNAUTHORIZED, "revoked"):
        actor_of(cast.db, f"Bearer {secret}", None, NOW)
    with refused(Kind.MISSING, "There is no call-flow token with that id"):
        show_call_token(cast.db, cast["manager"], ACCOUNT, token.id)


@pytest.mark.parametrize("name", ["editor", "reader"])
def test_anothers_or_another_accounts_cannot_be_told_from_none(cast: Cast, name: str) -> None:
    routers, _ = issue_call_token(cast.db, cast["router"], ACCOUNT, name="3CX")
    elsewhere, _ = issue_call_token(cast.db, cast["outsider"], OTHER_ACCOUNT, name="3CX")
    personal, _ = issue_token(cast.db, cast[name], email(name), name="PBX", accounts=[ACCOUNT])

    for token_id in (routers.id, elsewhere.id, personal.id, 999, 0, 2**70):
        for ask in (show_call_token, revoke_call_token):
            with refused(Kind.MISSING, "There is no call-flow token with that id on this account that you can see"):
                ask(cast.db, cast[name], ACCOUNT, token_id)
