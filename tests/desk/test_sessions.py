"""Sessions: held to an account, listed, ended."""

from typing import Any

import pytest

from aiguillage.desk.accounts import id_of, list_accounts, set_account
from aiguillage.desk.acting import actor_of, token_of
from aiguillage.desk.contacts import list_contacts
from aiguillage.desk.passwords import change_password, set_password
from aiguillage.desk.sessions import (
    end_sessions,
    last_sign_ins,
    list_sessions,
    revoke_session,
    sign_out,
    switch_account,
)
from aiguillage.desk.signing_in import Credentials, sign_in
from aiguillage.desk.tokens import issue_token
from aiguillage.desk.users import add_user, disable_user, grant_role, revoke_role
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.sessions import LASTS
from tests.cast import ACCOUNT, NOW, OTHER_ACCOUNT, Cast, email
from tests.refusal import refused
from tests.storage.facts import account_id, rows

PASSWORD = "correct horse battery"
NOA, INTEGRATOR = email("noa"), email("integrator")


@pytest.fixture
def people(cast: Cast) -> Cast:
    """The cast, Noa, who edits both accounts, and an operator; both have a password."""
    add_user(cast.db, cast.operator, NOA, password=PASSWORD, one_time=False)
    add_user(cast.db, cast.operator, INTEGRATOR, password=PASSWORD, one_time=False, operator=True)
    for code in (ACCOUNT, OTHER_ACCOUNT):
        grant_role(cast.db, cast.operator, NOA, code, Role.EDIT)
    return cast


def signed_in(cast: Cast, who: str = NOA, *, at: int = NOW) -> Actor:
    """Somebody with a fresh session."""
    return acting(cast, sign_in(cast.db, at, Credentials(who, PASSWORD), address="192.0.2.7")[1], at=at)


def acting(cast: Cast, secret: str, *, at: int = NOW) -> Actor:
    """Who acts with that secret."""
    return actor_of(cast.db, f"Bearer {secret}", "192.0.2.7", at)


def test_a_switched_session_reaches_one_account_and_expires_with_the_first(people: Cast) -> None:
    actor = signed_in(people)
    later = acting_later(actor, NOW + 1_000_000)

    session, secret = switch_account(people.db, later, account_id(people.db, ACCOUNT))

    assert (session.kind, session.accounts, session.expires_at) == ("session", (ACCOUNT,), NOW + LASTS)
    held = acting(people, secret)
    assert list_contacts(people.db, held, ACCOUNT) is not None
    assert [account.code for account in list_accounts(people.db, held)] == [ACCOUNT]
    with refused(Kind.MISSING, "There is no account CL0001 that you can see"):
        id_of(people.db, held, OTHER_ACCOUNT)
    with refused(Kind.FORBIDDEN, "requires the role manage on CL0000; yours is edit"):
        set_account(people.db, held, ACCOUNT, {"name": "Acacias"})


def acting_later(actor: Actor, at: int) -> Actor:
    """The same actor at another moment."""
    return Actor(actor.name, at, actor.user_id, token_id=actor.token_id)


def test_a_switched_session_can_switch_on_to_another_account_of_its_user(people: Cast) -> None:
    _, first = switch_account(people.db, signed_in(people), account_id(people.db, ACCOUNT))

    session, _ = switch_account(people.db, acting(people, first), account_id(people.db, OTHER_ACCOUNT))

    assert session.accounts == (OTHER_ACCOUNT,)


def family(cast: Cast) -> list[str]:
    """The secrets of a fresh session, of one switched from it, and of one switched on from that."""
    secrets = [sign_in(cast.db, NOW, Credentials(NOA, PASSWORD), address="192.0.2.7")[1]]
    for code in (ACCOUNT, OTHER_ACCOUNT):
        secrets.append(switch_account(cast.db, acting(cast, secrets[-1]), account_id(cast.db, code))[1])
    return secrets


def still_good(cast: Cast, secrets: list[str]) -> list[int]:
    """The places in the list of those that somebody can still act with."""
    return [place for place, secret in enumerate(secrets) if token_of(cast.db, f"Bearer {secret}", NOW) is not None]


@pytest.mark.parametrize("which", [0, 1, 2])
def test_signing_out_of_a_switched_session_or_the_first_ends_all_of_that_sign_in(people: Cast, which: int) -> None:
    secrets, other = family(people), signed_in(people)

    sign_out(people.db, acting(people, secrets[which]))

    assert still_good(people, secrets) == []
    assert [session.id for session in list_sessions(people.db, other)] == [other.token_id]


def test_a_session_that_ended_meanwhile_switches_no_more(people: Cast) -> None:
    actor = signed_in(people)
    sign_out(people.db, actor)

    with refused(Kind.CONFLICT, "This is not a session. Sign in first"):
        switch_account(people.db, actor, account_id(people.db, ACCOUNT))


@pytest.mark.parametrize(("which", "left"), [(0, []), (1, [0, 2]), (2, [0, 1])])
def test_ending_a_session_ends_those_switched_from_it(people: Cast, which: int, left: list[int]) -> None:
    secrets, other = family(people), signed_in(people)

    revoke_session(people.db, other, acting(people, secrets[which]).token_id or 0)

    assert still_good(people, secrets) == left


def test_a_new_password_ends_all_sessions_but_the_one_that_sets_it(people: Cast) -> None:
    secrets = family(people)

    change_password(people.db, acting(people, secrets[1]), PASSWORD, "staple in the barn", address=None)
    assert still_good(people, secrets) == [1]
    set_password(people.db, people.operator, NOA, PASSWORD)

    assert still_good(people, secrets) == []


def test_disabling_somebody_ends_switched_sessions_too(people: Cast) -> None:
    secrets = family(people)

    disable_user(people.db, people.operator, NOA)

    assert still_good(people, secrets) == []


def test_an_operator_switches_to_any_account_and_manages_it(people: Cast) -> None:
    _, secret = switch_account(people.db, signed_in(people, INTEGRATOR), account_id(people.db, ACCOUNT))

    held = acting(people, secret)

    assert set_account(people.db, held, ACCOUNT, {"name": "Acacias"}).name == "Acacias"
    assert not held.operator


@pytest.mark.parametrize("where", [ACCOUNT, ""])
def test_a_strangers_account_cannot_be_told_from_none(people: Cast, where: str) -> None:
    revoke_role(people.db, people.operator, NOA, ACCOUNT)
    actor = signed_in(people)

    for wanted in (account_id(people.db, where), 999_999, 0, -1, 2**70):
        with pytest.raises(Refusal) as caught:
            switch_account(people.db, actor, wanted)
        assert caught.value.kind is Kind.MISSING
        assert caught.value.message == "There is no account with that id that you can see. GET /accounts lists yours."


def test_only_a_session_switches_and_signs_out(people: Cast) -> None:
    _, secret = issue_token(people.db, people.operator, NOA, name="script", role=Role.MANAGE)
    actor = acting(people, secret)

    with refused(Kind.CONFLICT, "This is not a session. Sign in first"):
        switch_account(people.db, actor, account_id(people.db, ACCOUNT))
    with refused(Kind.CONFLICT, "This is not a session"):
        sign_out(people.db, actor)

    assert acting(people, secret).name == NOA


def test_people_list_and_end_their_own_sessions_and_operators_everybodys(people: Cast) -> None:
    noa, other = signed_in(people), signed_in(people)
    integrator = signed_in(people, INTEGRATOR)

    revoke_session(people.db, noa, other.token_id or 0)

    assert [session.id for session in list_sessions(people.db, noa)] == [noa.token_id]
    assert [session.id for session in list_sessions(people.db, integrator)] == [noa.token_id, integrator.token_id]
    revoke_session(people.db, integrator, noa.token_id or 0)
    assert [session.id for session in list_sessions(people.db, integrator)] == [integrator.token_id]


@pytest.mark.parametrize("kind", ["token", "session"])
def test_who_is_held_to_an_account_sees_and_ends_sessions_of_that_account_alone(people: Cast, kind: str) -> None:
    secrets = family(people)
    limits: dict[str, Any] = {"name": "script", "role": Role.MANAGE, "accounts": [ACCOUNT]}
    token = issue_token(people.db, people.operator, NOA, **limits)[1]
    held = acting(people, secrets[1] if kind == "session" else token)
    whole, here, elsewhere = (acting(people, secret).token_id or 0 for secret in secrets)

    assert [session.id for session in list_sessions(people.db, held)] == [here]
    for wanted in (whole, elsewhere):
        with refused(Kind.MISSING, "You have no session with that id"):
            revoke_session(people.db, held, wanted)
    revoke_session(people.db, held, here)

    assert still_good(people, secrets) == [0, 2]


def test_anothers_session_cannot_be_told_from_none(people: Cast) -> None:
    noa, integrator = signed_in(people), signed_in(people, INTEGRATOR)
    ended = signed_in(people).token_id or 0
    revoke_session(people.db, noa, ended)
    token, _ = issue_token(people.db, people.operator, NOA, name="PBX")

    for wanted in (integrator.token_id or 0, ended, token.id, 999_999, 0, 2**70):
        with refused(Kind.MISSING, "You have no session with that id"):
            revoke_session(people.db, noa, wanted)

    assert len(list_sessions(people.db, integrator)) == 2


def test_a_session_issues_tokens_that_outlast_it_and_are_good_anywhere(people: Cast) -> None:
    token, _ = issue_token(people.db, signed_in(people), NOA, name="PBX")

    assert (token.hosts, token.expires_at) == ((), None)


def test_a_token_of_a_small_role_sees_no_sessions(people: Cast) -> None:
    _, secret = issue_token(people.db, people.operator, NOA, name="PBX")

    with refused(Kind.FORBIDDEN, "A token with the role route may not do this"):
        list_sessions(people.db, acting(people, secret))
    with refused(Kind.FORBIDDEN, "A token with the role route may not do this"):
        revoke_session(people.db, acting(people, secret), 1)


def test_ended_sessions_are_not_listed_and_later_forgotten(people: Cast) -> None:
    signed_in(people)
    month = 30 * 24 * 3_600 * 1_000_000

    assert list_sessions(people.db, acting_later(people["router"], NOW + LASTS)) == []
    assert list_sessions(people.db, Actor("terminal", NOW + LASTS, operator=True)) == []
    signed_in(people, at=NOW + LASTS + month)

    assert len(rows(people.db, "SELECT * FROM tokens")) == 1


def test_operators_see_who_signed_in_last_and_end_all_sessions_of_somebody(people: Cast) -> None:
    for at in (NOW, NOW + 5):
        signed_in(people, at=at)
    noa, operator = signed_in(people, at=NOW + 9), signed_in(people, INTEGRATOR)

    assert last_sign_ins(people.db, operator) == {noa.user_id: NOW + 9, operator.user_id: NOW}
    assert end_sessions(people.db, operator, noa.user_id or 0) == 3
    assert end_sessions(people.db, operator, operator.user_id or 0) == 0
    assert [session.user_id for session in list_sessions(people.db, operator)] == [operator.user_id]
    for refuses in (lambda: last_sign_ins(people.db, noa), lambda: end_sessions(people.db, noa, 1)):
        with refused(Kind.FORBIDDEN, "Only an operator"):
            refuses()
