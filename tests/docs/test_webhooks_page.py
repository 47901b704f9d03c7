"""The page about webhooks: its tables are the code's, and its receivers know a genuine message."""

import json
import shutil
import subprocess
import time
from typing import Any

import pytest

from aiguillage.domain.webhooks import EVENTS, PING, new_webhook_secret, signature
from tests.docs.markdown import blocks, codes, read, rows, section

PAGE = "docs/webhooks.md"
BODY = '{"id":"evt_1"}'


def message(secret: str, *, age: int = 0, body: str = BODY) -> tuple[dict[str, str], str, str]:
    """The headers, body and secret that a receiver has."""
    at = int(time.time()) - age
    signed = signature(secret, "evt_1", at, BODY.encode())
    return {"webhook-id": "evt_1", "webhook-timestamp": str(at), "webhook-signature": signed}, body, secret


def by_python(headers: dict[str, str], body: str, secret: str) -> bool:
    """What the page's Python says of a message."""
    names: dict[str, Any] = {}
    exec(blocks(read(PAGE), "python")[0].text, names)  # noqa: S102 - our own page
    return bool(names["is_genuine"](headers, body.encode(), secret))


def by_php(headers: dict[str, str], body: str, secret: str) -> bool:
    """What the page's PHP says of a message."""
    php = shutil.which("php")
    if php is None:
        pytest.skip("PHP is not installed: apt install php-cli")
    asked = json.dumps([headers, body, secret])
    ask = "echo json_encode(is_genuine(...json_decode(stream_get_contents(STDIN), true)));"
    program = blocks(read(PAGE), "php")[0].text.removeprefix("<?php") + ask
    told = subprocess.run([php, "-r", program], input=asked, capture_output=True, text=True, check=True)
    return told.stdout == "true"


@pytest.mark.parametrize("is_genuine", [by_python, by_php])
def test_a_receiver_knows_what_is_genuine(is_genuine: Any) -> None:  # noqa: ANN401 - one of the two above
    secret = new_webhook_secret()
    headers, body, _ = message(secret)

    assert is_genuine(headers, body, secret)
    assert not is_genuine(headers, body, new_webhook_secret())
    assert not is_genuine(headers | {"webhook-id": "evt_2"}, body, secret)
    assert not is_genuine(*message(secret, body=f"{BODY} "))
    assert not is_genuine(*message(secret, age=400))


def test_every_event_is_in_the_table() -> None:
    listed = [name for cells in rows(section(read(PAGE), "## Events")) for name in codes(cells[0])]

    assert listed == [*EVENTS, PING]
