"""Answers that an account writes itself: what is refused, and that any value keeps the answer whole."""

import json
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiguillage.domain.answered import told
from aiguillage.domain.calls import Decision, Facts
from aiguillage.domain.errors import Kind
from aiguillage.domain.facts import AccountFacts
from aiguillage.domain.templates import check_template, cut, fill
from tests.refusal import refused

EMPTY = told(Facts(AccountFacts(1, "CL0000", "FR", "refuse")), Decision("unknown_caller"))
HOSTILE = "a\"b',&<c>\n]]>\\ {vip}\x00\ud7ff\uffff é😀"


def filled(text: str, media_type: str, **values: object) -> str:
    """What is sent of a template."""
    kept = check_template(text, media_type, "answer")
    return fill(cut(kept, media_type), msgspec.structs.replace(EMPTY, **values))


def test_a_place_in_quotes_is_text_and_without_them_a_value() -> None:
    text = r'{"a": "\"{destination}", "vip": {vip}, "v": "{vip}", "p": [{priority}], "n": {queue}, "m": "{queue}"}'

    sent = filled(text, "json", destination="207", vip=True, priority=10)

    assert json.loads(sent) == {"a": '"207', "vip": True, "v": "true", "p": [10], "n": None, "m": ""}


@given(st.text() | st.just(HOSTILE))
def test_whatever_a_field_holds_the_answer_stays_whole(value: str) -> None:
    plain = " ".join(value.split())

    as_json = json.loads(filled('{"a": "{company}", "b": {company}}', "json", company=value))
    as_xml = ET.fromstring(filled('<a b="{company}">{company}</a>', "xml", company=value))  # noqa: S314 - ours
    as_text = filled("{company};{vip}", "text", company=value)

    assert as_json == {"a": plain, "b": value}
    assert as_xml.text or as_xml.attrib["b"] == ""
    assert as_xml.tag == "a"
    assert not list(as_xml)
    assert as_text == f"{plain};false"
    assert "\n" not in as_text


@pytest.mark.parametrize(
    ("text", "media_type", "words"),
    [
        ("{nothing}", "text", "'nothing' is not a field. Use any of: known, by,"),
        ("{destination", "text", "A brace of the answer belongs to no field."),
        ("}", "xml", "A brace of the answer belongs to no field."),
        ('{"a": "{"}', "json", "A brace of the answer belongs to no field."),
        ('[{"a": "b", "}": 1}]', "json", "A brace of the answer belongs to no field."),
        ('{"a": {vip}', "json", "The answer is not JSON: "),
        ('{"a": NaN}', "json", "The answer is not JSON: NaN is no value of JSON."),
        ("[" * 2_000, "json", "The answer is not JSON: "),
        ("<{company}/>", "xml", "The answer is not XML: "),
        ("<a b={company}/>", "xml", "The answer is not XML: "),
        ("<a>{company}", "xml", "The answer is not XML: "),
        ("<a><!-- {company} --></a>", "xml", "Leave out comments"),
        ("<?xml version='1.0'?><?a {company}?><a/>", "xml", "Leave out comments"),
        ("<a>\x01</a>", "xml", "Leave out comments"),
        ("x" * 4_001, "text", "The answer has 4,001 characters. Use up to 4,000."),
        ("", "html", "'html' is not a media type. Choose from: json, xml, text."),
    ],
)
def test_what_would_not_be_an_answer_is_refused(text: str, media_type: str, words: str) -> None:
    with refused(Kind.INVALID, words):
        check_template(text, media_type, "answer")


def test_an_xml_declaration_and_an_empty_answer_are_kept() -> None:
    assert filled('<?xml version="1.0" encoding="UTF-8"?><R n="{priority}"/>', "xml").endswith('?><R n="0"/>')
    assert filled(" ", "json") == ""
    assert filled("[]", "json") == "[]"
