"""Exporting somebody: all that is kept about their number."""

from pathlib import Path

from aiguillage.desk.imports import import_contacts
from aiguillage.desk.people import export_person
from tests.cast import ACCOUNT, NUMBER, Cast
from tests.desk.traces import OTHER, everywhere


def test_an_export_has_all_that_is_kept(cast: Cast) -> None:
    contact_id = everywhere(cast)

    person = export_person(cast.db, cast.log, cast["manager"], ACCOUNT, "0199001234")

    assert person.number == NUMBER
    assert [kept.id for kept in person.contacts] == [contact_id]
    assert len(person.calls) == 54
    assert [entry.action for entry in person.journal] == ["add", "set", "set", "add"]
    assert [len(found) for found in (person.survey_records, person.blocked, person.deliveries, person.answers)] == [
        1
    ] * 4
    assert person.imports == []


def test_an_export_names_the_imports_that_brought_somebody(cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(f"company;number\nGarage Belleville;{NUMBER}\n")
    import_id = import_contacts(cast.db, cast["editor"], ACCOUNT, file).import_id

    person = export_person(cast.db, cast.log, cast["manager"], ACCOUNT, NUMBER)

    assert [(one["id"], one["file"]) for one in person.imports] == [(import_id, "people.csv")]


def test_an_export_names_the_imports_whose_file_has_the_number_in_its_name(cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "people 01 99 00 12 34.csv"
    file.write_text(f"company;number\nGarage Mistral;{OTHER}\n")
    import_id = import_contacts(cast.db, cast["editor"], ACCOUNT, file).import_id

    person = export_person(cast.db, cast.log, cast["manager"], ACCOUNT, NUMBER)

    assert [(one["id"], one["file"]) for one in person.imports] == [(import_id, file.name)]


def test_of_somebody_unknown_nothing_is_kept(cast: Cast) -> None:
    person = export_person(cast.db, cast.log, cast["manager"], ACCOUNT, OTHER)

    assert person.number == OTHER
    assert not any((person.contacts, person.calls, person.journal, person.blocked, person.answers))
