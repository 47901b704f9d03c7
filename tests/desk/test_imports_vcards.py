"""vCards as phones, Apple, Google and others write them: each card is a row, and nothing of it is lost unsaid."""

import base64
import quopri

import pytest

from aiguillage.desk.importing.sent import CSV, JSON_LINES, VCARD, XLSX, Upload
from aiguillage.desk.importing.vcards import LONGEST_CARD, MOST_LINES, MOST_OF_A_KIND, begins_card
from aiguillage.desk.imports import ImportRefused, preview_import
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.domain.errors import Kind
from tests.cast import ACCOUNT
from tests.desk.contact_files import Desk
from tests.refusal import refused

NUMBER, MOBILE = "+33199001234", "+33639981234"
BARE = "BEGIN:VCARD\nVERSION:3.0\n{}\nEND:VCARD\n"
CAMILLE = BARE.format(
    "FN:Camille Roche\nN:Roche;Camille;;;\nTEL;TYPE=WORK:01 99 00 12 34\nTEL;TYPE=CELL:+33 6 39 98 12 34"
)


def card(*lines: str, version: str = "3.0") -> str:
    """A vCard with a number, and with those lines."""
    return BARE.replace("3.0", version).format("\n".join(["TEL:0199001234", *lines]))


def quoted(text: str) -> str:
    """A text as old phones write it, with soft line ends."""
    return quopri.encodestring(text.encode()).decode().replace("\n", "\r\n")


def test_each_card_is_a_contact(desk: Desk) -> None:
    outcome = desk.take(CAMILLE + "\n" + BARE.format("FN:Garage Mistral\nORG:Garage Mistral\nTEL:0261910000"))

    assert (outcome.encoding, outcome.created) == ("vcard", 2)
    assert list(desk.contacts().values()) == [
        Contact(
            first_name="Camille",
            last_name="Roche",
            telecoms=(Telecom(NUMBER, "work"), Telecom(MOBILE, "mobile")),
        ),
        Contact(company="Garage Mistral", telecoms=(Telecom("+33261910000"),)),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_cards_are_read_whatever_wrote_them(encoding: str, end: str, desk: Desk) -> None:
    text = card("N:Noël;Zoé;;;", "ORG:Pâtisserie").lower().replace("noël", "Noël")

    desk.take(text.replace("\n", end).encode(encoding))

    assert desk.only() == Contact(last_name="Noël", first_name="zoé", company="pâtisserie", telecoms=(Telecom(NUMBER),))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("TEL;TYPE=WORK,VOICE:0639981234", Telecom(MOBILE, "work")),
        ("TEL;TYPE=work;TYPE=fax:0639981234", Telecom(MOBILE, "fax")),
        ('TEL;TYPE="voice,home":0639981234', Telecom(MOBILE, "home")),
        ("TEL;CELL;PREF:0639981234", Telecom(MOBILE, "mobile")),
        ("TEL;TYPE=IPHONE:0639981234", Telecom(MOBILE, "mobile")),
        ("TEL;TYPE=VOICE,PREF:0639981234", Telecom(MOBILE)),
        ("TEL;TYPE=CAR:0639981234", Telecom(MOBILE, "", "car")),
        ("TEL;VALUE=uri;TYPE=home;PREF=1:tel:+33-6-39-98-12-34", Telecom(MOBILE, "home")),
        ("item1.TEL:0639981234\nitem1.X-ABLabel:Chalet", Telecom(MOBILE, "", "Chalet")),
        ("ITEM2.TEL;type=pref:0639981234\nitem2.X-ABLabel:_$!<Mobile>!$_", Telecom(MOBILE, "mobile")),
        ("item3.TEL:0639981234\nitem3.X-ABLabel:Télécopie", Telecom(MOBILE, "fax")),
        ("TEL:06 39 98\n  12 34", Telecom(MOBILE)),
        ("TEL;:0639981234", Telecom(MOBILE)),
        ("tel;type=home;encoding=quoted-printable:06=33=39981234", Telecom(MOBILE, "home")),
        ("TEL:\x1f0639981234", Telecom(MOBILE)),
    ],
)
def test_a_number_has_the_type_or_the_label_that_its_card_gives_it(line: str, expected: Telecom, desk: Desk) -> None:
    desk.take(card(line))

    assert desk.only().telecoms == (Telecom(NUMBER), expected)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("N:Roche;Camille;Anne;Dr;MBA", "FN:Dr Camille Roche"), Contact(first_name="Camille", last_name="Roche")),
        (("N:;Camille;;;", "FN:Camille"), Contact(first_name="Camille")),
        (("N:Roche", "FN:Roche"), Contact(last_name="Roche")),
        (("N:;;;;", "FN:Camille Roche"), Contact(last_name="Camille Roche")),
        (("FN:Roche, Camille",), Contact(last_name="Roche, Camille")),
        (("N:Roche\\; fils;Camille\\, Anne;;;",), Contact(last_name="Roche; fils", first_name="Camille, Anne")),
        (("ORG:Clinique;Urgences",), Contact(company="Clinique")),
        (("ORG:Clinique", "ORG:Hôpital"), Contact(company="Clinique")),
        (("FN:Clinique", "ORG:Clinique;"), Contact(company="Clinique")),
        (("ORG:Roche \\& fils\\nRennes",), Contact(company="Roche & fils Rennes")),
        (
            ("EMAIL;TYPE=INTERNET:Zoe@example.org", "EMAIL:b@example.org"),
            Contact(emails=("zoe@example.org", "b@example.org")),
        ),
        (("LANG:fr",), Contact(language="fr")),
        (("X-CODE-CLIENT:4321",), Contact(code="4321")),
        (("X-REFERENCE:C-1",), Contact(reference="C-1")),
    ],
)
def test_a_card_says_whose_it_is(lines: tuple[str, ...], expected: Contact, desk: Desk) -> None:
    desk.take(card(*lines))

    contact = desk.only()
    assert (contact.first_name, contact.last_name, contact.company) == (
        expected.first_name,
        expected.last_name,
        expected.company,
    )
    assert (contact.emails, contact.language, contact.code, contact.reference) == (
        expected.emails,
        expected.language,
        expected.code,
        expected.reference,
    )


def test_texts_that_old_phones_have_quoted_are_understood(desk: Desk) -> None:
    name = quoted("Noël-de-la-Très-Longue-Rue-aux-Écoles-près-de-l'Église;Zoé")

    desk.take(
        card(
            f"N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{name}",
            "ORG;CHARSET=ISO-8859-1;QUOTED-PRINTABLE:P=E2tisserie",
            version="2.1",
        )
    )

    assert "=\r\n" in name
    assert desk.only() == Contact(
        last_name="Noël-de-la-Très-Longue-Rue-aux-Écoles-près-de-l'Église",
        first_name="Zoé",
        company="Pâtisserie",
        telecoms=(Telecom(NUMBER),),
    )


def test_the_preview_says_of_each_property_what_it_was_taken_for_or_why_it_is_not_read(desk: Desk) -> None:
    outcome = preview_import(
        desk.cast.db,
        desk.cast["editor"],
        ACCOUNT,
        desk.file(
            card(
                *("N:Roche;Camille;Anne;Dr;", "FN:Camille Roche", "ORG:Clinique;Urgences", "EMAIL:a@example.org"),
                *("TEL;TYPE=CELL:0639981234", "TEL;TYPE=PAGER:0261910000", "ADR:;;1 rue X;Rennes;;35000;France"),
                *("BDAY:19700101", "NOTE:rappeler", "PHOTO;ENCODING=b:AAAA", "X-ANNIVERSAIRE:1", "UID:1"),
            )
        ),
    )

    assert outcome.columns == {
        "Family Name": "last_name",
        "Given Name": "first_name",
        "ORG": "company",
        "TEL": "number",
        "TEL 2": "number",
        "TEL 2 - Type": "kind of number",
        "EMAIL": "email",
    }
    assert {one.column: one.why for one in outcome.unread} == {
        "Middle Name": "elsewhere",
        "Name Prefix": "elsewhere",
        "FN": "repeated",
        "ORG (department)": "elsewhere",
        "TEL (pager)": "silent",
        "ADR": "elsewhere",
        "BDAY": "elsewhere",
        "NOTE": "elsewhere",
        "PHOTO": "elsewhere",
        "X-ANNIVERSAIRE": "elsewhere",
        "UID": "elsewhere",
    }


@pytest.mark.parametrize(
    ("content", "line", "why"),
    [
        (BARE.format("FN:Camille"), 1, "Nobody could be known by this"),
        (card("TEL:0612"), 1, "is not a phone number in FR"),
        (card("EMAIL:camille"), 1, "is not an e-mail address"),
        (card("what is this"), 1, "The vCard cannot be read"),
        (card("N;ENCODING=QUOTED-PRINTABLE;CHARSET=klingon:=C3"), 1, "The vCard cannot be read"),
        (card("N;ENCODING=QUOTED-PRINTABLE:=FF"), 1, "The vCard cannot be read"),
        (card("N;TYPE=" + "," * 200 + '"x:Roche'), 1, "The vCard cannot be read ('N;TYPE=,,,,"),
        (card('N;TYPE="a"b:Roche'), 1, "The vCard cannot be read"),
        (card("KIND:group", version="4.0"), 1, "a group of contacts"),
        (card("X-ADDRESSBOOKSERVER-KIND:group"), 1, "a group of contacts"),
        (card(*["TEL:0199001234"] * MOST_OF_A_KIND), 1, "properties of one name"),
        (card("NOTE:" + "x" * LONGEST_CARD), 1, "The vCard has more than"),
        (card(*["NOTE:x"] * MOST_LINES), 1, "The vCard has more than"),
        ("BEGIN:VCARD\nFN:A\n", 1, "The vCard has no end"),
        ("BEGIN:VCARD\nFN:A\n" + CAMILLE.replace("1234", "1235"), 1, "The vCard has no end"),
        (card("FN:A") + "\n\nFN:B\n", 8, "The line is in no vCard"),
    ],
)
def test_a_card_that_cannot_be_used_is_refused_alone(content: str, line: int, why: str, desk: Desk) -> None:
    before = "" if line > 1 or content.startswith("BEGIN:VCARD\nFN:A") else CAMILLE.replace("1234", "0000")
    outcome = desk.take(before + content, partial=True)

    refusals = [(one.line, one.message) for one in outcome.refusals]
    assert [number for number, _ in refusals] == [line + before.count("\n")]
    assert why in refusals[0][1]


def test_pictures_are_left_out_however_they_are_folded(desk: Desk) -> None:
    picture = base64.encodebytes(bytes(100_000)).decode()
    folded = picture.replace("\n", "\n ").rstrip()

    desk.take(
        card(
            f"PHOTO;ENCODING=b;TYPE=JPEG:{folded}",
            "N:Roche;Camille",
            f"item1.LOGO;BASE64;PNG:\n{picture}",
            "ORG:Clinique",
        )
    )

    assert desk.only() == Contact(
        last_name="Roche", first_name="Camille", company="Clinique", telecoms=(Telecom(NUMBER),)
    )


def test_the_numbers_of_a_card_replace_those_of_its_contact(desk: Desk) -> None:
    desk.take(CAMILLE)

    desk.take(BARE.format("N:Roche;Zoé;;;\nTEL;TYPE=WORK:01 99 00 12 34"))

    assert desk.only() == Contact(first_name="Zoé", last_name="Roche", telecoms=(Telecom(NUMBER, "work"),))


def test_the_same_cards_change_nothing_the_second_time(desk: Desk) -> None:
    desk.take(CAMILLE)

    assert desk.take(CAMILLE).unchanged == 1


@pytest.mark.parametrize("kind", [CSV, XLSX, JSON_LINES])
def test_a_card_that_is_sent_as_something_else_is_refused(kind: str) -> None:
    with refused(Kind.INVALID, f"The file is a vCard, and was sent as {kind}. Send it as {VCARD}."):
        Upload("contacts.csv", kind, b"\xef\xbb\xbf\r\n" + CAMILLE.lower().encode()).source()


@pytest.mark.parametrize("content", [b"", b"BEGIN:VCALENDAR\n", b"nom;tel\nBEGIN:VCARD;1\n", b"BEGIN"])
def test_other_files_are_no_vcards(content: bytes) -> None:
    assert not begins_card(content)


def test_a_hundred_thousand_lines_of_nothing_are_refused_in_words(desk: Desk) -> None:
    with pytest.raises(ImportRefused) as caught:
        desk.take(CAMILLE + "X\n" * 2_000)

    assert "is in no vCard" in caught.value.outcome.refusals[0].message
