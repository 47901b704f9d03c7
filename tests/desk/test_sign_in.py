"""Signing in: the same answer to all that is wrong, and delays that grow but never lock anybody out."""

import argon2
import pytest
from sqlalchemy import text

from aiguillage.desk.acting import actor_of
from aiguillage.desk.journal import list_changes
from aiguillage.desk.passwords import change_password, set_password
from aiguillage.desk.sessions import LASTS, list_sessions, sign_out
from aiguillage.desk.signing_in import Credentials, Who, show_me, sign_in
from aiguillage.desk.tokens import issue_token, list_tokens
from aiguillage.desk.users import add_user, disable_user, enable_user
from aiguillage.domain.accounts import Actor, Role, looks_like_secret
from aiguillage.domain.errors import Kind, Refusal
from tests.cast import NOW, Cast, email
from tests.refusal import refused
from tests.storage.facts import rows

PASSWORD, ANOTHER = "correct horse battery", "staple in the barn"
NOA = "noa@example.org"
SECOND, DAY = 1_000_000, 24 * 3_600 * 1_000_000
HOME, ELSEWHERE = "192.0.2.7", "198.51.100.9"
WRONG = "The e-mail address, the password or the code is wrong. Try again."


@pytest.fixture(scope="module")
def quick_hash() -> str:
    """The password's hash with parameters that cost next to nothing."""
    return argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@pytest.fixture
def noa(cast: Cast) -> Cast:
    """The cast, and Noa, who has a password."""
    add_user(cast.db, cast.operator, NOA, name="Noa Martin", password=PASSWORD)
    return cast


def come(
    cast: Cast, password: str = PASSWORD, *, at: int = NOW, who: str = NOA, address: str | None = HOME
) -> tuple[Who, str]:
    """One try to sign in."""
    return sign_in(cast.db, at, Credentials(who, password), address=address, agent="curl/8")


def fail(cast: Cast, times: int, *, at: int = NOW, address: str = HOME) -> None:
    """So many tries with a wrong password, each as soon as the delay lets it."""
    for _ in range(times):
        while True:
            try:
                come(cast, "wrong", at=at, address=address)
            except Refusal as refusal:
                if refusal.kind is Kind.UNAUTHORIZED:
                    break
                at += (refusal.wait or 0) * SECOND


def test_a_right_password_opens_a_session_for_twelve_hours(noa: Cast) -> None:
    who, secret = come(noa, who=NOA.title())

    assert looks_like_secret(secret)
    assert (who.email, who.name, who.operator, who.second_factor) == (NOA, "Noa Martin", False, False)
    assert (who.token.kind, who.token.role, who.token.accounts) == ("session", "manage", ())
    assert (who.token.name, who.token.address) == ("curl/8", HOME)
    assert who.token.expires_at == NOW + LASTS == NOW + DAY // 2
    actor = actor_of(noa.db, f"Bearer {secret}", ELSEWHERE, NOW + LASTS - 1)
    assert (actor.name, actor.user_id, actor.most, actor.only) == (NOA, who.id, Role.MANAGE, None)
    assert show_me(noa.db, actor) == who
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
    add_user(noa.db, noa.operator, "disabled@example.org", password=PASSWORD)
    disable_user(noa.db, noa.operator, "disabled@example.org")

    with pytest.raises(Refusal) as caught:
        come(noa, password, who=who)

    assert (caught.value.kind, caught.value.message, caught.value.wait) == (Kind.UNAUTHORIZED, WRONG, None)
    assert list_sessions(noa.db, noa.operator) == []


@pytest.mark.parametrize("who", [NOA, "stranger@example.org", email("reader")])
def test_tries_with_an_email_are_delayed_alike_whoever_has_it(noa: Cast, who: str) -> None:
    for n in range(6):
        with refused(Kind.UNAUTHORIZED, WRONG):
            come(noa, "wrong", who=who, address=f"192.0.2.{n}")

    with pytest.raises(Refusal) as caught:
        come(noa, "wrong", who=who.upper(), address=ELSEWHERE)

    assert (caught.value.kind, caught.value.wait) == (Kind.LIMITED, 1)
    assert caught.value.message == "Too many tries. Try again in 1 second."


def test_the_delay_grows_up_to_five_minutes(noa: Cast) -> None:
    at, waits = NOW, []
    for n in range(17):
        try:
            come(noa, "wrong", at=at, address=f"192.0.2.{n}")
        except Refusal as refusal:
            assert refusal.kind is Kind.UNAUTHORIZED  # noqa: PT017 - each try comes when the delay is over
        (row,) = rows(noa.db, "SELECT max(next_at) AS next_at FROM sign_in_tries")
        waits.append((row.next_at - at) // SECOND)
        at = row.next_at

    assert waits == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]


def test_the_right_password_is_refused_during_the_delay_and_good_after_it(noa: Cast) -> None:
    fail(noa, 8, address=ELSEWHERE)

    with refused(Kind.LIMITED, "Too many tries. Try again in . seconds"):
        come(noa, at=NOW + 4 * SECOND)
    who, _ = come(noa, at=NOW + 60 * SECOND)

    assert who.email == NOA


def test_a_refused_try_makes_no_delay_longer(noa: Cast) -> None:
    fail(noa, 6, address=ELSEWHERE)
    before = rows(noa.db, "SELECT * FROM sign_in_tries ORDER BY key")

    for _ in range(10):
        with refused(Kind.LIMITED, "Too many tries"):
            come(noa, "wrong")

    assert rows(noa.db, "SELECT * FROM sign_in_tries ORDER BY key") == before


def test_who_signed_in_forgets_the_failures_with_their_email(noa: Cast) -> None:
    fail(noa, 5)
    come(noa)

    fail(noa, 5, address=ELSEWHERE)
    who, _ = come(noa, address=ELSEWHERE)

    assert who.email == NOA


def test_nobody_is_kept_out_of_where_they_signed_in_lately_by_what_others_try(noa: Cast) -> None:
    come(noa)
    fail(noa, 12, address=ELSEWHERE)
    at = NOW + 60 * SECOND

    who, _ = come(noa, at=at)

    assert who.email == NOA
    fail(noa, 12, address=ELSEWHERE, at=at)
    with refused(Kind.LIMITED, "Too many tries"):
        come(noa, at=at + 100 * SECOND, address="203.0.113.5")


def test_an_address_is_forgotten_as_somebodys_after_thirty_days(noa: Cast) -> None:
    come(noa)
    later = NOW + 30 * DAY
    fail(noa, 12, address=ELSEWHERE, at=later)

    with refused(Kind.LIMITED, "Too many tries"):
        come(noa, at=later + 64 * SECOND)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (HOME, HOME, True),
        (HOME, ELSEWHERE, False),
        (HOME, f"::ffff:{HOME}", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("testclient", "testclient", True),
        (None, None, False),
    ],
)
def test_tries_from_an_address_are_delayed_whatever_email_they_have(
    noa: Cast, quick_hash: str, one: str | None, other: str | None, alike: bool
) -> None:
    with noa.db.write() as connection:
        connection.execute(text("UPDATE users SET password = :hash"), {"hash": quick_hash})
    for n in range(21):
        with refused(Kind.UNAUTHORIZED, WRONG):
            come(noa, "wrong", who=email(["reader", "router", "editor", "manager", "outsider"][n % 5]), address=one)

    if alike:
        with refused(Kind.LIMITED, "Try again in 1 second"):
            come(noa, address=other)
    else:
        assert come(noa, address=other)[0].email == NOA


def test_a_right_password_does_not_wash_an_addresss_failures_away(noa: Cast, quick_hash: str) -> None:
    with noa.db.write() as connection:
        connection.execute(text("UPDATE users SET password = :hash"), {"hash": quick_hash})
    for n in range(20):
        with refused(Kind.UNAUTHORIZED, WRONG):
            come(noa, "wrong", who=f"stranger{n}@example.org")

    come(noa)

    with refused(Kind.UNAUTHORIZED, WRONG):
        come(noa, "wrong", who="one@example.org")
    with refused(Kind.LIMITED, "Try again in 1 second"):
        come(noa, "wrong", who="two@example.org")


def test_failures_are_forgotten_in_time_and_leave_nothing(noa: Cast) -> None:
    fail(noa, 6)
    later = NOW + 600 * SECOND + SECOND

    with refused(Kind.UNAUTHORIZED, WRONG):
        come(noa, "wrong", at=later, address=ELSEWHERE)
    with refused(Kind.LIMITED, "Try again in 1 second"):
        come(noa, "wrong", at=later, address=ELSEWHERE)
    with refused(Kind.UNAUTHORIZED, WRONG):
        come(noa, "wrong", at=later + DAY + SECOND, who="one@example.org", address="203.0.113.5")

    assert len(rows(noa.db, "SELECT * FROM sign_in_tries")) == 2


def test_nobodys_email_or_address_is_readable_among_the_tries(noa: Cast) -> None:
    fail(noa, 1)

    kept = str([tuple(row) for row in rows(noa.db, "SELECT * FROM sign_in_tries")])

    assert NOA not in kept
    assert HOME not in kept


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

    set_password(noa.db, noa.operator, email("reader"), ANOTHER)
    set_password(noa.db, noa.operator, NOA, ANOTHER)

    assert list_sessions(noa.db, noa.operator) == []
    assert come(noa, ANOTHER, who=email("reader"))[0].email == email("reader")
    with refused(Kind.MISSING, "There is no user"):
        set_password(noa.db, noa.operator, "stranger@example.org", ANOTHER)


def test_a_disabled_users_session_stops_and_is_good_again_when_they_are_enabled(noa: Cast) -> None:
    _, secret = come(noa)

    disable_user(noa.db, noa.operator, NOA)
    with refused(Kind.UNAUTHORIZED, "revoked"):
        actor_of(noa.db, f"Bearer {secret}", HOME, NOW)
    enable_user(noa.db, noa.operator, NOA)

    assert actor_of(noa.db, f"Bearer {secret}", HOME, NOW).name == NOA


def test_who_signed_out_is_out(noa: Cast) -> None:
    _, secret = come(noa)

    sign_out(noa.db, actor_of(noa.db, f"Bearer {secret}", HOME, NOW))

    with refused(Kind.UNAUTHORIZED, "revoked"):
        actor_of(noa.db, f"Bearer {secret}", HOME, NOW)
