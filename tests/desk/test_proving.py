"""What takes a fresh proof of who asks, and what a limited token may never do."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pyotp
import pytest
from msgspec.structs import replace
from sqlalchemy import text

from aiguillage.desk.acting import actor_of
from aiguillage.desk.passwords import change_password, set_password
from aiguillage.desk.proving import prove_again
from aiguillage.desk.second_factor import (
    begin_second_factor,
    confirm_second_factor,
    end_second_factor,
    remove_second_factor,
)
from aiguillage.desk.sessions import switch_account
from aiguillage.desk.tokens import issue_token, set_token
from aiguillage.desk.users import add_user, disable_user, enable_user, grant_role, list_users, revoke_role, set_user
from aiguillage.domain.accounts import PROVEN_FOR, Actor, Role
from aiguillage.domain.errors import Kind
from aiguillage.storage.sqlite.engine import Database
from tests.cast import ACCOUNT, NOW, Cast, email
from tests.desk.signing import ANOTHER, HOME, NOA, PASSWORD, SECOND, come
from tests.refusal import refused
from tests.storage.facts import account_id, rows

DAY = 24 * 3_600 * SECOND
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class Asked(NamedTuple):
    """Who asks, and the id of the reader."""

    db: Database
    actor: Actor
    reader: int


BY_OPERATORS: list[Callable[[Asked], object]] = [
    lambda a: set_password(a.db, a.actor, email("reader"), ANOTHER),
    lambda a: remove_second_factor(a.db, a.actor, email("reader")),
    lambda a: add_user(a.db, a.actor, f"door{a.actor.at}@example.org"),
    lambda a: set_user(a.db, a.actor, a.reader, {"name": "x"}),
    lambda a: disable_user(a.db, a.actor, email("reader")),
    lambda a: enable_user(a.db, a.actor, email("reader")),
]
BY_MANAGERS: list[Callable[[Asked], object]] = [
    lambda a: grant_role(a.db, a.actor, email("reader"), ACCOUNT, Role.MANAGE),
    lambda a: revoke_role(a.db, a.actor, email("reader"), ACCOUNT),
]
ONES_OWN: list[Callable[[Asked], object]] = [
    lambda a: change_password(a.db, a.actor, PASSWORD, ANOTHER, address=HOME),
    lambda a: begin_second_factor(a.db, a.actor, PASSWORD, address=HOME),
    lambda a: confirm_second_factor(a.db, a.actor, "000000"),
    lambda a: end_second_factor(a.db, a.actor, password=PASSWORD, address=HOME),
]
LIMITS: list[dict[str, Any]] = [
    {"hosts": ["192.0.2.0/24"]},
    {"expires_at": NOW + DAY},
    {"accounts": [ACCOUNT]},
    {"role": Role.EDIT},
]


@pytest.fixture
def integrator(noa: Cast) -> Cast:
    """The cast, and Noa, who is an operator with a password."""
    with noa.db.write() as connection:
        connection.execute(text("UPDATE users SET operator = 1 WHERE email = :noa"), {"noa": NOA})
    return noa


def with_token(cast: Cast, **limits: Any) -> Actor:  # noqa: ANN401 - a token's limits
    """Noa, with a token of hers."""
    values = {"role": Role.MANAGE} | limits
    secret = issue_token(cast.db, cast.operator, NOA, name="mine", **values)[1]
    return actor_of(cast.db, f"Bearer {secret}", HOME, NOW)


def signed_in(cast: Cast, *, after: int = 0) -> Actor:
    """Noa, with a session that was opened so long ago."""
    return actor_of(cast.db, f"Bearer {come(cast)[1]}", HOME, NOW + after)


def reader_id(cast: Cast) -> int:
    """The reader's id."""
    return cast["reader"].user_id or 0


def journal(cast: Cast) -> list[object]:
    """All that was changed."""
    return [tuple(row) for row in rows(cast.db, "SELECT * FROM journal ORDER BY account_id, seq")]


@pytest.mark.parametrize("limits", LIMITS)
def test_a_limited_token_of_an_operator_touches_nobody_and_nobodys_secrets(
    integrator: Cast, limits: dict[str, Any]
) -> None:
    actor = with_token(integrator, **limits)
    before = journal(integrator)

    for ask in (*BY_OPERATORS, *BY_MANAGERS, *ONES_OWN):
        proven = prove_again(integrator.db, actor, PASSWORD, "", address=HOME)
        with refused(
            Kind.FORBIDDEN,
            "A token that is limited|Only an operator|This requires the role manage",
        ):
            ask(Asked(integrator.db, proven, reader_id(integrator)))

    assert journal(integrator) == before


@pytest.mark.parametrize("ask", [*BY_OPERATORS, *BY_MANAGERS])
def test_a_session_that_is_found_open_and_a_token_take_a_fresh_proof(
    integrator: Cast, ask: Callable[[Asked], object]
) -> None:
    opened = signed_in(integrator)
    late, before_it = (replace(opened, at=NOW + by) for by in (PROVEN_FOR + 1, -PROVEN_FOR - 1))
    actors, before = (late, before_it, with_token(integrator)), journal(integrator)

    for actor in actors:
        with refused(Kind.FORBIDDEN, "This requires a recent proof of who you are"):
            ask(Asked(integrator.db, actor, reader_id(integrator)))

    assert journal(integrator) == before


@pytest.mark.parametrize("ask", [*BY_OPERATORS, *BY_MANAGERS])
def test_who_signed_in_lately_or_sends_their_password_may(integrator: Cast, ask: Callable[[Asked], object]) -> None:
    late = signed_in(integrator, after=PROVEN_FOR + 1)

    reader = reader_id(integrator)

    proven = prove_again(integrator.db, late, PASSWORD, "", address=HOME)

    ask(Asked(integrator.db, proven, reader))
    assert replace(late, at=NOW + PROVEN_FOR).is_proven


def test_a_wrong_password_is_no_proof_and_is_counted(integrator: Cast) -> None:
    late = signed_in(integrator, after=PROVEN_FOR + 1)

    for _ in range(5):
        with refused(Kind.UNAUTHORIZED, "wrong"):
            prove_again(integrator.db, late, "wrong", "", address=HOME)
    assert not prove_again(integrator.db, late, "", "", address=HOME).is_proven

    assert {row.failures for row in rows(integrator.db, "SELECT failures FROM sign_in_tries")} == {5}


def test_a_code_of_the_second_factor_proves_once(integrator: Cast) -> None:
    late = signed_in(integrator, after=PROVEN_FOR + 1)
    with integrator.db.write() as connection:
        connection.execute(
            text("UPDATE users SET totp_secret = :it, totp_step = 0 WHERE email = :noa"), {"it": SECRET, "noa": NOA}
        )
    code = pyotp.TOTP(SECRET).at(late.at // SECOND)

    assert prove_again(integrator.db, late, "", code, address=HOME).is_proven

    with refused(Kind.UNAUTHORIZED, "wrong"):
        prove_again(integrator.db, late, "", code, address=HOME)


def test_what_is_ones_own_is_not_changed_as_an_operator(integrator: Cast) -> None:
    actor = signed_in(integrator)

    with refused(Kind.CONFLICT, "Use PUT /me/password"):
        set_password(integrator.db, actor, NOA, ANOTHER)
    with refused(Kind.CONFLICT, "Use DELETE /me/totp"):
        remove_second_factor(integrator.db, actor, NOA)

    assert come(integrator)[0].email == NOA


def test_a_session_that_was_switched_is_as_fresh_as_the_sign_in(integrator: Cast) -> None:
    actor = signed_in(integrator, after=PROVEN_FOR)
    _, secret = switch_account(integrator.db, actor, account_id(integrator.db, ACCOUNT))

    early, late = (
        actor_of(integrator.db, f"Bearer {secret}", HOME, NOW + after) for after in (PROVEN_FOR, 2 * PROVEN_FOR)
    )

    assert (early.is_limited, early.is_proven, late.is_proven) == (False, True, False)
    assert grant_role(integrator.db, early, email("reader"), ACCOUNT, Role.EDIT).role == "edit"


def test_a_session_issues_a_token_that_outlasts_it_with_a_fresh_proof_alone(integrator: Cast) -> None:
    late = signed_in(integrator, after=PROVEN_FOR + 1)
    token, _ = issue_token(integrator.db, replace(late, proven_at=late.at), NOA, name="mine")

    for ask in (
        lambda: issue_token(integrator.db, late, NOA, name="door", role=Role.MANAGE),
        lambda: set_token(integrator.db, late, token.id, {"hosts": ("192.0.2.7",)}),
    ):
        with refused(Kind.FORBIDDEN, "This requires a recent proof"):
            ask()

    assert set_token(integrator.db, late, token.id, {"name": "renamed"}).name == "renamed"


def test_the_person_at_the_machine_proves_it_by_being_there(integrator: Cast) -> None:
    set_password(integrator.db, integrator.operator, email("reader"), ANOTHER)
    set_password(integrator.db, integrator[NOA.partition("@")[0]], NOA, ANOTHER)

    assert come(integrator, ANOTHER)[0].email == NOA
    assert len(list_users(integrator.db, integrator.operator)) == 6


def test_an_outsider_with_a_fresh_session_sees_no_account(noa: Cast) -> None:
    actor = signed_in(noa)

    for ask in BY_MANAGERS:
        with refused(Kind.MISSING, f"There is no account {ACCOUNT}"):
            ask(Asked(noa.db, actor, reader_id(noa)))
    for ask in BY_OPERATORS:
        with refused(Kind.FORBIDDEN, "Only an operator"):
            ask(Asked(noa.db, actor, reader_id(noa)))
