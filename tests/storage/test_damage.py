"""The walk that looks for damage: what is not as it was written is found, and told to nobody who calls."""

import pytest

from aiguillage.desk.contacts import Kept, add_contact, enter_contact
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.domain.errors import Kind
from aiguillage.domain.moments import DAY
from aiguillage.storage.sqlite.backup import backup, restore
from aiguillage.storage.sqlite.damage import NAME, Walk, Watch, read_damage, require_whole
from aiguillage.storage.sqlite.engine import Database
from aiguillage.storage.sqlite.scrubbing import scrub
from tests.cast import ACCOUNT, NOW, NUMBER, Cast, known_caller
from tests.refusal import refused
from tests.storage.damage import scratch
from tests.storage.facts import rows

LOST = "a key of the contact is lost"
ALTERED = "what is kept beside a key of the contact is altered or lost"
OTHERWISE = "calls are answered otherwise than the contact says"
STRAY = "a key is kept that the contact does not have"
MALFORMED_INDEX = 'table contact_words: fts5: corruption found reading blob 137438953473 from table "contact_words"'
HARM = [
    ("UPDATE caller_key SET facts = replace(facts, '207', '208') WHERE kind = 'n'", {OTHERWISE, ALTERED}),
    ("UPDATE caller_key SET sum = sum + 1 WHERE kind = 'c'", {ALTERED}),
    ("DELETE FROM caller_key WHERE key = '+33199001234'", {LOST}),
    ("UPDATE contacts SET code = NULL", {STRAY}),
    ("UPDATE contacts SET telecoms = '[]'", {STRAY}),
    ("DELETE FROM contacts", {STRAY}),
    ("UPDATE contacts SET select_1 = '999'", {OTHERWISE}),
    ("UPDATE contacts SET telecoms = 'no JSON'", {"the contact cannot be read", STRAY}),
    ("UPDATE contacts SET company = CAST(x'ff41' AS TEXT)", {"SQLite finds the file malformed"}),
    ("UPDATE contact_words_data SET block = zeroblob(length(block)) WHERE id > 100", {MALFORMED_INDEX}),
]


@pytest.fixture
def caller(cast: Cast) -> Kept:
    """A contact with a number, a code and a range."""
    kept = known_caller(cast)
    telecoms = [{"number": NUMBER}, {"number": "+33353017*"}]
    return enter_contact(cast.db, cast["editor"], ACCOUNT, kept.id, {"telecoms": telecoms})


def harm(db: Database, statement: str) -> None:
    with db.write() as connection:
        connection.exec_driver_sql(statement)


def walk(db: Database, *, withhold: bool = False) -> Walk:
    """A walk to its end."""
    walked = Walk(withhold=withhold)
    while walked.step(db):
        pass
    return walked


@pytest.mark.usefixtures("caller")
def test_nothing_is_found_where_nothing_is_damaged(cast: Cast) -> None:
    walked = walk(cast.db)

    assert (walked.count, walked.findings) == (0, [])
    require_whole(cast.db)


@pytest.mark.parametrize(("statement", "found"), HARM)
@pytest.mark.usefixtures("caller")
def test_what_is_not_as_it_was_written_is_found(cast: Cast, statement: str, found: set[str]) -> None:
    harm(cast.db, statement)

    walked = walk(cast.db)

    assert {finding.what for finding in walked.findings} == found
    with refused(Kind.UNAVAILABLE, "aiguillage.db is damaged .* Put a copy in its place: aiguillage restore FILE"):
        require_whole(cast.db)


def test_a_finding_says_whose_contact_it_is_about(cast: Cast, caller: Kept) -> None:
    harm(cast.db, HARM[1][0])

    (finding,) = walk(cast.db).findings

    assert (finding.account_id, finding.contact_id) == (1, caller.id)


@pytest.mark.usefixtures("caller")
def test_a_key_that_is_lost_without_a_trace_is_put_back_without_facts(cast: Cast) -> None:
    harm(cast.db, HARM[2][0])

    first, second = walk(cast.db, withhold=True), walk(cast.db)

    (row,) = rows(cast.db, "SELECT facts, sum FROM caller_key WHERE key = :key", key=NUMBER)
    assert (row.facts, row.sum) == ("", -1)
    assert {finding.what for finding in first.findings} == {LOST, ALTERED}
    assert [finding.what for finding in second.findings] == [ALTERED]


def test_a_contact_that_is_saved_again_is_whole_again(cast: Cast, caller: Kept) -> None:
    harm(cast.db, HARM[2][0])
    walk(cast.db, withhold=True)

    enter_contact(cast.db, cast["editor"], ACCOUNT, caller.id, {"company": "Garage du Nord"})

    assert walk(cast.db).findings == []


def test_a_page_of_another_place_is_found(cast: Cast) -> None:
    for n in range(400):
        add_contact(cast.db, cast["editor"], ACCOUNT, Contact(telecoms=(Telecom(f"+3319900{n:04}"),), code=str(n)))
    scrub(cast.db.path, ())
    (page,) = rows(cast.db, "SELECT rootpage FROM sqlite_schema WHERE name = 'journal'")
    cast.db.close()
    content = bytearray(cast.db.path.read_bytes())
    at = content.find(b"+33199000123", 3 * 4096) // 4096 * 4096
    start = (page.rootpage - 1) * 4096
    content[at : at + 4096] = content[start : start + 4096]
    cast.db.path.write_bytes(content)

    walked = walk(Database(cast.db.path))

    assert walked.count


@pytest.mark.usefixtures("caller")
def test_a_walk_goes_on_behind_what_cannot_be_read(cast: Cast) -> None:
    harm(cast.db, HARM[8][0])
    harm(cast.db, HARM[1][0])

    walked = walk(cast.db)

    assert {finding.what for finding in walked.findings} == {"SQLite finds the file malformed", ALTERED}


@pytest.mark.usefixtures("caller")
def test_a_watch_walks_at_once_and_then_once_a_day(cast: Cast) -> None:
    harm(cast.db, HARM[1][0])
    watch, db = Watch(), cast.db

    before = read_damage(db.path)
    while (walked := watch.step(db, NOW)) is None:
        assert watch.is_due(db.path, NOW)

    assert (before, walked.count, read_damage(db.path)) == ([], 1, walked.findings)
    assert (db.path.with_name(NAME).stat().st_mode & 0o777) == 0o600
    assert [watch.is_due(db.path, NOW + after) for after in (1, DAY - 1, DAY, -DAY)] == [False, False, True, True]


@pytest.mark.usefixtures("caller")
def test_a_copy_that_is_put_back_is_walked_through_at_once(cast: Cast) -> None:
    copy, watch = cast.db.path.with_name("copy.db"), Watch()
    backup(cast.db.path, copy)
    while watch.step(cast.db, NOW) is None:
        pass

    restore(cast.db.path, copy, NOW)

    assert watch.is_due(cast.db.path, NOW + 1)


@pytest.mark.usefixtures("caller")
def test_damage_that_sqlite_takes_for_good_is_not_copied(cast: Cast) -> None:
    harm(cast.db, "UPDATE caller_key SET facts = replace(facts, '207', '208') WHERE kind = 'c'")
    copy = cast.db.path.with_name("copy.db")

    with refused(Kind.UNAVAILABLE, r"aiguillage\.db is damaged \(contact \d+ of account number 1"):
        backup(cast.db.path, copy)

    assert not list(cast.db.path.parent.glob("copy.db*"))


@pytest.mark.usefixtures("caller")
def test_damage_that_sqlite_takes_for_good_is_not_put_back(cast: Cast) -> None:
    copy = cast.db.path.with_name("copy.db")
    backup(cast.db.path, copy)
    content = copy.read_bytes()
    at = content.find(b'["207"')
    scratch(copy, slice(at + 2, at + 3))

    with refused(Kind.INVALID, "Nothing was restored. .*copy.db is damaged"):
        restore(cast.db.path, copy, NOW)
