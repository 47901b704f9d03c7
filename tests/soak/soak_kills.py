"""Many kills under writers: no request with an Idempotency-Key is done twice, none that was answered is lost.

KILLS=20 for fewer than 200.
"""

import os

from aiguillage.settings import Settings
from tests.api.killed import Additions
from tests.cast import Cast

KILLS = int(os.environ.get("KILLS", "200"))


def test_no_kill_doubles_or_loses_a_keyed_addition(cast: Cast, settings: Settings) -> None:
    additions = Additions(cast, settings)

    for _ in range(KILLS):
        additions.kill_once()
    print(f"{KILLS} kills, {len(additions.sent)} sent, {additions.kept_unanswered} kept though unanswered")  # noqa: T201

    assert additions.wrong() == {}
    assert additions.kept_unanswered >= KILLS
