"""Sessions: when one ends that nobody uses."""

import pytest

from aiguillage.domain.sessions import IDLE, is_idle

NOW = 1_795_000_000_000_000


@pytest.mark.parametrize(("used_at", "idle"), [(NOW - IDLE - 1, True), (NOW - IDLE, False), (NOW + IDLE + 1, False)])
def test_a_session_ends_after_an_hour_without_a_request(used_at: int, idle: bool) -> None:
    assert is_idle(NOW, used_at) is idle
