"""The Python of the management API's page runs."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from aiguillage.desk.tokens import issue_token
from aiguillage.desk.users import add_user
from aiguillage.domain.accounts import Role, looks_like_secret
from tests.cast import email
from tests.docs.markdown import blocks, read, section
from tests.standing import Busy, busy_server

PAGE = "docs/management-api.md"
HERE = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Busy]:
    """A server that the page's programs ask."""
    with busy_server(tmp_path_factory.mktemp("page")) as busy:
        yield busy


def program(heading: str) -> str:
    """The Python under a heading."""
    (block,) = blocks(section(read(PAGE), heading), "python")
    return block.text


def printed(busy: Busy, text: str) -> str:
    """What a program prints that asks this server."""
    text = text.replace(HERE, f"http://127.0.0.1:{busy.server.port}")
    told = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False, timeout=60)
    assert told.returncode == 0, told.stderr
    return told.stdout.strip()


def test_somebody_signs_in_and_out(asked: Busy) -> None:
    add_user(asked.cast.db, asked.cast.operator, "you@example.org", password="correct horse battery", one_time=False)

    told = printed(asked, program("## Sign in").replace('api.get("/whoami").json()', 'print(api.get("/whoami").text)'))

    assert '"email":"you@example.org"' in told


def test_a_call_flow_token_is_issued(asked: Busy) -> None:
    manager = email("manager")
    secret = issue_token(asked.cast.db, asked.cast.operator, manager, name="docs", role=Role.MANAGE)[1]
    signed_in = f'import httpx\napi = httpx.Client(base_url="{HERE}", headers={{"Authorization": "Bearer {secret}"}})\n'

    told = printed(asked, f"{signed_in}{program('## Tokens')}\nprint(flow['token'])")

    assert looks_like_secret(told)


def test_a_replay_is_waited_for_where_it_takes_long(asked: Busy) -> None:
    secret = asked.cast.reading_secret("reader")
    begin = program("## Requests").partition("made")[0]
    imported = f"import time\nimport httpx\ntoken = {secret!r}\n"

    told = printed(asked, f"{imported}{begin}{program('### Replay').replace('120', '1')}print(moves)")

    assert told == "[]"
