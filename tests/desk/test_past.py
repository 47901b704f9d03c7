"""An account's past: the journal undone gives the facts as they were, whatever was changed since."""

import shutil
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiguillage.desk.accounts import set_account
from aiguillage.desk.contacts import add_contact, enter_contact, list_contacts, remove_contact
from aiguillage.desk.documents import export_facts
from aiguillage.desk.facts import add_fact, remove_fact, set_fact
from aiguillage.desk.fields import add_option, set_field
from aiguillage.desk.holidays import observe_holidays
from aiguillage.desk.imports import import_contacts, list_imports, undo_import
from aiguillage.desk.past import facts_before, facts_in, facts_now
from aiguillage.desk.secrets import issue_secret
from aiguillage.desk.switches import flip_switch
from aiguillage.desk.users import grant_role
from aiguillage.domain.accounts import Role
from aiguillage.domain.contacts import Contact, Option, Telecom
from aiguillage.domain.documents import FactsDocument
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.facts import KINDS
from aiguillage.domain.queues import Holiday
from aiguillage.storage.sqlite.engine import Database
from tests.cast import ACCOUNT, OTHER_ACCOUNT, Cast, email, known_caller
from tests.desk.sample_facts import SAMPLES, add_samples
from tests.refusal import refused

NUMBERS = ("+33199001234", "+33261910042", "+33353010059")
FILE = "reference,number,code\nR-1,0465710001,71\nR-2,0465710002,72\nR-3,0465710003,73\n"
SETTINGS = ({"vip_priority": 7}, {"time_zone": "Europe/Lisbon"}, {"shared_numbers": "first"}, {"name": "Acacias"})

Thing = TypeVar("Thing")
Change = Callable[[Cast, int, Path], object]
"""Changes something of CL0000; which of several, the number says."""


def _one_of(things: list[Thing], n: int) -> list[Thing]:
    """One of the things; none if there is none."""
    return [things[n % len(things)]] if things else []


def _kept_facts(cast: Cast) -> list[tuple[str, int]]:
    """The kind and id of every fact of CL0000."""
    facts = export_facts(cast.db, cast["reader"], ACCOUNT).facts
    return [(kind, fact_id) for kind, by_id in facts.items() for fact_id in by_id]


def _kept_contacts(cast: Cast) -> dict[int, Contact]:
    return {kept.id: kept.contact for kept in list_contacts(cast.db, cast["reader"], ACCOUNT)}


def _change_fact(cast: Cast, n: int, _: Path) -> None:
    for kind, fact_id in _one_of(_kept_facts(cast), n):
        set_fact(cast.db, cast["editor"], ACCOUNT, kind, fact_id, SAMPLES[kind].changes)


def _remove_fact(cast: Cast, n: int, _: Path) -> None:
    for kind, fact_id in _one_of(_kept_facts(cast), n):
        remove_fact(cast.db, cast["editor"], ACCOUNT, kind, fact_id)


def _add_contact(cast: Cast, n: int, _: Path) -> None:
    contact = Contact(company=f"C{n}", telecoms=(Telecom(NUMBERS[n % 3]),), code=str(1000 + n))
    add_contact(cast.db, cast["editor"], ACCOUNT, contact)


def _change_contact(cast: Cast, n: int, _: Path) -> None:
    for contact_id in _one_of(list(_kept_contacts(cast)), n):
        enter_contact(cast.db, cast["editor"], ACCOUNT, contact_id, {"select_1": str(200 + n)})


def _remove_contact(cast: Cast, n: int, _: Path) -> None:
    for contact_id in _one_of(list(_kept_contacts(cast)), n):
        remove_contact(cast.db, cast["editor"], ACCOUNT, contact_id)


def _import(cast: Cast, n: int, directory: Path) -> None:
    file = directory / "contacts.csv"
    file.write_text(FILE.replace(",7", f",{n}7"))
    import_contacts(cast.db, cast["editor"], ACCOUNT, file, delete_missing=n % 2 == 0, force=True)


def _undo_import(cast: Cast, _n: int, _: Path) -> None:
    newest = list_imports(cast.db, cast["reader"], ACCOUNT, limit=1)
    if newest:
        undo_import(cast.db, cast["editor"], ACCOUNT, newest[0].id)


def _flip(cast: Cast, n: int, _: Path) -> None:
    for kind, fact_id in _kept_facts(cast):
        if kind == "switch":
            flip_switch(cast.db, cast["editor"], ACCOUNT, fact_id, ("on", "off", "toggle")[n % 3])


CHANGES: tuple[Change, ...] = (
    *(_change_fact, _remove_fact, _add_contact, _change_contact, _remove_contact, _import, _undo_import, _flip),
    lambda cast, n, _: add_fact(cast.db, cast["editor"], ACCOUNT, Holiday(day=date(2026, 1, 1 + n), label=f"H{n}")),
    lambda cast, n, _: observe_holidays(cast.db, cast["editor"], ACCOUNT, ("FR", "BE")[n % 2]),
    lambda cast, n, _: set_account(cast.db, cast["manager"], ACCOUNT, SETTINGS[n % len(SETTINGS)]),
    lambda cast, n, _: set_field(cast.db, cast["editor"], ACCOUNT, f"select_{1 + n % 4}", default=str(900 + n)),
    lambda cast, n, _: add_option(cast.db, cast["editor"], ACCOUNT, "select_1", Option(f"O{n}", str(n))),
    lambda cast, n, _: grant_role(cast.db, cast["manager"], email("router"), ACCOUNT, (Role.READ, Role.EDIT)[n % 2]),
)


@settings(max_examples=10, deadline=None)
@given(steps=st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(0, 27)), min_size=5, max_size=15))
def test_the_journal_undone_down_to_any_change_gives_what_there_was_before(
    assembled: Path, steps: list[tuple[Change, int]]
) -> None:
    with TemporaryDirectory() as directory:
        database = Path(directory) / "aiguillage.db"
        shutil.copyfile(assembled, database)
        with closing(Database(database)) as db:
            cast = Cast(db)
            known_caller(cast)
            add_samples(db, cast["editor"], ACCOUNT)
            there_was: list[tuple[FactsDocument, dict[int, Contact]]] = []
            for change, n in steps:
                with suppress(Refusal):
                    change(cast, n, Path(directory))
                there_was.append((export_facts(db, cast["reader"], ACCOUNT), _kept_contacts(cast)))

            last = there_was[-1][0].seq
            changed_since = [was for was in there_was if was[0].seq < last]
            found = [_found_before(cast, document.seq + 1) for document, _ in changed_since]

    assert found == changed_since


def _last(cast: Cast) -> int:
    return facts_now(cast.db, cast["reader"], ACCOUNT).document.seq


def _found_before(cast: Cast, seq: int) -> tuple[FactsDocument, dict[int, Contact]]:
    """The account's document and its contacts before a change, as the journal has them."""
    past = facts_before(cast.db, cast["reader"], ACCOUNT, seq)
    contacts = {**_kept_contacts(cast), **past.contacts}
    return past.document, {contact_id: contact for contact_id, contact in contacts.items() if contact is not None}


def test_facts_that_were_removed_are_back_in_their_order(cast: Cast) -> None:
    holidays = [
        add_fact(cast.db, cast["editor"], ACCOUNT, Holiday(day=date(2026, 5, day), label="x")).kept for day in (1, 2, 3)
    ]
    remove_fact(cast.db, cast["editor"], ACCOUNT, "holiday", holidays[1].id)

    past = facts_before(cast.db, cast["reader"], ACCOUNT, _last(cast))

    assert list(past.document.facts["holiday"]) == [kept.id for kept in holidays]


def test_before_the_first_change_there_is_nothing_but_the_account(cast: Cast) -> None:
    before = export_facts(cast.db, cast["reader"], ACCOUNT)
    ids = add_samples(cast.db, cast["editor"], ACCOUNT)
    set_account(cast.db, cast["manager"], ACCOUNT, {"rota": ids["rota"], "geo_list": ids["geo_list"]})
    issue_secret(cast.db, cast["manager"], ACCOUNT, "switch", ids["switch"])
    contact = known_caller(cast)

    past = facts_before(cast.db, cast["reader"], ACCOUNT, 1)

    assert past.document == msgspec.structs.replace(
        before, seq=0, facts={kind.name: {} for kind in KINDS if kind.seen_by <= Role.READ}
    )
    assert past.contacts == {contact.id: None}


@pytest.mark.parametrize(
    ("seq", "kind", "advice"), [(0, Kind.INVALID, "numbered from 1"), (999, Kind.MISSING, "no change 999")]
)
def test_a_change_that_was_never_made_is_refused(cast: Cast, seq: int, kind: Kind, advice: str) -> None:
    with refused(kind, advice):
        facts_before(cast.db, cast["reader"], ACCOUNT, seq)


def test_a_document_of_another_account_is_refused(cast: Cast) -> None:
    theirs = export_facts(cast.db, cast["outsider"], OTHER_ACCOUNT)

    with refused(Kind.CONFLICT, f"about {OTHER_ACCOUNT}, not {ACCOUNT}"):
        facts_in(cast.db, cast["reader"], ACCOUNT, theirs)
