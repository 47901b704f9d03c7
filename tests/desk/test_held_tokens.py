"""What tokens are held to: they give neither themselves nor others more."""

from typing import Any

import pytest

from aiguillage.desk.accounts import add_account, list_accounts, set_account, show_account
from aiguillage.desk.acting import actor_of
from aiguillage.desk.call_flow_tokens import issue_call_token, set_call_token
from aiguillage.desk.ctis import issue_cti_token
from aiguillage.desk.rota_feeds import issue_rota_feed
from aiguillage.desk.switches import issue_switch_code
from aiguillage.desk.tokens import issue_token, list_tokens, revoke_token, set_token, show_token
from aiguillage.desk.users import add_user
from aiguillage.desk.webhooks import add_webhook, set_webhook
from aiguillage.domain.accounts import Account, Actor, Role
from aiguillage.domain.errors import Kind
from aiguillage.domain.webhooks import Webhook
from tests.cast import ACCOUNT, NOW, OTHER_ACCOUNT, Cast, email
from tests.desk.sample_facts import add_samples
from tests.refusal import refused

DAY = 24 * 3600 * 1_000_000


def acting(cast: Cast, name: str, *, role: Role = Role.MANAGE, **held: Any) -> Actor:  # noqa: ANN401 - a token's limits
    """Somebody who acts with a token of theirs that has these limits."""
    secret = issue_token(cast.db, cast.operator, email(name), name="acting", role=role, **held)[1]
    return actor_of(cast.db, f"Bearer {secret}", "192.0.2.7", NOW)


@pytest.mark.parametrize("role", [Role.ROUTE, Role.READ, Role.EDIT])
def test_a_token_of_a_small_role_gets_itself_no_greater_one(cast: Cast, role: Role) -> None:
    actor = acting(cast, "manager", role=role)

    for ask in (
        lambda: issue_token(cast.db, actor, email("manager"), name="more", role=Role.MANAGE),
        lambda: list_tokens(cast.db, actor),
        lambda: show_token(cast.db, actor, 1),
        lambda: set_token(cast.db, actor, 1, {"expires_at": None}),
        lambda: revoke_token(cast.db, actor, 1),
    ):
        with refused(Kind.FORBIDDEN, f"A token with the role {role.word} may not do this"):
            ask()


def test_a_token_that_is_held_to_an_account_reaches_tokens_of_that_account_alone(cast: Cast) -> None:
    everywhere, _ = issue_token(cast.db, cast["manager"], email("manager"), name="all")
    here, _ = issue_token(cast.db, cast["manager"], email("manager"), name="here", accounts=[ACCOUNT])
    actor = acting(cast, "manager", accounts=[ACCOUNT])

    issued, _ = issue_token(cast.db, actor, email("manager"), name="PBX", accounts=[ACCOUNT])

    assert [token.id for token in list_tokens(cast.db, actor)] == [here.id, actor.token_id, issued.id]
    with refused(Kind.INVALID, "Your own token is limited to some accounts"):
        issue_token(cast.db, actor, email("manager"), name="PBX")
    with refused(Kind.MISSING, f"You have no token {everywhere.id}"):
        show_token(cast.db, actor, everywhere.id)


@pytest.mark.parametrize(
    ("held", "more"),
    [
        ({"hosts": ["192.0.2.0/24"]}, {"hosts": ()}),
        ({"hosts": ["192.0.2.0/24"]}, {"hosts": ("192.0.2.7", "198.51.100.7")}),
        ({"expires_at": NOW + DAY}, {"expires_at": None}),
        ({"expires_at": NOW + DAY}, {"expires_at": NOW + DAY + 1}),
    ],
)
@pytest.mark.parametrize("name", ["manager", "integrator"])
def test_a_limited_token_gives_neither_itself_nor_another_more(
    cast: Cast, name: str, held: dict[str, Any], more: dict[str, Any]
) -> None:
    add_user(cast.db, cast.operator, email("integrator"), operator=True)
    actor = acting(cast, name, **held)
    other, _ = issue_token(cast.db, cast.operator, email(name), name="other", role=Role.MANAGE)
    (field,) = more

    for token_id in (actor.token_id or 0, other.id):
        with refused(Kind.INVALID, "Your own token .* or sign in") as caught:
            set_token(cast.db, actor, token_id, more)
        assert caught.value.field == field
    with refused(Kind.INVALID, "Your own token .* or sign in"):
        issue_token(cast.db, actor, email(name), name="more", **{**held, **more})

    kept = show_token(cast.db, cast.operator, actor.token_id or 0)
    assert (kept.hosts, kept.expires_at) == (actor.hosts, actor.expires_at)
    assert list_tokens(cast.db, cast.operator) == [kept, other]


def test_a_limited_token_issues_and_changes_tokens_within_its_limits(cast: Cast) -> None:
    actor = acting(cast, "manager", hosts=["192.0.2.0/24"], expires_at=NOW + DAY)
    other, _ = issue_token(cast.db, cast["manager"], email("manager"), name="other")
    held: dict[str, Any] = {"hosts": ("192.0.2.7/32",), "expires_at": NOW + 1}

    issued, _ = issue_token(cast.db, actor, email("manager"), name="PBX", **held)

    assert (issued.hosts, issued.expires_at) == (("192.0.2.7/32",), NOW + 1)
    assert set_token(cast.db, actor, other.id, held).hosts == ("192.0.2.7/32",)
    assert set_token(cast.db, actor, actor.token_id or 0, {"name": "mine"}).expires_at == NOW + DAY


def test_a_limited_token_issues_no_call_flow_token_beyond_its_limits(cast: Cast) -> None:
    actor = acting(cast, "manager", hosts=["192.0.2.0/24"], expires_at=NOW + DAY)
    within: dict[str, Any] = {"hosts": ["192.0.2.7"], "expires_at": NOW + DAY}

    token, _ = issue_call_token(cast.db, actor, ACCOUNT, name="3CX", **within)

    assert token.hosts == ("192.0.2.7/32",)
    for more in ({"hosts": ("198.51.100.7",)}, {"expires_at": None}):
        with refused(Kind.INVALID, "Your own token"):
            issue_call_token(cast.db, actor, ACCOUNT, name="3CX", **{**within, **more})
        with refused(Kind.INVALID, "Your own token"):
            set_call_token(cast.db, actor, ACCOUNT, token.id, more)
        with refused(Kind.INVALID, "Your own token"):
            set_token(cast.db, actor, token.id, more)


@pytest.mark.parametrize("held", [{"hosts": ["192.0.2.0/24"]}, {"expires_at": NOW + DAY}])
def test_a_bound_token_issues_no_secret_that_is_not_bound(cast: Cast, held: dict[str, Any]) -> None:
    ids = add_samples(cast.db, cast["editor"], ACCOUNT)
    actor = acting(cast, "manager", **held)
    webhook = Webhook(name="CRM", url="https://hooks.example.org/calls", events=("import.done",))

    for ask in (
        lambda: issue_switch_code(cast.db, actor, ACCOUNT, ids["switch"]),
        lambda: issue_cti_token(cast.db, actor, ACCOUNT, ids["cti"]),
        lambda: issue_rota_feed(cast.db, actor, ACCOUNT, ids["rota"]),
        lambda: add_webhook(cast.db, actor, ACCOUNT, webhook),
        lambda: set_webhook(cast.db, actor, ACCOUNT, 1, {"url": webhook.url}),
    ):
        with refused(Kind.FORBIDDEN, "Your own token is limited to some addresses, or expires"):
            ask()


def test_an_operators_token_that_is_held_to_less_manages_accounts_and_not_the_installation(cast: Cast) -> None:
    add_user(cast.db, cast.operator, email("integrator"), operator=True)

    held = acting(cast, "integrator", accounts=[ACCOUNT])
    reading = acting(cast, "integrator", role=Role.READ)

    assert [account.code for account in list_accounts(cast.db, held)] == [ACCOUNT]
    assert show_account(cast.db, reading, OTHER_ACCOUNT).code == OTHER_ACCOUNT
    assert set_account(cast.db, held, ACCOUNT, {"name": "Acacias"}).name == "Acacias"
    with refused(Kind.FORBIDDEN, "This requires the role manage on CL0000; yours is read"):
        set_account(cast.db, reading, ACCOUNT, {"name": "Mistral"})
    for actor in (held, reading):
        with refused(Kind.FORBIDDEN, "Only an operator of this installation"):
            add_account(cast.db, actor, Account(code="CL0009"))
    assert list_accounts(cast.db, acting(cast, "integrator", role=Role.ROUTE)) == []
