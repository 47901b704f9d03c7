"""The language of the person at the terminal: messages and headings through gettext's catalogue."""

import gettext
from functools import cache
from pathlib import Path

from aiguillage.settings import language

DOMAIN = "aiguillage"
CATALOGUES = Path(__file__).parent.parent / "locale"


@cache
def _catalogue(wanted: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, CATALOGUES, [wanted], fallback=True)


def _(message: str) -> str:
    """The message in the person's language, as it stands where there is no translation."""
    return _catalogue(language()).gettext(message)
