"""Numbers: what holds for every digit, country and spelling; the fast path against Google's rules."""

import phonenumbers
from hypothesis import example, given, settings
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, SUPPORTED_REGIONS, ValidationResult

from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.numbers import (
    WITHHELD,
    caller_number,
    parse_number,
    parse_prefix,
)

COUNTRIES = sorted(SUPPORTED_REGIONS)
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
