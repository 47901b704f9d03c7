"""Recovery codes: ten, each good for one sign-in of somebody whose phone is not at hand."""

import re
import secrets

COUNT = 10
CLEAR_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
"""What nobody takes for another when it is read out."""

_HALF = 5
_CODE = re.compile(rf"([{CLEAR_SIGNS}]{{{_HALF}}})[- ]?([{CLEAR_SIGNS}]{{{_HALF}}})")


def new_codes() -> list[str]:
    """Fresh codes, as people write them down: two halves of five signs."""
    halves = ["".join(secrets.choice(CLEAR_SIGNS) for _ in range(_HALF)) for _ in range(2 * COUNT)]
    return [f"{one}-{two}" for one, two in zip(halves[::2], halves[1::2], strict=True)]


def recovery_code(text: str) -> str | None:
    """The code that a text is, in its one spelling; None for what is none. A password is longer."""
    match = _CODE.fullmatch(text.strip().lower())
    return None if match is None else f"{match[1]}-{match[2]}"
