"""Contacts by the thousand: bulk upsert, imports, exports, undo; and what must not get in that way."""

import csv
import io
import json
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from aiguillage.desk.importing.headings import MOMENTS
from tests.api.client import Client, on_new_account
from tests.standing import Busy

CSV = {"Content-Type": "text/csv"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TWO = "référence;téléphone;société\nC-1;01 99 00 12 34;Garage\nC-2;01 99 00 12 35;Fournil\n"
BOTH = [{"telecoms": ["01 99 00 12 34"], "company": "Garage"}, {"telecoms": ["01 99 00 12 35"], "company": "Fournil"}]


@pytest.fixture
def client(busy: Busy) -> Client:
    """A manager's client, on an account of the test's own."""
    return on_new_account(busy.server, busy.cast)


def companies(client: Client) -> list[str]:
    return [one["company"] for one in client.get("/contacts")["data"]]


def upload(client: Client, content: bytes | str, media_type: str = "text/csv", **params: object) -> dict[str, Any]:
    """Imports a file; the answer."""
    sent = content.encode() if isinstance(content, str) else content
    answer: dict[str, Any] = client.done(
        "POST", "/contacts/import", content=sent, headers={"Content-Type": media_type}, params=params
    )
    return answer


def counts(answer: dict[str, object]) -> list[object]:
    return [answer[name] for name in ("created", "updated", "unchanged", "refused")]


def test_an_upsert_says_what_it_did_to_each(client: Client) -> None:
    first = client.done("POST", "/contacts/bulk", {"contacts": BOTH})

    rows = [{**BOTH[0], "company": "Garage Mistral"}, BOTH[1], {"telecoms": ["x"]}, {"role": "manage", "id_code": "1"}]
    second = client.done("POST", "/contacts/bulk", {"contacts": rows}, params={"partial": 1})

    assert (counts(first), counts(second)) == ([2, 0, 0, 0], [0, 1, 1, 2])
    assert [(one["index"], one["field"]) for one in second["refusals"]] == [(2, "telecoms"), (3, "")]
    assert companies(client) == ["Garage Mistral", "Fournil"]


def test_without_partial_one_refusal_keeps_all_out(client: Client) -> None:
    problem = client.refused(422, "POST", "/contacts/bulk", {"contacts": [*BOTH, {"telecoms": ["12x"]}]})

    assert list(problem["errors"]) == ["contacts.2.telecoms"]
    assert companies(client) == []


def test_an_upsert_that_is_sent_again_with_its_key_is_done_once(client: Client) -> None:
    key = {"Idempotency-Key": "upsert-1"}

    first, second = (client.ask("POST", "/contacts/bulk", {"contacts": BOTH}, headers=key) for _ in range(2))

    assert first.json() == second.json()
    assert (counts(first.json()), second.headers["idempotency-replayed"]) == ([2, 0, 0, 0], "true")


@pytest.mark.parametrize("body", [BOTH, {"contacts": BOTH}])
def test_rows_of_json_are_imported_as_the_client_sends_them(client: Client, body: object) -> None:
    told = client.done("POST", "/contacts/import", body, params={"dry_run": 1})
    done = client.done("POST", "/contacts/import", body)

    assert (counts(told), told["applied"], told["import_id"]) == ([2, 0, 0, 0], False, None)
    assert (counts(done), done["applied"]) == ([2, 0, 0, 0], True)
    assert [one["telecoms"] for one in client.get("/contacts")["data"]] == [one["telecoms"] for one in BOTH]


def test_a_file_is_imported_and_taken_back(client: Client) -> None:
    done = upload(client, TWO, name="avril.csv")
    one = f"/imports/{done['import_id']}"

    shown = client.get(one)
    undone = client.done("POST", f"{one}/undo")

    assert (shown["file"], shown["created"], shown["undone_at"]) == ("avril.csv", 2, None)
    assert undone == {"import_id": done["import_id"], "removed": 2, "restored": 0, "readded": 0}
    assert companies(client) == []
    assert client.get("/imports")["data"][0]["undone_at"] is not None
    client.refused(409, "POST", f"{one}/undo")
    client.refused(404, "POST", "/imports/999999/undo")
    client.refused(404, "GET", "/imports/999999")


def test_refused_rows_are_told_by_line_and_column(client: Client) -> None:
    bad = TWO + "C-3;0199;Atelier\n"

    problem = client.refused(422, "POST", "/contacts/import", content=bad.encode(), headers=CSV)
    told = upload(client, bad, dry_run=1)
    done = upload(client, bad, partial=1)

    assert list(problem["errors"]) == ["line 4.téléphone"]
    assert "1 of 3 rows is refused" in str(told["obstacle"])
    assert counts(told) == counts(done) == [2, 0, 0, 1]
    assert done["refusals"] == [
        {
            "line": 4,
            "column": "téléphone",
            "value": "0199",
            "reason": "'0199' is not a phone number in FR. Write all its digits, or + and the country code.",
        }
    ]


def test_each_column_is_told_as_read_or_with_the_reason_why_not(client: Client) -> None:
    told = upload(client, "Phone 1 - Value;Phone 1 - Type;Ville\n01 99 00 12 34;Mobile;Rennes\n", dry_run=1)

    assert told["columns"] == {"Phone 1 - Value": "number", "Phone 1 - Type": "kind of number"}
    assert told["unread_columns"] == [
        {
            "column": "Ville",
            "why": "elsewhere",
            "reason": "Contacts here have no addresses, jobs, dates, notes and the like.",
        }
    ]
    assert told["unknown_columns"] == ["Ville"]


def test_an_upload_is_previewed_applied_told_and_taken_back(client: Client) -> None:
    held = client.done("POST", "/imports", content=TWO.encode(), headers=CSV, params={"name": "avril.csv"})
    one = f"/imports/{held['id']}"
    before = companies(client)

    client.done("POST", f"{one}/apply")
    while (told := client.get(one))["state"] == "applying":
        pass

    assert (held["state"], held["preview"]["created"], before) == ("previewed", 2, [])
    assert (told["state"], told["file"], companies(client)) == ("applied", "avril.csv", ["Garage", "Fournil"])
    client.refused(409, "POST", f"{one}/apply")
    assert client.done("POST", f"/imports/{told['import_id']}/undo")["removed"] == 2
    assert client.get(f"/imports/{told['import_id']}")["state"] == "undone"
    client.refused(404, "GET", f"/imports/{held['id'] + 1}")


def test_contacts_that_a_file_lacks_go_only_when_somebody_insists(client: Client) -> None:
    upload(client, TWO)
    one = TWO.rpartition("C-2")[0]

    client.refused(422, "POST", "/contacts/import", content=one.encode(), headers=CSV, params={"delete_missing": 1})
    done = upload(client, one, delete_missing=1, force=1)

    assert done["deleted"] == 1
    assert companies(client) == ["Garage"]


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl", "json"])
def test_an_export_imports_again_unchanged(client: Client, form: str) -> None:
    client.done("POST", "/contacts/bulk", {"contacts": [*BOTH, {"id_code": "7", "company": "=1+1"}]})

    answer = client.ask("GET", "/contacts/export", params={"format": form})

    assert answer.headers["content-disposition"] == f'attachment; filename="contacts-{client.account}.{form}"'
    again = upload(client, answer.content, answer.headers["content-type"], delete_missing=1)
    assert (counts(again), again["deleted"], again["unknown_columns"]) == ([0, 0, 3, 0], 0, [])
    assert {one["column"]: one["why"] for one in again["unread_columns"]} == dict.fromkeys(MOMENTS, "moment")


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "text/csv"),
        ("application/json", "application/json"),
        ("text/html, application/jsonl;q=0.9", "application/jsonl"),
        (f"{XLSX}, text/csv", XLSX),
    ],
)
def test_accept_chooses_the_format_of_an_export(client: Client, accept: str, media_type: str) -> None:
    answer = client.ask("GET", "/contacts/export", headers={"Accept": accept})

    assert answer.headers["content-type"].partition(";")[0] == media_type


def test_an_unknown_format_is_refused(client: Client) -> None:
    assert list(client.refused(422, "GET", "/contacts/export", params={"format": "pdf"})["errors"]) == ["format"]


def test_no_cell_of_an_export_is_a_formula(client: Client) -> None:
    client.done("POST", "/contacts", {"company": "=1+1", "last_name": "@home", "id_code": "-7"})

    text = client.ask("GET", "/contacts/export").content.decode("utf-8-sig")
    book = openpyxl.load_workbook(io.BytesIO(client.ask("GET", "/contacts/export?", params={"format": "xlsx"}).content))

    cells = list(csv.reader(io.StringIO(text), delimiter=";"))[1]
    assert {"'=1+1", "'@home", "'-7"} <= set(cells)
    kinds = {cell.data_type for row in book.active.iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s"}
    book.close()


def spreadsheet(**cells: str) -> bytes:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for place, value in cells.items():
        book.active[place] = value
    book.save(stream)
    return stream.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def repacked(change: Callable[[bytes], bytes]) -> bytes:
    """A spreadsheet whose sheet's XML is another."""
    found, made = io.BytesIO(spreadsheet(A1="tel", A2="0199001234")), io.BytesIO()
    with zipfile.ZipFile(found) as before, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            after.writestr(name, change(content) if name == SHEET else content)
    return made.getvalue()


def swollen(sheet: bytes) -> bytes:
    return sheet.replace(b"</sheetData>", b"</sheetData>" + b" " * (257 << 20))


def with_entity(value: str) -> Callable[[bytes], bytes]:
    """What gives a sheet a number that its XML names by an entity of that value."""
    declared = f"<!DOCTYPE worksheet [<!ENTITY a {value}>]><worksheet".encode()
    row = b'<row r="3"><c r="A3" t="inlineStr"><is><t>&a;</t></is></c></row></sheetData>'
    return lambda sheet: sheet.replace(b"<worksheet", declared, 1).replace(b"</sheetData>", row)


def lying(archive: bytes) -> bytes:
    """The archive, saying of its sheet that it unpacks to a thousand bytes."""
    changed = bytearray(archive)
    for mark, length_at, size_at, name_at in ((b"PK\x01\x02", 28, 24, 46), (b"PK\x03\x04", 26, 22, 30)):
        place = changed.find(mark)
        while place >= 0:
            (length,) = struct.unpack_from("<H", changed, place + length_at)
            if changed[place + name_at : place + name_at + length] == SHEET.encode():
                struct.pack_into("<I", changed, place + size_at, 1000)
            place = changed.find(mark, place + 4)
    return bytes(changed)


DEEP = "[" * 5_000 + "]" * 5_000
HOSTILE: list[tuple[str, Callable[[], bytes], str, int]] = [
    ("a sheet of 17 billion cells", lambda: spreadsheet(A1="tel", XFD1048576="x"), XLSX, 422),
    ("a bomb", lambda: repacked(swollen), XLSX, 422),
    ("a bomb that lies", lambda: lying(repacked(swollen)), XLSX, 422),
    ("an entity", lambda: repacked(with_entity('"0199001235"')), XLSX, 422),
    ("an entity that is a file", lambda: repacked(with_entity('SYSTEM "file:///etc/hostname"')), XLSX, 422),
    ("no archive", lambda: b"PK\x03\x04" + b"x" * 1_000, XLSX, 422),
    ("a line without an end", lambda: b"tel;nom\n" + b"x" * (8 << 20), "text/csv", 422),
    ("a cell without an end", lambda: b'tel;nom\n0199001234;"' + b"x,\n" * (1 << 20), "text/csv", 422),
    ("not characters", lambda: b"tel\n\x81\x8d\xff\n", "text/csv", 422),
    ("no text", lambda: b"tel\n\x00\x01\x02\n", "text/csv", 422),
    ("nothing", lambda: b"", "text/csv", 422),
    ("deep JSON", DEEP.encode, "application/json", 422),
    ("deep JSON in a row", f'[{{"id_code": "1", "telecoms": {DEEP}}}]'.encode, "application/json", 422),
    ("JSON in another encoding", lambda: '[{"id_code": "é"}]'.encode("latin-1"), "application/json", 422),
    ("a JSON number without an end", lambda: b'[{"id_code": ' + b"9" * 6_000 + b"}]", "application/json", 422),
    ("rows that are none", lambda: b"[1, null, []]", "application/json", 422),
    ("an object of two lists", lambda: b'{"rows": [], "others": []}', "application/json", 422),
    ("an object without a list", lambda: b'{"rows": 1}', "application/json", 422),
    ("more than is allowed", lambda: b"x" * ((64 << 20) + 1), "text/csv", 413),
    ("another type", lambda: b"%PDF-1.7", "application/pdf", 415),
]


@pytest.mark.parametrize(
    ("make", "media_type", "status"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE]
)
def test_what_is_meant_to_hurt_is_refused_and_the_server_lives(
    client: Client, make: Callable[[], bytes], media_type: str, status: int
) -> None:
    client.refused(status, "POST", "/contacts/import", content=make(), headers={"Content-Type": media_type})

    assert client.get("/contacts")["total"] == 0
    assert client.server.process.poll() is None


@pytest.mark.parametrize(
    ("contacts", "status"),
    [
        (DEEP, 400),
        (f'[{{"id_code": "1", "telecoms": {DEEP}}}]', 400),
        ('[{"id_code": ' + "9" * 6_000 + "}]", 422),
        ('[{"id": ' + "9" * 4_000 + "}]", 422),
        ('[{"id_code": "\\ud800"}]', 400),
        ('[{"id_code": "1", "company": "\\u0000"}]', 422),
        ("[1]", 422),
        ("{}", 422),
        ("[" + "{}," * 20_000 + "{}]", 422),
        ('[{"id_code": "1", "telecoms": [' + "0," * (1 << 20) + "0]}]", 422),
    ],
)
def test_upserts_that_are_meant_to_hurt_are_refused(client: Client, contacts: str, status: int) -> None:
    body, headers = f'{{"contacts": {contacts}}}'.encode(), {"Content-Type": "application/json"}

    client.refused(status, "POST", "/contacts/bulk", content=body, headers=headers)

    assert client.get("/contacts")["total"] == 0


def test_bodies_are_bounded_by_what_they_are_for(client: Client) -> None:
    big = json.dumps({"company": "x" * (10 << 20)}).encode()

    for method, path in (("POST", "/contacts"), ("POST", "/fields"), ("DELETE", "/contacts/bulk")):
        headers = {"Content-Type": "application/json"}
        assert client.ask(method, path, content=big, headers=headers).status_code in {413, 422}
