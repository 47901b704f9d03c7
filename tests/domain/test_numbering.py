"""What digits mean in a country: for each thing that people reported, its neighbours, and what is right."""

import pytest

from aiguillage.domain.errors import Kind
from aiguillage.domain.numbers import begun_numbers, caller_number, parse_number, parse_prefix
from tests.refusal import refused

NUMBER = "+33199001234"


@pytest.mark.parametrize(
    ("digits", "country", "number"),
    [
        ("46846500412", "FR", "+46846500412"),
        ("442079460123", "FR", "+442079460123"),
        ("12125550123", "FR", "+12125550123"),
        ("61255501234", "FR", "+61255501234"),
        ("353209110123", "FR", "+353209110123"),
        ("32470000123", "FR", "+32470000123"),
        ("41790000123", "FR", "+41790000123"),
        ("390600000123", "FR", "+390600000123"),
        ("212600000123", "FR", "+212600000123"),
        ("590590000123", "FR", "+590590000123"),
        ("33590000123", "FR", "+590590000123"),
        ("337000000000123", "FR", "+337000000000123"),
        ("33 (0)1 99 00 12 34", "FR", NUMBER),
        ("44 (0)20 7946 0123", "FR", "+442079460123"),
        ("sip:442079460123@pbx.example.org", "FR", "+442079460123"),
        ("33199001234", "BE", NUMBER),
        ("33199001234", "US", NUMBER),
        ("33199001234", "ES", NUMBER),
        ("33199001234", "CH", NUMBER),
        ("33199001234", "RE", NUMBER),
        ("493000000123", "DE", "+493000000123"),
        ("12125550123", "US", "+12125550123"),
        ("79120000123", "RU", "+79120000123"),
    ],
)
def test_digits_without_their_plus_are_matched_where_they_are_possible_there_and_not_here(
    digits: str, country: str, number: str
) -> None:
    assert caller_number(digits, country) == number


@pytest.mark.parametrize(
    ("digits", "country", "number"),
    [
        ("199001234", "FR", NUMBER),
        ("465710030", "FR", "+33465710030"),
        ("33199001234", "DE", "+4933199001234"),
        ("2125550123", "US", "+12125550123"),
        ("4612345", "FR", "4612345"),
        ("999999999999", "FR", "999999999999"),
    ],
)
def test_digits_that_are_possible_here_or_nowhere_are_no_foreign_number(digits: str, country: str, number: str) -> None:
    assert caller_number(digits, country) == number


@pytest.mark.parametrize("digits", ["442079460123", "46846500412", "12125550123", "33199001234"])
def test_a_listed_foreign_number_can_be_entered_without_its_plus(digits: str) -> None:
    assert parse_number(digits, "FR") == "+" + digits


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("01 99 00 12 3", "FR"),
        ("06 39 98 00 0", "FR"),
        ("039980001", "FR"),
        ("+33 0 1990 0999", "FR"),
        ("+33 1 99 00 12 3", "FR"),
        ("0033 1 99 00 12 3", "FR"),
        ("33 1 99 00 12 3", "FR"),
        ("01 99 00 12 345", "FR"),
        ("19900123", "FR"),
        ("46123456", "FR"),
        ("461234567", "US"),
        ("353209110123", "FR"),
        ("0700 00 00 00 01 2", "FR"),
        ("07 00 00 00 00 01 2", "FR"),
        ("0590 00 01 2", "FR"),
        ("+590 590 00 01 2", "FR"),
        ("0262 00 01 2", "RE"),
        ("0212 555 012", "US"),
        ("1 212 555 012", "US"),
        ("+1 212 555 012", "US"),
        ("079 000 01 2", "CH"),
    ],
)
def test_a_number_that_lost_a_digit_or_has_one_too_many_is_refused(text: str, country: str) -> None:
    with refused(Kind.INVALID, f"is not a phone number in {country}. Write all its digits"):
        parse_number(text, country)


@pytest.mark.parametrize("text", ["1" * 25, "+" + "3" * 40, "33(0)" * 25, "1(0)" * 30])
def test_digits_that_are_too_many_are_no_number(text: str) -> None:
    assert caller_number(text, "FR") != NUMBER
    with refused(Kind.INVALID, "is not a phone number"):
        parse_number(text, "FR")


def test_a_caller_who_lost_a_digit_is_nobody_elses_number() -> None:
    assert caller_number("019900123", "FR") == "019900123"
    assert caller_number("+33019900123", "FR") == "+33019900123"


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("07 00 00 00 00 01 23", "FR", "+337000000000123"),
        ("+33 700 0000000123", "FR", "+337000000000123"),
        ("00337000000000123", "FR", "+337000000000123"),
        ("+33 (0)700 0000000123", "FR", "+337000000000123"),
        ("7000000000123", "FR", "+337000000000123"),
        ("07000000000123", "RE", "+337000000000123"),
        ("0033 7000000000123", "BE", "+337000000000123"),
        ("sip:+337000000000123@pbx.example.org", "FR", "+337000000000123"),
        ("+34 590 0000000123", "FR", "+345900000000123"),
        ("5900000000123", "ES", "+345900000000123"),
        ("+32 7700010000123", "FR", "+327700010000123"),
        ("07700010000123", "BE", "+327700010000123"),
        ("+47 580000000123", "FR", "+47580000000123"),
        ("580000000123", "NO", "+47580000000123"),
        ("+46 7100000000123", "FR", "+467100000000123"),
        ("+31 970 0000 0123", "FR", "+3197000000123"),
    ],
)
def test_machines_numbers_are_longer(text: str, country: str, number: str) -> None:
    assert caller_number(text, country) == number
    assert parse_number(text, country) == number


@pytest.mark.parametrize(
    ("national", "number"),
    [
        ("0590 00 01 23", "+590590000123"),
        ("0594 00 01 23", "+594594000123"),
        ("0596 00 01 23", "+596596000123"),
        ("0262 00 01 23", "+262262000123"),
        ("0263 00 01 23", "+262263000123"),
        ("0269 00 01 23", "+262269000123"),
        ("0508 40 01 23", "+508400123"),
        ("0690 00 01 23", "+590690000123"),
        ("0691 00 01 23", "+590691000123"),
        ("0694 00 01 23", "+594694000123"),
        ("0696 00 01 23", "+596696000123"),
        ("0697 00 01 23", "+596697000123"),
        ("0692 00 01 23", "+262692000123"),
        ("0693 00 01 23", "+262693000123"),
        ("0639 00 01 23", "+262639000123"),
        ("0709 00 01 23", "+590709000123"),
        ("0709 10 01 23", "+596709100123"),
        ("0709 20 01 23", "+262709200123"),
        ("0709 30 01 23", "+594709300123"),
        ("0709 35 01 23", "+262709350123"),
        ("0708 40 01 23", "+508708400123"),
        ("0976 00 01 23", "+590976000123"),
        ("0976 20 01 23", "+262976200123"),
        ("0976 60 01 23", "+596976600123"),
        ("0947 50 01 23", "+590947500123"),
    ],
)
def test_an_overseas_number_has_its_own_code(national: str, number: str) -> None:
    for country in ("FR", "RE", "GP", "PM"):
        assert caller_number(national, country) == number
    for text in (national, national.replace(" ", ""), f"+33 {national[1:]}", f"0033 (0){national[1:]}", number):
        assert caller_number(text, "FR") == number
        assert parse_number(text, "FR") == number
        assert caller_number(number, "BE") == number


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("06 39 98 12 34", "FR", "+33639981234"),
        ("06 39 98 12 34", "RE", "+33639981234"),
        ("06 98 00 01 23", "FR", "+33698000123"),
        ("06 95 00 01 23", "FR", "+33695000123"),
        ("07 08 00 01 23", "FR", "+33708000123"),
        ("01 99 00 12 34", "RE", NUMBER),
        ("0800 000 123", "RE", "+33800000123"),
        ("262 00 01 23", "RE", "+262262000123"),
        ("+508 508 40 01 23", "FR", "+508400123"),
        ("40 01 23", "PM", "+508400123"),
        ("0508 40 01 23", "PM", "+508400123"),
        ("200123", "NC", "+687200123"),
        ("0549 80 01 23", "IT", "+3780549800123"),
        ("+39 0549 800123", "FR", "+3780549800123"),
        ("+378 0549 800123", "IT", "+3780549800123"),
        ("0549 800123", "SM", "+3780549800123"),
    ],
)
def test_the_mainland_is_not_overseas_nor_the_other_way_round(text: str, country: str, number: str) -> None:
    assert caller_number(text, country) == number
    assert parse_number(text, country) == number


@pytest.mark.parametrize(
    ("dialled", "country"),
    [
        ("0011", "AU"),
        ("00", "AU"),
        ("0015", "BR"),
        ("0021", "BR"),
        ("119", "CU"),
        ("990", "FI"),
        ("001", "HK"),
        ("00", "HK"),
        ("008", "ID"),
        ("012", "IL"),
        ("00", "IL"),
        ("010", "JP"),
        ("00", "JP"),
        ("000", "KE"),
        ("001", "KR"),
        ("00700", "KR"),
        ("009", "NG"),
        ("810", "RU"),
        ("8 10", "RU"),
        ("001", "SG"),
        ("002", "TW"),
        ("000", "TZ"),
        ("011", "US"),
        ("00", "US"),
        ("011", "CA"),
        ("00", "DE"),
        ("00", "ZZ"),
    ],
)
def test_a_foreign_number_is_read_behind_the_countrys_own_prefix_and_behind_00(dialled: str, country: str) -> None:
    for number, written in ((NUMBER, "33 1 99 00 12 34"), ("+442079460123", "44 20 7946 0123")):
        assert caller_number(f"{dialled} {written}", country) == number
        assert parse_number(f"{dialled}{written}".replace(" ", ""), country) == number


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("001 212 555 0123", "HK", "+12125550123"),
        ("0061 2 5550 1234", "HK", "+61255501234"),
        ("001 33 1 99 00 12 34", "FR", "+133199001234"),
        ("0212 555 0123", "AU", "+612125550123"),
        ("0300000123", "JP", "+81300000123"),
        ("8 912 000 01 23", "RU", "+79120000123"),
        ("0011 33 (0)1 99 00 12 34", "AU", NUMBER),
    ],
)
def test_a_prefix_is_one_only_where_a_number_is_behind_it(text: str, country: str, number: str) -> None:
    assert caller_number(text, country) == number


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("1-800-JKL-0123", "US", "+18005550123"),
        ("1 800 jkl 0123", "US", "+18005550123"),
        ("+1-800-JKL-0123", "FR", "+18005550123"),
        ("(800) JKL-0123", "US", "+18005550123"),
        ("1-888-KLJ0123", "US", "+18885550123"),
        ("0800 ACACIA", "FR", "+33800222242"),
        ("0 800 ACACIA", "FR", "+33800222242"),
        ("1300 ACACIA", "AU", "+611300222242"),
        ("1\uff0d800\uff0d\uff2a\uff2b\uff2c\uff0d0123", "US", "+18005550123"),
    ],
)
def test_a_keypads_letters_are_digits(text: str, country: str, number: str) -> None:
    assert parse_number(text, country) == number
    assert caller_number(text, country) == number


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("06 XX XX XX XX", "FR"),
        ("0800 XXXXXX", "FR"),
        ("01 99 00 AB", "FR"),
        ("0199 MARTIN", "FR"),
        ("0199001234 Roche", "FR"),
        ("+33199001234 Roche", "FR"),
        ("01 2345678 Karl", "AT"),
        ("Studio 54", "FR"),
        ("ACACIAS", "US"),
        ("1-800-JKLMNOPQRS", "US"),
    ],
)
def test_a_name_or_a_placeholder_is_no_keypads_word(text: str, country: str) -> None:
    assert caller_number(text, country) is None
    with refused(Kind.INVALID, "is not a phone number"):
        parse_number(text, country)


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+52 1 55 0000 0123", "FR", "+525500000123"),
        ("0052 1 55 0000 0123", "FR", "+525500000123"),
        ("5215500000123", "FR", "+525500000123"),
        ("+52 55 0000 0123", "FR", "+525500000123"),
        ("55 0000 0123", "MX", "+525500000123"),
        ("01 55 0000 0123", "MX", "+525500000123"),
        ("044 55 0000 0123", "MX", "+525500000123"),
        ("045 55 0000 0123", "MX", "+525500000123"),
        ("sip:+5215500000123@pbx.example.org", "FR", "+525500000123"),
        ("+54 9 11 0000 0123", "FR", "+5491100000123"),
        ("+54 11 0000 0123", "FR", "+5491100000123"),
        ("+54 11 15 0000 0123", "FR", "+5491100000123"),
        ("541100000123", "FR", "+5491100000123"),
        ("011 15 0000-0123", "AR", "+5491100000123"),
        ("0 11 15 0000 0123", "AR", "+5491100000123"),
        ("011 0000 0123", "AR", "+5491100000123"),
        ("+54 351 000 0123", "FR", "+5493510000123"),
        ("+54 2966 00 0123", "FR", "+5492966000123"),
        ("+54 800 500 0123", "FR", "+548005000123"),
        ("+55 11 8000 0123", "FR", "+5511980000123"),
        ("+55 11 98000 0123", "FR", "+5511980000123"),
        ("(11) 8000-0123", "BR", "+5511980000123"),
        ("0 15 11 98000 0123", "BR", "+5511980000123"),
        ("+55 11 3000 0123", "FR", "+551130000123"),
        ("+229 97 00 01 23", "FR", "+2290197000123"),
        ("+229 01 97 00 01 23", "FR", "+2290197000123"),
        ("97 00 01 23", "BJ", "+2290197000123"),
    ],
)
def test_two_spellings_of_one_number_are_one_number(text: str, country: str, number: str) -> None:
    assert caller_number(text, country) == number
    assert parse_number(text, country) == number


@pytest.mark.parametrize(
    ("text", "country", "kept"),
    [
        ("12345", "DE", "12345"),
        ("+4912345", "DE", "+4912345"),
        ("0 12345", "DE", "+4912345"),
        ("123456", "AT", "123456"),
        ("1234", "SE", "1234"),
        ("14020", "NL", "14020"),
        ("131114", "AU", "131114"),
        ("sip:12345@pbx.example.org", "DE", "12345"),
        ("207", "NC", "207"),
        ("25012", "NC", "25012"),
        ("207", "DE", "207"),
        ("3631", "FR", "3631"),
    ],
)
def test_short_numbers_are_compared_as_they_are(text: str, country: str, kept: str) -> None:
    assert caller_number(text, country) == kept
    assert parse_number(text, country) == kept


@pytest.mark.parametrize(
    ("text", "country", "prefix"),
    [
        ("0590*", "FR", "+590590"),
        ("+33 590*", "FR", "+590590"),
        ("0262 00*", "RE", "+26226200"),
        ("0639*", "FR", "+262639"),
        ("06 39 98*", "FR", "+3363998"),
        ("0508 41*", "FR", "+50841"),
        ("06*", "RE", "+336"),
        ("0011 33 1 99*", "AU", "+33199"),
        ("0033 1 99*", "AU", "+33199"),
        ("011 33 1 99*", "US", "+33199"),
        ("02 5550*", "AU", "+6125550"),
        ("+52 1 55*", "FR", "+5255"),
        ("+54 11*", "FR", "+54911"),
        ("+54 9 11*", "FR", "+54911"),
        ("011 0000*", "AR", "+549110000"),
        ("+229 97*", "FR", "+2290197"),
        ("+229 01 97*", "FR", "+2290197"),
        ("\u202d01 99 00\u202c*", "FR", "+3319900"),
        ("\uff10\uff11\uff19\uff19*", "FR", "+33199"),
    ],
)
def test_a_prefix_begins_what_numbers_are_kept_as(text: str, country: str, prefix: str) -> None:
    assert parse_prefix(text, country) == prefix


@pytest.mark.parametrize(
    ("text", "country", "begun"),
    [
        ("0590", "FR", ("+590590",)),
        ("059", "FR", ("+3359", "+590590", "+5905987", "+594594", "+5945988", "+596596", "+5965989")),
        ("+33 59", "FR", ("+3359", "+590590", "+5905987", "+594594", "+5945988", "+596596", "+5965989")),
        ("0639", "FR", ("+262639", "+3363998")),
        ("05", "FR", ("+335",)),
        ("0508 41", "FR", ("+50841",)),
        ("+54 11", "FR", ("+54911",)),
        ("+52 1 55", "FR", ("+5255",)),
        ("5500", "MX", ("5500", "+5500", "+525500")),
        ("0011 33", "AU", ("+33",)),
        ("0011", "AU", ("+11",)),
        ("011 33 1", "US", ("+331",)),
        ("0208", "GB", ("+44208",)),
    ],
)
def test_a_number_typed_in_part_begins_what_it_is_kept_as(text: str, country: str, begun: tuple[str, ...]) -> None:
    assert begun_numbers(text, country) == begun
