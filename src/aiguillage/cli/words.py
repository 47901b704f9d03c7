"""The language of the person at the terminal."""

from aiguillage.settings import language
from aiguillage.translation import translated


def _(message: str) -> str:
    """The message in the person's language, as it is where there is no translation."""
    return translated(message, language())
