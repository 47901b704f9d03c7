"""The second factor: codes that change every 30 seconds, each good once."""

import msgspec
import pyotp
import pytest

from aiguillage.desk.acting import actor_of
from aiguillage.desk.journal import list_changes
from aiguillage.desk.passwords import set_password
from aiguillage.desk.second_factor import (
    STEP,
    begin_second_factor,
    confirm_second_factor,
    count_recovery_codes,
    end_second_factor,
    new_recovery_codes,
    remove_second_factor,
    step_of,
)
from aiguillage.desk.signing_in import Credentials, sign_in
from aiguillage.desk.tokens import issue_token
from aiguillage.desk.users import actor_named, add_user
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.moments import HOUR
from tests.cast import NOW, Cast, email
from tests.refusal import refused
from tests.storage.facts import rows

PASSWORD = "correct horse battery"
NOA = email("noa")
HOME = "192.0.2.7"
LATER = NOW + 10 * STEP
RFC_6238_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.fixture
def noa(cast: Cast) -> Cast:
    """The cast, and Noa, who has a password."""
    add_user(cast.db, cast.operator, NOA, password=PASSWORD, one_time=False)
    return cast


def code_of(secret: str, at: int) -> str:
    """What the app shows at a moment."""
    return pyotp.TOTP(secret).at(at // 1_000_000)


def come(cast: Cast, code: str = "", *, at: int = LATER, password: str = PASSWORD) -> Actor:
    """Noa signs in."""
    _, secret = sign_in(cast.db, at, Credentials(NOA, password, code), address=HOME)
    return actor_of(cast.db, f"Bearer {secret}", HOME, at)


def enrol(cast: Cast, *, at: int = NOW) -> tuple[Actor, str]:
    """Noa, whose second factor is on, and its secret."""
    actor = come(cast, at=at)
    secret = begin_second_factor(cast.db, actor, PASSWORD, address=HOME).secret
    confirm_second_factor(cast.db, actor, code_of(secret, at))
    return actor, secret


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")],
)
def test_codes_are_those_of_rfc_6238_appendix_b(seconds: int, code: str) -> None:
    assert step_of(RFC_6238_SECRET, code, seconds * 1_000_000) == seconds // 30


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_phones_clock_may_be_a_step_wrong(steps: int, good: bool) -> None:
    shown = code_of(RFC_6238_SECRET, NOW + steps * STEP)

    assert (step_of(RFC_6238_SECRET, f" {shown[:3]} {shown[3:]}", NOW) is not None) == good


@pytest.mark.parametrize("code", ["", "1", "é" * 6, "١٢٣٤٥٦", "0" * 1000])
def test_what_is_no_code_is_wrong(code: str) -> None:
    assert step_of(RFC_6238_SECRET, code, NOW) is None


def test_a_secret_is_told_with_an_address_for_the_app_and_counts_when_it_is_confirmed(noa: Cast) -> None:
    actor = come(noa)

    begun = begin_second_factor(noa.db, actor, PASSWORD, address=HOME)

    assert begun.uri == f"otpauth://totp/aiguillage:noa%40example.org?secret={begun.secret}&issuer=aiguillage"
    assert come(noa).name == NOA
    confirm_second_factor(noa.db, actor, code_of(begun.secret, LATER))
    with refused(Kind.INVALID, "The second factor is on. Send its code too"):
        come(noa)


def test_a_code_is_good_once(noa: Cast) -> None:
    _, secret = enrol(noa)
    code = code_of(secret, LATER)

    assert come(noa, code).name == NOA
    with refused(Kind.UNAUTHORIZED, "The e-mail address, the password or the code is wrong"):
        come(noa, code)
    with refused(Kind.UNAUTHORIZED, "is wrong"):
        come(noa, code_of(secret, LATER - STEP))
    assert come(noa, code_of(secret, LATER + STEP)).name == NOA


def test_the_code_that_confirmed_does_not_sign_in(noa: Cast) -> None:
    _, secret = enrol(noa)

    with refused(Kind.UNAUTHORIZED, "is wrong"):
        come(noa, code_of(secret, NOW), at=NOW)


def test_a_wrong_code_and_a_wrong_password_are_answered_alike(noa: Cast) -> None:
    _, secret = enrol(noa)

    for password, code in ((PASSWORD, "000000"), ("wrong", code_of(secret, LATER)), ("wrong", "")):
        with pytest.raises(Refusal) as caught:
            come(noa, code, password=password)
        assert caught.value.kind is Kind.UNAUTHORIZED
        assert caught.value.message == "The e-mail address, the password or the code is wrong. Try again."


def test_codes_cannot_be_guessed_without_delay_even_with_the_password(noa: Cast) -> None:
    enrol(noa)
    with noa.db.write() as connection:
        connection.exec_driver_sql("DELETE FROM tokens")
    for _ in range(6):
        with refused(Kind.UNAUTHORIZED, "is wrong"):
            come(noa, "000000")
        with pytest.raises(Refusal):
            come(noa)

    with refused(Kind.LIMITED, "Too many attempts"):
        come(noa, "000000")


def test_asking_for_the_code_is_no_failure(noa: Cast) -> None:
    _, secret = enrol(noa)
    for _ in range(7):
        with refused(Kind.INVALID, "Send its code too"):
            come(noa)

    assert come(noa, code_of(secret, LATER)).name == NOA


def test_neither_secret_nor_code_gets_into_the_journal(noa: Cast) -> None:
    _, secret = enrol(noa)

    assert secret not in str(rows(noa.db, "SELECT * FROM journal"))
    change = list_changes(noa.db, noa.operator, None)[0]
    assert (change.action, change.before, change.after) == ("set", {"second_factor": False}, {"second_factor": True})


def test_whoever_found_an_open_session_cannot_lock_its_user_out(noa: Cast) -> None:
    actor = come(noa)

    with refused(Kind.UNAUTHORIZED, "is wrong"):
        begin_second_factor(noa.db, actor, "wrong", address=HOME)

    assert rows(noa.db, "SELECT * FROM users WHERE totp_secret IS NOT NULL") == []


def test_a_second_factor_that_is_on_is_not_replaced(noa: Cast) -> None:
    actor, secret = enrol(noa)

    with refused(Kind.CONFLICT, "The second factor is already on. Remove it first"):
        begin_second_factor(noa.db, actor, PASSWORD, address=HOME)

    assert come(noa, code_of(secret, LATER)).name == NOA


def test_nothing_is_confirmed_without_a_new_secret_and_its_code(noa: Cast) -> None:
    actor = come(noa)
    with refused(Kind.CONFLICT, "There is nothing to confirm"):
        confirm_second_factor(noa.db, actor, "000000")
    begin_second_factor(noa.db, actor, PASSWORD, address=HOME)

    with refused(Kind.INVALID, "This is not the code that the app shows now"):
        confirm_second_factor(noa.db, actor, "000000")

    assert come(noa).name == NOA


def test_it_is_taken_off_with_the_password_or_with_a_code(noa: Cast) -> None:
    actor, secret = enrol(noa)
    later = Actor(NOA, LATER, actor.user_id, token_id=actor.token_id)

    for given in ({"password": "wrong"}, {"code": "000000"}, {"code": code_of(secret, NOW)}, {}):
        with refused(Kind.UNAUTHORIZED, "is wrong"):
            end_second_factor(noa.db, later, **given, address=HOME)
    end_second_factor(noa.db, later, code=code_of(secret, LATER), address=HOME)
    assert come(noa).name == NOA

    enrol(noa, at=LATER)
    end_second_factor(noa.db, later, password=PASSWORD, address=HOME)
    assert come(noa).name == NOA
    assert list_changes(noa.db, noa.operator, None)[1].after == {"second_factor": False}


def test_an_operator_takes_it_off_for_somebody_who_lost_their_phone(noa: Cast) -> None:
    enrol(noa)

    remove_second_factor(noa.db, noa.operator, NOA)
    remove_second_factor(noa.db, noa.operator, email("reader"))

    assert come(noa).name == NOA
    with refused(Kind.MISSING, "There is no user"):
        remove_second_factor(noa.db, noa.operator, email("stranger"))


def test_a_password_that_an_operator_sets_leaves_the_second_factor_on(noa: Cast) -> None:
    _, secret = enrol(noa)
    once, own = "staple in the barn", "painted horses on trains"
    set_password(noa.db, noa.operator, NOA, once)

    with refused(Kind.INVALID, "The second factor is on"):
        sign_in(noa.db, LATER, Credentials(NOA, once, "", own), address=HOME)
    who, _ = sign_in(noa.db, LATER, Credentials(NOA, once, code_of(secret, LATER), own), address=HOME)

    assert (who.email, who.second_factor) == (NOA, True)


def test_a_token_of_a_small_role_touches_no_second_factor(noa: Cast) -> None:
    _, secret = issue_token(noa.db, noa.operator, NOA, name="PBX")
    actor = actor_of(noa.db, f"Bearer {secret}", HOME, NOW)

    for ask in (
        lambda: begin_second_factor(noa.db, actor, PASSWORD, address=HOME),
        lambda: confirm_second_factor(noa.db, actor, "000000"),
        lambda: end_second_factor(noa.db, actor, password=PASSWORD, address=HOME),
    ):
        with refused(Kind.FORBIDDEN, "A token that is limited"):
            ask()


def test_a_recovery_code_signs_in_once_and_says_how_many_are_left(noa: Cast) -> None:
    enrol(noa)
    codes = new_recovery_codes(noa.db, actor_named(noa.db, NOA, NOW))

    who, _ = sign_in(noa.db, LATER, Credentials(NOA, PASSWORD, codes[0].upper()), address=None)

    assert who.codes_left == len(codes) - 1
    with refused(Kind.UNAUTHORIZED, "wrong"):
        sign_in(noa.db, LATER, Credentials(NOA, PASSWORD, codes[0]), address=None)
    kept = rows(noa.db, "SELECT digest FROM recovery_codes")
    assert len(kept) == len(codes) - 1
    assert not {row.digest for row in kept} & {code.encode() for code in codes}


def test_newer_recovery_codes_end_the_older_and_all_end_with_the_second_factor(noa: Cast) -> None:
    actor = actor_named(noa.db, NOA, NOW)
    with refused(Kind.CONFLICT, "is off"):
        new_recovery_codes(noa.db, actor)
    enrol(noa)
    older, newer = new_recovery_codes(noa.db, actor), new_recovery_codes(noa.db, actor)

    with refused(Kind.UNAUTHORIZED, "wrong"):
        sign_in(noa.db, NOW, Credentials(NOA, PASSWORD, older[0]), address=None)
    end_second_factor(noa.db, actor, code=newer[0], address=None)

    assert count_recovery_codes(noa.db, actor) == 0


def test_recovery_codes_take_a_fresh_proof(noa: Cast) -> None:
    enrol(noa)
    old = msgspec.structs.replace(actor_named(noa.db, NOA, NOW), token_id=1, session=True, proven_at=NOW - HOUR)

    with refused(Kind.FORBIDDEN, "recent proof"):
        new_recovery_codes(noa.db, old)
