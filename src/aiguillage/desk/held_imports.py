"""Imports that are looked at first and applied later: the upload is kept for an hour, and how far it is is told."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import msgspec

from aiguillage.desk import held
from aiguillage.desk.change import read_facts
from aiguillage.desk.column_maps import forget_columns, remember_columns, remembered_columns
from aiguillage.desk.held import UPLOADS, read_progress, take_lock, touch, write, write_progress
from aiguillage.desk.importing.outcome import AS_NAMED, Choices, ImportRefused, Misread, Outcome, Unread
from aiguillage.desk.importing.sent import Upload
from aiguillage.desk.imports import import_contacts, preview_import
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.errors import Refusal, about_error, conflict
from aiguillage.domain.problems import Code
from aiguillage.storage.sqlite.engine import Database, written_beside

STOPPED = (
    "The server was stopped while it applied this. Look whether it is among the imports that were done; else apply it "
    "again."
)
IMPORTED_BEFORE = "This upload has already been imported. Upload the file again to import it again."
FAILED = "This is our mistake, not yours, and it was noted. Nothing was imported. Apply it again later."
_log = logging.getLogger(__name__)


class Progressed(held.Progress, frozen=True, kw_only=True):
    """How far an upload is: `previewed`, `applying`, `applied` as the import `import_id`, or `refused` with `trouble`.

    `stage`, `done` and `total` are those of an import's Progress.
    """

    state: str = "previewed"
    stage: str = ""
    done: int = 0
    total: int = 0
    import_id: int | None = None
    trouble: str | None = None


class About(held.About, frozen=True, kw_only=True):
    """Whose the upload is, what it is, how it is to be imported, and what that would do.

    `remembered` says that some columns are read as it was said of a file with the same headings before.
    """

    name: str
    media_type: str
    choices: Choices
    preview: Outcome
    remembered: bool = False


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """An upload that is kept."""

    id: int
    about: About
    progress: Progressed


def hold_import(
    db: Database, actor: Actor, code: str, upload: Upload, choices: Choices, *, mends: bool = False
) -> Held:
    """Keeps an upload that was looked at; nothing of it is imported yet. Raises Refusal for one that cannot be read.

    Who `mends` can say what its columns are, so one whose header says too little is kept too, and columns are read as
    it was said before of a file with the same headings.
    """
    remembered = remembered_columns(db, actor, code, upload.content, upload.media_type) if mends else AS_NAMED
    choices = choices._replace(columns={**remembered, **choices.columns})
    preview = _looked_at(db, actor, code, upload, choices, mends=mends)
    with read_facts(db, actor, code, Role.EDIT) as (_, account_id, _account):
        about = About(
            account_id=account_id,
            at=actor.at,
            actor=actor.name,
            name=upload.name,
            media_type=upload.media_type,
            choices=choices,
            preview=preview,
            remembered=bool(remembered),
        )
    held_id, lock = UPLOADS.hold(db, about, Progressed(), upload.content)
    lock.close()
    return Held(id=held_id, about=about, progress=Progressed())


def _looked_at(db: Database, actor: Actor, code: str, upload: Upload, choices: Choices, *, mends: bool) -> Outcome:
    try:
        return preview_import(db, actor, code, upload.source(), **choices.asked)
    except Misread as misread:
        if not mends:
            raise
        return Outcome(
            file=upload.name[:255],
            encoding="",
            samples=misread.samples,
            columns={column: heading for column, heading in misread.columns.items() if heading},
            unread=tuple(Unread.of(column, "unknown") for column, heading in misread.columns.items() if not heading),
            obstacle=misread.message,
        )


def choose_again(db: Database, actor: Actor, code: str, held_id: int, choices: Choices) -> Held:
    """Looks at a kept upload again, to be imported otherwise; its hour begins anew. Raises Refusal."""
    about, home, lock = _taken(db, actor, code, held_id)
    with lock:
        upload = Upload(about.name, about.media_type, (home / "content").read_bytes())
        preview = _looked_at(db, actor, code, upload, choices, mends=True)
        about = msgspec.structs.replace(about, choices=choices, preview=preview)
        with written_beside(db.path):
            write(home / "about", about)
            write(home / "progress", Progressed())
            touch(home, actor.at)
    return Held(id=held_id, about=about, progress=Progressed())


def read_as_named(db: Database, actor: Actor, code: str, held_id: int) -> Held:
    """Forgets what columns like a kept upload's were said to mean, and reads its columns as they are called.

    Raises Refusal.
    """
    about, home, lock = _taken(db, actor, code, held_id)
    with lock:
        forget_columns(db, actor, code, (home / "content").read_bytes(), about.media_type)
        about = msgspec.structs.replace(about, remembered=False)
        with written_beside(db.path):
            write(home / "about", about)
    return choose_again(db, actor, code, held_id, about.choices._replace(columns=AS_NAMED))


def show_held(db: Database, actor: Actor, code: str, held_id: int) -> Held:
    """An upload, and how far it is. Raises Refusal."""
    with read_facts(db, actor, code) as (_, account_id, _account):
        about, progress = UPLOADS.read(db, account_id, held_id, actor.at, About, Progressed(trouble=STOPPED))
    return Held(id=held_id, about=about, progress=progress)


def apply_held(db: Database, actor: Actor, code: str, held_id: int) -> Callable[[], None]:
    """What applies an upload: to be called once. Raises Refusal: conflict when somebody applies it."""
    about, home, lock = _taken(db, actor, code, held_id)
    upload = Upload(about.name, about.media_type, (home / "content").read_bytes())
    try:
        with written_beside(db.path):
            write(home / "progress", Progressed(state=UPLOADS.working))
            touch(home, actor.at)
    except Refusal:
        lock.close()
        raise

    def apply() -> None:
        with lock:
            progress = _applied(db, actor, code, upload, about.choices, home)
            write_progress(home, progress)
            if progress.state == "applied":
                (home / "content").unlink()

    return apply


def _taken(db: Database, actor: Actor, code: str, held_id: int) -> tuple[About, Path, BinaryIO]:
    """An upload that is not imported yet, where it is, and its lock, to be let go. Raises Refusal."""
    with read_facts(db, actor, code, Role.EDIT) as (_, account_id, _account):
        about, _progress = UPLOADS.read(db, account_id, held_id, actor.at, About, Progressed())
    home = UPLOADS.home(db, held_id)
    lock = take_lock(home)
    if lock is None:
        raise conflict("This upload is being imported right now. Ask for its progress.", Code.IN_PROGRESS)
    if read_progress(home, Progressed).state == "applied":
        lock.close()
        raise conflict(IMPORTED_BEFORE)
    return about, home, lock


def _applied(db: Database, actor: Actor, code: str, upload: Upload, choices: Choices, home: Path) -> Progressed:
    def tell(stage: str, done: int, total: int) -> None:
        write(home / "progress", Progressed(state=UPLOADS.working, stage=stage, done=done, total=total))

    try:
        with written_beside(db.path):
            outcome = import_contacts(db, actor, code, upload.source(), **choices.asked, progress=tell)
        if choices.columns:
            remember_columns(db, actor, code, upload.content, choices.columns, upload.media_type)
    except ImportRefused as refused:
        return Progressed(state="refused", trouble=refused.outcome.obstacle)
    except Refusal as refusal:
        return Progressed(state="refused", trouble=refusal.message.replace(str(db.path), db.path.name))
    except Exception as error:  # noqa: BLE001 - it would end the work, and nobody would be told
        _log.error("import_failed", extra={"about": {"account": code, **about_error(error)}})
        return Progressed(state="refused", trouble=FAILED)
    return Progressed(state="applied", import_id=outcome.import_id)
