"""Tokens: personal, shown once, never able to do more than their user."""

import hashlib
from typing import Any

import msgspec
import pytest

from aiguillage.desk.accounts import remove_account
from aiguillage.desk.acting import actor_of
from aiguillage.desk.change import state_of
from aiguillage.desk.journal import list_changes
from aiguillage.desk.token_rows import Token
from aiguillage.desk.tokens import issue_token, list_tokens, revoke_token, set_token, show_token
from aiguillage.desk.users import add_user, disable_user
from aiguillage.domain.accounts import Role, looks_like_secret
from aiguillage.domain.errors import Kind
from tests.cast import ACCOUNT, NOW, OTHER_ACCOUNT, Cast, email
from tests.refusal import refused
from tests.storage.facts import facts_version, rows

DAY = 24 * 3600 * 1_000_000


def test_a_token_is_issued_with_a_secret_of_which_the_sha256_alone_is_kept(cast: Cast) -> None:
    version = facts_version(cast.db)

    token, secret = issue_token(cast.db, cast["router"], email("router"), name=" PBX ")

    assert looks_like_secret(secret)
    assert token == Token(
        id=token.id,
        user_id=cast["router"].user_id or 0,
        email=email("router"),
        name="PBX",
        role="route",
        created_at=NOW,
    )
    (row,) = rows(cast.db, "SELECT * FROM tokens")
    assert row.digest == hashlib.sha256(secret.encode()).digest()
    assert secret not in str(tuple(row))
    assert facts_version(cast.db) == version + 1


def test_a_token_carries_every_limit_that_it_is_given(cast: Cast) -> None:
    token, _ = issue_token(
        cast.db,
        cast["manager"],
        email("manager").upper(),
        name="PBX",
        role=Role.READ,
        accounts=[ACCOUNT],
        hosts=["192.0.2.7", "2001:db8::/32"],
        expires_at=NOW + DAY,
        unknown="default",
    )

    hosts = ("192.0.2.7/32", "2001:db8::/32")
    assert token == Token(
        id=token.id,
        user_id=cast["manager"].user_id or 0,
        email=email("manager"),
        name="PBX",
        role="read",
        accounts=(ACCOUNT,),
        hosts=hosts,
        unknown="default",
        created_at=NOW,
        expires_at=NOW + DAY,
    )
    assert list_tokens(cast.db, cast["manager"]) == [token]


def test_an_issued_token_is_in_the_installations_journal_without_its_secret(cast: Cast) -> None:
    token, secret = issue_token(cast.db, cast["router"], email("router"), name="PBX", hosts=["192.0.2.7"])

    change = list_changes(cast.db, cast.operator, None)[0]
    assert (change.action, change.entity, change.entity_id, change.before) == ("issue", "token", token.id, None)
    assert change.actor == email("router")
    assert change.after == msgspec.json.decode(msgspec.json.encode(token))
    assert secret not in str(change)
    assert hashlib.sha256(secret.encode()).hexdigest() not in str(change)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": "  "}, "A token needs a name that says what it is for"),
        ({"name": "x" * 201}, "Use up to 200 characters"),
        ({"hosts": ["pbx.example.org"]}, "is neither an address nor a CIDR block"),
        ({"unknown": "500"}, "is not an answer for unknown callers"),
        ({"expires_at": NOW}, "would already have expired. Choose a later date and time"),
        ({"expires_at": 0}, "would already have expired"),
        ({"expires_at": 2**63}, "A number is out of range"),
    ],
)
def test_a_token_that_makes_no_sense_is_refused_and_none_is_issued(
    cast: Cast, given: dict[str, Any], message: str
) -> None:
    with refused(Kind.INVALID, message):
        issue_token(cast.db, cast["router"], email("router"), **{"name": "PBX", **given})

    assert list_tokens(cast.db, cast.operator) == []


@pytest.mark.parametrize("other", [email("router"), "newcomer@example.org"])
def test_a_token_is_personal(cast: Cast, other: str) -> None:
    with refused(Kind.FORBIDDEN, "A token is personal: you can only issue your own"):
        issue_token(cast.db, cast["manager"], other, name="PBX")


def test_an_operator_issues_anybodys_token(cast: Cast) -> None:
    token, _ = issue_token(cast.db, cast.operator, email("router"), name="PBX", accounts=[ACCOUNT])

    assert (token.email, token.accounts) == (email("router"), (ACCOUNT,))


def test_a_token_needs_somebody_to_have_it(cast: Cast) -> None:
    with refused(Kind.MISSING, "There is no user newcomer@example.org. Add them first"):
        issue_token(cast.db, cast.operator, "newcomer@example.org", name="PBX")


def test_a_disabled_user_is_issued_no_token(cast: Cast) -> None:
    disable_user(cast.db, cast.operator, email("router"))

    with refused(Kind.CONFLICT, "The user router@example.org is disabled. Issue the token to somebody else"):
        issue_token(cast.db, cast.operator, email("router"), name="PBX")


def test_a_token_for_an_account_where_its_user_has_no_role_is_refused(cast: Cast) -> None:
    with refused(Kind.MISSING, "router@example.org has no role on CL0001. Give them one first"):
        issue_token(cast.db, cast.operator, email("router"), name="PBX", accounts=[ACCOUNT, OTHER_ACCOUNT])
    with refused(Kind.MISSING, "There is no account CL9999"):
        issue_token(cast.db, cast.operator, email("router"), name="PBX", accounts=["CL9999"])


def test_an_operators_token_may_name_any_account_that_is_there(cast: Cast) -> None:
    add_user(cast.db, cast.operator, "integrator@example.org", operator=True)

    token, _ = issue_token(cast.db, cast.operator, "integrator@example.org", name="PBX", accounts=[OTHER_ACCOUNT])

    assert token.accounts == (OTHER_ACCOUNT,)


def test_each_user_lists_their_own_tokens_and_operators_everybodys(cast: Cast) -> None:
    router, manager, second = (
        issue_token(cast.db, cast.operator, email(name), name="PBX")[0] for name in ("router", "manager", "router")
    )

    assert list_tokens(cast.db, cast["router"]) == [router, second]
    assert list_tokens(cast.db, cast["outsider"]) == []
    assert list_tokens(cast.db, cast.operator) == [router, manager, second]
    assert list_tokens(cast.db, cast.operator, email("manager").upper()) == [manager]
    assert list_tokens(cast.db, cast.operator, f"Manager <{email('manager')}>") == [manager]
    assert list_tokens(cast.db, cast["outsider"], email("manager")) == []


@pytest.mark.parametrize("name", ["router", "operator"])
def test_a_token_is_revoked_once_by_its_user_or_an_operator(cast: Cast, name: str) -> None:
    token, _ = issue_token(cast.db, cast["router"], email("router"), name="PBX")
    version = facts_version(cast.db)

    revoke_token(cast.db, cast[name], token.id)
    revoke_token(cast.db, cast[name], token.id)

    assert list_tokens(cast.db, cast["router"]) == [msgspec.structs.replace(token, revoked_at=NOW)]
    first, second = list_changes(cast.db, cast.operator, None)[:2]
    assert (first.action, first.entity_id, first.after) == ("revoke", token.id, {"revoked": True})
    assert second.action == "issue"
    assert facts_version(cast.db) > version


def test_anothers_token_cannot_be_told_from_none(cast: Cast) -> None:
    token, _ = issue_token(cast.db, cast["router"], email("router"), name="PBX")

    for token_id in (token.id, token.id + 1, 0, -1, 2**63, -(2**70)):
        with refused(Kind.MISSING, f"You have no token {token_id}"):
            revoke_token(cast.db, cast["manager"], token_id)

    assert list_tokens(cast.db, cast["router"]) == [token]


def test_a_tokens_name_hosts_and_expiry_can_be_changed(cast: Cast) -> None:
    token, secret = issue_token(cast.db, cast["router"], email("router"), name="PBX", hosts=["192.0.2.7"])

    changes = {"name": " 3CX ", "hosts": ("198.51.100.0/24",), "expires_at": NOW + DAY}
    changed = set_token(cast.db, cast["router"], token.id, changes, expected=state_of(token))

    assert changed == msgspec.structs.replace(token, **{**changes, "name": "3CX"})
    assert show_token(cast.db, cast["router"], token.id) == changed
    assert set_token(cast.db, cast["router"], token.id, {}) == changed
    assert actor_of(cast.db, f"Bearer {secret}", "198.51.100.9", NOW).name == email("router")
    with refused(Kind.FORBIDDEN, "may not be used from this address"):
        actor_of(cast.db, f"Bearer {secret}", "192.0.2.7", NOW)
    with refused(Kind.STALE, "Somebody changed this"):
        set_token(cast.db, cast["router"], token.id, {"name": "x"}, expected=state_of(token))
    with refused(Kind.STALE, "Somebody changed this"):
        revoke_token(cast.db, cast["router"], token.id, expected=state_of(token))
    with refused(Kind.INVALID, "would already have expired"):
        set_token(cast.db, cast["router"], token.id, {"expires_at": NOW})
    changes_told = [entry.action for entry in list_changes(cast.db, cast.operator, None)[:2]]
    assert changes_told == ["set", "issue"]


def test_an_expired_token_can_still_be_named_anew(cast: Cast) -> None:
    token, _ = issue_token(cast.db, cast["router"], email("router"), name="PBX", expires_at=NOW + 1)
    later = msgspec.structs.replace(cast["router"], at=NOW + DAY)

    assert set_token(cast.db, later, token.id, {"name": "old PBX"}).name == "old PBX"


def test_tokens_for_an_account_end_with_it(cast: Cast) -> None:
    token, _ = issue_token(cast.db, cast["outsider"], email("outsider"), name="PBX", accounts=[OTHER_ACCOUNT])

    remove_account(cast.db, cast.log, cast.operator, OTHER_ACCOUNT)

    assert list_tokens(cast.db, cast["outsider"]) == [msgspec.structs.replace(token, revoked_at=NOW)]
