"""The source of an account's contacts: fetched from a real server, imported, by a schedule, with what goes wrong."""

import zipfile
from functools import partial
from io import BytesIO
from pathlib import Path

import msgspec
import pytest

from aiguillage.desk.column_maps import remember_columns
from aiguillage.desk.contacts import list_contacts
from aiguillage.desk.fetching import fetch_as_sent
from aiguillage.desk.imports import list_imports, undo_import
from aiguillage.desk.journal import list_changes
from aiguillage.desk.reverting import revert_change
from aiguillage.desk.sources import (
    LONGEST_RUN,
    SourceState,
    begin_source,
    due_sources,
    fetch_file,
    find_source,
    remove_source,
    run_due,
    run_source,
    set_source,
    show_source,
)
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import Kind
from aiguillage.domain.moments import HOUR, MINUTE
from aiguillage.domain.sources import Run
from tests.cast import ACCOUNT, NOW, OTHER_ACCOUNT, Cast
from tests.desk.hooks import Hooks
from tests.refusal import refused
from tests.secure import Secure, answer, stall

SHEET = Path(__file__).parent.parent / "files" / "clients.xlsx"
PATH = "/contacts.csv?key=hush"
TWO = b"reference,company,phone\nA-1,Acacias,0199001234\nA-2,Belleville,0199005678\n"


class Sourced:
    """The cast's account with a source on a server; a test says what it sends and what time it is."""

    def __init__(self, cast: Cast, secure: Secure) -> None:
        self.cast, self.secure, self.at = cast, secure, NOW
        self.url = secure.url(PATH)
        self.fetch = partial(fetch_file, guard=secure.guard)
        secure.requests.clear()
        self.says(TWO)

    def says(self, body: bytes) -> None:
        """Lets the server send this from now on: a file, or a whole answer."""
        self.secure.said[PATH] = body if body.startswith(b"HTTP/") else answer(body)

    def actor(self, name: str = "editor") -> Actor:
        """One of the cast, now."""
        return msgspec.structs.replace(self.cast[name], at=self.at)

    def place(self, **values: object) -> None:
        """Sets the source."""
        set_source(self.cast.db, self.actor(), ACCOUNT, {"url": self.url, **values}, guard=self.secure.guard)

    def run(self) -> tuple[SourceState, Run]:
        """Imports now."""
        state = run_source(self.cast.db, self.actor(), ACCOUNT, fetch=self.fetch)
        assert state.last is not None
        return state, state.last

    def round(self) -> int:
        """What housekeeping does once a minute; how many imports it makes."""
        house = Actor("housekeeping", self.at, operator=True)
        done = [run_due(self.cast.db, house, due, fetch=self.fetch) for due in due_sources(self.cast.db, self.at)]
        return sum(one is not None for one in done)

    def names(self) -> set[str]:
        """The companies of the account's contacts."""
        return {kept.contact.company for kept in list_contacts(self.cast.db, self.actor(), ACCOUNT)}


@pytest.fixture
def sourced(cast: Cast, secure: Secure) -> Sourced:
    """The account, and a server that sends two contacts."""
    return Sourced(cast, secure)


def test_what_is_imported_is_an_import_that_can_be_undone(sourced: Sourced) -> None:
    sourced.place()

    state, last = sourced.run()

    assert (last.state, last.created, state.running, state.next_at) == ("imported", 2, False, None)
    assert {"Acacias", "Belleville"} <= sourced.names()
    [done] = list_imports(sourced.cast.db, sourced.actor(), ACCOUNT)
    assert (done.id, done.file, done.actor) == (
        last.import_id,
        f"127.0.0.1:{sourced.secure.port}",
        "editor@example.org",
    )
    undo_import(sourced.cast.db, sourced.actor(), ACCOUNT, done.id)
    assert "Acacias" not in sourced.names()


def test_a_file_in_which_nothing_is_new_is_no_import(sourced: Sourced) -> None:
    sourced.place()
    sourced.run()
    before = len(list_changes(sourced.cast.db, sourced.actor("manager"), ACCOUNT, limit=100))

    _, last = sourced.run()

    assert (last.state, last.unchanged, last.import_id) == ("unchanged", 2, None)
    assert len(list_changes(sourced.cast.db, sourced.actor("manager"), ACCOUNT, limit=100)) == before
    assert len(list_imports(sourced.cast.db, sourced.actor(), ACCOUNT)) == 1


@pytest.mark.parametrize(
    "body",
    [
        b'[{"reference": "A-1", "company": "Acacias", "phone": "0199001234", "vip": true}]',
        b'{"total": 1, "rows": [{"reference": "A-1", "company": "Acacias", "phone": "0199001234"}], "next": null}',
        b'{"reference": "A-1", "company": "Acacias", "emails": ["a@example.org"]}',
        b'{"reference": "A-1", "company": "Acacias"}\n{"reference": "A-2", "company": "Belleville"}\n',
        "référence;société\nA-1;Acacias\n".encode("cp1252"),
    ],
)
def test_json_json_lines_and_old_csv_are_known_by_what_they_are(sourced: Sourced, body: bytes) -> None:
    sourced.says(answer(body, Content_Type="text/html; charset=iso-8859-1"))
    sourced.place()

    state, _ = sourced.run()

    assert (state.source.trouble, "Acacias" in sourced.names()) == ("", True)


def test_a_spreadsheet_arrives_byte_for_byte_whatever_charset_is_declared(sourced: Sourced) -> None:
    sourced.says(answer(SHEET.read_bytes(), Content_Type="application/octet-stream; charset=iso-8859-1"))
    sourced.place(partial=True)

    assert sourced.run()[1].state == "imported"


def archive() -> bytes:
    """A ZIP file that is no spreadsheet."""
    held = BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        file.writestr("a.txt", "nothing")
    return held.getvalue()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (answer(b"", status="404 Not Found"), "answers with the status 404"),
        (answer(b" "), "sends an empty file"),
        (answer(b"<!doctype html><html><body>Sign in</body></html>"), "first line names its columns"),
        (answer(archive()), "not a spreadsheet"),
        (answer(b'{"a": [{}], "b": [{}]}'), "several lists: a, b"),
        (answer(b'[{"company": {"name": "Acacias"}, "reference": "A"}]'), "1 of 1 rows is refused"),
        (answer(b'[["A-1", "Acacias"]]'), "1 of 1 rows is refused"),
        (answer(b'[{"reference": "A"'), "Send JSON in UTF-8"),
        (answer(b"reference,phone\nA-1,0199\nA-2,0199001234\n"), "1 of 2 rows is refused"),
        (answer(b"", status="302 Found", Location="http://127.0.0.1/a.csv"), "redirects to what is no address"),
    ],
)
def test_what_cannot_be_imported_changes_nothing_and_its_reason_is_kept(
    sourced: Sourced, body: bytes, why: str
) -> None:
    sourced.place()
    sourced.says(body)
    before = sourced.names()

    state, last = sourced.run()

    assert why in state.source.trouble
    assert (last.state, state.source.failing_since, sourced.names()) == ("failed", NOW, before)
    assert list_imports(sourced.cast.db, sourced.actor(), ACCOUNT) == []


def test_what_is_too_large_or_too_slow_is_not_waited_for(sourced: Sourced) -> None:
    sourced.secure.said["/slow"] = stall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nrefer")
    sourced.secure.said["/large"] = answer(TWO)
    guard = sourced.secure.guard

    with refused(Kind.INVALID, "more than 20 bytes"):
        fetch_as_sent(sourced.secure.url("/large"), longest=20, seconds=20.0, guard=guard)
    with refused(Kind.UNAVAILABLE, "in time"):
        fetch_file(sourced.secure.url("/slow"), guard=guard, seconds=0.2)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://example.org/a.csv", "https://"),
        ("https://127.0.0.1/a.csv", "not a public address"),
        ("https://user:word@example.org/a.csv", "a user or a password"),
        ("https://example.org:5432/a.csv", "has the port 5432"),
    ],
)
def test_an_address_that_may_not_be_fetched_is_refused_when_it_is_set(cast: Cast, url: str, why: str) -> None:
    with refused(Kind.INVALID, why) as told:
        set_source(cast.db, cast["editor"], ACCOUNT, {"url": url})

    assert told.value.field == "url"


def test_a_name_at_a_private_address_is_refused_when_it_is_fetched(sourced: Sourced) -> None:
    sourced.place()

    run_source(sourced.cast.db, sourced.actor(), ACCOUNT)

    state = show_source(sourced.cast.db, sourced.actor(), ACCOUNT)
    assert "Leave it out, or use 8443" in state.source.trouble
    assert sourced.secure.requests == []


def test_contacts_that_the_file_lacks_go_but_never_more_than_a_fifth(sourced: Sourced) -> None:
    many = [b"reference,company"] + [b"A-%d,Company %d" % (n, n) for n in range(20)]
    sourced.says(b"\n".join(many))
    sourced.place(delete_missing=True)
    _, first = sourced.run()
    sourced.says(b"\n".join(many[:-2]))
    _, second = sourced.run()
    sourced.says(b"\n".join(many[:3]))
    state, third = sourced.run()

    assert (first.created, second.deleted) == (20, 2)
    assert (third.state, third.import_id, len(sourced.names())) == ("failed", None, 18)
    assert "are missing from the file" in state.source.trouble


def test_columns_are_read_as_the_source_says_else_as_it_is_remembered(sourced: Sourced) -> None:
    body = b"Ident,Firma\nA-1,Acacias\n"
    sourced.says(body)
    sourced.place()
    misread, _ = sourced.run()
    remember_columns(sourced.cast.db, sourced.actor(), ACCOUNT, body, {"Ident": "reference", "Firma": "first_name"})
    sourced.run()
    sourced.place(columns={"Firma": "company"})
    _, last = sourced.run()

    assert "No column says which contact" in misread.source.trouble
    assert (last.changed, "Acacias" in sourced.names()) == (1, True)
    with refused(Kind.INVALID, "no heading that is understood"):
        sourced.place(columns={"Firma": "whatever"})


def test_a_schedule_is_followed_and_what_fails_is_tried_again(sourced: Sourced) -> None:
    sourced.place(schedule="hourly")
    rounds = [sourced.round()]
    sourced.at += HOUR
    rounds.append(sourced.round())
    sourced.says(answer(b"", status="500 Oops"))
    sourced.at += HOUR
    rounds += [sourced.round(), sourced.round()]

    state = show_source(sourced.cast.db, sourced.actor(), ACCOUNT)
    assert rounds == [0, 1, 1, 0]
    assert (state.next_at, state.source.failing_since) == (sourced.at + HOUR, sourced.at)
    [done] = list_imports(sourced.cast.db, sourced.actor(), ACCOUNT)
    assert done.actor == "housekeeping"


def test_one_that_is_off_or_by_hand_is_left_alone_and_one_that_was_put_back_is_followed_again(sourced: Sourced) -> None:
    sourced.place(schedule="hourly")
    sourced.place(active=False)
    sourced.at += 2 * HOUR
    off = sourced.round()
    sourced.place(active=True, schedule="daily")
    remove_source(sourced.cast.db, sourced.actor(), ACCOUNT)
    gone = find_source(sourced.cast.db, sourced.actor(), ACCOUNT)
    removed = list_changes(sourced.cast.db, sourced.actor("manager"), ACCOUNT, limit=1)[0].seq
    revert_change(sourced.cast.db, sourced.actor("manager"), ACCOUNT, removed)

    first = show_source(sourced.cast.db, sourced.actor(), ACCOUNT)
    again = sourced.round()
    after = show_source(sourced.cast.db, sourced.actor(), ACCOUNT)

    assert (off, gone, again) == (0, None, 0)
    assert first.next_at == after.next_at is not None
    assert due_sources(sourced.cast.db, sourced.at) == []


def test_nobody_imports_twice_at_once_and_a_run_that_died_ends(sourced: Sourced) -> None:
    sourced.place()
    begin_source(sourced.cast.db, sourced.actor(), ACCOUNT)

    with refused(Kind.CONFLICT, "right now"):
        sourced.run()
    sourced.at += LONGEST_RUN
    assert sourced.run()[1].state == "imported"


def test_a_source_that_is_removed_while_it_is_imported_stays_gone(sourced: Sourced) -> None:
    sourced.place()
    work = begin_source(sourced.cast.db, sourced.actor(), ACCOUNT, fetch=sourced.fetch)
    remove_source(sourced.cast.db, sourced.actor(), ACCOUNT)

    work(sourced.cast.db)

    assert find_source(sourced.cast.db, sourced.actor(), ACCOUNT) is None


def test_somebody_elses_change_is_not_written_over(sourced: Sourced) -> None:
    db, actor = sourced.cast.db, sourced.actor()

    with refused(Kind.STALE, "Somebody changed this"):
        set_source(db, actor, ACCOUNT, {"url": "https://example.org/a.csv"}, expected=3)
    with refused(Kind.INVALID, "'url' is missing"):
        set_source(db, actor, ACCOUNT, {"schedule": "daily"})
    with refused(Kind.MISSING, "has no source"):
        show_source(db, actor, ACCOUNT)
    with refused(Kind.MISSING, "There is no account"):
        show_source(db, sourced.actor("outsider"), ACCOUNT)
    assert find_source(db, sourced.actor("outsider"), OTHER_ACCOUNT) is None


def test_a_webhook_is_told_once_that_imports_fail_and_again_for_another_reason(hooks: Hooks) -> None:
    sourced = Sourced(hooks.cast, hooks.secure)
    sourced.place()
    kept, _ = hooks.add("/hook", "import.failed", "import.finished")
    for body in (answer(b"", status="404 Not Found"), answer(b"", status="404 Not Found"), answer(b""), TWO):
        sourced.says(body)
        sourced.at += MINUTE
        sourced.run()
    hooks.at = sourced.at

    hooks.look()

    told = [(event, data.get("reason", "")[-40:]) for event, data in hooks.told(kept)]
    assert [event for event, _ in told] == ["import.failed", "import.failed", "import.finished"]
    assert "empty file" in told[1][1]
