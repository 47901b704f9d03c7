"""Passwords that are too easy to guess."""

import pytest

from aiguillage.domain.errors import Kind
from aiguillage.domain.passwords import LOOKED_AT, check_password
from tests.refusal import refused

OWNER = ("camille.roche@example.org", "Camille Roche", "CL0000", "Clinique des Acacias")


@pytest.mark.parametrize(
    "password",
    [
        *("aaaaaaaaaaaa", "123456789012", "password1234", "Password123!", "P4ssw0rd1234", " " * 12, "\0" * 12),
        *("aiguillage123", "Aiguillage2026", "motdepasse123", "azertyuiop12", "qwertyuiop12", "abcdefghijkl"),
        *("camille.roche1", "CamilleRoche1", "clinique-acacias", "CL0000CL0000", "xyxyxyxyxyxyxyxy", "x" * 1_000),
    ],
)
def test_a_password_that_everybody_would_try_is_refused(password: str) -> None:
    with refused(Kind.INVALID, "The password is too easy to guess"):
        check_password(password, OWNER)


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("", "too short. Use at least 12"),
        ("x" * 11, "too short. Use at least 12"),
        ("x" * 1_001, "too long. Use at most 1,000"),
        ("reader@example.org", "The password is an e-mail address"),
    ],
)
def test_a_password_of_no_good_length_or_shape_is_refused_by_field(password: str, told: str) -> None:
    with refused(Kind.INVALID, told) as caught:
        check_password(password, OWNER, "new")

    assert caught.value.field == "new"


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "staple in the barn", "vélo quai tambour lilas", "8Wm!qzR4v#Lp", "🚂 aiguille 7 ormes ф"],
)
def test_a_password_that_nobody_would_try_is_good(password: str) -> None:
    check_password(password, OWNER)
    check_password(password + "a" * (1_000 - len(password)), OWNER)


def test_what_is_not_looked_at_makes_no_bad_beginning_good() -> None:
    with refused(Kind.INVALID, "too easy to guess"):
        check_password("a" * LOOKED_AT + "8Wm!qzR4v#Lp", OWNER)
