"""Numbers: every spelling in contracts/encom.md, and the fast path against Google's rules."""

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, SUPPORTED_REGIONS, ValidationResult

from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.numbers import (
    LONGEST,
    WITHHELD,
    caller_number,
    masked,
    parse_number,
    parse_prefix,
)
from tests.refusal import refused

COUNTRIES = sorted(SUPPORTED_REGIONS)
TRUNKS = {"BE": "0", "CH": "0", "CI": "", "DE": "0", "ES": "", "FR": "0", "GB": "0", "IT": "", "US": "1"}
"""What is dialled before a national number."""

COUNTRY = st.sampled_from(COUNTRIES)
DIGITS = st.text("0123456789", min_size=15, max_size=15)
FRENCH = st.from_regex(r"[1-9][0-9]{8}", fullmatch=True)
SEPARATOR = st.sampled_from(["", " ", ".", "-", "/", "\u00a0", "\u202f", "\u2011", " - ", "\u200e"])


def google(text: str, country: str) -> str | None:
    """E.164 of a possible number by Google's library alone, read again until it stays as it is."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    e164 = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return e164 if e164 == text else google(e164, country)


@st.composite
def spelled(draw: st.DrawFn, beginning: str, national: str) -> str:
    """The digits with separators anywhere between them."""
    return beginning + "".join(draw(SEPARATOR) + digit for digit in national)


@st.composite
def french_spellings(draw: st.DrawFn) -> tuple[str, str]:
    """A French number's nine digits, and one of the ways to write it."""
    national = draw(FRENCH)
    beginning = draw(
        st.sampled_from(["+33", "0033", " 33", "0", "(0)", "+33 (0)", "0033 (0) ", "(+33)", "+0033", "(0033) "])
    )
    around = draw(
        st.sampled_from(["{}", "sip:{}@pbx.example.org", "tel:{}", '"Camille" <sips:{}@pbx.example.org;user=phone>'])
    )
    return national, around.format(draw(spelled(beginning, national)))


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
        "sip:camille.roche@pbx.example.org",
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
    "text", ["hello", "+", "00", "01990012AB", "0199001234 ext 5", "++33199001234", "\x00", "\u0660", "*72"]
)
def test_text_that_is_no_number_is_refused_at_the_door(text: str) -> None:
    with refused(Kind.INVALID, "not a phone number"):
        caller_number(text, "FR")


def test_an_endless_number_is_refused() -> None:
    with refused(Kind.INVALID, "too long"):
        caller_number("1" * (LONGEST + 1), "FR")
    with refused(Kind.INVALID, "is not a phone number in FR"):
        parse_number("1" * (LONGEST + 1), "FR")


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


@settings(max_examples=500)
@given(french_spellings())
def test_every_accepted_spelling_of_a_number_gives_the_same_number(spelling: tuple[str, str]) -> None:
    national, text = spelling

    assert parse_number(text, "FR") == f"+33{national}"
    assert caller_number(text, "FR") == f"+33{national}"


@settings(max_examples=8, deadline=None)
@given(DIGITS)
@example("000000000000000")
@example("199001234567890")
def test_the_fast_path_reads_international_digits_as_a_full_parse_does(digits: str) -> None:
    for code in COUNTRY_CODE_TO_REGION_CODE:
        for length in range(1, 15):
            text = f"+{code}{digits[:length]}"

            expected = google(text, "FR") or text

            assert caller_number(text, "FR") == expected
            assert caller_number(f"00{text[1:]}", "US") == expected


@settings(max_examples=8, deadline=None)
@given(DIGITS)
@example("139771307485000")
@example("611792268000000")
def test_the_fast_path_reads_national_digits_as_a_full_parse_does(digits: str) -> None:
    for country in COUNTRIES:
        for length in range(2, 15):
            text = f"0{digits[:length]}"
            bare = text if text[1] != "0" else f"+{text[2:]}"

            expected = google(bare, country) or bare

            assert caller_number(text, country) == expected


@settings(max_examples=1000)
@given(st.from_regex(r"(\+|00)?[0-9]{2,16}", fullmatch=True), COUNTRY)
@example("+430054816", "FR")
@example("0353639149", "IM")
def test_a_parsed_number_parses_to_itself(text: str, country: str) -> None:
    try:
        number = parse_number(text, country)
    except Refusal:
        return

    assert parse_number(number, country) == number
    assert caller_number(number, country) == number


@settings(max_examples=500)
@given(st.from_regex(r"(\+|00)?[0-9]{2,16}", fullmatch=True), COUNTRY)
def test_a_contacts_number_is_found_when_it_calls_as_it_was_entered(text: str, country: str) -> None:
    try:
        number = parse_number(text, country)
    except Refusal:
        return

    assert caller_number(text, country) == number


@settings(max_examples=1000)
@given(st.one_of(st.text(), st.text("+0123456789 ()[]-./*:;@<>siptelANON\u00a0")), COUNTRY)
def test_no_text_does_worse_than_to_be_refused(text: str, country: str) -> None:
    for read in (caller_number, parse_number, parse_prefix):
        try:
            number = read(text, country)
        except Refusal as refusal:
            assert refusal.kind is Kind.INVALID  # noqa: PT017 - a value is as right as a refusal
        else:
            assert number == WITHHELD or number.removeprefix("+").isdecimal()


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


def test_a_masked_number_shows_its_country_and_its_end() -> None:
    assert masked("+33199001234") == "+33199***234"


@given(st.from_regex(r"\+?[0-9]{1,20}", fullmatch=True))
def test_a_masked_number_is_never_whole(number: str) -> None:
    shown = masked(number)

    beginning, _, end = shown.partition("***")
    assert number.startswith(beginning)
    assert number.endswith(end)
    assert len(beginning) + len(end) + 3 <= max(len(number), 3)
