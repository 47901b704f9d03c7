"""Imports: previewed, carried out whole, with what they refuse told line by line."""

import resource
from itertools import pairwise
from pathlib import Path

import pytest

from aiguillage.desk.accounts import set_account
from aiguillage.desk.contacts import add_contact
from aiguillage.desk.imports import ImportRefused, import_contacts, list_imports, preview_import
from aiguillage.desk.journal import list_changes
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.domain.errors import Kind
from tests.cast import ACCOUNT, NOW, OTHER_ACCOUNT, Cast
from tests.desk.contact_files import FILES, Desk
from tests.refusal import refused
from tests.storage.facts import facts_version

CLIENTS = FILES / "clients-1000.csv"


def test_the_file_of_a_thousand_is_previewed_with_every_refusal(cast: Cast) -> None:
    outcome = preview_import(cast.db, cast["editor"], ACCOUNT, CLIENTS)

    assert (outcome.created, outcome.changed, outcome.unchanged, outcome.refused) == (995, 0, 0, 5)
    assert (outcome.encoding, outcome.rows, outcome.applied, outcome.unknown_columns) == (
        "windows-1252",
        1000,
        False,
        (),
    )
    assert [(refusal.line, refusal.column, refusal.value) for refusal in outcome.refusals] == [
        (101, "Tél. fixe", "0612"),
        (301, "Référence", "C-0200"),
        (501, "Tél. fixe", "pas de téléphone"),
        (701, "Tél. fixe", "+33199000600"),
        (901, "Tél. fixe", "01 99 00 12 34 56 78"),
    ]
    assert str(outcome.refusals[0]).startswith("Line 101, Tél. fixe: '0612' is not a phone number in FR.")
    assert "is on line 201 already" in outcome.refusals[1].message
    assert "is on line 601 already" in outcome.refusals[3].message


def test_a_preview_keeps_nothing(cast: Cast, desk: Desk) -> None:
    preview_import(cast.db, cast["editor"], ACCOUNT, CLIENTS, partial=True)

    assert desk.contacts() == {}
    assert desk.keys() == []
    assert list_imports(cast.db, cast["editor"], ACCOUNT) == []
    assert list(cast.db.path.parent.glob(".staged-*")) == []


def test_refused_rows_keep_the_others_out(desk: Desk) -> None:
    with pytest.raises(ImportRefused, match="5 of 1000 rows are refused, so none is imported") as caught:
        desk.take(CLIENTS)

    assert caught.value.kind is Kind.INVALID
    assert len(caught.value.outcome.refusals) == 5
    assert desk.contacts() == {}


def test_a_partial_import_leaves_refused_rows_out(desk: Desk) -> None:
    outcome = desk.take(CLIENTS, partial=True)

    kept = {contact.reference: contact for contact in desk.contacts().values()}
    assert (outcome.applied, len(kept), outcome.refused) == (True, 995, 5)
    assert kept["C-0004"] == Contact(
        reference="C-0004",
        code="4004",
        company="L'Œuvre & Fils",
        first_name="Zoé",
        last_name="Béranger",
        telecoms=(Telecom("+33199000004", "landline"), Telecom("+33639980004", "mobile")),
        select=("204", None, None, None),
        boolean=(True, None, None, None),
    )
    assert [kept[f"C-{n:04}"].boolean[0] for n in (1, 2, 3)] == [False, None, True]
    assert desk.keys() == desk.right_keys()


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    desk.take(CLIENTS, partial=True)
    before = desk.contacts()

    outcome = desk.take(CLIENTS, partial=True)

    assert (outcome.created, outcome.changed, outcome.unchanged, outcome.refused) == (0, 0, 995, 5)
    assert desk.contacts() == before


def test_an_import_is_in_the_journal_contact_by_contact_without_a_gap(cast: Cast, desk: Desk) -> None:
    kept = add_contact(cast.db, cast["editor"], ACCOUNT, Contact(reference="A", company="Garage Belleville"))
    add_contact(cast.db, cast["editor"], ACCOUNT, Contact(reference="B", company="Café de la Gare"))

    outcome = desk.take("reference;tel\nA;0199001234\nC;0199001235\n", delete_missing=True, force=True, partial=True)

    entries = list_changes(cast.db, cast["manager"], ACCOUNT, limit=5)[::-1][1:]
    assert all(later.seq == earlier.seq + 1 for earlier, later in pairwise(sorted(entries, key=lambda e: e.seq)))
    told = [(entry.action, entry.entity) for entry in entries]
    assert told == [("add", "import"), ("remove", "contact"), ("set", "contact"), ("add", "contact")]
    assert entries[0].seq == outcome.import_id
    assert entries[2].entity_id == kept.id
    assert entries[2].after is not None
    assert entries[2].after["telecoms"] == [{"number": "+33199001234"}]
    assert entries[3].entity_id == entries[3].seq
    assert {entry.actor for entry in entries} == {cast["editor"].name}


def test_imports_are_listed_newest_first(cast: Cast, desk: Desk) -> None:
    desk.take("code\n1\n2\n")
    desk.take("code;vip\n1;x\n2;\n3;\n")

    newest, oldest = list_imports(cast.db, cast["reader"], ACCOUNT)

    assert (oldest.created, oldest.changed, oldest.at, oldest.undone_at) == (2, 0, NOW, None)
    assert (newest.created, newest.changed, newest.unchanged, newest.file) == (1, 1, 1, "contacts.csv")
    assert newest.id > oldest.id
    assert list_imports(cast.db, cast["outsider"], OTHER_ACCOUNT) == []


def test_contacts_missing_from_a_full_file_are_removed(desk: Desk) -> None:
    desk.take("code\n" + "".join(f"{n}\n" for n in range(10)))

    outcome = desk.take("code\n" + "".join(f"{n}\n" for n in range(2, 10)), delete_missing=True)

    assert outcome.deleted == 2
    assert {contact.code for contact in desk.contacts().values()} == {str(n) for n in range(2, 10)}
    assert desk.keys() == desk.right_keys()


def test_more_than_a_fifth_goes_only_by_force(desk: Desk) -> None:
    desk.take("code\n" + "".join(f"{n}\n" for n in range(10)))
    fewer = "code\n" + "".join(f"{n}\n" for n in range(3, 10))

    with pytest.raises(ImportRefused, match="3 of 10 contacts are missing from the file") as caught:
        desk.take(fewer, delete_missing=True)

    assert caught.value.outcome.deleted == 3
    assert desk.take(fewer, delete_missing=True, force=True).deleted == 3


def test_a_contact_whose_row_is_refused_is_not_missing(desk: Desk) -> None:
    desk.take("reference;code;tel\nA;1;0199001234\nB;2;0199001235\nC;3;0199001236\n")

    outcome = desk.take("reference;code;tel\nA;1;0612\n;2;0612\n", delete_missing=True, partial=True, force=True)

    assert (outcome.refused, outcome.deleted) == (2, 1)
    assert {contact.reference for contact in desk.contacts().values()} == {"A", "B"}


def test_progress_tells_the_three_stages_in_order(desk: Desk) -> None:
    told: list[tuple[str, int, int]] = []

    desk.take("code\n1\n", progress=lambda *step: told.append(step))

    assert list(dict.fromkeys(stage for stage, _, _ in told)) == ["reading", "matching", "writing"]
    assert all(0 <= done <= total for _, done, total in told)


def test_refusals_are_counted_all_and_told_up_to_a_thousand(desk: Desk) -> None:
    content = "tel\n" + "0612\n" * 1500 + "0199001234\n" * 1500

    with pytest.raises(ImportRefused) as caught:
        desk.take(content)

    assert caught.value.outcome.refused == 2999
    assert len(caught.value.outcome.refusals) == 1000
    assert caught.value.outcome.refusals[-1].line == 1001


@pytest.mark.parametrize("use_case", [preview_import, import_contacts])
def test_an_outsider_imports_nothing_and_learns_nothing(use_case: object, cast: Cast, desk: Desk) -> None:
    assert callable(use_case)
    for code in (ACCOUNT, "CL9999"):
        with refused(Kind.MISSING, f"There is no account {code} that you can see"):
            use_case(cast.db, cast["outsider"], code, desk.file("code\n1\n"))

    assert desk.contacts() == {}


@pytest.mark.parametrize("name", ["reader", "router"])
@pytest.mark.parametrize("use_case", [preview_import, import_contacts])
def test_a_reader_imports_nothing(use_case: object, name: str, cast: Cast, desk: Desk) -> None:
    assert callable(use_case)
    with refused(Kind.FORBIDDEN, "This requires the role edit"):
        use_case(cast.db, cast[name], ACCOUNT, desk.file("code\n1\n"))


def test_imports_are_listed_for_readers_only(cast: Cast) -> None:
    with refused(Kind.MISSING, "There is no account CL0000 that you can see"):
        list_imports(cast.db, cast["outsider"], ACCOUNT)
    with refused(Kind.FORBIDDEN, "This requires the role read"):
        list_imports(cast.db, cast["router"], ACCOUNT)


def test_what_others_change_while_the_file_is_read_counts(cast: Cast, desk: Desk) -> None:
    def intervene(stage: str, done: int, total: int) -> None:
        if stage == "reading" and done == total:
            add_contact(cast.db, cast["editor"], ACCOUNT, Contact(code="1", company="Café de la Gare"))

    outcome = desk.take("code;vip\n1;x\n", progress=intervene)

    assert (outcome.created, outcome.changed) == (0, 1)
    assert desk.only() == Contact(code="1", company="Café de la Gare", boolean=(True, None, None, None))


def test_settings_changed_while_the_file_is_read_stop_the_import(cast: Cast, desk: Desk) -> None:
    def intervene(stage: str, done: int, total: int) -> None:
        if stage == "reading" and done == total:
            set_account(cast.db, cast["manager"], ACCOUNT, {"country": "BE"})

    with refused(Kind.CONFLICT, "settings were changed while the file was being read. Import it again"):
        desk.take("code;tel\n1;0199001234\n", progress=intervene)

    assert desk.contacts() == {}


def test_an_import_does_not_make_workers_read_the_accounts_facts_again(cast: Cast, desk: Desk) -> None:
    before = facts_version(cast.db, ACCOUNT)

    desk.take("code\n1\n")

    assert facts_version(cast.db, ACCOUNT) == before


def test_a_directory_that_cannot_be_written_is_told(cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    file = desk.file("code\n1\n")
    monkeypatch.setattr(cast.db, "path", Path("/proc/aiguillage.db"))

    with refused(Kind.UNAVAILABLE, "let this user write in it"):
        preview_import(cast.db, cast["editor"], ACCOUNT, file)


def test_a_full_disk_is_told_and_nothing_is_kept(cast: Cast, desk: Desk) -> None:
    lines = "".join(f"{n};{'x' * 200}\n" for n in range(30_000))
    file = desk.file("code;company\n" + lines)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000_000, limit[1]))
    try:
        with refused(Kind.UNAVAILABLE, "cannot be used"):
            import_contacts(cast.db, cast["editor"], ACCOUNT, file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)

    assert desk.contacts() == {}
    assert list(cast.db.path.parent.glob(".staged-*")) == []
