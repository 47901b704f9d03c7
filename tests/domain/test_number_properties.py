"""Numbers: what holds for every digit, country and spelling; the fast path against Google's rules."""

import phonenumbers
from hypothesis import example, given, settings
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, SUPPORTED_REGIONS, ValidationResult

from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.numbering import certain, on_keypad
from aiguillage.domain.numbers import (
    caller_number,
    parse_number,
    parse_prefix,
)
from aiguillage.domain.withheld import CONTRACT_NAMES

COUNTRIES = sorted(SUPPORTED_REGIONS)
COUNTRY = st.sampled_from(COUNTRIES)
DIGITS = st.text("0123456789", min_size=15, max_size=15)
FRENCH = st.from_regex(r"[134][0-9]{8}|(2[0-5]|5[1-8]|6[0-24-8]|7[1-9])[0-9]{7}", fullmatch=True)
OVERSEAS = st.sampled_from(
    ["590", "594", "596", "690", "691", "694", "696", "697", "262", "263", "269", "692", "693", "6390"]
)
CODES = {"2": "262", "63": "262", "692": "262", "693": "262", "690": "590", "691": "590", "694": "594", "696": "596"}
CODES |= {"697": "596", "590": "590", "594": "594", "596": "596"}
COUNTRY_CODE = {country: str(phonenumbers.country_code_for_region(country)) for country in COUNTRIES}
PLANS = {country: phonenumbers.PhoneMetadata.metadata_for_region(country) for country in COUNTRIES}
TRUNK = {country: None if plan is None else plan.national_prefix for country, plan in PLANS.items()}
RESPELLED = {"52", "54", "55", "229", "508"}
DIALS_TERRITORIES = {"33", "39", 33, 39}
DIALS_AS_FRANCE = {"FR", "GP", "BL", "MF", "GF", "MQ", "RE", "YT", "PM"}
SEPARATOR = st.sampled_from(
    ["", " ", ".", "-", "/", "\u00a0", "\u202f", "\u2011", " - ", "\u200e", "\u202d", "\u00ad", "\uff0d"]
)


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


@settings(max_examples=300)
@given(
    OVERSEAS,
    st.from_regex(r"[0-9]{6}", fullmatch=True),
    st.sampled_from(["FR", "GP", "RE", "MQ", "GF", "YT", "PM"]),
    st.data(),
)
def test_every_spelling_of_an_overseas_number_gives_the_same_number(
    begun: str, rest: str, country: str, data: st.DataObject
) -> None:
    national = begun + rest[: 9 - len(begun)]
    code = next(code for start, code in CODES.items() if national.startswith(start))
    beginning = data.draw(
        st.sampled_from(["0", "(0)", "+33", "0033", "+33 (0)", f"+{code}", f"00{code} ", f"+{code} (0)"])
    )
    text = data.draw(spelled(beginning, national))

    assert parse_number(text, country) == f"+{code}{national}"
    assert caller_number(text, country) == f"+{code}{national}"


@settings(max_examples=8, deadline=None)
@given(DIGITS)
@example("000000000000000")
@example("199001234567890")
def test_international_digits_that_are_certain_are_those_of_a_full_parse(digits: str) -> None:
    for code in COUNTRY_CODE_TO_REGION_CODE:
        for length in range(1, 15):
            text = f"+{code}{digits[:length]}"

            found = certain(text, "FR")

            assert found is None or found == google(text, "FR") or code in DIALS_TERRITORIES
            assert certain(f"00{text[1:]}", "ES") == found


@settings(max_examples=8, deadline=None)
@given(DIGITS)
@example("139771307485000")
@example("611792268000000")
def test_national_digits_that_are_certain_are_those_of_a_full_parse(digits: str) -> None:
    for country in COUNTRIES:
        for length in range(2, 15):
            text = f"0{digits[:length]}"
            bare = text if text[1] != "0" else f"+{text[2:]}"

            found = certain(text, country)

            assert found is None or country in DIALS_AS_FRANCE or found == google(bare, country)


@settings(max_examples=8, deadline=None)
@given(DIGITS)
@example("139771307485000")
@example("199001234567890")
def test_a_possible_number_is_read_whether_certain_or_not(digits: str) -> None:
    for country in COUNTRIES:
        code = COUNTRY_CODE[country]
        for length in range(1, 15):
            expected = google(f"+{code}{digits[:length]}", country)
            if expected is None or code in RESPELLED or expected[1 + len(code) :][:1] in {"0", TRUNK[country]}:
                continue

            number = caller_number(f"+{code}{digits[:length]}", country)

            assert number == expected or code in DIALS_TERRITORIES
            assert parse_number(f" +{code} {digits[:length]}", country) == number


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


@settings(max_examples=1000)
@given(
    st.from_regex(r"(\+|00|0|\+39 ?\(0\)|\+52 1|sip:|<)?[0-9 ().*#-]{0,16}([,;x@>][0-9a-z.=]{0,6})?", fullmatch=True),
    COUNTRY,
)
def test_a_callers_number_that_is_asked_about_again_is_the_same(text: str, country: str) -> None:
    number = caller_number(text, country)

    assert number is None or caller_number(number, country) == number


@settings(max_examples=500)
@given(st.from_regex(r"(\+|00)?[0-9]{2,16}", fullmatch=True), COUNTRY)
def test_a_contacts_number_is_found_when_it_calls_as_it_was_entered(text: str, country: str) -> None:
    try:
        number = parse_number(text, country)
    except Refusal:
        return

    assert caller_number(text, country) == number


@settings(max_examples=1000)
@given(
    st.one_of(
        st.text(),
        st.text("+0123456789 ()[]-./*:;@<>siptelANON\u00a0"),
        st.text('+0129;,:%@<>"\\sipteltelphone-context=x#AB. '),
    ),
    COUNTRY,
)
def test_a_caller_is_never_refused_and_an_entry_never_worse_than_that(text: str, country: str) -> None:
    number = caller_number(text, country)

    assert not number or number.removeprefix("+").isdecimal()
    for read in (parse_number, parse_prefix):
        try:
            entered = read(text, country)
        except Refusal as refusal:
            assert refusal.kind is Kind.INVALID  # noqa: PT017 - a value is as right as a refusal
        else:
            assert entered.removeprefix("+").isdecimal()


@settings(max_examples=1000)
@given(st.text('+0123456789 .()[]/-x#,;:%"<>@ABCDEFpostesipl='), COUNTRY)
def test_whatever_a_contact_was_entered_as_finds_it(text: str, country: str) -> None:
    try:
        number = parse_number(text, country)
    except Refusal:
        return

    assert caller_number(text, country) == number
    assert parse_number(number, country) == number


@settings(max_examples=500)
@given(st.from_regex(r"(0|\+)[0-9]{3,15}", fullmatch=True), st.data(), COUNTRY)
def test_blanks_between_digits_change_no_number_that_is_certain_without_them(
    digits: str, data: st.DataObject, country: str
) -> None:
    number = certain(digits, country)
    blanks = data.draw(st.lists(st.sampled_from(["", " ", "  "]), min_size=len(digits), max_size=len(digits)))
    text = "".join(digit + blank for digit, blank in zip(digits, blanks, strict=True))

    if number is not None:
        assert parse_number(text, country) == number


@given(COUNTRY, st.sampled_from([*map(on_keypad, sorted(CONTRACT_NAMES)), "464", *("0" * n for n in range(1, 16))]))
def test_what_spells_a_hidden_caller_is_no_certain_number(country: str, digits: str) -> None:
    assert [certain(before + digits, country) for before in ("", "+", "00")] == [None] * 3
