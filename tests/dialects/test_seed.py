"""The seed document's three examples, run as they stand there but for host, number and token."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aiguillage.settings import Settings
from tests.cast import NUMBER, Cast, known_caller
from tests.server import Server, running

SEED = Path(__file__).parent.parent / "seed"
ANSWER = '{"destination1": "207", "destination2": "209", "destination3": "214", "destination4": "216"}'


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1, and its key."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -keyout {key} -out {certificate}"
    subprocess.run([*command.split(), "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    return certificate, key


@pytest.fixture
def secure(cast: Cast, settings: Settings, certificate: tuple[Path, Path]) -> Iterator[Server]:
    """A real server over TLS that knows the seed's caller."""
    known_caller(cast)
    cert, key = map(str, certificate)
    with running(settings, AIGUILLAGE_TLS_CERT=cert, AIGUILLAGE_TLS_KEY=key) as server:
        yield server


@pytest.mark.parametrize(
    ("example", "command"),
    [
        ("curl.sh", ["sh"]),
        ("php.php", ["php", "-d", "curl.cainfo={certificate}"]),
        ("python.txt", [sys.executable]),
    ],
)
def test_an_example_of_the_seed_gives_the_answer_that_the_seed_shows(
    cast: Cast, secure: Server, certificate: tuple[Path, Path], tmp_path: Path, example: str, command: list[str]
) -> None:
    if example == "php.php" and shutil.which("php") is None:
        pytest.skip("PHP is not installed: apt install php-cli php-curl")
    text = (SEED / example).read_text()
    for placeholder, value in {
        "clients.encom-conseil.fr": f"127.0.0.1:{secure.port}",
        "00331XXXXXXXX": NUMBER.replace("+", "00"),
        "0033XXXXXXXXX": NUMBER.replace("+", "00"),
        "{token}": cast.secret("router"),
    }.items():
        text = text.replace(placeholder, value)
    filled = tmp_path / example
    filled.write_text(text)
    trust = {"SSL_CERT_FILE": str(certificate[0]), "CURL_CA_BUNDLE": str(certificate[0])}

    shown = subprocess.run(
        [part.format(certificate=certificate[0]) for part in command] + [str(filled)],
        env=os.environ | trust,
        capture_output=True,
        text=True,
        check=False,
    )

    assert shown.stdout.strip() == ANSWER, shown.stderr
