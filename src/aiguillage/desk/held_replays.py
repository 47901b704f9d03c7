"""Replays that take long: what comes of one is kept for an hour, and how far it is is told meanwhile."""

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from aiguillage.desk import held
from aiguillage.desk.change import read_facts
from aiguillage.desk.held import REPLAYS, About, write, write_progress
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import Refusal, about_error, invalid
from aiguillage.storage.sqlite.engine import Database, written_beside

STOPPED = (
    "It ended before all calls were decided: the server was stopped, or this took more than one request may take. Ask "
    "again, or about fewer calls."
)
TOO_MUCH = "This takes more memory than one request may use. Ask about fewer calls."
TOO_LONG = "The result is too large to keep. Ask about fewer calls."
FAILED = "This is our mistake, not yours, and it was noted. Try again later."
_log = logging.getLogger(__name__)


class Deciding(held.Progress, frozen=True, kw_only=True):
    """How far a replay is: `deciding`, `decided`, `refused` with `trouble`, or `interrupted` as that says too.

    `done` of `total` calls are decided; no total before they are counted.
    """

    state: str = "deciding"
    done: int = 0
    total: int = 0
    trouble: str | None = None


class HeldReplay(msgspec.Struct, frozen=True, kw_only=True):
    """A replay that is kept; `outcome` is what came of it, as JSON, once it is decided."""

    id: int
    about: About
    progress: Deciding
    outcome: bytes | None = None


class Replaying:
    """A replay that goes on. It is this process's, and ends with it at the latest."""

    def __init__(self, db: Database, replay: HeldReplay, lock: BinaryIO) -> None:
        self._db = db
        self._lock = lock
        self.replay = replay

    @property
    def _home(self) -> Path:
        return REPLAYS.home(self._db, self.replay.id)

    def tell(self, done: int, total: int) -> None:
        """Says how far it is; a full disk does not end it."""
        with suppress(OSError):
            write(self._home / "progress", Deciding(done=done, total=total))

    def end(self, decide: Callable[[], msgspec.Struct]) -> None:
        """Keeps what comes of it, a refusal too."""
        with self._lock:
            progress = self._ended(decide)
            if progress.state != "decided":
                os.truncate(self._home / "content", 0)
            write_progress(self._home, progress)

    def _ended(self, decide: Callable[[], msgspec.Struct]) -> Deciding:
        try:
            self._keep(msgspec.json.encode(decide()))
        except Refusal as refusal:
            return Deciding(state="refused", trouble=_without_path(refusal))
        except MemoryError:
            return Deciding(state="refused", trouble=TOO_MUCH)
        except Exception as error:  # noqa: BLE001 - it would end the work, and nobody would be told
            _log.error("replay_failed", extra={"about": about_error(error)})
            return Deciding(state="refused", trouble=FAILED)
        return Deciding(state="decided")

    def _keep(self, outcome: bytes) -> None:
        if len(outcome) > REPLAYS.most_bytes:
            raise invalid(TOO_LONG)
        with written_beside(self._db.path):
            (self._home / "content").write_bytes(outcome)


def _without_path(refusal: Refusal) -> str:
    """What it says, without where on the machine a file is."""
    path = refusal.path
    return refusal.message if path is None else refusal.message.replace(str(path), path.name)


def hold_replay(db: Database, actor: Actor, code: str) -> Replaying:
    """Keeps what comes of a replay that has begun and takes long. Raises Refusal where no more can be kept."""
    with read_facts(db, actor, code) as (_, account_id, _account):
        about = About(account_id=account_id, at=actor.at, actor=actor.name)
    held_id, lock = REPLAYS.hold(db, about, Deciding(), b"")
    return Replaying(db, HeldReplay(id=held_id, about=about, progress=Deciding()), lock)


def show_replay(db: Database, actor: Actor, code: str, held_id: int) -> HeldReplay:
    """A replay that is kept: how far it is, or what came of it. Raises Refusal."""
    stopped = Deciding(state="interrupted", trouble=STOPPED)
    with read_facts(db, actor, code) as (_, account_id, _account):
        about, progress = REPLAYS.read(db, account_id, held_id, actor.at, About, stopped)
    outcome = (REPLAYS.home(db, held_id) / "content").read_bytes() if progress.state == "decided" else None
    return HeldReplay(id=held_id, about=about, progress=progress, outcome=outcome)
