"""Nothing in this repository can call anybody: phone numbers come from ranges that are set aside for fiction."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cast import FICTION
from tests.docs.markdown import ROOT

ELSEWHERE = ("requirements/", "bench/results/", "src/aiguillage/api/static/swagger-ui/")
"""Locked hashes, measurements, and what others made."""

NO_NUMBERS = {
    "123456789": "the digits, as an alphabet",
    "266696687": "ANONYMOUS on a keypad",
    "430054816": "found by hypothesis: read in a country where it is none",
    "353639149": "the same",
}
_BLANK = r"(?:[ .\-/]|%20|%2F)*"
_FRENCH = rf"(?:(?:\+|%2B|00) ?33{_BLANK}(?:\( ?0 ?\){_BLANK})?|\(?0\)?)([1-9]\)?{_BLANK}(?:[0-9]{_BLANK}){{7}}[0-9])"
_FOREIGN = rf"(?:\+|%2B|00)(?!33)([1-9](?:{_BLANK}[0-9]){{7,14}})"
_NUMBER = re.compile(rf"(?<![0-9A-Za-z.])(?:{_FRENCH}|{_FOREIGN})(?![0-9A-Za-z])")


def files() -> list[Path]:
    """Every text file of the repository."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [ROOT / name for name in listed if name and not name.startswith(ELSEWHERE) and (ROOT / name).is_file()]


def numbers(text: str) -> Iterator[tuple[str, str]]:
    """What looks like a phone number, and its digits without trunk zero or France's country code."""
    for match in _NUMBER.finditer(text):
        yield match[0], re.sub(r"%20|%2F|\D", "", match[1] or match[2])


def test_every_phone_number_is_set_aside_for_fiction() -> None:
    real = [
        f"{file.relative_to(ROOT)}: {shown}"
        for file in files()
        for shown, digits in numbers(file.read_text(encoding="utf-8", errors="replace"))
        if not digits.startswith(FICTION) and digits not in NO_NUMBERS
    ]

    assert real == []


@pytest.mark.parametrize(
    "spelling",
    ["call 01{}000000", "+33 1 {} 00 00 00", "0033(0)1{}000000", "01.{}.00.00.00", "%2B331{}000000", "+441{}00000"],
)
def test_a_real_number_would_be_found(spelling: str) -> None:
    text = spelling.format("42")

    assert [digits.startswith(FICTION) for _, digits in numbers(text)] == [False]
