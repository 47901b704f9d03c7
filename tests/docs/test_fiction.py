"""Nothing in this repository can call anybody: phone numbers come from ranges that are set aside for fiction."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from aiguillage.domain.numbering import is_listed
from aiguillage.domain.numbers import caller_number
from tests.cast import FICTION
from tests.docs.markdown import ROOT

ELSEWHERE = ("requirements/", "bench/results/", "src/aiguillage/api/static/swagger-ui/")
"""Locked hashes, measurements, and what others made."""

OTHERS_FICTION = re.compile(
    r"44207946[0-9]{4}|1[2-9][0-9]{2}55501[0-9]{2}|61255501[0-9]{3}|468465004[0-9]{0,2}|35320911[0-9]{4}"
)
"""Set aside too: by Ofcom, the North American plan, ACMA, PTS and ComReg."""

MADE_UP = "00123"
"""What numbers end in whose plan sets none aside: those overseas, and other countries'."""

NO_NUMBERS = {
    "123456789": "the digits, as an alphabet",
    "266696687": "ANONYMOUS on a keypad",
    "430054816": "found by hypothesis: read in a country where it is none",
    "353639149": "the same",
    "103319900": "the beginning of an international number in Japan",
    "113319900": "the same in the United States",
    "212555012": "an American number without its last digit",
    "17378742833": "RESTRICTED on a keypad",
    "800222242": "ACACIA on a keypad",
    "611300222242": "the same in Australia",
    "709350123": "made up: the shortest beginning that is Mayotte's has too few digits behind it to end so",
    "262709350123": "the same",
    "4933199001234": "a number set aside in France, read in Germany",
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
    """What looks like a phone number, and its digits with the country code and without a trunk zero."""
    for match in _NUMBER.finditer(text):
        digits = "33" + match[1] if match[1] else match[2]
        yield match[0], re.sub(r"%20|%2F|\D", "", digits)


def is_nobodys(digits: str) -> bool:
    """Whether a number is set aside for fiction, or in no range that a country has given out."""
    if digits.removeprefix("33").startswith(FICTION) or OTHERS_FICTION.fullmatch(digits) or digits.endswith(MADE_UP):
        return True
    return digits.removeprefix("33") in NO_NUMBERS or not is_listed(caller_number("+" + digits, "FR") or "")


def test_every_phone_number_is_set_aside_for_fiction() -> None:
    real = [
        f"{file.relative_to(ROOT)}: {shown}"
        for file in files()
        for shown, digits in numbers(file.read_text(encoding="utf-8", errors="replace"))
        if not is_nobodys(digits)
    ]

    assert real == []


@pytest.mark.parametrize(
    "spelling",
    ["call 01{}000000", "+33 1 {} 00 00 00", "0033(0)1{}000000", "01.{}.00.00.00", "%2B331{}000000", "+49 30 {}00000"],
)
def test_a_real_number_would_be_found(spelling: str) -> None:
    text = spelling.format("42")

    assert [is_nobodys(digits) for _, digits in numbers(text)] == [False]
