"""People over the management API: all that is kept about a number, exported, and gone from every file."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from aiguillage.storage.sqlite.backup import backup
from tests.api.record_server import Records, assert_kept_from_others, record_server
from tests.cast import ACCOUNT, NUMBER

SPELLINGS = (NUMBER, "0199001234", "01 99 00 12 34", "199001234")
OF_THE_CONTACT = ("Belleville", "camille@example.org")
CONTACT = {
    "company": "Garage Belleville",
    "id_code": "4321",
    "telecoms": [{"number": "01 99 00 12 34", "type": "mobile"}],
    "emails": ["camille@example.org"],
}
PATIENCE = 30.0
"""Seconds; calls are in their log a second after they came, but these machines are shared."""


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Records]:
    """A server of their own."""
    with record_server(tmp_path_factory.mktemp("people")) as records:
        yield records


def call(records: Records) -> None:
    """A call of the number, which is in the log when this returns."""
    client, deadline = records["reader"], time.monotonic() + PATIENCE
    before = len(client.get("/calls")["data"])
    path = f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&number=0199001234"
    assert records.busy.server.ask(path, records.busy.cast.secret("router")).status in {200, 404}
    while len(client.get("/calls")["data"]) == before and time.monotonic() < deadline:
        pass


def everywhere(records: Records) -> int:
    """Has the number kept wherever it can be; the contact's id."""
    editor = records["editor"]
    contact = editor.done("POST", "/contacts", CONTACT, headers={"Idempotency-Key": f"key-{time.monotonic_ns()}"})
    editor.done("POST", "/blocked-callers", {"number": "0033 1 99 00 12 34"})
    survey = editor.done("POST", "/surveys", {"name": f"Accueil {contact['id']}"})
    editor.done("POST", "/survey-records", {"survey_id": survey["id"], "caller": "01 99 00 12 34", "score_1": "5"})
    editor.done("POST", "/contacts/import", [{**CONTACT, "company": "Belleville et fils"}])
    call(records)
    return int(contact["id"])


def traced(records: Records, *texts: str) -> list[str]:
    """The files beside the database, and a copy made now, in which one of the texts is."""
    database = records.busy.cast.db.path
    copy = database.with_name("copy.db")
    copy.unlink(missing_ok=True)
    backup(database, copy)
    files = [path for path in Path(database.parent).rglob("*") if path.is_file()]
    return [f"{text} in {path.name}" for path in files for text in texts if text.encode() in path.read_bytes()]


def test_an_erased_number_is_in_no_file_of_a_running_server(records: Records) -> None:
    contact_id = everywhere(records)
    assert traced(records, *SPELLINGS, *OF_THE_CONTACT)

    headers = {"Idempotency-Key": "erase-once"}
    erased = records["manager"].done("POST", "/people/erase", {"number": "+33 1 99 00 12 34"}, headers=headers)

    assert traced(records, *SPELLINGS, *OF_THE_CONTACT) == []
    assert (erased["contacts"], erased["calls"], erased["blocked"], erased["survey_records"]) == (1, 1, 1, 1)
    records["reader"].refused(404, "GET", f"/contacts/{contact_id}")
    assert records["manager"].get("/journal", action="erase")["data"][0]["after"] == erased


def test_the_server_answers_and_changes_on_afterwards(records: Records) -> None:
    records["manager"].done("POST", "/people/erase", {"number": NUMBER})

    contact = records["editor"].done("POST", "/contacts", CONTACT)
    call(records)

    assert records["reader"].get("/calls")["data"][0]["contact_id"] == contact["id"]
    records["manager"].done("POST", "/people/erase", {"number": NUMBER})


def test_all_that_is_kept_is_exported(records: Records) -> None:
    contact_id = everywhere(records)

    person = records["manager"].done("POST", "/people/export", {"number": "0199001234"})

    assert person["number"] == NUMBER
    assert [contact["id"] for contact in person["contacts"]] == [contact_id]
    assert {change["entity"] for change in person["journal"]} == {"contact", "blocked", "survey_record"}
    assert [len(person[name]) for name in ("calls", "imports", "survey_records", "blocked")] == [1, 1, 1, 1]
    assert person["answers"]
    records["manager"].done("POST", "/people/erase", {"number": NUMBER})


def test_a_contact_can_stay_without_the_number(records: Records) -> None:
    contact = records["editor"].done("POST", "/contacts", CONTACT)

    records["manager"].done("POST", "/people/erase", {"number": NUMBER, "contacts": "number"})

    shown = records["reader"].get(f"/contacts/{contact['id']}")
    assert (shown["numbers"], shown["company"]) == ([], "Garage Belleville")
    assert traced(records, *SPELLINGS) == []
    records["editor"].done("DELETE", f"/contacts/{contact['id']}")


def test_a_number_that_calls_are_sent_to_is_told_of(records: Records) -> None:
    queue = records["editor"].done("POST", "/call-queues/queues", {"name": "Support", "code": "s", "number": NUMBER})

    problem = records["manager"].refused(409, "POST", "/people/erase", {"number": NUMBER})

    assert "The queue s still uses this number" in problem["detail"]
    records["editor"].done("DELETE", f"/call-queues/queues/{queue['id']}")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"number": "nobody"}, "number"),
        ({"number": ""}, "number"),
        ({}, "number"),
        ({"number": NUMBER, "contacts": "some"}, "contacts"),
        ({"number": NUMBER, "seq": 1}, "seq"),
    ],
)
def test_what_cannot_be_erased_is_told(records: Records, body: dict[str, object], field: str) -> None:
    assert list(records["manager"].refused(422, "POST", "/people/erase", body)["errors"]) == [field]


@pytest.mark.parametrize("path", ["/people/export", "/people/erase"])
def test_managers_may_and_nobody_else(records: Records, path: str) -> None:
    assert_kept_from_others(records, "manager", "POST", path, {"number": NUMBER})


def test_a_manager_of_another_account_finds_nothing_of_ours(records: Records) -> None:
    everywhere(records)

    person = records.elsewhere().done("POST", "/people/export", {"number": NUMBER})
    erased = records.elsewhere().done("POST", "/people/erase", {"number": NUMBER})

    assert not any(value for name, value in person.items() if name != "number")
    assert not any(erased.values())
    assert records["reader"].get("/contacts")["total"] == 1
    records["manager"].done("POST", "/people/erase", {"number": NUMBER})
