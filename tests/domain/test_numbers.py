"""Numbers: every spelling in contracts/encom.md, case by case."""

import phonenumbers
import pytest

from aiguillage.domain.errors import Kind
from aiguillage.domain.numbers import (
    WITHHELD,
    begun_numbers,
    caller_number,
    parse_number,
    parse_prefix,
    sought_number,
)
from aiguillage.domain.spelling import LONGEST
from tests.refusal import refused

TRUNKS = {"BE": "0", "CH": "0", "CI": "", "DE": "0", "ES": "", "FR": "0", "GB": "0", "IT": "", "US": "1"}
"""What is dialled before a national number."""


@pytest.mark.parametrize(
    "text",
    [
        "+33199001234",
        "0033199001234",
        " 33199001234",
        "33199001234",
        "0199001234",
        "01 99 00 12 34",
        "01.99.00.12.34",
        "01-99-00-12-34",
        "01/99/00/12/34",
        "(01) 99 00 12 34",
        "(0)1 99 00 12 34",
        "+33 1 99 00 12 34",
        "+33 (0)1 99 00 12 34",
        "+33(0)199001234",
        "+33 ( 0 ) 1 99 00 12 34",
        "+330199001234",
        "+0033 1 99 00 12 34",
        "00 33 (0)1.99.00.12.34",
        "(+33) 1 99 00 12 34",
        "(0033) 1 99 00 12 34",
        "  0199001234  ",
        "01\u00a099\u202f00\u20091234",
        "01\u201199\u201300\u201012-34",
        "\u202a+33 1 99 00 12 34\u202c",
        "sip:+33199001234@pbx.example.org",
        "sip: 33199001234@pbx.example.org",
        "sip:+33199001234;user=phone@pbx.example.org",
        "sip:+33199001234",
        "SIPS:0199001234@pbx.example.org",
        "<sip:0033199001234@pbx.example.org>",
        '"Camille Roche" <sip:0199001234@192.0.2.7:5060;user=phone>',
        "tel:+33-1-99-00-12-34",
        "tel:+33.1.99.00.12.34",
        "tel:+33199001234;phone-context=example.org",
        "tel:0199001234",
    ],
)
def test_every_form_of_a_french_number_is_one_number(text: str) -> None:
    assert caller_number(text, "FR") == "+33199001234"
    assert parse_number(text, "FR") == "+33199001234"


@pytest.mark.parametrize("text", ["06 39 98 12 34", "+33 6 39 98 12 34", "0033639981234"])
def test_a_number_of_a_range_that_no_library_lists_is_a_number_all_the_same(text: str) -> None:
    assert not phonenumbers.is_valid_number(phonenumbers.parse(text, "FR"))
    assert parse_number(text, "FR") == "+33639981234"


@pytest.mark.parametrize("country", TRUNKS)
@pytest.mark.parametrize(
    "form",
    [
        "+{code}{national}",
        "00{code}{national}",
        " {code}{national}",
        "(00{code}) {national}",
        "+{code} / {national}",
        "{trunk}{national}",
        "({trunk}){national}",
        "sip:+{code}{national}@pbx.example.org",
        "sip:{trunk}{national}@pbx.example.org",
        "tel:+{code}-{national}",
    ],
)
def test_every_form_of_a_number_of_another_country_is_one_number(country: str, form: str) -> None:
    number = phonenumbers.example_number(country)
    assert number is not None
    national = phonenumbers.national_significant_number(number)
    text = form.format(code=number.country_code, national=national, trunk=TRUNKS[country])

    parsed = parse_number(text, country)

    assert parsed == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    assert caller_number(text, country) == parsed


@pytest.mark.parametrize("country", TRUNKS)
def test_a_zero_in_brackets_goes_unless_the_number_is_right_with_it(country: str) -> None:
    number = phonenumbers.example_number(country)
    assert number is not None
    national = phonenumbers.national_significant_number(number)
    after_zero = national.removeprefix("0")

    parsed = parse_number(f"+{number.country_code} (0){after_zero}", country)

    assert parsed == f"+{number.country_code}{national}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "anonymous",
        "Anonymous",
        "RESTRICTED",
        "unavailable",
        "unknown",
        "private",
        " withheld ",
        "266696687",
        "+266696687",
        "00266696687",
        "+266 696 687",
        "sip:anonymous@anonymous.invalid",
        '"Anonymous" <sip:anonymous@anonymous.invalid>',
        "sip:@pbx.example.org",
        "sip:",
        "sip:pbx.example.org",
        "sip:192.0.2.7",
        "sip:192.0.2.7:5060",
        "sip:+266696687@pbx.example.org",
        "tel:",
    ],
)
def test_a_withheld_caller_has_no_number(text: str) -> None:
    assert caller_number(text, "FR") == WITHHELD


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("207", "207"),
        (" 207", "207"),
        ("sip:207@pbx.example.org", "207"),
        ("2-07", "207"),
        ("9", "9"),
        ("0123", "0123"),
    ],
)
def test_digits_that_are_no_possible_number_are_compared_as_they_are(text: str, kept: str) -> None:
    assert caller_number(text, "FR") == kept


@pytest.mark.parametrize(
    "text", ["hello", "+", "00", "01990012AB", "0199001234 Roche", "++33199001234", "\x00", "*72", "1" * (LONGEST + 1)]
)
def test_what_is_no_number_is_an_unknown_caller_and_no_contacts(text: str) -> None:
    assert not caller_number(text, "FR")
    with refused(Kind.INVALID, "is not a phone number in FR"):
        parse_number(text, "FR")


@pytest.mark.parametrize("text", ["", " ", "withheld", "Anonymous"])
def test_hidden_callers_can_be_looked_for(text: str) -> None:
    assert sought_number(text, "FR") == WITHHELD


def test_a_number_is_looked_for_in_any_spelling_and_a_slip_of_the_pen_is_refused() -> None:
    assert sought_number("01 99 00 12 34", "FR") == "+33199001234"
    with refused(Kind.INVALID, "'garage' is not a phone number. Write it as in 0199001234, or withheld"):
        sought_number("garage", "FR")


@pytest.mark.parametrize("text", ["207", " 207 ", "2.07", "sip:207@pbx.example.org"])
def test_an_extension_of_a_contact_is_kept_as_it_is(text: str) -> None:
    assert parse_number(text, "FR") == "207"


@pytest.mark.parametrize(
    "text",
    ["", "9", "0612", "anonymous", "266696687", "+266696687", "hello", "+33", "sip:@pbx.example.org", "12345678"],
)
def test_what_can_be_no_contacts_number_is_refused_with_what_to_do(text: str) -> None:
    with refused(Kind.INVALID, "is not a phone number in FR. Write all its digits, or"):
        parse_number(text, "FR")


def test_the_accounts_country_tells_what_national_digits_mean() -> None:
    assert parse_number("0199001234", "FR") != parse_number("0199001234", "DE")


def test_a_country_of_which_nothing_is_known_still_has_international_numbers() -> None:
    assert parse_number("0033199001234", "ZZ") == "+33199001234"
    assert caller_number("0199001234", "ZZ") == "0199001234"


@pytest.mark.parametrize(
    ("text", "country", "prefix"),
    [
        ("+3319900*", "FR", "+3319900"),
        ("003319900*", "FR", "+3319900"),
        ("019900*", "FR", "+3319900"),
        ("01 99 00 *", "FR", "+3319900"),
        ("+33 (0)1 99 00*", "FR", "+3319900"),
        (" 01.99.00* ", "FR", "+3319900"),
        ("+331*", "FR", "+331"),
        ("+3319900*", "US", "+3319900"),
        ("+3319900", "FR", "+3319900"),
    ],
)
def test_a_number_prefix_is_read_in_every_spelling(text: str, country: str, prefix: str) -> None:
    assert parse_prefix(text, country) == prefix


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("*", "FR"),
        ("0*", "FR"),
        ("+33*", "FR"),
        ("207*", "FR"),
        ("019900*", "US"),
        ("+33199*00*", "FR"),
        ("+33A*", "FR"),
    ],
)
def test_what_is_no_number_prefix_is_refused_with_what_to_do(text: str, country: str) -> None:
    with refused(Kind.INVALID, "is not a number prefix. Write"):
        parse_prefix(text, country)


@pytest.mark.parametrize(
    ("text", "country", "begun"),
    [
        ("0199", "FR", ("+33199",)),
        ("01 99 00", "FR", ("+3319900",)),
        ("01.99-00 12 34", "FR", ("+33199001234",)),
        ("0", "FR", ("+33",)),
        ("00", "FR", ("+",)),
        ("0033 1", "FR", ("+331",)),
        ("+33 1 99", "FR", ("+33199",)),
        ("+33 (0)1 99", "FR", ("+33199",)),
        ("+330199", "FR", ("+33199",)),
        ("+33", "FR", ("+33",)),
        ("+3", "FR", ("+3",)),
        ("+44 20", "FR", ("+4420",)),
        ("019900*", "FR", ("+3319900",)),
        ("207", "FR", ("207", "+207", "+33207")),
        ("33199", "FR", ("33199", "+33199", "+3333199")),
        ("06", "IT", ("06", "+06", "+3906")),
        ("+3906", "IT", ("+3906",)),
        ("1202", "US", ("+1202",)),
        ("202", "US", ("202", "+202", "+1202")),
        ("202", "XX", ("202", "+202")),
        ("+202", "XX", ("+202",)),
        ("", "FR", ()),
        ("garage", "FR", ()),
        ("C-12", "FR", ()),
        ("1" * 16, "FR", ()),
    ],
)
def test_a_number_typed_in_part_begins_those_that_it_may_become(
    text: str, country: str, begun: tuple[str, ...]
) -> None:
    assert begun_numbers(text, country) == begun
