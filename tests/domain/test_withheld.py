"""Callers who hide, and callers whose identity is no number: both are unknown, and only the first are withheld."""

import pytest

from aiguillage.domain.errors import Kind
from aiguillage.domain.numbers import WITHHELD, caller_number, parse_number
from aiguillage.domain.spelling import LONGEST
from tests.refusal import refused


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("+266696687", "FR"),
        ("266696687", "FR"),
        ("00266696687", "FR"),
        ("266696687", "US"),
        ("+7378742833", "FR"),
        ("7378742833", "FR"),
        ("+7378742833", "US"),
        ("+86282452253", "FR"),
        ("86282452253", "FR"),
        ("+86282452253", "CN"),
        ("00 86 282 452 253", "FR"),
        ("+8656696", "FR"),
        ("8656696", "FR"),
        ("+2562533", "FR"),
        ("2562533", "FR"),
        ("+7748283", "FR"),
        ("+94844353", "FR"),
        ("+464", "FR"),
        ("sip:+86282452253@pbx.example.org", "FR"),
        ("tel:+8656696", "FR"),
        ("<+7378742833>", "FR"),
        ("000", "FR"),
        ("0000000000", "FR"),
        ("+0", "FR"),
        ("+0000000000", "FR"),
        ("sip:0000000000@pbx.example.org", "FR"),
    ],
)
def test_a_hidden_callers_digits_are_no_number(text: str, country: str) -> None:
    assert caller_number(text, country) == WITHHELD
    with refused(Kind.INVALID, "is not a phone number"):
        parse_number(text, country)


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("737-874-2833", "US", "+17378742833"),
        ("+1 737 874 2833", "US", "+17378742833"),
        ("865 6696", "EE", "+3728656696"),
        ("464", "FR", "464"),
        ("0", "FR", "0"),
    ],
)
def test_a_national_number_that_spells_hidden_is_a_number(text: str, country: str, number: str) -> None:
    assert caller_number(text, country) == number


HIDDEN = [
    *("", " ", "-", "()", "+", "00", "\x00", "%00", "withheld", "Anonymous", "RESTRICTED", "Private Number"),
    *(
        "Number unavailable",
        "Blocked",
        "anonyme",
        "Appel anonyme",
        "masqu\u00e9",
        "NUM\u00c9RO MASQU\u00c9",
        "Num\u00e9ro_priv\u00e9",
    ),
    *("Unbekannt", "unterdr\u00fcckt", "an\u00f3nimo", "N\u00famero desconocido", "sconosciuto", "Anoniem", "inconnu"),
    *(
        "anonymous@anonymous.invalid",
        "@pbx.example.org",
        "@",
        "sip:anonymous@anonymous.invalid",
        "sip:@pbx.example.org",
    ),
    *("sip:pbx.example.org", "sip:192.0.2.7:5060", "sip:[2001:db8::7]", "sip:", "tel:", "sips:", "sip:%20@x"),
    *('"Anonymous" <anonymous>', "<unknown>", '"" <>', "<>", "Camille <>", '"Unknown" <>', '""', "<", "<" * 5000),
    *('"0199001234" <anonymous>', '"+33199001234" <sip:anonymous@anonymous.invalid>', "tel:anonyme;phone-context=+33"),
]
NO_NUMBERS = [
    *("INTERNATIONAL", "Out of Area", "No Caller ID", "number", "asterisk", "\u975e\u901a\u77e5", "V", "s", "?", "#"),
    *("Camille Roche", "Private Label", "Studio 54", "client:alice", "urn:service:sos", "*72", "*31#", "x" * 5000),
    *("<script>", "' OR 1=1--", "../../etc/passwd", "null", "NaN", "1e10", "0x1F", "+33A99001234", "\\" * 5000),
    *("camille@example.org", "camille.roche@pbx.example.org", "sip:camille@pbx.example.org", "sip:asterisk@192.0.2.7"),
    *("203.0.113.45", "203.0.113.45:5060", "tel:camille", '"Camille" <camille>', '"Camille', '"Camille"', '"' * 5000),
    *('"Anonymous" <sip:camille@pbx.example.org>', "1" * (LONGEST + 1), "anonymous " * 50),
]


@pytest.mark.parametrize("text", HIDDEN)
def test_a_caller_who_hides_is_withheld(text: str) -> None:
    assert caller_number(text, "FR") == WITHHELD


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_a_caller_who_is_no_number_has_none_and_is_no_fault(text: str) -> None:
    assert caller_number(text, "FR") is None
