"""Imports that are looked at first and applied later: the upload is kept for an hour, and how far it is is told.

Each is a directory beside the database, so that every worker sees it; whoever holds its lock is applying it.
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import BinaryIO

import msgspec
import structlog

from aiguillage.desk.change import read_facts
from aiguillage.desk.importing.outcome import Choices, ImportRefused, Outcome
from aiguillage.desk.importing.sent import Upload
from aiguillage.desk.imports import import_contacts, preview_import
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.errors import Kind, Refusal, conflict, invalid, missing, place_of
from aiguillage.storage.engine import Database, written_beside

KEPT = 3_600 * 1_000_000
"""Microseconds since it was uploaded, or applied for the last time."""

MOST_HELD, MOST_HELD_BYTES = 5, 128 << 20
"""Uploads that wait on one account, and their bytes: for a new one the oldest that nobody is applying go."""

MOST_BYTES_IN_ALL = 256 << 20
"""Bytes of the uploads that wait on all accounts. One account cannot take the room of another: it is told to wait."""

PREFIX, LOCK = ".held-", ".holding"
LOWEST_ID, HIGHEST_ID = 1 << 52, 1 << 53
"""What no import that was done has as its number, and every JSON reader takes for a whole number."""

LONGEST_WAIT = 300
"""Seconds after which it is worth to try again where there was no room."""

STOPPED = (
    "The server was stopped while it applied this. Look whether it is among the imports that were done; else apply it "
    "again."
)
FAILED = "This is our mistake, not yours, and it was noted. Nothing was imported. Apply it again later."
_log = structlog.get_logger()


class Progressed(msgspec.Struct, frozen=True, kw_only=True):
    """How far an upload is: `previewed`, `applying`, `applied` as the import `import_id`, or `refused` with `trouble`.

    `stage`, `done` and `total` are those of an import's Progress.
    """

    state: str = "previewed"
    stage: str = ""
    done: int = 0
    total: int = 0
    import_id: int | None = None
    trouble: str | None = None


class About(msgspec.Struct, frozen=True, kw_only=True):
    """Whose the upload is, what it is, how it is to be imported, and what that would do."""

    account_id: int
    at: int
    actor: str
    name: str
    media_type: str
    choices: Choices
    preview: Outcome


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """An upload that is kept."""

    id: int
    about: About
    progress: Progressed


def hold_import(db: Database, actor: Actor, code: str, upload: Upload, choices: Choices) -> Held:
    """Keeps an upload that was looked at; nothing of it is imported yet. Raises Refusal for one that cannot be read."""
    partial, delete_missing, force, _ = choices
    preview = preview_import(
        db, actor, code, upload.source(), partial=partial, delete_missing=delete_missing, force=force
    )
    with read_facts(db, actor, code, Role.EDIT) as (_, account_id, _account):
        about = About(
            account_id=account_id,
            at=actor.at,
            actor=actor.name,
            name=upload.name,
            media_type=upload.media_type,
            choices=choices,
            preview=preview,
        )
    held = Held(id=LOWEST_ID + secrets.randbelow(HIGHEST_ID - LOWEST_ID), about=about, progress=Progressed())
    lock = db.path.parent / LOCK
    with written_beside(db.path), open(os.open(lock, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as holding:  # noqa: PTH123 - a mode
        fcntl.flock(holding, fcntl.LOCK_EX)
        _make_room(db, account_id, len(upload.content), actor.at)
        _keep(_home(db, held.id), held, upload.content)
    return held


class _Waiting(msgspec.Struct, frozen=True):
    """An upload that is there to be applied: since when, whose, how large."""

    at: int
    account_id: int
    size: int
    home: Path


def _waiting(db: Database, at: int) -> Iterator[_Waiting]:
    for home in db.path.parent.glob(f"{PREFIX}*"):
        with suppress(FileNotFoundError):
            size = (home / "content").stat().st_size
            about = msgspec.json.decode((home / "about").read_bytes(), type=About)
            if not _is_over(home, at) or not _forget(home):
                yield _Waiting((home / "about").stat().st_mtime_ns, about.account_id, size, home)


def _make_room(db: Database, account_id: int, size: int, at: int) -> None:
    """Lets the account's oldest uploads go until one more fits. Raises Refusal where they are not enough."""
    waiting = list(_waiting(db, at))
    mine = sorted((one for one in waiting if one.account_id == account_id), key=lambda one: one.at)
    left, in_all = len(mine), sum(one.size for one in waiting) + size
    my_bytes = sum(one.size for one in mine) + size

    def too_much() -> bool:
        return left >= MOST_HELD or my_bytes > MOST_HELD_BYTES or in_all > MOST_BYTES_IN_ALL

    for oldest in mine:
        if too_much() and _forget(oldest.home):
            left, my_bytes, in_all = left - 1, my_bytes - oldest.size, in_all - oldest.size
    if left >= MOST_HELD or my_bytes > MOST_HELD_BYTES:
        raise invalid(f"{left:,} uploads of this account are being applied. Wait until one is done, and upload this.")
    if too_much():
        message = "No more uploads can wait at this moment. Try again in some minutes, or import without a preview."
        raise Refusal(Kind.UNAVAILABLE, message, wait=LONGEST_WAIT)


def _keep(home: Path, held: Held, content: bytes) -> None:
    home.mkdir(mode=0o700)
    try:
        with _lock(home) or nullcontext():
            # Nothing lies there of which nobody could tell whose it is.
            _write(home / "about", held.about)
            _touch(home, held.about.at)
            _write(home / "progress", held.progress)
            (home / "content").write_bytes(content)
    except OSError:
        shutil.rmtree(home, ignore_errors=True)
        raise


def show_held(db: Database, actor: Actor, code: str, held_id: int) -> Held:
    """An upload, and how far it is. Raises Refusal."""
    with read_facts(db, actor, code) as (_, account_id, _account):
        held = _read(db, account_id, held_id, actor.at)
    if held.progress.state != "applying" or (lock := _lock(_home(db, held_id))) is None:
        return held
    with lock:
        now = _progress(_home(db, held_id))
    return msgspec.structs.replace(held, progress=Progressed(trouble=STOPPED) if now.state == "applying" else now)


def apply_held(db: Database, actor: Actor, code: str, held_id: int) -> Callable[[], None]:
    """What applies an upload: to be called once, in a thread. Raises Refusal: conflict when somebody applies it."""
    with read_facts(db, actor, code, Role.EDIT) as (_, account_id, _account):
        held = _read(db, account_id, held_id, actor.at)
    home = _home(db, held_id)
    lock = _lock(home)
    if lock is None:
        raise conflict("This upload is being applied at this moment. Ask how far it is.")
    if _progress(home).state == "applied":
        lock.close()
        raise conflict("This upload was applied already. Upload the file again to import it again.")
    upload = Upload(held.about.name, held.about.media_type, (home / "content").read_bytes())
    try:
        with written_beside(db.path):
            _write(home / "progress", Progressed(state="applying"))
            _touch(home, actor.at)
    except Refusal:
        lock.close()
        raise

    def apply() -> None:
        with lock:
            progress = _applied(db, actor, code, upload, held.about.choices, home)
            try:
                _write(home / "progress", progress)
            except OSError:  # a full disk has no room for a second file
                _write_over(home / "progress", progress)
            if progress.state == "applied":
                (home / "content").unlink()

    return apply


def _applied(db: Database, actor: Actor, code: str, upload: Upload, choices: Choices, home: Path) -> Progressed:
    def tell(stage: str, done: int, total: int) -> None:
        _write(home / "progress", Progressed(state="applying", stage=stage, done=done, total=total))

    partial, delete_missing, force, _ = choices
    try:
        with written_beside(db.path):
            outcome = import_contacts(
                db,
                actor,
                code,
                upload.source(),
                partial=partial,
                delete_missing=delete_missing,
                force=force,
                progress=tell,
            )
    except ImportRefused as refused:
        return Progressed(state="refused", trouble=refused.outcome.obstacle)
    except Refusal as refusal:
        return Progressed(state="refused", trouble=refusal.message.replace(str(db.path), db.path.name))
    except Exception as error:  # noqa: BLE001 - it would end the thread, and nobody would be told
        _log.error("import_failed", account=code, error=type(error).__name__, where=place_of(error))
        return Progressed(state="refused", trouble=FAILED)
    return Progressed(state="applied", import_id=outcome.import_id)


def forget_uploads_of(db: Database, account_id: int) -> None:
    """Removes an account's uploads, and what is nobody's. Raises Refusal(conflict) while one is being applied."""
    for home in db.path.parent.glob(f"{PREFIX}*"):
        with suppress(FileNotFoundError):
            about = home / "about"
            owner = msgspec.json.decode(about.read_bytes(), type=About).account_id if about.exists() else None
            if owner in {account_id, None}:
                _forget(home)
            if owner == account_id and about.exists():
                raise conflict("An upload is being applied at this moment. Ask again when it is done.")


def sweep_uploads(db: Database, at: int) -> None:
    """Removes uploads that have been kept for an hour."""
    for home in db.path.parent.glob(f"{PREFIX}*"):
        with suppress(FileNotFoundError):
            if _is_over(home, at):
                _forget(home)


def _touch(home: Path, at: int) -> None:
    os.utime(home / "about", ns=(at * 1_000, at * 1_000))


def _is_over(home: Path, at: int) -> bool:
    """Whether the upload's hour is over."""
    about = home / "about"
    return (about if about.exists() else home).stat().st_mtime_ns // 1_000 + KEPT < at


def _forget(home: Path) -> bool:
    """Removes an upload; False where somebody is applying it."""
    lock = _lock(home)
    if lock is None:
        return False
    with lock:
        shutil.rmtree(home, ignore_errors=True)
    return True


def _home(db: Database, held_id: int) -> Path:
    return db.path.parent / f"{PREFIX}{held_id}"


def _read(db: Database, account_id: int, held_id: int, at: int) -> Held:
    """Raises Refusal(missing) for another account's, and for one that is kept no longer."""
    home = _home(db, held_id)
    with suppress(FileNotFoundError):
        about = msgspec.json.decode((home / "about").read_bytes(), type=About)
        if about.account_id == account_id and not _is_over(home, at):
            return Held(id=held_id, about=about, progress=_progress(home))
    raise missing(f"There is no import {held_id} on this account. Uploads are kept for an hour: upload the file again.")


def _progress(home: Path) -> Progressed:
    return msgspec.json.decode((home / "progress").read_bytes(), type=Progressed)


def _lock(home: Path) -> BinaryIO | None:
    """The upload's lock, None where somebody else has it."""
    lock = (home / "lock").open("wb")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _write(path: Path, fact: msgspec.Struct) -> None:
    """Puts a file in place whole, so that nobody reads half of one."""
    beside = path.with_suffix(".new")
    beside.write_bytes(msgspec.json.encode(fact))
    beside.rename(path)


def _write_over(path: Path, fact: msgspec.Struct) -> None:
    """Writes into the file itself, which takes no room."""
    with path.open("r+b", buffering=0) as file:
        file.truncate(file.write(msgspec.json.encode(fact)))
