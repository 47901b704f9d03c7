"""Tries to sign in, as somebody with a password makes them."""

from aiguillage.desk.signing_in import Credentials, Who, sign_in
from aiguillage.domain.errors import Kind, Refusal
from tests.cast import NOW, Cast

PASSWORD, ANOTHER = "correct horse battery", "staple in the barn"
NOA = "noa@example.org"
SECOND, DAY = 1_000_000, 24 * 3_600 * 1_000_000
HOME, ELSEWHERE = "192.0.2.7", "198.51.100.9"
WRONG = "The e-mail address, the password or the code is wrong. Try again."


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
