"""README.md and README.fr.md: what they show is what happens."""

import re
import subprocess
import sys
from pathlib import Path

from tests.docs.markdown import ENGLISH, FRENCH, blocks, read, section
from tests.docs.reader import served
from tests.server import free_port

SECRET = re.compile(r"aig_[0-9A-Za-z]{33}")


def test_both_languages_show_the_same_code() -> None:
    assert blocks(read(FRENCH)) == blocks(read(ENGLISH))


def test_both_languages_have_the_same_sections_and_links() -> None:
    shapes = [
        (re.findall(r"^#+(?= )", text, re.MULTILINE), re.findall(r"\]\(([^)]+)\)", text.partition("## ")[2]))
        for text in (read(ENGLISH), read(FRENCH).replace(".fr.md)", ".md)").replace("-fr.png)", "-en.png)"))
    ]

    assert shapes[0] == shapes[1]


def test_the_two_commands_are_targets_of_make() -> None:
    shown = [block.text.strip() for block in blocks(section(read(ENGLISH), "## Two commands"))]

    assert shown == ["make demo", "make test"]
    for command in shown:
        subprocess.run(f"{command} --dry-run", shell=True, cwd=ENGLISH.parent, check=True, capture_output=True)  # noqa: S602


def test_the_demo_can_have_another_port_and_git_sees_nothing_of_what_it_keeps() -> None:
    folder = ENGLISH.parent
    told = subprocess.run(
        ["make", "demo", "PORT=8001", "--dry-run"],  # noqa: S607 - the one on the path
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    kept = ["git", "check-ignore", "var/demo/aiguillage.db", "var/demo/pseudonyms.key", "token.txt"]
    ignored = subprocess.run(kept, cwd=folder, capture_output=True, check=False)

    assert "aiguillage demo --port 8001" in told.stdout
    assert ignored.returncode == 128 or ignored.stdout.count(b"\n") == 3  # 128: it is not a repository


def test_the_demo_prints_what_is_shown_of_it(tmp_path: Path) -> None:
    (shown,) = blocks(section(read(ENGLISH), "## What the demo shows"))

    with served(tmp_path, f"exec {sys.executable} -m aiguillage demo", free_port()) as server:
        printed = SECRET.sub("aig_...", (tmp_path / "printed.txt").read_text()).replace(f":{server.port}/", ":8000/")

    for request in shown.text.strip().split("\n\n"):
        assert request in printed


def test_the_token_of_the_walk_through_is_readable_by_its_owner_alone(installed: Path) -> None:
    token = installed / "token.txt"

    assert token.stat().st_mode & 0o077 == 0
    assert SECRET.fullmatch(token.read_text().strip())
