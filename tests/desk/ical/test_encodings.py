"""Bytes of calendars: lines folded inside a letter, encodings that are declared, and those that are not."""

import pytest

from aiguillage.desk.ical.encodings import in_utf8
from aiguillage.domain.errors import Kind
from tests.desk.icals import event, reading, text
from tests.refusal import refused

AT = ("DTSTART:20261201T080000Z", "DTEND:20261201T090000Z")
TITLE = "Fermé : réunion à l’étage 😀"


def labels(calendar: bytes) -> list[str]:
    return [one.label for one in reading(calendar).events]


def folded(calendar: bytes, octets: int, fold: bytes = b"\r\n ") -> bytes:
    """A calendar with its lines folded after so many octets, wherever that is."""
    lines = calendar.split(b"\r\n")
    return b"\r\n".join(
        fold.join(line[place : place + octets] for place in range(0, max(len(line), 1), octets)) for line in lines
    )


@pytest.mark.parametrize("octets", [7, 10, 23, 24, 25, 26, 27, 40, 74, 75])
@pytest.mark.parametrize("fold", [b"\r\n ", b"\r\n\t", b"\n ", b"\r "])
def test_lines_are_unfolded_before_they_are_decoded(octets: int, fold: bytes) -> None:
    calendar = text(event(*AT, "DESCRIPTION:" + "é😀€" * 30, summary=TITLE))

    assert labels(folded(calendar, octets, fold)) == [TITLE]


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_an_encoding_shows_in_the_first_bytes(codec: str) -> None:
    assert labels(text(event(*AT, summary=TITLE)).decode().encode(codec)) == [TITLE]


def test_a_big_endian_text_with_its_mark_is_read() -> None:
    assert labels(b"\xfe\xff" + text(event(*AT, summary=TITLE)).decode().encode("utf-16-be")) == [TITLE]


@pytest.mark.parametrize(
    ("codec", "content_type"),
    [
        ("iso-8859-1", "text/calendar; charset=iso-8859-1"),
        ("iso-8859-1", 'text/calendar;charset="ISO-8859-1"; method=PUBLISH'),
        ("cp1252", "text/calendar; charset=iso-8859-1"),
        ("cp1252", "text/calendar; charset=windows-1252"),
        ("iso-8859-15", "text/calendar; charset=latin9"),
        ("utf-8", "text/calendar; charset=utf-8"),
        ("utf-8", "text/calendar; charset=iso-8859-1"),
        ("utf-8", "text/calendar; charset=nonsense"),
        ("utf-8", "text/calendar; charset=hex"),
        ("utf-8", "text/calendar"),
        ("utf-8", ""),
    ],
)
def test_a_calendar_is_in_what_its_content_type_says_unless_it_is_in_utf_8(codec: str, content_type: str) -> None:
    sent = text(event(*AT, summary="Réunion d'été")).decode().encode(codec)

    assert labels(in_utf8(sent, content_type)) == ["Réunion d'été"]


def test_a_folded_letter_does_not_make_a_calendar_be_in_what_a_server_declares_for_everything() -> None:
    sent = folded(text(event(*AT, summary="é" * 40)), 50)

    assert labels(in_utf8(sent, "text/calendar; charset=iso-8859-1")) == ["é" * 40]


@pytest.mark.parametrize("charset", ["ISO-8859-1", '"iso-8859-1"', "windows-1252"])
def test_a_property_can_declare_its_own_encoding(charset: str) -> None:
    calendar = text(event(*AT, f"SUMMARY;LANGUAGE=fr;CHARSET={charset}:Fermé", summary=""))

    assert labels(calendar.decode().encode("iso-8859-1")) == ["Fermé"]


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:F=C3=A9riC3", "FériC3"),
        ("SUMMARY;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:F=E9ri=E9", "Férié"),
        ("SUMMARY;ENCODING=quoted-printable:F=C3=\n=A9ri=C3=A9", "Férié"),
        ("SUMMARY;ENCODING=QUOTED-PRINTABLE:Jour f=C3=A9ri=C3=A9 =\net pont", "Jour férié et pont"),
    ],
)
def test_quoted_printable_titles_are_read(line: str, label: str) -> None:
    assert labels(text(event(*AT, line, summary=""))) == [label]


@pytest.mark.parametrize("line", ["SUMMARY:Fermé", "ATTENDEE;CN=Élise:mailto:elise@example.org", "SUMMARY;X=1:é"])
def test_an_encoding_that_nobody_declares_is_told_in_clear_words(line: str) -> None:
    calendar = text(event(*AT, line)).decode().encode("iso-8859-1")

    with refused(
        Kind.INVALID, "is not in UTF-8, and declares no known encoding: '(SUMMARY|ATTENDEE).*Publish it in UTF-8, or"
    ):
        reading(calendar)


def test_what_nobody_reads_may_be_in_any_encoding() -> None:
    calendar = text(event(*AT, "DESCRIPTION:é", "LOCATION;X=é:é", "X-é:é", "é:é", "é"), "X-WR-CALNAME:é")

    assert labels(calendar.decode().encode("iso-8859-1")) == ["Denis"]


@pytest.mark.parametrize(
    "calendar",
    [
        b"\r\n\r\n" + text(event(*AT)) + b"\r\n \r\n",
        text(event(*AT)).replace(b"\r\n", b"\n"),
        text(event(*AT)).replace(b"\r\n", b"\r"),
        text(event(*AT)).replace(b"\r\n", b"\r\n\r\n"),
        text(event(*AT)).replace(b"BEGIN:VCALENDAR", b"begin:vcalendar "),
        text(event(*AT)) + text(event("DTSTART:20261101T080000Z")).replace(b"VEVENT", b"VTODO"),
    ],
    ids=["blanks around", "line feeds", "carriage returns", "blank lines", "small letters", "two in one text"],
)
def test_lines_end_as_they_do(calendar: bytes) -> None:
    assert labels(calendar) == ["Denis"]


def test_escapes_in_a_title_are_undone() -> None:
    assert labels(text(event(*AT, summary=r"Denis\, nuit\; \\ fin\nde semaine"))) == ["Denis, nuit; \\ fin de semaine"]


def test_bytes_that_an_encoding_does_not_have_are_shown_as_such() -> None:
    calendar = text(event(*AT, "SUMMARY;CHARSET=windows-1252:é\x81", summary="")).decode().encode("iso-8859-1")

    assert labels(calendar) == ["é\ufffd"]
