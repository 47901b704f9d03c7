"""Contacts: codes, destinations, texts, booleans, fields, and the keys that a caller can be known by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiguillage.domain.contacts import (
    FIELD_KEYS,
    FIRST_FIELDS,
    PARTS,
    Contact,
    Field,
    KeyKind,
    Telecom,
    caller_code,
    caller_keys,
    field_key,
    field_position,
    parse_boolean,
    parse_code,
    parse_destination,
    parse_language,
    parse_text,
    values_of,
    with_values,
)
from aiguillage.domain.errors import Kind, Refusal
from tests.refusal import refused


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("4321", "4321"),
        (" 43 21 ", "4321"),
        ("43\u00a021", "4321"),
        ("ab-12_c", "AB-12_C"),
        ("*43#", "*43#"),
        ("0" * 32, "0" * 32),
    ],
)
def test_a_code_is_compared_without_blanks_and_in_upper_case(text: str, code: str) -> None:
    assert parse_code(text) == code
    assert caller_code(text) == code


@pytest.mark.parametrize("text", ["", "  ", "0" * 33, "43,21", "é", "43.21", "\x00", "\ud800"])
def test_what_is_no_code_is_refused_at_the_desk_and_unknown_on_the_line(text: str) -> None:
    with refused(Kind.INVALID, "is not a code. Use 1 to 32 digits"):
        parse_code(text)
    assert caller_code(text) is None


@given(st.text())
def test_a_parsed_code_parses_to_itself(text: str) -> None:
    code = caller_code(text)

    assert code is None or parse_code(code) == code


@pytest.mark.parametrize(
    ("text", "destination"),
    [
        ("207", "207"),
        (" 207 ", "207"),
        ("+33199001234", "+33199001234"),
        ("sip:support@pbx.example.org;transport=tls", "sip:support@pbx.example.org;transport=tls"),
        ("File d'attente n° 1", "File d'attente n° 1"),
        ("x" * 128, "x" * 128),
    ],
)
def test_a_destination_is_kept_as_it_is_dialled(text: str, destination: str) -> None:
    assert parse_destination(text) == destination


@pytest.mark.parametrize(
    "text", ["", "   ", "207,209", "x" * 129, "207\n209", "207\x00", "207\u2028209", "207\x85209", "\ud800"]
)
def test_a_destination_that_would_break_an_answer_is_refused(text: str) -> None:
    with refused(Kind.INVALID, "is not a destination. Use up to 128 characters, without a comma"):
        parse_destination(text)


def test_a_text_is_kept_without_blanks_around_it() -> None:
    assert parse_text("  Clinique des Acacias ") == "Clinique des Acacias"
    assert parse_text("") == ""
    assert parse_text("x" * 200) == "x" * 200


@pytest.mark.parametrize(("text", "longest"), [("x" * 201, 200), ("x" * 65, 64)])
def test_a_text_that_is_too_long_is_refused(text: str, longest: int) -> None:
    with refused(Kind.INVALID, f"'x+...' is too long. Use up to {longest} characters"):
        parse_text(text, longest)


@pytest.mark.parametrize("text", ["a\x00b", "a\udcffb", "a\nb", "a\tb", "a\u2028b"])
def test_a_text_that_cannot_be_shown_is_refused(text: str) -> None:
    with refused(Kind.INVALID, "contains control characters, such as a tab or a line break. Remove them"):
        parse_text(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("fr", "fr"),
        ("FR", "fr"),
        ("fr-CA", "fr-CA"),
        ("en_US", "en-US"),
        ("fil", "fil"),
        (" de ", "de"),
        ("", ""),
        ("Français", "fr"),
        ("anglais", "en"),
    ],
)
def test_a_language_is_a_short_code_or_has_its_name(text: str, language: str) -> None:
    assert parse_language(text) == language


@pytest.mark.parametrize("text", ["f", "klingon", "fr-", "fr-C", "f1", "fr CA"])
def test_what_is_no_language_is_refused(text: str) -> None:
    with refused(Kind.INVALID, "is not a language code. Write two or three letters, as in fr, en or fr-CA"):
        parse_language(text)


@pytest.mark.parametrize("text", ["1", "true", "TRUE", "yes", "Y", "oui", "Oui ", "O", "vrai", "x", "X", "on", "✓"])
def test_yes_is_written_in_english_and_french(text: str) -> None:
    assert parse_boolean(text) is True


@pytest.mark.parametrize("text", ["0", "false", "FALSE", "no", "N", "non", " Non", "faux", "off", "-"])
def test_no_is_written_in_english_and_french(text: str) -> None:
    assert parse_boolean(text) is False


@pytest.mark.parametrize("text", ["", "2", "maybe", "peut-être", "10", "ouii"])
def test_what_is_neither_yes_nor_no_is_refused(text: str) -> None:
    with refused(Kind.INVALID, "is neither yes nor no. Write yes, oui"):
        parse_boolean(text)


@given(st.text())
def test_no_text_does_worse_than_to_be_refused(text: str) -> None:
    for parse in (parse_code, parse_destination, parse_text, parse_language, parse_boolean, field_position):
        try:
            parse(text)
        except Refusal as refusal:
            assert refusal.kind is Kind.INVALID  # noqa: PT017 - a value is as right as a refusal


def test_the_eight_fields_are_four_choices_and_four_answers() -> None:
    assert list(FIELD_KEYS) == [f"{kind}_{number}" for kind in ("select", "boolean") for number in (1, 2, 3, 4)]
    assert [field.key for field in FIRST_FIELDS] == list(FIELD_KEYS)
    assert [field.label for field in FIRST_FIELDS][4:6] == ["VIP", "On-call contract"]


@pytest.mark.parametrize("position", range(1, 9))
def test_a_field_is_found_by_its_key_in_any_case_and_by_its_long_name(position: int) -> None:
    key = field_key(position)

    assert field_position(key) == position
    assert field_position(key.upper()) == position
    assert field_position(f"field_{key}") == position
    assert Field(position, "").key == key


@pytest.mark.parametrize("key", ["", "select_0", "select_5", "boolean_5", "vip", "field_", "select_1 "])
def test_a_field_that_is_none_of_the_eight_is_refused_with_their_names(key: str) -> None:
    with refused(Kind.INVALID, "is not a field. Choose one of: select_1, .*boolean_4"):
        field_position(key)


@pytest.mark.parametrize(
    ("contact", "keys"),
    [
        (Contact(), []),
        (Contact(code="4321"), [(KeyKind.CODE, "4321")]),
        (Contact(telecoms=(Telecom("+33199001234"),)), [(KeyKind.NUMBER, "+33199001234")]),
        (Contact(telecoms=(Telecom("+3319900*"),)), [(KeyKind.PREFIX, "+3319900")]),
        (
            Contact(code="4321", telecoms=(Telecom("207", "work"), Telecom("+3319900*"), Telecom("207", "home"))),
            [(KeyKind.NUMBER, "207"), (KeyKind.PREFIX, "+3319900"), (KeyKind.CODE, "4321")],
        ),
    ],
)
def test_a_caller_can_be_known_by_each_number_prefix_and_code_once(
    contact: Contact, keys: list[tuple[KeyKind, str]]
) -> None:
    assert list(caller_keys(contact)) == keys


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("company", " Garage\r\nMistral ", "Garage Mistral"),
        ("company", "  ", ""),
        ("reference", "C-1", "C-1"),
        ("reference", "", None),
        ("code", "1234.0", "1234"),
        ("telecom_destination", "207,0", "207"),
        ("language", "Anglais", "en"),
        ("boolean_1", "1.0", True),
        ("email_destination", "x" * 255, "x" * 255),
        ("select_4", "sip:desk@example.org", "sip:desk@example.org"),
    ],
)
def test_a_part_reads_a_text_as_people_and_programs_write_it(name: str, text: str, value: object) -> None:
    assert PARTS[name].read(text) == value


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("company", "x" * 201, "Use up to 200 characters"),
        ("reference", "3,32E+10", "was shortened by a spreadsheet"),
        ("code", "####", "was shortened by a spreadsheet"),
        ("select_1", "3.3199E+10", "was shortened by a spreadsheet"),
        ("email_destination", "x" * 256, "Use up to 255 characters"),
        ("boolean_4", "2.0", "is neither yes nor no"),
    ],
)
def test_a_text_that_is_no_value_of_a_part_is_refused(name: str, text: str, message: str) -> None:
    with refused(Kind.INVALID, message):
        PARTS[name].read(text)


def test_the_values_of_a_contact_go_by_its_parts() -> None:
    contact = Contact(code="1", telecoms=(Telecom("207"),), select=("300", None, None, None), boolean=(None,) * 4)
    values = {"code": None, "company": "Mistral", "select_2": "301", "select_4": "302", "boolean_2": False}

    after = with_values(contact, values)

    assert after == Contact(
        company="Mistral",
        telecoms=contact.telecoms,
        select=("300", "301", None, "302"),
        boolean=(None, False, None, None),
    )
    assert dict(zip(PARTS, values_of(after), strict=True)) == dict(zip(PARTS, values_of(contact), strict=True)) | values
    assert with_values(after, dict(zip(PARTS, values_of(contact), strict=True))) == contact
