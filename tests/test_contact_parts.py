"""Every part of a contact, through every door: a new one cannot be forgotten by any of them."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from aiguillage.desk.contacts import add_contact, list_contacts, show_contact
from aiguillage.desk.entering import NAMES
from aiguillage.desk.erasing import erase_person
from aiguillage.desk.exports import FORMATS, export_contacts
from aiguillage.desk.importing.headings import said_by
from aiguillage.desk.importing.sent import CSV, JSON, JSON_LINES, XLSX, Upload
from aiguillage.desk.imports import import_contacts
from aiguillage.domain.contacts import OWN_PARTS, PARTS, Contact, Part, Telecom, values_of, with_values
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.storage.contacts import COLUMNS
from aiguillage.storage.schema import contacts as table
from tests.api.client import Client, on_new_account
from tests.cast import ACCOUNT, NUMBER, Cast
from tests.cli.terminal import Terminal
from tests.refusal import refused
from tests.standing import Busy, busy_server

TEXTS = [part for part in PARTS.values() if not (part.several or part.flag)]
ERASED = [part for part in TEXTS if part.erased]
MEDIA = {"csv": CSV, "xlsx": XLSX, "json": JSON, "jsonl": JSON_LINES}
every_part = pytest.mark.parametrize("part", PARTS.values(), ids=lambda part: part.name)


def sent(part: Part) -> Any:  # noqa: ANN401 - of any part
    """What is sent of a part: its example, or what any part takes."""
    return part.example if part.example is not None else part.flag or "207"


SENT = {part.wire: sent(part) for part in PARTS.values()}


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Busy]:
    """A server that each test asks about an account of its own."""
    with busy_server(tmp_path_factory.mktemp("busy")) as busy:
        yield busy


@pytest.fixture
def client(busy: Busy) -> Client:
    """The manager of a new account."""
    return on_new_account(busy.server, busy.cast)


@pytest.fixture
def terminal(busy: Busy) -> Terminal:
    """A terminal on the server's database."""
    return Terminal(busy.cast.db.path.parent, columns=200)


@pytest.fixture
def whole(client: Client) -> Any:  # noqa: ANN401 - JSON
    """A contact of which every part was sent, as it is answered."""
    return client.done("POST", "/contacts", SENT)


def kept(busy: Busy, client: Client) -> Contact:
    """The one contact of the client's account."""
    (one,) = list_contacts(busy.cast.db, busy.cast["manager"], client.account)
    return one.contact


def test_every_attribute_of_a_contact_is_a_part_and_every_part_is_a_column() -> None:
    assert {*Contact.__struct_fields__} == {*OWN_PARTS, "select", "boolean", "given"}
    assert {*COLUMNS} == {column.name for column in table.columns} - {"account_id", "id", "seq"}
    assert all(part.words.endswith(".") and part.hint.endswith(".") and part.noun for part in PARTS.values())


@every_part
def test_a_part_is_sent_shown_found_and_cleared(client: Client, whole: Any, part: Part) -> None:  # noqa: ANN401 - JSON
    found = client.get("/contacts", **{part.wire: sent(part)[0] if part.several else json_text(sent(part))})
    cleared = client.done("PUT", f"/contacts/{whole['id']}", {part.wire: None})

    assert whole[part.wire] == sent(part)
    assert found["data"] == [whole]
    assert cleared[part.wire] == ([] if part.several else None)
    assert {name for name in SENT if cleared[name] != whole[name]} == {part.wire}


def json_text(value: Any) -> str:  # noqa: ANN401 - of any part
    """A value as a query has it."""
    return value if isinstance(value, str) else json.dumps(value)


@every_part
def test_contacts_are_sorted_by_a_part_that_is_no_list(client: Client, whole: Any, part: Part) -> None:  # noqa: ANN401 - JSON
    without = client.done("POST", "/contacts", {"telecoms": ["207"]})

    if part.several:
        assert part.wire in client.refused(422, "GET", "/contacts", params={"sort": part.wire})["errors"]["sort"][0]
    else:
        up = client.get("/contacts", sort=part.wire)["data"]
        assert [one["id"] for one in up] == [without["id"], whole["id"]]
        assert client.get("/contacts", sort=f"-{part.wire}")["data"] == up[::-1]


def test_a_bulk_upsert_says_the_same(busy: Busy, client: Client, whole: Any) -> None:  # noqa: ANN401 - JSON
    before = kept(busy, client)
    client.done("DELETE", f"/contacts/{whole['id']}")

    client.done("POST", "/contacts/bulk", {"contacts": [SENT]})

    assert kept(busy, client) == before


@pytest.mark.usefixtures("whole")
def test_the_terminal_says_the_same(busy: Busy, client: Client, terminal: Terminal) -> None:
    before = kept(busy, client)
    other = on_new_account(busy.server, busy.cast)
    words = [word for part in PARTS.values() for word in option(part)]

    contact = terminal.read("contacts", "add", other.account, *words)
    shown = terminal.done("contacts", "show", other.account, str(contact["id"]))

    assert kept(busy, other) == msgspec.structs.replace(before, given={})
    assert all(contact[name] not in (None, "", []) for name in NAMES)
    assert all(
        str(value) in shown for part, value in zip(PARTS.values(), values_of(before), strict=True) if part in TEXTS
    )


def option(part: Part) -> tuple[str, ...]:
    """The words that set a part at the terminal."""
    if part.flag:
        return (f"--{part.option}" if sent(part) else f"--no-{part.option}",)
    return (f"--{part.option}", sent(part)[0] if part.several else sent(part))


@every_part
def test_the_terminal_clears_a_part(client: Client, whole: Any, terminal: Terminal, part: Part) -> None:  # noqa: ANN401 - JSON
    terminal.done("contacts", "set", client.account, str(whole["id"]), "--clear", part.option)

    assert client.get(f"/contacts/{whole['id']}")[part.wire] == ([] if part.several else None)


@pytest.mark.usefixtures("whole")
@pytest.mark.parametrize("form", FORMATS)
def test_what_is_exported_is_imported_unchanged(busy: Busy, client: Client, form: str) -> None:
    content = b"".join(export_contacts(busy.cast.db, busy.cast["manager"], client.account, form))
    other = on_new_account(busy.server, busy.cast)

    outcome = import_contacts(
        busy.cast.db, busy.cast["manager"], other.account, Upload("contacts", MEDIA[form], content).source()
    )

    assert outcome.unknown_columns == ()
    assert values_of(kept(busy, other)) == values_of(kept(busy, client))


@every_part
def test_each_of_its_headings_says_a_part(part: Part) -> None:
    names = [part.name, part.wire, part.heading, *part.aliases.split(), *part.weak.split()]

    assert {name: said_by(name, {}).meaning for name in names} == dict.fromkeys(names, said_by(part.name, {}).meaning)
    assert said_by(part.name, {}).meaning[0] == part.name  # type: ignore[index] # it says one


@pytest.mark.parametrize("part", ERASED, ids=lambda part: part.name)
def test_an_erasure_clears_a_part_that_has_the_number(cast: Cast, part: Part) -> None:
    contact = with_values(
        Contact(telecoms=(Telecom(NUMBER), Telecom("207"))), {part.name: part.read(NUMBER.lstrip("+"))}
    )
    added = add_contact(cast.db, cast["editor"], ACCOUNT, contact)

    erase_person(cast.db, cast.log, cast["manager"], ACCOUNT, NUMBER, contacts="number")

    assert show_contact(cast.db, cast["reader"], ACCOUNT, added.id).contact == Contact(telecoms=(Telecom("207"),))


@pytest.mark.parametrize("part", ERASED, ids=lambda part: part.name)
def test_an_erasure_finds_a_part_of_somebody_else_that_has_the_number(cast: Cast, part: Part) -> None:
    contact = with_values(Contact(telecoms=(Telecom("207"),)), {part.name: part.read(NUMBER.lstrip("+"))})
    add_contact(cast.db, cast["editor"], ACCOUNT, contact)

    with refused(Kind.CONFLICT, "has this number as a destination, as a code or in a text"):
        erase_person(cast.db, cast.log, cast["manager"], ACCOUNT, NUMBER)


@every_part
def test_what_an_erasure_passes_over_can_hold_no_number(part: Part) -> None:
    def can_hold(text: str) -> bool:
        try:
            return bool(part.read(text))
        except Refusal:
            return False

    assert part.erased or not any(map(can_hold, (NUMBER, NUMBER.lstrip("+"), "01 99 00 12 34", "0199001234")))
