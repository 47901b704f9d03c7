"""Replays that take long: how far each is, what came of it, for an hour and no longer."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from aiguillage.desk.accounts import remove_account
from aiguillage.desk.erasing import erase_person
from aiguillage.desk.held import KEPT, REPLAYS, UPLOADS, sweep_held
from aiguillage.desk.held_imports import hold_import, show_held
from aiguillage.desk.held_replays import Deciding, HeldReplay, Replaying, hold_replay, show_replay
from aiguillage.desk.importing.outcome import Choices
from aiguillage.desk.importing.sent import Upload
from aiguillage.domain.errors import Kind, invalid, unavailable
from tests.cast import ACCOUNT, NOW, NUMBER, OTHER_ACCOUNT, Cast
from tests.logged import logged
from tests.refusal import refused


class Told(msgspec.Struct, frozen=True):
    """What came of a replay."""

    moves: str


FEW = Told("few")


def begin(cast: Cast, name: str = "reader", at: int = NOW) -> Replaying:
    """A replay that takes long, asked for at a moment."""
    return hold_replay(cast.db, msgspec.structs.replace(cast[name], at=at), ACCOUNT)


def show(cast: Cast, replaying: Replaying, at: int = NOW) -> HeldReplay:
    """How far it is at a moment."""
    return show_replay(cast.db, msgspec.structs.replace(cast["reader"], at=at), ACCOUNT, replaying.replay.id)


def kept(cast: Cast, replaying: Replaying) -> bool:
    """Whether it is still there."""
    return REPLAYS.home(cast.db, replaying.replay.id).exists()


def raising(error: BaseException) -> Callable[[], Any]:
    """A replay that breaks off."""

    def decide() -> Any:  # noqa: ANN401 - nothing comes of it
        raise error

    return decide


def test_how_far_a_replay_is_is_told_and_then_what_came_of_it(cast: Cast) -> None:
    replaying = begin(cast)
    before = show(cast, replaying)
    replaying.tell(500, 2_000)

    meanwhile = show(cast, replaying)
    replaying.end(lambda: FEW)

    after = show(cast, replaying)
    assert (before.progress, before.outcome) == (Deciding(), None)
    assert meanwhile.progress == Deciding(done=500, total=2_000)
    assert (after.progress.state, after.progress.trouble, after.outcome) == ("decided", None, b'{"moves":"few"}')
    assert (after.about.actor, after.about.at) == (cast["reader"].name, NOW)


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (invalid("The document is about CL0001."), "The document is about CL0001."),
        (unavailable(Path("/srv/calls.db"), "/srv/calls.db is damaged."), "calls.db is damaged."),
        (MemoryError(), "This takes more memory than one request may use. Ask about fewer calls."),
    ],
)
def test_a_replay_that_is_refused_says_why(cast: Cast, error: BaseException, trouble: str) -> None:
    replaying = begin(cast)

    replaying.end(raising(error))

    assert show(cast, replaying).progress == Deciding(state="refused", trouble=trouble)


def test_a_failure_of_ours_is_told_and_noted_without_its_text(cast: Cast) -> None:
    replaying = begin(cast)

    with logged() as lines:
        replaying.end(raising(KeyError(NUMBER)))

    told = show(cast, replaying).progress
    assert (told.state, "our mistake" in str(told.trouble)) == ("refused", True)
    assert [(line["event"], line["error"]) for line in lines] == [("replay_failed", "KeyError")]
    assert NUMBER not in str(lines)


def test_a_replay_that_nobody_decides_any_more_is_interrupted(cast: Cast) -> None:
    replaying = begin(cast)
    replaying.tell(500, 2_000)
    lock = replaying._lock  # noqa: SLF001 - as the kernel does when its process is gone

    lock.close()

    told = show(cast, replaying)
    assert (told.progress.state, told.outcome) == ("interrupted", None)
    assert "the server was stopped" in str(told.progress.trouble)


def test_more_moves_than_can_be_kept_are_refused(cast: Cast) -> None:
    replaying = begin(cast)

    replaying.end(lambda: Told("x" * REPLAYS.most_bytes))

    told = show(cast, replaying)
    assert (told.progress.state, told.outcome) == ("refused", None)
    assert "Ask about fewer calls" in str(told.progress.trouble)


def test_a_replay_is_kept_for_an_hour(cast: Cast) -> None:
    replaying = begin(cast)
    replaying.end(lambda: FEW)

    sweep_held(cast.db, NOW + KEPT)

    assert show(cast, replaying, at=NOW + KEPT).outcome is not None
    with refused(Kind.MISSING, f"There is no replay {replaying.replay.id} on this account"):
        show(cast, replaying, at=NOW + KEPT + 1)
    sweep_held(cast.db, NOW + KEPT + 1)
    assert not kept(cast, replaying)


def test_a_replay_that_goes_on_is_not_swept(cast: Cast) -> None:
    replaying = begin(cast)

    sweep_held(cast.db, NOW + 2 * KEPT)

    assert kept(cast, replaying)
    replaying.end(lambda: FEW)


def test_for_the_sixth_replay_the_oldest_goes(cast: Cast) -> None:
    first, *others = [begin(cast, at=NOW + number) for number in range(REPLAYS.most)]
    for replaying in (first, *others):
        replaying.end(lambda: FEW)

    sixth = begin(cast, at=NOW + REPLAYS.most)
    sixth.end(lambda: FEW)

    assert [kept(cast, one) for one in (first, *others, sixth)] == [False, True, True, True, True, True]


def test_a_replay_is_refused_while_all_that_would_have_to_go_are_being_decided(cast: Cast) -> None:
    going = [begin(cast) for _ in range(REPLAYS.most)]

    with refused(Kind.INVALID, "5 replays of this account are being decided. Wait until one is done"):
        begin(cast)
    for replaying in going:
        replaying.end(lambda: FEW)

    begin(cast).end(lambda: FEW)


def test_an_accounts_replays_have_so_many_bytes_and_then_the_oldest_goes(cast: Cast) -> None:
    large = Told("x" * (REPLAYS.most_bytes * 2 // 3))
    first, second = begin(cast), begin(cast, at=NOW + 1)
    for replaying in (first, second):
        replaying.end(lambda: large)

    third = begin(cast, at=NOW + 2)

    assert [kept(cast, one) for one in (first, second, third)] == [False, True, True]
    third.end(lambda: FEW)


def test_no_account_takes_the_room_of_another(cast: Cast) -> None:
    theirs = hold_replay(cast.db, cast["outsider"], OTHER_ACCOUNT)
    theirs.end(lambda: FEW)
    with (REPLAYS.home(cast.db, theirs.replay.id) / "content").open("r+b") as content:
        content.truncate(REPLAYS.most_in_all + 1)

    with refused(Kind.UNAVAILABLE, "No more replays can be kept at this moment"):
        begin(cast)

    assert kept(cast, theirs)


def test_uploads_and_replays_have_room_of_their_own(cast: Cast) -> None:
    upload = Upload("avril.csv", "text/csv", b"tel;nom\n01 99 00 12 34;Roche\n")
    uploads = [hold_import(cast.db, cast["editor"], ACCOUNT, upload, Choices()) for _ in range(UPLOADS.most)]

    begin(cast).end(lambda: FEW)

    assert [show_held(cast.db, cast["editor"], ACCOUNT, one.id).id for one in uploads] == [one.id for one in uploads]


def test_a_removed_account_takes_its_replays_along_and_waits_for_one_that_goes_on(cast: Cast) -> None:
    done, going = begin(cast), begin(cast)
    theirs = hold_replay(cast.db, cast["outsider"], OTHER_ACCOUNT)
    for replaying in (done, theirs):
        replaying.end(lambda: FEW)

    with refused(Kind.CONFLICT, "A replay is being decided at this moment"):
        remove_account(cast.db, cast.log, cast.operator, ACCOUNT)
    going.end(lambda: FEW)
    remove_account(cast.db, cast.log, cast.operator, ACCOUNT)

    assert [kept(cast, one) for one in (done, going, theirs)] == [False, False, True]


def test_replays_go_when_somebody_is_erased_for_calls_may_have_been_sent_there(cast: Cast) -> None:
    done = begin(cast)
    done.end(lambda: FEW)

    erase_person(cast.db, cast.log, cast["manager"], ACCOUNT, NUMBER)

    assert not kept(cast, done)


def test_a_replay_is_for_those_who_may_read_the_account(cast: Cast) -> None:
    replaying = begin(cast)
    replaying.end(lambda: FEW)
    held_id = replaying.replay.id

    for name in ("reader", "editor", "manager"):
        assert show_replay(cast.db, cast[name], ACCOUNT, held_id).outcome is not None
    with refused(Kind.FORBIDDEN, "This requires the role read"):
        show_replay(cast.db, cast["router"], ACCOUNT, held_id)
    with refused(Kind.FORBIDDEN, "This requires the role read"):
        hold_replay(cast.db, cast["router"], ACCOUNT)


def test_an_outsider_cannot_tell_a_replay_from_none(cast: Cast) -> None:
    replaying = begin(cast)
    replaying.end(lambda: FEW)

    with refused(Kind.MISSING, "There is no account CL0000 that you can see"):
        show_replay(cast.db, cast["outsider"], ACCOUNT, replaying.replay.id)
    with refused(Kind.MISSING, "There is no account CL0000 that you can see"):
        hold_replay(cast.db, cast["outsider"], ACCOUNT)
    for held_id in (replaying.replay.id, replaying.replay.id + 1):
        with refused(Kind.MISSING, f"There is no replay {held_id} on this account"):
            show_replay(cast.db, cast["outsider"], OTHER_ACCOUNT, held_id)
