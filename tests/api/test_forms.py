"""Files in forms, as browsers and `curl --form` send them: the same as files by themselves."""

from collections.abc import Iterable
from typing import Any

import pytest
from litestar.exceptions import HTTPException

from aiguillage.api.forms import ENDINGS, FORM, MOST_PARTS, read_form
from aiguillage.api.management import operations
from aiguillage.api.operations import Upload
from aiguillage.desk.importing.sent import ANY, CSV, JSON, NAMES, VCARD, XLSX
from aiguillage.domain.errors import Kind
from tests.api.client import Client, on_new_account
from tests.refusal import refused
from tests.standing import Busy

TEXT = "référence;téléphone;société\nC-1;01 99 00 12 34;Garage\nC-2;01 99 00 12 35;Fournil\n"
CARD = "BEGIN:VCARD\nVERSION:3.0\nFN:Camille\nTEL:01 99 00 12 34\nEND:VCARD\n"
TAKES = tuple(NAMES)
WITH_FILE = [operation for operation in operations() if operation.body is Upload]
HEADER = f"{FORM}; boundary=x"


def part(head: str, content: str, kind: str = "") -> str:
    """A part of a form."""
    typed = f"\r\nContent-Type: {kind}" if kind else ""
    return f"--x\r\nContent-Disposition: form-data; {head}{typed}\r\n\r\n{content}\r\n"


def form(*parts: str) -> bytes:
    """A form of those parts."""
    return ("".join(parts) + "--x--\r\n").encode()


def file(name: str, kind: str = "", content: str = TEXT) -> str:
    """A part with a file."""
    return part(f'name="file"; filename="{name}"', content, kind)


def read(parts: Iterable[str], takes: tuple[str, ...] = TAKES) -> Upload:
    return read_form(takes, HEADER, form(*parts))


@pytest.mark.parametrize(
    ("sent", "kind", "name"),
    [
        (file("avril.csv", CSV), CSV, "avril.csv"),
        (file("avril.csv", "text/csv; charset=utf-8"), CSV, "avril.csv"),
        (file("avril.csv", "application/vnd.ms-excel"), CSV, "avril.csv"),
        (file("avril.CSV", ANY), CSV, "avril.CSV"),
        (file("avril.xlsx"), XLSX, "avril.xlsx"),
        (file("rows.json", ANY), JSON, "rows.json"),
        (file("blob", JSON), JSON, "blob"),
        (file("camille.vcf", "text/x-vcard"), "text/x-vcard", "camille.vcf"),
        (file("camille.vcf", "text/directory"), VCARD, "camille.vcf"),
        (file("avril.txt", "text/plain"), ANY, "avril.txt"),
        (file("avril"), ANY, "avril"),
        (file("C:\\\\fakepath\\\\avril.csv"), CSV, "avril.csv"),
        (file("../../avril.csv"), CSV, "avril.csv"),
        (file("a" * 300 + ".csv"), CSV, "a" * 255),
        (part('name="file"', TEXT), ANY, ""),
        (part("filename=avril.csv; name=file", TEXT), CSV, "avril.csv"),
    ],
)
def test_a_file_in_a_form_is_what_its_part_or_its_name_says(sent: str, kind: str, name: str) -> None:
    assert read([sent]) == Upload(TEXT.encode(), kind, name)


@pytest.mark.parametrize(
    ("takes", "kind"), [(("text/calendar",), "text/calendar"), ((JSON, CSV, XLSX), CSV)], ids=["one kind", "several"]
)
def test_what_nobody_says_is_left_to_the_contents(takes: tuple[str, ...], kind: str) -> None:
    assert read([file("sent")], takes).content_type == kind


def test_a_field_without_a_file_that_a_browser_sends_along_does_not_count() -> None:
    assert read([part('name="other"; filename=""', ""), file("avril.csv")]).name == "avril.csv"


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ([], "The form contains no file"),
        ([part('name="file"; filename=""', "")], "The form contains no file"),
        ([part('name="dry_run"', "1"), part('name="file"', TEXT)], "The form contains no file"),
        ([file("a.csv"), file("b.csv")], "The form contains 2 files. Send one at a time."),
        ([file("a.csv"), part('name="dry_run"', "1")], "'dry_run' was sent beside the file. Put it in the address"),
        ([part('name="customer_account"', "CL0000"), file("a.csv")], "'customer_account' was sent beside the file"),
    ],
)
def test_a_form_with_anything_but_one_file_is_refused(parts: list[str], why: str) -> None:
    with refused(Kind.INVALID, why):
        read(parts)


@pytest.mark.parametrize(
    ("header", "body"),
    [
        (FORM, form(file("a.csv"))),
        (f"{FORM}; boundary=", form(file("a.csv"))),
        (f"{FORM}; boundary=y", form(file("a.csv"))),
        (HEADER, b""),
        (HEADER, TEXT.encode()),
        (HEADER, form(file("a.csv"))[:-20]),
        (HEADER, form(*[file("a.csv")] * (MOST_PARTS + 1))),
        (HEADER, b"--x\r\nContent-Type: text/csv\r\n\r\n1\r\n--x--\r\n"),
        (HEADER, b'--x\r\nContent-Disposition: form-data; name="\xff\xfe"\r\n\r\n1\r\n--x--\r\n'),
    ],
)
def test_what_is_no_form_is_refused(header: str, body: bytes) -> None:
    with pytest.raises(HTTPException) as caught:
        read_form(TAKES, header, body)

    assert caught.value.status_code == 400
    assert "curl --form file=@contacts.csv" in caught.value.detail


def test_every_kind_of_file_that_is_taken_is_known_by_its_ending() -> None:
    taken = {kind for operation in WITH_FILE for kind in operation.takes}

    assert taken - {ANY, "text/x-vcard"} == {*ENDINGS.values()}


@pytest.fixture
def client(busy: Busy) -> Client:
    """A manager's client, on an account of the test's own."""
    return on_new_account(busy.server, busy.cast)


def sent(client: Client, path: str, file_name: str, content: str, **params: Any) -> dict[str, Any]:  # noqa: ANN401 - the query's
    """The answer to a file in a form."""
    answer: dict[str, Any] = client.done("POST", path, files={"file": (file_name, content.encode())}, params=params)
    return answer


def test_contacts_are_imported_from_a_form(client: Client) -> None:
    told = sent(client, "/contacts/import", "avril.csv", TEXT, dry_run=1)
    done = sent(client, "/contacts/import", "avril.csv", TEXT)
    held = sent(client, "/imports", "camille.vcf", CARD)

    assert (told["created"], done["created"], held["preview"]["updated"]) == (2, 2, 1)
    assert client.get(f"/imports/{done['import_id']}")["file"] == "avril.csv"
    assert held["file"] == "camille.vcf"
    assert sent(client, "/contacts/import", "avril.csv", TEXT, name="Avril", dry_run=1)["unchanged"] == 2


def test_origins_and_calendars_come_in_forms_too(client: Client) -> None:
    queue = client.done("POST", "/call-queues/queues", {"name": "Accueil", "code": "accueil", "number": "207"})
    event = "BEGIN:VEVENT\nUID:1@example.org\nDTSTART;VALUE=DATE:20261224\nSUMMARY:Inventaire\nEND:VEVENT\n"
    calendar = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//example.org//Fermetures//FR\n{event}END:VCALENDAR\n"
    place = {"name": "Fermetures", "owner_type": "queue", "owner_id": queue["id"], "destination": "310"}

    ctis = sent(client, "/ctis/import", "ctis.csv", "cti;origin;destination\nStandard;site-12;207\n")

    assert ctis["created"] == 2
    assert sent(client, "/calendars/file", "fermetures.ics", calendar, **place)["events"] == 1


def test_a_form_that_is_sent_again_with_its_key_is_the_same_request(client: Client) -> None:
    key = {"Idempotency-Key": "form-1"}
    files = {"file": ("avril.csv", TEXT.encode())}

    first, second = (client.ask("POST", "/contacts/import", files=files, headers=key) for _ in range(2))

    assert first.request.headers["content-type"] != second.request.headers["content-type"]
    assert (first.json()["created"], first.json()) == (2, second.json())
    assert second.headers["idempotency-replayed"] == "true"


def test_a_form_is_refused_where_no_file_is_taken(client: Client) -> None:
    client.refused(415, "POST", "/contacts", files={"file": ("a.csv", b"1")})
    problem = client.refused(
        415, "POST", "/contacts/import", content=b"%PDF", headers={"Content-Type": "application/pdf"}
    )

    assert FORM in problem["detail"]


def test_a_choice_that_is_sent_in_a_form_is_never_passed_over(client: Client) -> None:
    files = {"file": ("avril.csv", TEXT.encode())}

    problem = client.refused(422, "POST", "/contacts/import", files=files, data={"dry_run": "1"})

    assert "?dry_run=" in problem["detail"]
    assert client.get("/contacts")["total"] == 0


def test_a_card_is_imported_as_such_and_not_as_csv(client: Client) -> None:
    for kind in ("text/vcard", "text/x-vcard; charset=utf-8", ANY):
        told = client.done(
            "POST", "/contacts/import", content=CARD.encode(), headers={"Content-Type": kind}, params={"dry_run": 1}
        )
        assert (told["created"], told["columns"]["TEL"]) == (1, "number")

    problem = client.refused(422, "POST", "/contacts/import", content=CARD.encode(), headers={"Content-Type": CSV})
    assert "is a vCard" in problem["detail"]
