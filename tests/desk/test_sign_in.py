"""Signing in: the same answer to all that is wrong, and delays that grow but never lock anybody out."""

import argon2
import pytest
from msgspec.structs import replace
from sqlalchemy import text

from aiguillage.desk.acting import actor_of
from aiguillage.desk.journal import list_changes
from aiguillage.desk.passwords import change_password, set_password
from aiguillage.desk.proving import prove_again
from aiguillage.desk.sessions import list_sessions, sign_out
from aiguillage.desk.signing_in import Credentials, show_me, sign_in
from aiguillage.desk.tokens import issue_token, list_tokens, revoke_token, revoke_tokens
from aiguillage.desk.users import add_user, disable_user, enable_user
from aiguillage.domain.accounts import Actor, Role, looks_like_secret
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.sessions import IDLE, LASTS, MOST, NOTED_EVERY
from tests.cast import NOW, Cast, email
from tests.desk.signing import ANOTHER, DAY, ELSEWHERE, HOME, NOA, PASSWORD, WRONG, come
from tests.refusal import refused
from tests.storage.facts import rows


def test_a_right_password_opens_a_session_for_twelve_hours(noa: Cast) -> None:
    who, secret = come(noa, who=NOA.title())

    assert looks_like_secret(secret)
    assert (who.email, who.name, who.operator, who.second_factor) == (NOA, "Noa Martin", False, False)
    assert (who.token.kind, who.token.role, who.token.accounts) == ("session", "manage", ())
    assert (who.token.name, who.token.address) == ("curl/8", HOME)
    assert who.token.expires_at == NOW + LASTS == NOW + DAY // 2
    actor = actor_of(noa.db, f"Bearer {secret}", ELSEWHERE, NOW)
    assert (actor.name, actor.user_id, actor.most, actor.only) == (NOA, who.id, Role.MANAGE, None)
    assert show_me(noa.db, actor) == who
    for at in range(NOW, NOW + LASTS, IDLE):
        actor_of(noa.db, f"Bearer {secret}", HOME, at)
    with refused(Kind.UNAUTHORIZED, "expired or revoked"):
        actor_of(noa.db, f"Bearer {secret}", HOME, NOW + LASTS)


def test_a_session_is_listed_apart_from_tokens_and_is_in_the_journal_without_its_secret(noa: Cast) -> None:
    who, secret = come(noa)

    assert list_tokens(noa.db, noa.operator) == []
    assert list_sessions(noa.db, noa.operator) == [who.token]
    change = list_changes(noa.db, noa.operator, None)[0]
    assert (change.actor, change.action, change.entity_id) == (NOA, "issue", who.token.id)
    assert secret not in str(rows(noa.db, "SELECT * FROM journal"))
    assert PASSWORD not in str(rows(noa.db, "SELECT * FROM journal"))


@pytest.mark.parametrize(
    ("who", "password"),
    [
        (NOA, "wrong"),
        (NOA, ""),
        (NOA, PASSWORD.upper()),
        (NOA, "x" * 100_000),
        ("stranger@example.org", PASSWORD),
        ("no address", PASSWORD),
        ("", ""),
        (email("reader"), PASSWORD),
        (email("reader"), ""),
        ("disabled@example.org", PASSWORD),
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(noa: Cast, who: str, password: str) -> None:
    add_user(noa.db, noa.operator, "disabled@example.org", password=PASSWORD, one_time=False)
    disable_user(noa.db, noa.operator, "disabled@example.org")

    with pytest.raises(Refusal) as caught:
        come(noa, password, who=who)

    assert (caught.value.kind, caught.value.message, caught.value.wait) == (Kind.UNAUTHORIZED, WRONG, None)
    assert list_sessions(noa.db, noa.operator) == []


@pytest.mark.usefixtures("real_cost")
def test_a_hash_with_other_parameters_is_made_anew(noa: Cast, quick_hash: str) -> None:
    with noa.db.write() as connection:
        connection.execute(text("UPDATE users SET password = :hash"), {"hash": quick_hash})

    come(noa)

    (row,) = rows(noa.db, f"SELECT password FROM users WHERE email = '{NOA}'")  # noqa: S608 - our own
    assert not argon2.PasswordHasher().check_needs_rehash(row.password)
    assert come(noa)[0].email == NOA


def test_a_damaged_hash_is_a_wrong_password(noa: Cast) -> None:
    with noa.db.write() as connection:
        connection.execute(text("UPDATE users SET password = 'nonsense'"))

    with refused(Kind.UNAUTHORIZED, WRONG):
        come(noa)


@pytest.mark.parametrize(
    ("agent", "name"), [("", "session"), ("\x00\n", "session"), ("x" * 300, "x" * 200), ("Zoé\t1", "Zoé1")]
)
def test_a_session_has_its_clients_name(noa: Cast, agent: str, name: str) -> None:
    who, _ = sign_in(noa.db, NOW, Credentials(NOA, PASSWORD), address=None, agent=agent)

    assert who.token.name == name


def me(cast: Cast, *, at: int = NOW) -> Actor:
    """Noa, signed in."""
    return actor_of(cast.db, f"Bearer {come(cast, at=at)[1]}", HOME, at)


def test_who_changes_their_password_ends_their_other_sessions_and_keeps_their_tokens(noa: Cast) -> None:
    come(noa)
    actor = me(noa)
    token, _ = issue_token(noa.db, actor, NOA, name="PBX")

    change_password(noa.db, actor, PASSWORD, ANOTHER, address=HOME)

    assert [session.id for session in list_sessions(noa.db, actor)] == [actor.token_id]
    assert list_tokens(noa.db, actor) == [token]
    assert come(noa, ANOTHER)[0].email == NOA
    with refused(Kind.UNAUTHORIZED, WRONG):
        come(noa)
    kept = str(rows(noa.db, "SELECT * FROM journal"))
    assert "argon2" not in kept
    assert ANOTHER not in kept


@pytest.mark.parametrize(
    ("current", "new", "kind"),
    [
        ("wrong", ANOTHER, Kind.UNAUTHORIZED),
        (PASSWORD, "short", Kind.INVALID),
        (PASSWORD, NOA.upper(), Kind.INVALID),
        (PASSWORD, "x" * 1001, Kind.INVALID),
    ],
)
def test_a_password_is_not_changed_without_the_old_one_or_to_a_bad_one(
    noa: Cast, current: str, new: str, kind: Kind
) -> None:
    with refused(kind, "password"):
        change_password(noa.db, me(noa), current, new, address=HOME)

    assert come(noa)[0].email == NOA


def test_an_operator_sets_a_password_and_the_sessions_end(noa: Cast) -> None:
    come(noa)

    set_password(noa.db, noa.operator, NOA, ANOTHER)

    assert list_sessions(noa.db, noa.operator) == []
    with refused(Kind.MISSING, "There is no user"):
        set_password(noa.db, noa.operator, "stranger@example.org", ANOTHER)


def test_a_password_that_an_operator_set_is_good_once_to_set_ones_own(noa: Cast) -> None:
    set_password(noa.db, noa.operator, NOA, ANOTHER)

    for new in ("", ANOTHER):
        with refused(Kind.INVALID, "This password was set for you, and works only once") as caught:
            sign_in(noa.db, NOW, Credentials(NOA, ANOTHER, new=new), address=HOME)
        assert caught.value.field == "new"
    with refused(Kind.INVALID, "too easy to guess"):
        sign_in(noa.db, NOW, Credentials(NOA, ANOTHER, new="noa-noa-noa-noa"), address=HOME)
    sign_in(noa.db, NOW, Credentials(NOA, ANOTHER, new=PASSWORD), address=HOME)

    assert come(noa)[0].email == NOA
    with refused(Kind.UNAUTHORIZED, "wrong"):
        come(noa, ANOTHER)
    with refused(Kind.INVALID, "Your password is already your own"):
        sign_in(noa.db, NOW, Credentials(NOA, PASSWORD, new=ANOTHER), address=HOME)


def test_a_password_that_an_operator_set_is_no_good_after_seven_days(noa: Cast) -> None:
    set_password(noa.db, noa.operator, NOA, ANOTHER)

    with refused(Kind.INVALID, "Also send your own"):
        come(noa, ANOTHER, at=NOW + 7 * DAY - 1)
    with refused(Kind.UNAUTHORIZED, "wrong"):
        sign_in(noa.db, NOW + 7 * DAY, Credentials(NOA, ANOTHER, new=PASSWORD), address=HOME)


def test_a_password_that_an_operator_set_proves_nothing_else(noa: Cast) -> None:
    _, secret = issue_token(noa.db, noa.operator, NOA, name="mine", role=Role.MANAGE)
    actor = actor_of(noa.db, f"Bearer {secret}", HOME, NOW)
    set_password(noa.db, noa.operator, NOA, ANOTHER)

    with refused(Kind.CONFLICT, "This password was set for you"):
        prove_again(noa.db, actor, ANOTHER, "", address=HOME)
    change_password(noa.db, actor, ANOTHER, PASSWORD, address=HOME)

    assert come(noa)[0].email == NOA


def test_disabling_a_user_ends_their_sessions_and_tokens_for_good(noa: Cast) -> None:
    secrets = [come(noa)[1], issue_token(noa.db, noa.operator, NOA, name="mine")[1]]

    disable_user(noa.db, noa.operator, NOA)
    enable_user(noa.db, noa.operator, NOA)

    for secret in secrets:
        with refused(Kind.UNAUTHORIZED, "revoked"):
            actor_of(noa.db, f"Bearer {secret}", HOME, NOW)
    assert come(noa)[0].email == NOA


def test_all_that_a_user_has_is_revoked_at_once(noa: Cast) -> None:
    secrets = [come(noa)[1], issue_token(noa.db, noa.operator, NOA, name="mine")[1]]

    assert revoke_tokens(noa.db, noa.operator, NOA) == 2

    for secret in secrets:
        with refused(Kind.UNAUTHORIZED, "revoked"):
            actor_of(noa.db, f"Bearer {secret}", HOME, NOW)
    for name in ("manager", "outsider"):
        with refused(Kind.FORBIDDEN, "Only an operator"):
            revoke_tokens(noa.db, noa[name], NOA)


def test_a_session_that_is_left_idle_for_an_hour_has_ended(noa: Cast) -> None:
    _, secret = come(noa)

    actor_of(noa.db, f"Bearer {secret}", HOME, NOW + IDLE)
    assert list_sessions(noa.db, replace(noa.operator, at=NOW + 2 * IDLE)) != []
    with refused(Kind.UNAUTHORIZED, "expired or revoked"):
        actor_of(noa.db, f"Bearer {secret}", HOME, NOW + 2 * IDLE + 1)

    assert list_sessions(noa.db, replace(noa.operator, at=NOW + 2 * IDLE + 1)) == []


def test_a_sessions_use_is_noted_once_a_minute_and_waits_for_nobody(noa: Cast) -> None:
    _, secret = come(noa)

    def used_at(after: int) -> int:
        actor_of(noa.db, f"Bearer {secret}", HOME, NOW + after)
        (row,) = rows(noa.db, "SELECT used_at FROM tokens")
        return int(row.used_at) - NOW

    assert used_at(NOTED_EVERY - 1) == 0
    with noa.db.write():
        assert used_at(NOTED_EVERY) == 0
    assert used_at(NOTED_EVERY) == NOTED_EVERY


def test_the_use_of_a_users_token_is_noted_with_where_it_came_from(noa: Cast) -> None:
    token, secret = issue_token(noa.db, noa.operator, NOA, name="Sync")

    def used(after: int, address: str) -> tuple[int, str]:
        actor_of(noa.db, f"Bearer {secret}", address, NOW + after)
        (row,) = rows(noa.db, "SELECT used_at, address FROM tokens WHERE name = 'Sync'")
        return int(row.used_at) - NOW, row.address

    assert used(1, HOME) == (1, HOME)
    assert used(NOTED_EVERY, HOME) == (1, HOME)
    assert used(NOTED_EVERY, "198.51.100.9") == (NOTED_EVERY, "198.51.100.9")
    assert used(2 * NOTED_EVERY, "198.51.100.9") == (2 * NOTED_EVERY, "198.51.100.9")
    revoke_token(noa.db, noa.operator, token.id)
    assert rows(noa.db, "SELECT address FROM tokens WHERE name = 'Sync'")[0].address is None


def test_a_user_has_a_bounded_number_of_sessions(noa: Cast, quick_hash: str) -> None:
    with noa.db.write() as connection:
        connection.execute(text("UPDATE users SET password = :hash"), {"hash": quick_hash})
    secrets = [come(noa, at=NOW + n)[1] for n in range(MOST + 1)]

    with refused(Kind.UNAUTHORIZED, "revoked"):
        actor_of(noa.db, f"Bearer {secrets[0]}", HOME, NOW + MOST)
    assert actor_of(noa.db, f"Bearer {secrets[1]}", HOME, NOW + MOST).name == NOA


def test_signing_in_with_a_session_of_ones_own_ends_it(noa: Cast) -> None:
    add_user(noa.db, noa.operator, "other@example.org", password=PASSWORD, one_time=False)
    first, foreign = come(noa)[1], come(noa, who="other@example.org")[1]

    for former in (first, foreign):
        sign_in(noa.db, NOW, Credentials(NOA, PASSWORD), address=HOME, authorization=f"Bearer {former}")

    with refused(Kind.UNAUTHORIZED, "revoked"):
        actor_of(noa.db, f"Bearer {first}", HOME, NOW)
    assert actor_of(noa.db, f"Bearer {foreign}", HOME, NOW).name == "other@example.org"


def test_who_signed_out_is_out(noa: Cast) -> None:
    _, secret = come(noa)

    sign_out(noa.db, actor_of(noa.db, f"Bearer {secret}", HOME, NOW))

    with refused(Kind.UNAUTHORIZED, "revoked"):
        actor_of(noa.db, f"Bearer {secret}", HOME, NOW)
