"""`make secrets` finds what is put there, and says so where it cannot look."""

import subprocess
from pathlib import Path

import pytest

from aiguillage.domain.accounts import new_secret
from tests import no_secrets
from tests.no_secrets import Finding, findings, main


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with a file in it that git tracks."""
    (tmp_path / "plain.py").write_text('WORDS = "correct horse battery"\npassword = "staple in the barn"\n')
    for words in (("init", "-q"), ("add", ".")):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)  # noqa: S607 - wherever it is
    return tmp_path


def test_secrets_of_others_and_of_our_own_are_found_and_known_values_are_not(tmp_path: Path) -> None:
    key = "-----BEGIN " + "RSA PRIVATE KEY-----"
    (tmp_path / "a.txt").write_text(f"one\n{key}\n")
    (tmp_path / "b.md").write_text(f"    curl -H 'Authorization: Bearer {new_secret()}'\n")
    (tmp_path / "c.py").write_text('password = "correct horse battery"\nother = "--hash=sha256:' + "ab12" * 16 + '"\n')

    found = list(findings(tmp_path, ["a.txt", "b.md", "c.py"]))

    assert found == [Finding("a.txt", 2, "Private key"), Finding("b.md", 1, "Token of aiguillage")]


def test_what_is_found_is_told_without_its_value(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = new_secret()
    (checkout / "plain.py").write_text(f"\nTOKEN = {secret}\n")

    assert main(checkout) == 1

    told = capsys.readouterr().err
    assert "plain.py:2: Token of aiguillage" in told
    assert secret not in told


def test_where_nothing_is_found_the_files_are_counted(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(checkout) == 0
    assert capsys.readouterr().out == "No secret in 1 files.\n"


def test_where_nothing_can_be_looked_at_it_is_said(
    tmp_path: Path, checkout: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    assert main(checkout) == 1
    monkeypatch.delenv("GIT_DIR")
    monkeypatch.setattr(no_secrets, "PLANTED", "nothing\n")
    assert main(checkout) == 1

    assert capsys.readouterr().err.count("Nothing was looked at") == 2
