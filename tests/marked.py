"""What no log line may hold: numbers, codes, names and secrets, which tests mark by using these and no others."""

import re
from pathlib import Path
from urllib.parse import unquote

from tests.cast import FICTION, MARKED

_SEPARATORS = re.compile(r"[+ .\-/()]|&nbsp;")
_NUMBER = re.compile(rf"(?:33|0)0?(?:{'|'.join(FICTION)})[0-9]{{4}}")
_SECRET = re.compile(r"aig_[0-9A-Za-z]{33}")
_WORD = re.compile(rf"(?<![\w.:-])(?:{'|'.join(map(re.escape, MARKED))})(?![\w:-])")
_ID = re.compile(r"(?<![0-9])[0-9]{16,}(?![0-9])")
"""Longer than any number with what is dialled before it: an id, that may hold a number's digits by chance."""

_PROCESS = re.compile(r"process \[[0-9]+\]")
"""What the web server says of its processes, whose numbers may be anybody's code."""


def marked_in(text: str) -> list[str]:
    """The marks in a log, numbers in whatever spelling."""
    plain = _ID.sub("id", _PROCESS.sub("process", unquote(text)))
    return [*_NUMBER.findall(_SEPARATORS.sub("", plain)), *_SECRET.findall(plain), *_WORD.findall(plain)]


def refuse_marked(log: Path) -> None:
    """Fails the test whose server wrote one of the marks to its log."""
    found = marked_in(log.read_text(errors="replace"))
    assert not found, f"the server's log holds {found}"
