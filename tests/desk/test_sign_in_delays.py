"""Delays of sign-ins: they grow with failures, but never lock anybody out."""

import pyotp
import pytest
from sqlalchemy import text

from aiguillage.desk.signing_in import Credentials, sign_in
from aiguillage.domain.errors import Kind, Refusal
from tests.cast import NOW, Cast, email
from tests.desk.signing import DAY, ELSEWHERE, HOME, NOA, PASSWORD, SECOND, WRONG, come, fail
from tests.refusal import refused
from tests.storage.facts import rows

NEARBY = "198.51.100.200"
"""In the network that ELSEWHERE is in."""

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.mark.parametrize("who", [NOA, "stranger@example.org", email("reader")])
def test_tries_with_an_email_are_delayed_alike_whoever_has_it(noa: Cast, who: str) -> None:
    for n in range(6):
        with refused(Kind.UNAUTHORIZED, WRONG):
            come(noa, "wrong", who=who, address=f"192.0.2.{n}")

    with pytest.raises(Refusal) as caught:
        come(noa, "wrong", who=who.upper(), address="192.0.2.99")

    assert (caught.value.kind, caught.value.wait) == (Kind.LIMITED, 1)
    assert caught.value.message == "Too many attempts. Try again in 1 second."


@pytest.mark.parametrize("spelling", [" {}", "{}.", "<{}>", "mailto:{}", "Noa <{}>"])
def test_another_spelling_of_an_email_is_delayed_as_the_same_one(noa: Cast, spelling: str) -> None:
    for n in range(6):
        with refused(Kind.UNAUTHORIZED, WRONG):
            come(noa, "wrong", address=f"192.0.2.{n}")

    with refused(Kind.LIMITED, "Too many attempts. Try again in 1 second."):
        come(noa, who=spelling.format(NOA), address="192.0.2.99")


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

    with refused(Kind.LIMITED, "Too many attempts. Try again in . seconds"):
        come(noa, at=NOW + 4 * SECOND, address=NEARBY)
    who, _ = come(noa, at=NOW + 60 * SECOND, address=NEARBY)

    assert who.email == NOA


def test_a_refused_try_makes_no_delay_longer(noa: Cast) -> None:
    fail(noa, 6, address=ELSEWHERE)
    before = rows(noa.db, "SELECT * FROM sign_in_tries ORDER BY key")

    for _ in range(10):
        with refused(Kind.LIMITED, "Too many attempts"):
            come(noa, "wrong", address=NEARBY)

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
    with refused(Kind.LIMITED, "Too many attempts"):
        come(noa, at=at + 100 * SECOND, address=NEARBY)


def test_an_address_is_forgotten_as_somebodys_after_thirty_days(noa: Cast) -> None:
    come(noa)
    later = NOW + 30 * DAY
    fail(noa, 12, address="192.0.2.99", at=later)

    with refused(Kind.LIMITED, "Too many attempts"):
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

    assert len(rows(noa.db, "SELECT * FROM sign_in_tries")) == 3


def test_nobodys_email_or_address_is_readable_among_the_tries(noa: Cast) -> None:
    fail(noa, 1)

    kept = str([tuple(row) for row in rows(noa.db, "SELECT * FROM sign_in_tries")])

    assert NOA not in kept
    assert HOME not in kept


def test_the_first_try_from_a_network_that_nothing_failed_from_is_let_through(noa: Cast) -> None:
    fail(noa, 12, address=ELSEWHERE)
    at = NOW + 64 * SECOND

    with refused(Kind.UNAUTHORIZED, WRONG):
        come(noa, "wrong", at=at, address=HOME)
    with refused(Kind.LIMITED, "Too many attempts"):
        come(noa, at=at, address="192.0.2.99")
    who, _ = come(noa, at=at, address="203.0.113.5")

    assert who.email == NOA


def test_strangers_who_never_stop_keep_nobody_out_of_a_new_place(noa: Cast, quick_hash: str) -> None:
    with noa.db.write() as connection:
        connection.execute(text("UPDATE users SET password = :hash"), {"hash": quick_hash})
    fail(noa, 12, address=ELSEWHERE)
    for n in range(64, 124):
        with refused(Kind.UNAUTHORIZED, WRONG):
            come(noa, "wrong", at=NOW + n * SECOND, address=f"198.18.{n}.1")
        with refused(Kind.LIMITED, "Too many attempts"):
            come(noa, "wrong", at=NOW + n * SECOND, address=f"198.18.{n}.2")

    who, _ = come(noa, at=NOW + 124 * SECOND, address=HOME)

    assert who.email == NOA


@pytest.mark.parametrize(("address", "known"), [("2001:db8:1:2:ffff::9", True), ("2001:db8:1:3::1", False)])
def test_all_addresses_of_one_customer_are_known_as_soon_as_one_is(noa: Cast, address: str, known: bool) -> None:
    come(noa, address="2001:db8:1:2::1")
    fail(noa, 12, address="2001:db8:1:ffff::1")

    at = NOW + 64 * SECOND

    if known:
        assert come(noa, at=at, address=address)[0].email == NOA
    else:
        with refused(Kind.LIMITED, "Too many attempts"):
            come(noa, at=at, address=address)


def test_a_right_code_of_the_second_factor_is_let_through(noa: Cast) -> None:
    with noa.db.write() as connection:
        have_one = text("UPDATE users SET totp_secret = :it, totp_step = 0 WHERE email = :noa")
        connection.execute(have_one, {"it": SECRET, "noa": NOA})
    fail(noa, 12, address=ELSEWHERE)
    at = NOW + 64 * SECOND
    code = pyotp.TOTP(SECRET).at(at // SECOND)
    with refused(Kind.LIMITED, "Too many attempts"):
        come(noa, at=at, address=NEARBY)

    who, _ = sign_in(noa.db, at, Credentials(NOA, PASSWORD, code), address=NEARBY)

    assert who.email == NOA


@pytest.mark.parametrize("who", [NOA, "stranger@example.org"])
def test_a_wrong_code_that_comes_too_soon_is_counted_against_its_address(noa: Cast, who: str) -> None:
    for _ in range(6):
        with refused(Kind.UNAUTHORIZED, WRONG):
            come(noa, "wrong", who=who, address=ELSEWHERE)

    for _ in range(20):
        with refused(Kind.LIMITED, "Try again in 1 second"):
            sign_in(noa.db, NOW, Credentials(who, PASSWORD, "000000"), address=NEARBY)

    with refused(Kind.UNAUTHORIZED, WRONG):
        come(noa, "wrong", who="other@example.org", address=NEARBY)
    with refused(Kind.LIMITED, "Try again in 1 second"):
        come(noa, "wrong", who="another@example.org", address=NEARBY)


@pytest.mark.parametrize("back", [3_600 * SECOND, 400 * DAY])
def test_a_clock_that_is_set_back_keeps_nobody_out(noa: Cast, back: int) -> None:
    fail(noa, 9)

    who, _ = come(noa, at=NOW - back)

    assert who.email == NOA


def test_a_clock_that_is_set_back_makes_no_delay_longer_than_it_ever_is(noa: Cast) -> None:
    fail(noa, 9)
    earlier = NOW - 3_600 * SECOND

    with refused(Kind.UNAUTHORIZED, WRONG):
        come(noa, "wrong", at=earlier)

    with pytest.raises(Refusal) as caught:
        come(noa, at=earlier)
    assert 0 < (caught.value.wait or 0) <= 300
