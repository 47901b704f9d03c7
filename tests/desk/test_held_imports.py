"""Uploads: looked at first, applied later, kept for an hour and no longer."""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from aiguillage.desk.contacts import add_contact
from aiguillage.desk.held import KEPT, LOWEST_ID, UPLOADS, forget_held_of, sweep_held
from aiguillage.desk.held_imports import Held, Progressed, apply_held, choose_again, hold_import, show_held
from aiguillage.desk.importing.outcome import Choices
from aiguillage.desk.importing.sent import Upload
from aiguillage.desk.imports import show_import
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.domain.errors import Kind
from aiguillage.storage.sqlite.engine import Database
from tests.cast import ACCOUNT, NOW, NUMBER, OTHER_ACCOUNT, Cast
from tests.desk.contact_files import Desk
from tests.logged import logged
from tests.refusal import refused

TWO = Upload("avril.csv", "text/csv", b"tel;nom\n01 99 00 12 34;Roche\n01 99 00 12 35;Vasseur\n")
ROWS = Upload("rows.json", "application/json", b'[{"telecoms": ["01 99 00 12 34"], "last_name": "Roche"}]')


def hold(cast: Cast, upload: Upload = TWO, choices: Choices = Choices()) -> Held:  # noqa: B008 - it is frozen
    return hold_import(cast.db, cast["editor"], ACCOUNT, upload, choices)


def show(cast: Cast, held: Held) -> Held:
    return show_held(cast.db, cast["reader"], ACCOUNT, held.id)


def home_of(cast: Cast, held: Held) -> Path:
    return UPLOADS.home(cast.db, held.id)


def uploads(cast: Cast) -> int:
    return len(list(UPLOADS.homes(cast.db)))


@pytest.mark.parametrize(("upload", "count"), [(TWO, 2), (ROWS, 1)])
def test_an_upload_is_looked_at_first_and_applied_later(cast: Cast, upload: Upload, count: int) -> None:
    held = hold(cast, upload)

    before = Desk(cast, cast.db.path.parent).contacts()
    apply_held(cast.db, cast["editor"], ACCOUNT, held.id)()
    after = show(cast, held)

    assert (held.about.preview.created, held.progress, before) == (count, Progressed(), {})
    assert after.progress.state == "applied"
    assert after.progress.import_id is not None
    assert show_import(cast.db, cast["reader"], ACCOUNT, after.progress.import_id).created == count
    assert len(Desk(cast, cast.db.path.parent).contacts()) == count


def test_the_choices_are_those_of_the_upload(cast: Cast) -> None:
    bad = Upload("bad.csv", "text/csv", TWO.content + b"0612;x\n")
    strict, partial = hold(cast, bad), hold(cast, bad, Choices(partial=True))

    for held in (strict, partial):
        apply_held(cast.db, cast["editor"], ACCOUNT, held.id)()

    assert strict.about.preview.obstacle == show(cast, strict).progress.trouble
    assert show(cast, strict).progress.state == "refused"
    assert show(cast, partial).progress.state == "applied"


def test_what_came_in_the_way_meanwhile_is_told_and_may_be_mended(cast: Cast) -> None:
    held = hold(cast)
    both = (Telecom(NUMBER), Telecom("+33199001235"))
    add_contact(cast.db, cast["editor"], ACCOUNT, Contact(code="1", telecoms=both))

    apply_held(cast.db, cast["editor"], ACCOUNT, held.id)()

    told = show(cast, held).progress
    assert (told.state, told.import_id) == ("refused", None)
    assert "1 of 2 rows is refused" in str(told.trouble)
    apply_held(cast.db, cast["editor"], ACCOUNT, held.id)()


def test_an_upload_that_is_being_applied_is_applied_by_nobody_else(cast: Cast) -> None:
    held = hold(cast)
    apply = apply_held(cast.db, cast["editor"], ACCOUNT, held.id)

    with refused(Kind.CONFLICT, "This upload is being imported right now"):
        apply_held(cast.db, cast["editor"], ACCOUNT, held.id)
    assert show(cast, held).progress.state == "applying"
    apply()
    with refused(Kind.CONFLICT, "This upload has already been imported. Upload the file again"):
        apply_held(cast.db, cast["editor"], ACCOUNT, held.id)


def test_an_upload_whose_server_was_stopped_says_so_and_is_applied_again(cast: Cast) -> None:
    held = hold(cast)
    (home_of(cast, held) / "progress").write_bytes(
        msgspec.json.encode(Progressed(state="applying", stage="writing", done=1, total=2))
    )

    told = show(cast, held).progress

    assert (told.state, told.trouble is None) == ("previewed", False)
    apply_held(cast.db, cast["editor"], ACCOUNT, held.id)()
    assert show(cast, held).progress.state == "applied"


def test_a_failure_of_ours_is_told_and_noted(cast: Cast) -> None:
    held = hold(cast)
    with cast.db.write() as connection:
        trouble = "BEGIN SELECT RAISE(ABORT, '01 99 00 12 34'); END"
        connection.execute(text(f"CREATE TRIGGER trouble BEFORE INSERT ON caller_key {trouble}"))

    with logged() as lines:
        apply_held(cast.db, cast["editor"], ACCOUNT, held.id)()

    told = show(cast, held).progress
    assert (told.state, told.import_id) == ("refused", None)
    assert "Nothing was imported. Apply it again later" in str(told.trouble)
    assert [(line["event"], line["error"]) for line in lines] == [("import_failed", "IntegrityError")]
    assert "01 99" not in str(lines)
    assert Desk(cast, cast.db.path.parent).contacts() == {}


def test_an_upload_is_kept_for_an_hour(cast: Cast) -> None:
    held = hold(cast)
    editor = cast["editor"]
    last = msgspec.structs.replace(editor, at=NOW + KEPT)
    late = msgspec.structs.replace(editor, at=NOW + KEPT + 1)
    sweep_held(cast.db, last.at)

    assert show_held(cast.db, last, ACCOUNT, held.id) == held
    for use in (show_held, apply_held):
        with refused(Kind.MISSING, f"There is no import {held.id} on this account. Uploads are kept for an hour"):
            use(cast.db, late, ACCOUNT, held.id)
    sweep_held(cast.db, late.at)
    assert uploads(cast) == 0


def test_the_outcome_is_told_for_an_hour_and_the_file_goes_when_it_is_applied(cast: Cast) -> None:
    held = hold(cast)
    last = msgspec.structs.replace(cast["editor"], at=NOW + KEPT)
    later = msgspec.structs.replace(last, at=NOW + 2 * KEPT)

    apply_held(cast.db, last, ACCOUNT, held.id)()
    sweep_held(cast.db, later.at)

    assert show_held(cast.db, later, ACCOUNT, held.id).progress.state == "applied"
    assert not (home_of(cast, held) / "content").exists()


def test_an_upload_that_is_being_applied_is_not_swept(cast: Cast) -> None:
    held = hold(cast)
    apply = apply_held(cast.db, cast["editor"], ACCOUNT, held.id)

    sweep_held(cast.db, NOW + 2 * KEPT)
    apply()

    assert show(cast, held).progress.state == "applied"


@pytest.mark.parametrize("forget", [forget_held_of, sweep_held])
def test_what_is_left_of_an_upload_that_broke_off_goes(cast: Cast, forget: Callable[[Database, int], None]) -> None:
    home = UPLOADS.home(cast.db, LOWEST_ID)
    home.mkdir()
    (home / "content").write_bytes(TWO.content)
    os.utime(home, (0, 0))

    forget(cast.db, NOW)

    assert uploads(cast) == 0


def test_a_file_that_cannot_be_read_is_not_kept(cast: Cast) -> None:
    for upload in (Upload("x", "text/csv", b""), Upload("x", "application/json", b"{}")):
        with refused(Kind.INVALID, "The file is empty|Send JSON in UTF-8"):
            hold(cast, upload)

    assert uploads(cast) == 0


def test_strangers_readers_and_another_accounts_people_cannot_touch_an_upload(cast: Cast) -> None:
    held = hold(cast)

    for use in (show_held, apply_held):
        with refused(Kind.MISSING, "There is no account CL0000 that you can see"):
            use(cast.db, cast["outsider"], ACCOUNT, held.id)
        for held_id in (held.id, held.id + 1):
            with refused(Kind.MISSING, f"There is no import {held_id} on this account"):
                use(cast.db, cast["outsider"], OTHER_ACCOUNT, held_id)
    with refused(Kind.MISSING, "There is no account CL0000 that you can see"):
        hold_import(cast.db, cast["outsider"], ACCOUNT, TWO, Choices())
    for name, use_case in (("router", show_held), ("reader", apply_held)):
        with refused(Kind.FORBIDDEN, "This requires the role"):
            use_case(cast.db, cast[name], ACCOUNT, held.id)
    with refused(Kind.FORBIDDEN, "This requires the role edit"):
        hold_import(cast.db, cast["reader"], ACCOUNT, TWO, Choices())


def test_for_the_sixth_upload_the_oldest_goes(cast: Cast) -> None:
    first, *others = [hold_import(cast.db, cast["editor"], ACCOUNT, TWO, Choices()) for _ in range(UPLOADS.most)]
    age(cast, first)

    sixth = hold(cast)

    with refused(Kind.MISSING, f"There is no import {first.id} on this account"):
        show(cast, first)
    assert [show(cast, held) for held in (*others, sixth)] == [*others, sixth]


def test_an_upload_that_is_being_applied_stays_and_the_next_oldest_goes(cast: Cast) -> None:
    first, second, *_ = [hold(cast) for _ in range(UPLOADS.most)]
    age(cast, second)
    age(cast, first, microseconds=2)
    apply = apply_held(cast.db, cast["editor"], ACCOUNT, first.id)
    age(cast, first, microseconds=2)

    hold(cast)
    apply()

    assert show(cast, first).progress.state == "applied"
    with refused(Kind.MISSING, f"There is no import {second.id} on this account"):
        show(cast, second)


def test_an_upload_is_refused_while_all_that_would_have_to_go_are_being_applied(cast: Cast) -> None:
    applied = [apply_held(cast.db, cast["editor"], ACCOUNT, hold(cast).id) for _ in range(UPLOADS.most)]

    with refused(Kind.INVALID, "5 uploads of this account are being applied. Wait until one is done"):
        hold(cast)
    for apply in applied:
        apply()

    hold(cast)
    assert uploads(cast) == UPLOADS.most + 1


def test_uploads_of_an_account_have_so_many_bytes_and_then_the_oldest_goes(cast: Cast) -> None:
    first, second = hold(cast), hold(cast)
    age(cast, first)
    grow(cast, first, UPLOADS.most_bytes - len(TWO.content))

    third = hold(cast)

    with refused(Kind.MISSING, "There is no import"):
        show(cast, first)
    assert show(cast, second) == second
    assert show(cast, third) == third


def test_an_account_cannot_take_the_room_of_another(cast: Cast) -> None:
    theirs = hold_import(cast.db, cast["outsider"], OTHER_ACCOUNT, TWO, Choices())
    grow(cast, theirs, UPLOADS.most_in_all)

    with refused(Kind.UNAVAILABLE, "No more uploads can wait at this moment. Try again in some minutes"):
        hold(cast)
    assert show_held(cast.db, cast["outsider"], OTHER_ACCOUNT, theirs.id) == theirs
    age(cast, theirs, microseconds=KEPT + 1)

    hold(cast)
    assert uploads(cast) == 1


def age(cast: Cast, held: Held, *, microseconds: int = 1) -> None:
    """Makes an upload older than the others."""
    then = (NOW - microseconds) * 1_000
    os.utime(home_of(cast, held) / "about", ns=(then, then))


def grow(cast: Cast, held: Held, size: int) -> None:
    """Makes an upload as large as that, without taking the room on the disk."""
    os.truncate(home_of(cast, held) / "content", size)


def test_an_upload_is_looked_at_again_with_columns_read_as_somebody_says(cast: Cast) -> None:
    held = hold(cast, Upload("a.csv", "text/csv", b"tel,machin\n0199001234,Lenoir\n"))
    assert (held.about.preview.delimiter, held.about.preview.samples["machin"]) == (",", ["Lenoir"])

    again = choose_again(cast.db, cast["editor"], ACCOUNT, held.id, Choices(columns={"machin": "last_name"}))
    apply_held(cast.db, cast["editor"], ACCOUNT, held.id)()

    assert again.about.preview.columns == {"tel": "number", "machin": "last_name"}
    assert show(cast, held).progress.state == "applied"
    with refused(Kind.CONFLICT, "already been imported"):
        choose_again(cast.db, cast["editor"], ACCOUNT, held.id, Choices())


def test_an_upload_whose_header_says_too_little_is_kept_only_for_who_mends_it(cast: Cast) -> None:
    bad = Upload("bad.csv", "text/csv", b"nom;machin\nLenoir;0199001234\n")
    with refused(Kind.INVALID, "No column says"):
        hold(cast, bad)

    held = hold_import(cast.db, cast["editor"], ACCOUNT, bad, Choices(), mends=True)
    mended = choose_again(cast.db, cast["editor"], ACCOUNT, held.id, Choices(columns={"machin": "number", "nom": ""}))

    assert held.about.preview.obstacle is not None
    assert (held.about.preview.columns, held.about.preview.samples["machin"]) == ({"nom": "last_name"}, ["0199001234"])
    assert (mended.about.preview.obstacle, mended.about.preview.created) == (None, 1)
    assert [(one.column, one.why) for one in mended.about.preview.unread] == [("nom", "left_out")]


def test_only_who_may_change_the_account_looks_at_an_upload_again(cast: Cast) -> None:
    held = hold(cast)
    for name, kind in (("outsider", Kind.MISSING), ("reader", Kind.FORBIDDEN)):
        with refused(kind, "."):
            choose_again(cast.db, cast[name], ACCOUNT, held.id, Choices())


def test_an_upload_that_is_being_imported_is_not_looked_at_again(cast: Cast) -> None:
    held = hold(cast)
    apply = apply_held(cast.db, cast["editor"], ACCOUNT, held.id)
    with refused(Kind.CONFLICT, "being imported right now"):
        choose_again(cast.db, cast["editor"], ACCOUNT, held.id, Choices())
    apply()
