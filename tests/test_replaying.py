"""Logged calls decided again: none moves under the facts of then, and those that others would move are told."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import msgspec
import pytest

from aiguillage.app import open_database
from aiguillage.desk.accounts import set_account
from aiguillage.desk.calls import list_calls
from aiguillage.desk.contacts import add_contact, enter_contact, list_contacts, remove_contact
from aiguillage.desk.documents import export_facts
from aiguillage.desk.facts import remove_fact
from aiguillage.desk.fields import set_field
from aiguillage.desk.holidays import forget_holidays
from aiguillage.desk.imports import import_contacts
from aiguillage.desk.past import REFUSED, facts_in
from aiguillage.domain.calls import Question
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.domain.documents import decode_document, encode_document
from aiguillage.domain.errors import Kind
from aiguillage.domain.queues import DayException, Switch, TimeSpan
from aiguillage.replaying import TOLD_EACH, Move
from aiguillage.settings import Settings
from aiguillage.storage.calls import open_log
from tests.cast import ACCOUNT, CODE, NUMBER, OTHER_ACCOUNT, Cast
from tests.refusal import refused
from tests.replayed import CALLS, Asked, answer_calls
from tests.ruled import BLOCKED, CONTRACT_CODE, FROM_NANTES, STRANGER

AS_KEPT = "207,209,214,216"
REASONS = {"known_caller", "on_call", "geography", "first_destination", "opening_hours"}
CALLERS = (
    *(Question(number=NUMBER), Question(number=STRANGER, code=CONTRACT_CODE), Question(number=FROM_NANTES)),
    Question(number=STRANGER),
    *(Question(number=STRANGER, value="69", named={"list": "departments"}), Question(named={"queue": "desk"})),
)


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of data in which a real server has answered every call."""
    directory = tmp_path_factory.mktemp("answered") / "data"
    answer_calls(directory)
    return directory


@pytest.fixture
def asked(answered: Path, settings: Settings) -> Iterator[Asked]:
    """A copy of it."""
    shutil.copytree(answered, settings.data_dir)
    with closing(open_database(settings)) as db:
        yield Asked(settings, Cast(db))


@pytest.fixture
def around_the_year(asked: Asked) -> Asked:
    """The same, with calls of a year instead: of every day at two hours, and of each half-hour around a DST change."""
    with closing(open_log(asked.settings.calls)) as log:
        log.execute("DELETE FROM calls")
    days = [datetime(2026, 1, 1, hour, 30, tzinfo=UTC) + timedelta(n) for n in range(365) for hour in (9, 19)]
    nights = [
        datetime(2026, month, day, tzinfo=UTC) - timedelta(hours=1) + n * timedelta(minutes=30)
        for month, day in ((3, 29), (10, 25))
        for n in range(12)
    ]
    asked.call_at(sorted(int(moment.timestamp()) * 1_000_000 for moment in (*days, *nights)), *CALLERS)
    return asked


def test_under_unchanged_facts_no_call_moves(asked: Asked) -> None:
    replay = asked.replay()

    assert (replay.calls, replay.left_out, replay.moves, replay.moved) == (len(CALLS), 0, (), ())


def test_nor_does_any_that_came_at_another_hour_or_on_a_holiday(around_the_year: Asked) -> None:
    replay = around_the_year.replay()

    logged = list_calls(
        around_the_year.cast.db, around_the_year.settings.calls, around_the_year.cast["reader"], ACCOUNT, limit=9999
    )
    assert {call.reason for call in logged} >= REASONS
    assert (replay.calls, replay.moves) == ((730 + 24) * len(CALLERS), ())


def test_look_ups_and_questions_about_another_moment_are_no_calls(asked: Asked) -> None:
    logged = list_calls(asked.cast.db, asked.settings.calls, asked.cast["reader"], ACCOUNT)

    assert len(logged) == len(CALLS)
    assert {call.dialect for call in logged} == {"encom_v0", "encom_v1", "v2"}


def test_moves_are_grouped_and_the_most_frequent_comes_first(around_the_year: Asked) -> None:
    day = DayException(
        owner_type="queue",
        owner_id=around_the_year.id("queue", "desk"),
        first_day=date(2026, 6, 8),
        last_day=date(2026, 6, 12),
        destination="310",
    )
    around_the_year.add(day)

    replay = around_the_year.replay()

    assert sum(move.calls for move in replay.moves) == len(replay.moved)
    assert [move.calls for move in replay.moves] == sorted((move.calls for move in replay.moves), reverse=True)
    assert set(replay.moves) == {Move("208", "310", 10), Move("299", "310", 10)}
    days = {datetime.fromtimestamp(one.call.at / 1_000_000, UTC).date() for one in replay.moved}
    assert days == {date(2026, 6, n) for n in range(8, 13)}


def _more_hours(asked: Asked) -> None:
    span = TimeSpan(
        owner_type="queue", owner_id=asked.id("queue", "desk"), day_of_week=1, start_time=time(18), end_time=time(9)
    )
    asked.add(msgspec.structs.replace(span, destination="311"))


def _fewer_hours(asked: Asked) -> None:
    facts = export_facts(asked.cast.db, asked.cast["reader"], ACCOUNT).facts
    for span_id in facts["time_span"]:
        remove_fact(asked.cast.db, asked.cast["editor"], ACCOUNT, "time_span", span_id)


@pytest.mark.parametrize(
    "change",
    [
        _more_hours,
        _fewer_hours,
        lambda asked: forget_holidays(asked.cast.db, asked.cast["editor"], ACCOUNT),
        lambda asked: asked.change("queue", "desk", {"default_destination": "312"}),
        lambda asked: asked.change("rota", "duty", {"layers": ()}),
        lambda asked: asked.change("geo_list", "prefixes", {"fallback": ("292", None, None, None)}),
        lambda asked: asked.add(Switch(name="Fire", owner_type="account", destination="999", on=True)),
        lambda asked: set_account(asked.cast.db, asked.cast["manager"], ACCOUNT, {"time_zone": "America/Cayenne"}),
        lambda asked: set_account(asked.cast.db, asked.cast["manager"], ACCOUNT, {"geo_list": None}),
    ],
)
def test_calls_go_where_they_went_by_the_facts_before_a_change(
    around_the_year: Asked, change: Callable[[Asked], object]
) -> None:
    before = around_the_year.last
    change(around_the_year)

    assert around_the_year.moves() != set()
    assert around_the_year.before(before + 1) == set()


CAMILLE, PREFIX, SHARING = 0, 2, 3
"""Contacts in the order in which they were added."""


def _contact_id(asked: Asked, place: int) -> int:
    return [kept.id for kept in list_contacts(asked.cast.db, asked.cast["reader"], ACCOUNT)][place]


def _set(place: int, **changes: object) -> Callable[[Asked], object]:
    return lambda asked: enter_contact(asked.cast.db, asked.cast["editor"], ACCOUNT, _contact_id(asked, place), changes)


def _remove(place: int) -> Callable[[Asked], object]:
    return lambda asked: remove_contact(asked.cast.db, asked.cast["editor"], ACCOUNT, _contact_id(asked, place))


def _add(number: str) -> Callable[[Asked], object]:
    contact = Contact(telecoms=(Telecom(number),), select=("320", None, None, None))
    return lambda asked: add_contact(asked.cast.db, asked.cast["editor"], ACCOUNT, contact)


def _import(asked: Asked) -> None:
    file = asked.settings.data_dir / "contacts.csv"
    file.write_text(f"reference,number,code,select_1\nC-1,{NUMBER},{CODE},330\nNEW,{STRANGER},7777,331\n")
    import_contacts(asked.cast.db, asked.cast["editor"], ACCOUNT, file, delete_missing=True, force=True)


@pytest.mark.parametrize(
    "change",
    [
        *(_set(CAMILLE, select_1="208"), _set(CAMILLE, numbers=[], code="5151")),
        *(_set(PREFIX, numbers=["+3335302*"]), _remove(CAMILLE), _remove(PREFIX), _remove(SHARING)),
        *(_add(STRANGER), _add("+33353017701"), _add("+33353017*"), _add(NUMBER), _import),
        lambda asked: set_account(asked.cast.db, asked.cast["manager"], ACCOUNT, {"shared_numbers": "first"}),
        lambda asked: set_field(asked.cast.db, asked.cast["editor"], ACCOUNT, "select_4", default="901"),
        lambda asked: remove_fact(
            asked.cast.db,
            asked.cast["editor"],
            ACCOUNT,
            "blocked",
            asked.id("blocked", BLOCKED),
        ),
        lambda asked: asked.change("queue", "support", {"did_number": None}),
    ],
)
def test_callers_are_known_as_they_were_before_a_change(asked: Asked, change: Callable[[Asked], object]) -> None:
    before = asked.last
    change(asked)

    assert asked.moves() != set()
    assert asked.before(before + 1) == set()


def test_changes_are_undone_one_by_one(asked: Asked) -> None:
    others = {"select_2": None, "select_3": None, "select_4": None}
    _set(CAMILLE, select_1="208", **others)(asked)
    first = asked.last
    _set(CAMILLE, select_1="209", **others)(asked)

    by_now, by_then, by_before = asked.moves(), asked.before(asked.last), asked.before(first)

    assert {move.would_go for move in by_now if move.went == AS_KEPT} == {"209,,,900"}
    assert {move.would_go for move in by_then if move.went == AS_KEPT} == {"208,,,900"}
    assert by_before == set()


def test_a_document_says_what_a_change_would_do(asked: Asked) -> None:
    document = export_facts(asked.cast.db, asked.cast["reader"], ACCOUNT)
    fields = tuple(
        msgspec.structs.replace(field, default="902") if field.position == 4 else field for field in document.fields
    )
    changed = decode_document(encode_document(msgspec.structs.replace(document, fields=fields)))

    moves = {
        name: asked.moves(facts_in(asked.cast.db, asked.cast["reader"], ACCOUNT, one))
        for name, one in (("same", document), ("changed", changed))
    }

    assert moves == {"same": set(), "changed": {Move("301,,,900", "301,,,902", 1), Move("900", "902", 1)}}
    assert asked.moves() == set()


def test_a_call_whose_list_or_queue_is_gone_would_be_refused(asked: Asked) -> None:
    remove_fact(asked.cast.db, asked.cast["editor"], ACCOUNT, "geo_list", asked.id("geo_list", "departments"))

    moves = asked.moves()

    assert Move("207", REFUSED, 1) in moves


def test_calls_of_an_older_release_are_left_out(asked: Asked) -> None:
    with closing(open_log(asked.settings.calls)) as log:
        log.execute("UPDATE calls SET asked = NULL, seq = NULL WHERE known_by = 'code'")

    replay = asked.replay()

    assert replay.calls + replay.left_out == len(CALLS)
    assert (replay.left_out > 0, replay.moves) == (True, ())


def test_how_far_a_replay_is_is_told_now_and_then(around_the_year: Asked) -> None:
    told: list[tuple[int, int]] = []

    calls = around_the_year.replay(tell=lambda done, total: told.append((done, total))).calls

    assert told == [(done, calls) for done in range(0, calls, TOLD_EACH)]
    assert len(told) > 2


def test_an_outsider_sees_nothing(asked: Asked) -> None:
    past = facts_in(
        asked.cast.db, asked.cast["reader"], ACCOUNT, export_facts(asked.cast.db, asked.cast["reader"], ACCOUNT)
    )

    with refused(Kind.MISSING, f"no account {ACCOUNT} that you can see"):
        asked.replay(past, "outsider")
    assert OTHER_ACCOUNT not in str(asked.replay(past))
