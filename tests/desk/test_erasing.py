"""Erasing somebody: nothing about their number is left in any table, log or file, and nobody else's is touched."""

from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from aiguillage.desk.contacts import add_contact, enter_contact, list_contacts, remove_contact, show_contact
from aiguillage.desk.drafts import begin_draft, discard_draft, in_draft, list_drafts
from aiguillage.desk.erasing import Erased, erase_person
from aiguillage.desk.facts import add_fact, list_facts, remove_fact
from aiguillage.desk.fields import set_field
from aiguillage.desk.held_imports import apply_held, hold_import, show_held
from aiguillage.desk.importing.outcome import Choices
from aiguillage.desk.importing.sent import Upload
from aiguillage.desk.imports import import_contacts, undo_import
from aiguillage.desk.journal import list_changes
from aiguillage.desk.past import facts_before
from aiguillage.desk.people import export_person
from aiguillage.desk.publishing import publish_draft
from aiguillage.desk.reverting import is_revertible, revert_change
from aiguillage.desk.searching import walk_contacts
from aiguillage.desk.surveys import add_records
from aiguillage.domain.blocked import Blocked
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.domain.errors import Kind
from aiguillage.domain.queues import Calendar, Queue
from aiguillage.domain.surveys import Survey, SurveyRecord
from aiguillage.storage.calendars import keep_text
from aiguillage.storage.calls import open_log
from aiguillage.storage.journal import ERASED
from aiguillage.storage.sqlite.backup import backup
from aiguillage.storage.sqlite.damage import require_whole
from aiguillage.storage.sqlite.library import open_read_only
from tests.cast import ACCOUNT, CODE, NOW, NUMBER, OTHER_ACCOUNT, Cast, known_caller
from tests.desk.traces import OF_THE_CONTACT, OTHER, SPELLINGS, everywhere
from tests.refusal import refused
from tests.storage.call_rows import add_calls, stranger
from tests.storage.facts import account_id, rows


def erase(cast: Cast, number: str = NUMBER, **choices: str) -> Erased:
    """The manager erases a number."""
    return erase_person(cast.db, cast.log, cast["manager"], ACCOUNT, number, **choices)


def traced(cast: Cast, *texts: str) -> list[str]:
    """The files of the data directory, and a copy made now, in which one of the texts is."""
    copy = cast.db.path.with_name("copy.db")
    copy.unlink(missing_ok=True)
    backup(cast.db.path, copy)
    files = [path for path in cast.db.path.parent.rglob("*") if path.is_file()]
    return [f"{text} in {path.name}" for path in files for text in texts if text.encode() in path.read_bytes()]


def test_an_erased_number_is_in_no_file_nor_in_a_copy_made_afterwards(cast: Cast) -> None:
    everywhere(cast)
    assert traced(cast, *SPELLINGS, *OF_THE_CONTACT)

    erased = erase(cast, "01 99 00 12 34")

    assert traced(cast, *SPELLINGS, *OF_THE_CONTACT) == []
    assert erased == Erased(contacts=1, calls=53, changes=4, blocked=1, survey_records=1, deliveries=1)


def test_nobody_elses_is_touched(cast: Cast) -> None:
    everywhere(cast)
    other = add_contact(cast.db, cast["editor"], ACCOUNT, Contact(company="Mistral", telecoms=(Telecom(OTHER),)))
    foreign = add_contact(cast.db, cast["outsider"], OTHER_ACCOUNT, Contact(telecoms=(Telecom(NUMBER),)))
    add_calls(cast.log, account_id(cast.db, OTHER_ACCOUNT), stranger(NOW, NUMBER))

    erase(cast)

    assert [kept.id for kept in list_contacts(cast.db, cast["reader"], ACCOUNT)] == [other.id]
    assert [kept.id for kept in walk_contacts(cast.db, cast["outsider"], OTHER_ACCOUNT, number=NUMBER)] == [foreign.id]
    with closing(open_log(cast.log)) as log:
        assert log.execute("SELECT number, destination FROM calls ORDER BY id").fetchall() == [
            (OTHER, "erased"),
            (OTHER, None),
            (NUMBER, None),
        ]
    assert [row.id for row in rows(cast.db, "SELECT id FROM survey_records")] == [2]
    assert [row.id for row in rows(cast.db, "SELECT id FROM deliveries WHERE body <> ''")] == [2]


def test_the_journal_keeps_who_did_what_and_tells_of_the_erasure_without_the_number(cast: Cast) -> None:
    contact_id = everywhere(cast)
    before = list_changes(cast.db, cast["manager"], ACCOUNT)

    erase(cast)

    erasure, *rest = list_changes(cast.db, cast["manager"], ACCOUNT)
    assert (erasure.action, erasure.entity, erasure.actor) == ("erase", "person", cast["manager"].name)
    assert NUMBER not in str(erasure)
    assert [entry.seq for entry in rest] == [erasure.seq - 1, erasure.seq - 2, *(entry.seq for entry in before)]
    of_contact = [entry for entry in rest if (entry.entity, entry.entity_id) == ("contact", contact_id)]
    assert [entry.action for entry in of_contact] == ["remove", "set", "set", "add"]
    assert all(side in (None, ERASED) for entry in of_contact for side in (entry.before, entry.after))


def test_it_can_be_done_twice(cast: Cast) -> None:
    everywhere(cast)
    erase(cast)

    assert erase(cast) == Erased(0, 0, 0, 0, 0, 0)


@pytest.mark.parametrize("number", ["+33199001234", "01 99 00 12 34"])
def test_somebody_whose_contact_was_removed_before_is_erased_from_the_past(cast: Cast, number: str) -> None:
    remove_contact(cast.db, cast["editor"], ACCOUNT, everywhere(cast))

    erase(cast, number)

    assert traced(cast, *SPELLINGS, *OF_THE_CONTACT) == []


def test_what_a_contact_was_found_by_once_is_erased_from_the_index_too(cast: Cast) -> None:
    contact_id = known_caller(cast).id
    for n in range(40):
        add_contact(cast.db, cast["editor"], ACCOUNT, Contact(company=f"Lampes {n}", code=str(n)))
        enter_contact(cast.db, cast["editor"], ACCOUNT, contact_id, {"company": f"Ancienne maison {n}"})
    assert traced(cast, "ancienne")

    erase(cast)

    assert traced(cast, "ancienne", "maison", "roche", "camille", *SPELLINGS) == []
    words = {row.term.partition(".")[2] for row in rows(cast.db, "SELECT term FROM contact_terms")}
    assert words == {"lampes", *(str(n) for n in range(40))}
    require_whole(cast.db)


def test_a_contact_can_stay_without_the_number(cast: Cast) -> None:
    contact_id = everywhere(cast)
    enter_contact(cast.db, cast["editor"], ACCOUNT, contact_id, {"numbers": [NUMBER, OTHER]})

    erase(cast, contacts="number")

    contact = show_contact(cast.db, cast["reader"], ACCOUNT, contact_id).contact
    assert (contact.telecoms, contact.company, contact.code) == ((Telecom(OTHER),), "Garage Belleville", CODE)
    assert traced(cast, *SPELLINGS) == []
    assert [*walk_contacts(cast.db, cast["reader"], ACCOUNT, number=OTHER)] != []


def test_a_contact_that_stays_says_the_number_nowhere_and_sends_no_calls_there(cast: Cast) -> None:
    said = "Garage 01 99 00 12 34"
    contact = Contact(
        reference="0199001234",
        code="0199001234",
        company=said,
        first_name=said,
        last_name="Roche",
        telecoms=(Telecom(NUMBER), Telecom(OTHER, label=said), Telecom("+33199001234*")),
        emails=("0199001234@example.org", "roche@example.org"),
        select=("0199001234", "301", None, NUMBER),
        telecom_destination="0033199001234",
        email_destination="0199001234@example.org",
        given={NUMBER: "01.99.00.12.34", OTHER: {"number": "02 61 91 12 34", "label": said, "rank": 1}},
    )
    contact_id = add_contact(cast.db, cast["editor"], ACCOUNT, contact).id

    erase(cast, contacts="number")

    assert show_contact(cast.db, cast["reader"], ACCOUNT, contact_id).contact == Contact(
        last_name="Roche",
        telecoms=(Telecom(OTHER),),
        emails=("roche@example.org",),
        select=(None, "301", None, None),
    )
    newest = list_changes(cast.db, cast["manager"], ACCOUNT)[1]
    assert (newest.after or {})["last_name"] == "Roche"
    assert traced(cast, *SPELLINGS) == []


def test_a_contact_with_no_other_number_or_code_goes_in_any_case(cast: Cast) -> None:
    add_contact(cast.db, cast["editor"], ACCOUNT, Contact(company="Garage Belleville", telecoms=(Telecom(NUMBER),)))

    erase(cast, contacts="number")

    assert list(list_contacts(cast.db, cast["reader"], ACCOUNT)) == []
    assert traced(cast, NUMBER, "Belleville") == []


def test_the_history_of_a_contact_that_had_the_number_once_keeps_the_rest(cast: Cast) -> None:
    contact_id = known_caller(cast).id
    enter_contact(cast.db, cast["editor"], ACCOUNT, contact_id, {"numbers": [OTHER]})
    enter_contact(cast.db, cast["editor"], ACCOUNT, contact_id, {"company": "Mistral"})

    erased = erase(cast)

    newest = list_changes(cast.db, cast["manager"], ACCOUNT)[1]
    assert (erased.contacts, erased.changes) == (0, 2)
    assert (newest.after or {})["company"] == "Mistral"
    assert traced(cast, *SPELLINGS) == []
    assert show_contact(cast.db, cast["reader"], ACCOUNT, contact_id).contact.company == "Mistral"


def test_what_is_erased_comes_back_neither_by_undo_nor_by_revert(cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / f"people-{NUMBER}.csv"
    file.write_text(f"company;number\nGarage Belleville;{NUMBER}\nMistral;{OTHER}\n")
    import_id = import_contacts(cast.db, cast["editor"], ACCOUNT, file).import_id or 0
    replaced = tmp_path / "again.csv"
    replaced.write_text(f"company;number;code\nGarage Belleville;{NUMBER};{CODE}\n")
    again = import_contacts(cast.db, cast["editor"], ACCOUNT, replaced).import_id or 0

    erase(cast)

    assert traced(cast, NUMBER, "Belleville") == []
    with refused(Kind.CONFLICT, "which can therefore not be undone"):
        undo_import(cast.db, cast["editor"], ACCOUNT, import_id)
    with refused(Kind.CONFLICT, "has since been erased"):
        undo_import(cast.db, cast["editor"], ACCOUNT, again)
    with refused(Kind.CONFLICT, "has been erased"):
        revert_change(cast.db, cast["manager"], ACCOUNT, import_id + 1)


def test_uploads_that_wait_to_be_imported_go_too_but_for_other_accounts(cast: Cast) -> None:
    upload = Upload("people.csv", "text/csv", f"company;number\nRoche;{NUMBER}\n".encode())
    held = hold_import(cast.db, cast["editor"], ACCOUNT, upload, Choices())
    others = hold_import(cast.db, cast["outsider"], OTHER_ACCOUNT, upload, Choices())

    erase(cast)

    assert others.id == show_held(cast.db, cast["outsider"], OTHER_ACCOUNT, others.id).id
    with refused(Kind.MISSING, f"There is no import {held.id}"):
        show_held(cast.db, cast["editor"], ACCOUNT, held.id)


def test_an_upload_that_is_being_applied_is_waited_for(cast: Cast) -> None:
    upload = Upload("people.csv", "text/csv", f"company;number\nRoche;{NUMBER}\n".encode())
    held = hold_import(cast.db, cast["editor"], ACCOUNT, upload, Choices())
    apply = apply_held(cast.db, cast["editor"], ACCOUNT, held.id)

    with refused(Kind.CONFLICT, "An upload is being applied"):
        erase(cast)
    apply()

    assert erase(cast).contacts == 1
    assert traced(cast, NUMBER) == []


def test_a_replay_of_the_past_goes_without_whom_was_erased(cast: Cast) -> None:
    contact_id = everywhere(cast)
    blocked = list_facts(cast.db, cast["reader"], ACCOUNT, "blocked")[0].id
    remove_fact(cast.db, cast["editor"], ACCOUNT, "blocked", blocked)

    erase(cast)

    past = facts_before(cast.db, cast["manager"], ACCOUNT, 1)
    assert past.contacts == {contact_id: None}
    assert past.document.facts["blocked"] == {}


def test_a_number_in_an_open_draft_stays_until_the_draft_is_gone(cast: Cast) -> None:
    editor = cast["editor"]
    draft = begin_draft(cast.db, editor, ACCOUNT, "Été")
    with in_draft(cast.db, editor, ACCOUNT, draft.id) as drafted:
        add_fact(drafted, editor, ACCOUNT, Blocked(number=NUMBER))

    with refused(Kind.CONFLICT, "The draft 'Été' has this number. Publish it or discard it first"):
        erase(cast)
    discard_draft(cast.db, editor, ACCOUNT, draft.id)
    erase(cast)

    assert traced(cast, NUMBER) == []


def test_a_number_goes_from_the_name_of_a_draft_and_its_publication_is_not_reverted(cast: Cast) -> None:
    editor = cast["editor"]
    draft = begin_draft(cast.db, editor, ACCOUNT, f"Pour {NUMBER}")
    with in_draft(cast.db, editor, ACCOUNT, draft.id) as drafted:
        add_fact(drafted, editor, ACCOUNT, Queue(name="Support", code="support"))
    published = publish_draft(cast.db, editor, ACCOUNT, draft.id)

    erase(cast)

    assert [one.name for one in list_drafts(cast.db, editor, ACCOUNT)] == ["erased"]
    assert traced(cast, NUMBER) == []
    entries = {one.seq: one for one in list_changes(cast.db, cast["manager"], ACCOUNT)}
    assert not is_revertible(entries[published])
    with refused(Kind.CONFLICT, "has been erased"):
        revert_change(cast.db, cast["manager"], ACCOUNT, published)


def test_a_number_that_the_account_sends_calls_to_stays_until_it_does_not(cast: Cast) -> None:
    editor = cast["editor"]
    queue = add_fact(cast.db, editor, ACCOUNT, Queue(name="Support", code="support", number=NUMBER)).kept.id
    with refused(Kind.CONFLICT, "The queue support still uses this number"):
        erase(cast)
    remove_fact(cast.db, editor, ACCOUNT, "queue", queue)

    set_field(cast.db, editor, ACCOUNT, "select_1", default="0199001234")
    with refused(Kind.CONFLICT, "The field 1 still uses this number"):
        erase(cast)
    set_field(cast.db, editor, ACCOUNT, "select_1", default=None)

    other = add_contact(cast.db, editor, ACCOUNT, Contact(code="7", select=("0199001234", None, None, None))).id
    with refused(Kind.CONFLICT, f"Contact {other} has this number as a destination"):
        erase(cast)
    remove_contact(cast.db, editor, ACCOUNT, other)

    other = add_contact(cast.db, editor, ACCOUNT, Contact(code="0199001234")).id
    with refused(Kind.CONFLICT, f"Contact {other} has this number as a destination, as a code"):
        erase(cast)
    remove_contact(cast.db, editor, ACCOUNT, other)

    queue = add_fact(cast.db, editor, ACCOUNT, Queue(name="Support", code="support")).kept.id
    calendar = add_fact(cast.db, editor, ACCOUNT, Calendar(owner_type="queue", owner_id=queue, name="Congés")).kept.id
    with cast.db.write() as connection:
        keep_text(connection, account_id(cast.db, ACCOUNT), calendar, b"Tel: 01 99 00 12 34", read_at=NOW, due_at=NOW)
    with refused(Kind.CONFLICT, "The calendar Congés still uses this number"):
        erase(cast)
    remove_fact(cast.db, editor, ACCOUNT, "calendar", calendar)

    erase(cast)

    assert traced(cast, *SPELLINGS) == []


def test_a_short_number_is_erased_where_it_is_one(cast: Cast) -> None:
    add_contact(cast.db, cast["editor"], ACCOUNT, Contact(company="Poste", telecoms=(Telecom("207"),)))
    add_fact(cast.db, cast["editor"], ACCOUNT, Queue(name="Support", code="support", default_destination="207"))

    assert erase(cast, "207").contacts == 1
    assert export_person(cast.db, cast.log, cast["manager"], ACCOUNT, "207").journal == []


def test_a_short_numbers_contact_is_in_no_file_any_more_while_somebody_has_them_open(cast: Cast) -> None:
    with closing(open_read_only(cast.db.path)) as worker:
        worker.execute("SELECT count(*) FROM contacts").fetchall()
        add_contact(cast.db, cast["editor"], ACCOUNT, Contact(company="Belleville", telecoms=(Telecom("3901"),)))

        erase(cast, "3901")

        assert traced(cast, "Belleville") == []


@pytest.mark.parametrize("column", ["caller", "score_1", "score_3", "agent_extension", "agent_name"])
def test_a_survey_record_that_has_the_number_anywhere_is_told_and_goes(cast: Cast, column: str) -> None:
    survey = add_fact(cast.db, cast["editor"], ACCOUNT, Survey(name="Accueil")).kept.id
    record = msgspec.structs.replace(
        SurveyRecord(survey_id=survey, caller=OTHER, moment=NOW), **{column: "01 99 00 12 34"}
    )
    add_records(cast.db, cast["editor"], ACCOUNT, [record])

    told = export_person(cast.db, cast.log, cast["manager"], ACCOUNT, NUMBER).survey_records
    erased = erase(cast)

    assert (len(told), erased.survey_records) == (1, 1)
    assert traced(cast, *SPELLINGS) == []


@pytest.mark.parametrize("number", ["", "anonymous", "nobody", "~00"])
def test_what_is_no_number_is_refused(cast: Cast, number: str) -> None:
    with refused(Kind.INVALID, "is not a phone number"):
        erase(cast, number)
    with refused(Kind.INVALID, "Choose one of: whole, number"):
        erase(cast, contacts="none")
