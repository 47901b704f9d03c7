"""Files as businesses have them, and files that are none: each understood, or refused in one line that helps."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from aiguillage.desk.importing import reading
from aiguillage.desk.importing.outcome import MOST_TOLD
from aiguillage.desk.importing.texts import MOST_BLANK_LINES
from aiguillage.desk.imports import ImportRefused, Outcome, preview_import
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.domain.errors import Kind
from tests.cast import ACCOUNT, Cast
from tests.desk.contact_files import FILES, Desk
from tests.refusal import refused

NUMBER = "+33199001234"
TEXT = "Téléphone;Société\n0199001234;Café Müller\n"


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_text_files_are_read_whatever_wrote_them(delimiter: str, encoding: str, end: str, desk: Desk) -> None:
    content = TEXT.replace(";", delimiter).replace("\n", end).encode(encoding)

    outcome = desk.take(content)

    assert outcome.encoding == encoding.removesuffix("-sig")
    assert desk.only() == Contact(company="Café Müller", telecoms=(Telecom(NUMBER),))


def test_utf_16_is_read_in_both_byte_orders(desk: Desk) -> None:
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        desk.take(mark + TEXT.encode(encoding))

    assert desk.only().company == "Café Müller"


def test_a_first_line_that_names_the_delimiter_is_none_of_the_rows(desk: Desk) -> None:
    desk.take('sep=,\ncode,société\n1,"Café; Bar, Tabac"\n')

    assert desk.only().company == "Café; Bar, Tabac"


def test_lines_are_those_of_the_file(desk: Desk) -> None:
    with pytest.raises(ImportRefused) as caught:
        desk.take('\n\ncode;tel;note\n1;0612;"one\ntwo\nthree"\n\n;;\n2;0612;\n3;0612')

    assert [refusal.line for refusal in caught.value.outcome.refusals] == [4, 9, 10]


def test_a_file_that_ends_inside_quotes_is_refused_where_they_open(desk: Desk) -> None:
    with refused(Kind.INVALID, "Line 2 cannot be read .the file ends inside quotes."):
        desk.take('code;société;tel\n1;"Garage;0199000001\n2;Clinique;0199000002\n')


def test_a_quote_inside_a_cell_is_a_character_like_another(desk: Desk) -> None:
    desk.take('code;société\n1;Écrans 24" Belleville\n')

    assert desk.only().company == 'Écrans 24" Belleville'


def test_json_that_is_nested_without_end_is_a_refused_row(desk: Desk) -> None:
    with pytest.raises(ImportRefused) as caught:
        desk.take('{"code": "1", "x": ' + "[" * 100_000 + "]" * 100_000 + "}\n")

    assert "is not JSON" in caught.value.outcome.refusals[0].message


def test_a_spreadsheet_keeps_its_rows_and_its_whole_numbers(desk: Desk) -> None:
    outcome = desk.take(FILES / "clients.xlsx")

    assert (outcome.encoding, outcome.created) == ("xlsx", 3)
    assert list(desk.contacts().values()) == [
        Contact(code="1234", company="Café de la Gare", telecoms=(Telecom(NUMBER),), boolean=(None, True, None, None)),
        Contact(
            code="1235",
            company="Pâtisserie Noël",
            telecoms=(Telecom("+33199001235"),),
            boolean=(None, False, None, None),
        ),
        Contact(code="1236", telecoms=(Telecom("+33199001236"),)),
    ]


def spreadsheet(*rows: tuple[object, ...]) -> bytes:
    book, stream = openpyxl.Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


def test_a_refusal_names_the_row_of_the_sheet(desk: Desk) -> None:
    with pytest.raises(ImportRefused) as caught:
        desk.take(spreadsheet((None,), ("code", "tel"), (None,), (1, "0612")))

    assert [(refusal.line, refusal.value) for refusal in caught.value.outcome.refusals] == [(4, "0612")]


JSON_LINES = """{"id_code": 1, "language_code": "fr", "company": "Café de la Gare", "telecoms": ["0199001234",
{"number": "0639981234", "type": "mobile", "label": "direct"}],
"emails": ["zoe@example.org", {"email": "lea@example.org"}],
"field_select_1": 207, "field_boolean_1": true, "field_boolean_2": false, "customer_id": 3}"""


def test_json_lines_speak_the_successors_language(desk: Desk) -> None:
    outcome = desk.take(JSON_LINES.replace("\n", " ") + "\n\n" + '{"référence": "B", "raison sociale": "Noël"}\n')

    assert outcome.unknown_columns == ("customer_id",)
    assert list(desk.contacts().values()) == [
        Contact(
            code="1",
            language="fr",
            company="Café de la Gare",
            telecoms=(Telecom(NUMBER), Telecom("+33639981234", "mobile", "direct")),
            emails=("zoe@example.org", "lea@example.org"),
            given={
                "+33199001234": "0199001234",
                "+33639981234": {"number": "0639981234", "type": "mobile", "label": "direct"},
                "lea@example.org": {"email": "lea@example.org"},
            },
            select=("207", None, None, None),
            boolean=(True, False, None, None),
        ),
        Contact(reference="B", company="Noël"),
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "The line is not JSON"),
        ("[1]", "not a JSON object"),
        ('{"company": "A"}', "No column says which contact a row is about"),
        ('{"code": ["1"]}', "Write a text or a number here"),
        ('{"code": "1", "telecoms": [["0199001234"]]}', "is neither a text nor an object with 'number'"),
        ('{"code": "1", "telecoms": {"label": "0199001234"}}', "is neither a text nor an object with 'number'"),
        ('{"code": "1", "emails": [{"email": true}]}', "is neither a text nor an object with 'email'"),
        ('{"code": "1", "emails": "nobody"}', "is not an e-mail address"),
        ('{"code": "1", "company": "\\ud800"}', "is not JSON"),
        ('{"code": "1", "company": "\\u0000"}', "control characters"),
        ('{"code": "1", "telecoms": [' + ", ".join('"0199001234"' for _ in range(51)) + "]}", "too many"),
    ],
)
def test_a_bad_json_line_is_refused_alone(line: str, why: str, desk: Desk) -> None:
    outcome = desk.take('{"code": "0"}\n' + line + "\n", partial=True)

    assert (outcome.created, outcome.refused) == (1, 1)
    assert outcome.refusals[0].line == 2
    assert why in outcome.refusals[0].message


Make = Callable[[Path], Path]


def _with(content: bytes) -> Make:
    def make(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return make


def _directory(path: Path) -> Path:
    path.mkdir()
    return path


def _zip(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("clients.csv", TEXT)
    return path


def _bomb(path: Path) -> Path:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _ in range(257):
            part.write(bytes(1 << 20))
    return path


UNUSABLE: dict[str, tuple[Make, str]] = {
    "missing": (lambda path: path, "cannot be read .No such file or directory"),
    "directory": (_directory, "is not a file"),
    "empty": (_with(b""), "The file is empty"),
    "blank": (_with(b"\n \n"), "The file is empty"),
    "only a header": (_with(b"code;tel\n"), "no contact follows"),
    "only blank rows": (_with(b"code;tel\n;\n\n"), "no contact follows"),
    "no usable column": (
        _with(b"SIRET;vip\n1;x\n"),
        "No column says which contact a row is about.*SIRET, vip.*téléphone",
    ),
    "one fact twice": (_with("société;company;code\na;b;1\n".encode()), "'société' and 'company' both mean company"),
    "binary": (_with(bytes(range(256)) * 10), "The file is not text"),
    "picture": (_with(b"\x89PNG\r\n\x1a\n\x00\x00"), "The file is not text"),
    "old spreadsheet": (_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)), "The file is not text"),
    "characters of no encoding": (_with(b"code\n\x81\x8d\xff\n"), "are not UTF-8, UTF-16 or Windows-1252"),
    "half a character": (_with("\ufeffcode\né".encode("utf-16-le")[:-1]), "are not UTF-8, UTF-16 or Windows-1252"),
    "a broken character behind a mark": (_with(b"\xef\xbb\xbfcode\n\xe9\n"), "are not UTF-8, UTF-16 or Windows-1252"),
    "a long cell": (_with(b'code;company\n1;"' + b"a" * 200_000 + b'"\n'), "Line 2 cannot be read .field larger"),
    "an open quote": (_with(b'code;company\n1;"a\n' + b"2;b\n" * 60_000), "Line 2 cannot be read.*A quote"),
    "a row of many lines": (_with(b'code\n"' + b'";"\n' * 400_000), "Line 2 cannot be read .the row has more than"),
    "a long line": (_with(b"code\n" + b"1" * (3 << 20)), "Line 2 has more than 1,048,576 characters"),
    "a long first line": (_with(b"1" * (3 << 20)), "Line 1 has more than 1,048,576 characters"),
    "a long line of JSON": (_with(b'{"code": 1}\n{"a": "' + b"1" * (3 << 20)), "Line 2 has more than"),
    "a JSON array": (_with(b'[{"code": 1}]'), "one JSON array. Write JSON lines"),
    "an archive": (_zip, "a ZIP archive, but not a spreadsheet"),
    "half an archive": (_with(b"PK\x03\x04" + bytes(100)), "a ZIP archive, but not a spreadsheet"),
    "an empty spreadsheet": (_with(spreadsheet()), "The spreadsheet is empty"),
    "a spreadsheet with a header only": (_with(spreadsheet(("code", "tel"))), "no contact follows"),
    "a spreadsheet with a long row": (
        _with(spreadsheet(("code",) * 200, ("é" * 32_000,) * 200)),
        "The spreadsheet is too large. Save it as CSV",
    ),
    "a spreadsheet that unpacks to more than memory": (_bomb, "The spreadsheet is too large. Save it as CSV"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_an_unusable_file_is_refused_in_one_line_that_says_what_to_do(name: str, cast: Cast, tmp_path: Path) -> None:
    make, message = UNUSABLE[name]

    with refused(Kind.INVALID, message) as caught:
        preview_import(cast.db, cast["editor"], ACCOUNT, make(tmp_path / "file"))

    assert "\n" not in caught.value.message
    assert list(cast.db.path.parent.glob(".staged-*")) == []


def test_a_row_with_more_cells_than_columns_is_refused(desk: Desk) -> None:
    outcome: Outcome = desk.take("code;company\n1;Noël; et fils\n2;Café;\n3\n", partial=True)

    assert (outcome.created, outcome.refused) == (2, 1)
    assert "The row has 3 cells, the first line names 2" in outcome.refusals[0].message


def test_a_stage_that_a_killed_process_left_is_swept_away(desk: Desk) -> None:
    left = desk.cast.db.path.parent / ".staged-left"
    left.mkdir()
    (left / "lock").touch()
    (left / "stage.db").write_bytes(b"numbers")

    desk.take("code\n1\n")

    assert not left.exists()


@pytest.mark.parametrize("blank", ["\n", ";\n"], ids=["line ends", "delimiters"])
def test_more_blank_lines_than_a_spreadsheet_leaves_are_refused(blank: str, desk: Desk) -> None:
    with refused(Kind.INVALID, "More than 2,000,000 lines of the file are blank. Remove them, and import it"):
        desk.take("code;société\n1;Garage\n" + blank * (MOST_BLANK_LINES + 1))

    desk.take("code;société\n1;Garage\n" + blank * (MOST_BLANK_LINES // 100))
    assert desk.only().company == "Garage"


def test_after_very_many_refused_rows_the_rest_is_not_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    most = 1_000
    monkeypatch.setattr(reading, "MOST_REFUSED", most)
    rows = "code;tel\n1;0199001234\n" + "2;0612\n" * (most + 100)

    with pytest.raises(ImportRefused) as caught:
        desk.take(rows, partial=True)

    outcome = caught.value.outcome
    assert (outcome.created, outcome.refused, len(outcome.refusals)) == (1, most, MOST_TOLD)
    assert str(outcome.obstacle).startswith("1,000 rows are refused, and nothing below line 1002 was read.")
    assert desk.contacts() == {}
