"""Which passwords are too easy to guess."""

from collections.abc import Iterable
from re import findall
from threading import Lock

from aiguillage.domain.accounts import looks_like_email
from aiguillage.domain.errors import invalid

SHORTEST, LONGEST = 12, 1_000
OURS = ("aiguillage",)
"""Words of the product."""

LOOKED_AT = 72
"""Characters that are judged: the judge's time grows with the square of them."""

GUESSES = 10**10
"""As many guesses as a password must be good for, by the judge's estimate: its highest class."""

SHORTEST_WORD = 3
_one_at_a_time = Lock()
"""The judge keeps the words that it was given for all to see."""


def check_password(password: str, owner: Iterable[str], field: str = "password") -> None:
    """Raises Refusal(invalid) for a password that is too short, too long, an e-mail address, or easy to guess.

    `owner` are the names of whose it is: e-mail address, own name, accounts. zxcvbn judges the rest: common passwords,
    common words and names, `owner` and the product's words among them, dates, keyboard rows, repetitions.
    """
    if len(password) < SHORTEST:
        raise invalid(f"The password is too short. Use at least {SHORTEST} characters.", field)
    if len(password) > LONGEST:
        raise invalid(f"The password is too long. Use at most {LONGEST:,} characters.", field)
    if looks_like_email(password):
        raise invalid("The password is an e-mail address. Choose another one.", field)
    if _guesses(password[:LOOKED_AT], [*OURS, *_words(owner)]) < GUESSES:
        raise invalid(
            "The password is too easy to guess: it is a common one, a row of keys, a repetition, or "
            "made of your own names. Four unrelated words are good.",
            field,
        )


def _words(owner: Iterable[str]) -> list[str]:
    """The names whole, and the words in them."""
    found = [part for name in owner for part in (name, *findall(r"\w+", name))]
    return [word for word in found if len(word) >= SHORTEST_WORD]


def _guesses(password: str, words: list[str]) -> float:
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its lists take a while to read, and only who sets a password needs them

    with _one_at_a_time:
        return float(zxcvbn(password, user_inputs=words)["guesses"])
