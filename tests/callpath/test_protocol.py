"""The protocol's last resort; all else about it is asked of a real server in tests/test_server.py."""

from types import SimpleNamespace
from typing import Any, cast

from aiguillage.callpath.protocol import FAILED, _answered


def test_a_call_that_cannot_even_be_refused_is_a_503_and_ends_its_connection() -> None:
    cycle: Any = SimpleNamespace(keep_alive=True, scope={})

    message = _answered(cast("Any", None), cast("Any", None), cycle)

    assert message == FAILED
    assert not cycle.keep_alive
