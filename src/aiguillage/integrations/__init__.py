"""What a call-flow designer copies into a phone system, filled in for an account: the files of `integrations/`.

Each file works as it stands, with an example's address, account and token, and in the shortest ones an example's
question. To fill it in is to put the real ones in their places, and nothing else.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from aiguillage.domain.errors import missing

ADDRESS, ACCOUNT, TOKEN = "https://calls.example.org", "CL0000", "aig_..."
QUERY = f"customerAccount={ACCOUNT}&number=0199001234"
"""What the files have where the real ones belong."""

LINE = "line.txt"
"""The shortest thing in which a phone system asks about a call."""

TITLES = {
    "curl": "curl",
    "kamailio": "Kamailio",
    "asterisk": "Asterisk",
    "freeswitch": "FreeSWITCH",
    "3cx": "3CX",
    "twilio": "Twilio",
    "amazon-connect": "Amazon Connect",
    "genesys": "Genesys Cloud",
    "aircall": "Aircall",
    "enreach": "Enreach",
    "sipgate": "sipgate",
    "yeastar": "Yeastar",
    "webhook": "Generic webhook",
}
"""What each phone system is called, by its folder, in the order in which they are shown."""

_HERE = Path(__file__).parent
_CHECKED_OUT = _HERE.parents[2] / "integrations"


class Place(NamedTuple):
    """What is put in: the server's address without a slash at its end, the account's code, the token or TOKEN."""

    address: str
    account: str
    token: str = TOKEN


@cache
def folder() -> Path:
    """Where the files are: beside this module in an installed package, at the root of a checked-out tree."""
    return _CHECKED_OUT if _CHECKED_OUT.is_dir() else _HERE


@cache
def systems() -> dict[str, tuple[str, ...]]:
    """The names of each system's files, the shortest line left out; in their order."""
    return {
        name: tuple(sorted(file.name for file in (folder() / name).iterdir() if file.is_file() and file.name != LINE))
        for name in TITLES
        if (folder() / name).is_dir()
    }


def files_of(system: str, place: Place) -> dict[str, str]:
    """A system's files, filled in, by their names. Raises Refusal(missing)."""
    names = systems().get(system)
    if names is None:
        raise missing(f"There is no integration '{system[:40]}'. Choose one of: {', '.join(systems())}.")
    return {name: filled(_read(system, name), place) for name in names or (LINE,)}


def file_of(system: str, name: str, place: Place) -> str:
    """One of a system's files, filled in. Raises Refusal(missing) for no such system."""
    return files_of(system, place)[name]


def lines_for(place: Place, query: str = QUERY) -> dict[str, str]:
    """The shortest line of each system that has one, by the system's name. It asks that query where it can."""
    return {
        name: filled(_read(name, LINE).replace(QUERY, query), place)
        for name in systems()
        if (folder() / name / LINE).is_file()
    }


def filled(text: str, place: Place) -> str:
    """A file's text with the real address, account and token in the example's places."""
    for example, real in zip((ADDRESS, ACCOUNT, TOKEN), place, strict=True):
        text = text.replace(example, real)
    return text


@cache
def _read(system: str, name: str) -> str:
    return (folder() / system / name).read_text(encoding="utf-8")
