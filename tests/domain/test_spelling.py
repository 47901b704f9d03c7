"""How numbers are spelt: what stands around and between digits, extensions, and the number in a caller's identity."""

import pytest

from aiguillage.domain.errors import Kind
from aiguillage.domain.numbers import caller_number, parse_number
from tests.refusal import refused

NUMBER = "+33199001234"

MARKS = {
    "left-to-right override and pop": "\u202d+33 1 99 00 12 34\u202c",
    "left-to-right embedding": "\u202a0199001234\u202c",
    "right-to-left override": "\u202e0199001234",
    "isolates": "\u20660199001234\u2069",
    "soft hyphens": "01\u00ad99\u00ad00\u00ad12\u00ad34",
    "zero-width space": "01\u200b99001234",
    "zero-width joiner and non-joiner": "01\u200d9900\u200c1234",
    "word joiner": "01\u206099001234",
    "byte order mark": "\ufeff0199001234",
    "Arabic letter mark": "\u061c0199001234",
    "Mongolian vowel separator": "01\u180e99001234",
    "invisible plus and times": "01\u206499\u2062001234",
    "tags": "0199001234\U000e0001",
    "variation selector": "01\ufe0f99001234",
    "keycaps": "0\ufe0f\u20e31\ufe0f\u20e399001234",
    "NUL and other controls": "0199001234\x00\x1f\x7f",
    "line and paragraph separators": "01\u202899\u202900 12 34",
    "a font's own sign": "\uf095 01 99 00 12 34",
    "a telephone": "\u260e 01 99 00 12 34",
    "a telephone in colour": "\U0001f4de01 99 00 12 34",
}
DASHES_AND_BLANKS = {
    "non-breaking hyphens": "01\u201199\u201100\u201112\u201134",
    "figure dashes": "01\u201299\u201200\u201212\u201234",
    "en dashes": "01\u201399\u201300\u201312\u201334",
    "em dashes": "01\u201499\u201400\u201412\u201434",
    "horizontal bars": "01\u201599\u201500 12 34",
    "minus signs": "01\u221299\u221200\u221212\u221234",
    "small hyphen-minus": "01\ufe6399001234",
    "full-width hyphen-minus": "01\uff0d99001234",
    "wave dash": "01\u301c99001234",
    "Japanese length mark": "01\u30fc99001234",
    "Hebrew hyphen": "01\u05be99001234",
    "two-em and three-em dashes": "01\u2e3a99\u2e3b001234",
    "no-break and narrow no-break blanks": "01\u00a099\u202f00 12 34",
    "figure, thin and hair blanks": "01\u200799\u200900\u200a12 34",
    "en and em blanks": "01\u200299\u200300 12 34",
    "ideographic blank": "01\u300099\u300000 12 34",
    "Ogham blank": "01\u168099001234",
    "mathematical blank": "01\u205f99001234",
    "middle dots": "01\u00b799\u00b700\u00b712\u00b734",
    "bullets": "01\u202299\u202200\u202212\u202234",
    "one-dot leaders": "01\u202499001234",
    "fraction and division slashes": "01\u204499\u221500 12 34",
    "underscores": "01_99_00_12_34",
    "quotes around": "'0199001234'",
    "double quotes around": '"0199001234"',
    "French quotes around": "\u00ab 0199001234 \u00bb",
    "curly quotes around": "\u201c0199001234\u201d",
    "square and curly brackets": "[01] {99} 001234",
    "full-width brackets": "\uff0801\uff0999001234",
    "corner brackets": "\u300c01\u300d99001234",
}
DIGITS_OF_OTHER_SCRIPTS = {
    "full-width digits": "\uff10\uff11\uff19\uff19\uff10\uff10\uff11\uff12\uff13\uff14",
    "full-width plus and stop": "\uff0b33\uff0e199001234",
    "small plus": "\ufe6233199001234",
    "superscript plus": "\u207a33199001234",
    "Arabic-Indic digits": "\u0660\u0661\u0669\u0669\u0660\u0660\u0661\u0662\u0663\u0664",
    "Persian digits": "\u06f0\u06f1\u06f9\u06f9\u06f0\u06f0\u06f1\u06f2\u06f3\u06f4",
    "Devanagari digits": "\u0966\u0967\u096f\u096f\u0966\u0966\u0967\u0968\u0969\u096a",
    "mathematical digits": "\U0001d7ce199001234",
}


@pytest.mark.parametrize("text", [*MARKS.values(), *DASHES_AND_BLANKS.values(), *DIGITS_OF_OTHER_SCRIPTS.values()])
def test_what_stands_around_and_between_digits_is_not_looked_at(text: str) -> None:
    assert caller_number(text, "FR") == NUMBER
    assert parse_number(text, "FR") == NUMBER


@pytest.mark.parametrize(
    "text", ["\u00b2199001234", "\u2460199001234", "0199001234\u00bd", "0199001234,", "01?99001234"]
)
def test_signs_that_mean_something_are_not_left_out(text: str) -> None:
    with refused(Kind.INVALID, "is not a phone number"):
        parse_number(text, "FR")


@pytest.mark.parametrize(
    "behind",
    [
        *(
            " ext. 12",
            " ext 12",
            " ext: 12",
            "ext12",
            " extn 12",
            " extension 12",
            " EXT. 12",
            " xtn 12",
            " x12",
            " x 12",
        ),
        *(" X.12", " poste 12", " Poste : 12", " (poste 12)", " [poste 12]", ", poste 12", " p. 12", " p12", " #12"),
        *(
            " # 12",
            "#12#",
            ",12",
            ",,12",
            ",,,1234",
            ";12",
            ";ext=12",
            ";EXT=12",
            " ~12",
            "w12",
            " int. 12",
            " interno 12",
        ),
        *(
            " anexo 12",
            " ramal 12",
            " extensi\u00f3n 12",
            " Durchwahl 12",
            " DW 12",
            " Nst. 12",
            " App. 12",
            " toestel 12",
        ),
        *(" wew. 12", " \u0434\u043e\u0431. 12", " \uff58\uff11\uff12", " x123456789"),
    ],
)
def test_an_extension_is_cut_and_the_number_kept(behind: str) -> None:
    for number in ("01 99 00 12 34", "+33 (0)1 99 00 12 34", "(01) 99001234", "00 33 1 99 00 12 34"):
        assert caller_number(number + behind, "FR") == NUMBER
        assert parse_number(number + behind, "FR") == NUMBER


@pytest.mark.parametrize(
    "text",
    ["tel:+33199001234;ext=12", "tel:0199001234;isub=12", "sip:+33199001234;ext=12@pbx.example.org", "0199001234;npdi"],
)
def test_an_extension_in_a_uri_is_cut_too(text: str) -> None:
    assert caller_number(text, "FR") == NUMBER
    assert parse_number(text, "FR") == NUMBER


@pytest.mark.parametrize(
    "text",
    ["0199001234 x", "0199001234 poste", "x12", "01 99 00 x12", "0199001234 ou 207", "0199001234 poste 12 34567890"],
)
def test_what_only_looks_like_an_extension_is_refused(text: str) -> None:
    with refused(Kind.INVALID, "is not a phone number"):
        parse_number(text, "FR")


@pytest.mark.parametrize(
    "text",
    [
        '"Camille Roche" <0199001234>',
        "Camille Roche <+33199001234>",
        "Camille<0199001234>",
        "<0199001234>",
        "< 33199001234>",
        '"Roche <Camille>" <0199001234>',
        '"Roche \\"la\\" Camille" <0199001234>',
        '"207" <0199001234>',
        '"Camille" <tel:+33199001234>',
        "Camille <sip:0199001234@192.0.2.7>;tag=as1",
        '"Camille" <sip:0199001234@192.0.2.7>;party=calling;privacy=off',
        '"Camille" 0199001234',
        '"0199001234"',
        "<sip:+33199001234@pbx.example.org>, <tel:+33261910042>",
        'From: "Camille" <sip:+33199001234@pbx.example.org>;tag=1',
        '"' + "Camille " * 100 + '" <0199001234>',
        "<sip:+33199001234@" + "pbx." * 100 + "example.org;" + "p=1;" * 100 + ">",
        "sip:%2B33199001234@pbx.example.org",
        "sip:%2b33199001234@pbx.example.org;user=phone",
        "<sip:%2B33199001234@pbx.example.org>",
        "sip:+33%2D199001234@pbx.example.org",
        "sip:+33%20199001234@pbx.example.org",
        "sip:%30%31%39%39001234@pbx.example.org",
        "sip:%252B33199001234@pbx.example.org",
        "%2B33199001234",
        "tel:%2B33199001234",
        "sip:+33199001234:secret@pbx.example.org",
        "sip:+33199001234:1234@pbx.example.org",
        "sip:0199001234:p%40ss@pbx.example.org:5060",
        "sip:+33199001234;phone-context=x:secret@pbx.example.org",
        "sips:+33199001234@[2001:db8::7]:5061;transport=tls?Subject=a@b",
        "sip:+33199001234@",
        "sip:0199001234",
        "sip:01-99-00-12-34@pbx.example.org",
        "+33199001234@pbx.example.org",
        "0199001234@192.0.2.7:5060",
        "33199001234@g.example.org",
        "T\u00e9l. : 01 99 00 12 34",
        "Mobile: +33 1 99 00 12 34",
        "whatsapp:+33199001234",
        "callto:+33199001234",
    ],
)
def test_the_number_in_a_callers_identity_is_found(text: str) -> None:
    assert caller_number(text, "FR") == NUMBER


def test_an_e_mail_address_is_no_contacts_number() -> None:
    with refused(Kind.INVALID, "is not a phone number"):
        parse_number("0199001234@example.org", "FR")


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("tel:0199001234;phone-context=+33", "FR", NUMBER),
        ("tel:0199001234;phone-context=+33", "BE", NUMBER),
        ("tel:199001234;phone-context=+33", "BE", NUMBER),
        ("tel:0199001234;phone-context=+32", "FR", "+32199001234"),
        ("tel:0199001234;phone-context=+41", "FR", "+41199001234"),
        ("sip:0199001234;phone-context=+32@pbx.example.org;user=phone", "FR", "+32199001234"),
        ("sip:0199001234@pbx.example.org;phone-context=+32", "FR", "+32199001234"),
        ("<sip:0199001234;phone-context=%2B32@pbx.example.org>", "FR", "+32199001234"),
        ('tel:0199001234;phone-context="+32"', "FR", "+32199001234"),
        ("tel:0199001234;PHONE-CONTEXT=+32", "FR", "+32199001234"),
        ("tel:0199001234 ; phone-context = +32", "FR", "+32199001234"),
        ("tel:0199001234;ext=12;phone-context=+32", "FR", "+32199001234"),
        ("tel:0846500412;phone-context=+46", "FR", "+46846500412"),
        ("tel:08-465-004-12;phone-context=+46", "FR", "+46846500412"),
        ("tel:2125550123;phone-context=+1", "FR", "+12125550123"),
        ("tel:1-212-555-0123;phone-context=+1", "FR", "+12125550123"),
        ("tel:0600000123;phone-context=+39", "FR", "+390600000123"),
        ("tel:89120000123;phone-context=+7", "FR", "+79120000123"),
        ("tel:0033199001234;phone-context=+32", "FR", NUMBER),
        ("tel:+33199001234;phone-context=+32", "FR", NUMBER),
        ("tel:0590000123;phone-context=+33", "BE", "+590590000123"),
        ("tel:0690000123;phone-context=+590", "BE", "+590690000123"),
        ("tel:99001234;phone-context=+331", "FR", NUMBER),
        ("sip:99001234;phone-context=+33-1@pbx.example.org;user=phone", "FR", NUMBER),
        ("tel:0199001234;phone-context=+33-1", "FR", NUMBER),
        ("tel:200123;phone-context=+49-30", "FR", "+4930200123"),
        ("tel:030200123;phone-context=+49-30", "FR", "+4930200123"),
        ("tel:5550123;phone-context=+1-212", "FR", "+12125550123"),
        ("tel:01-99-00-12-34;phone-context=fr.example.net", "FR", NUMBER),
        ("tel:0199001234;phone-context=", "FR", NUMBER),
        ("tel:0199001234;phone-context=unknown", "FR", NUMBER),
        ("tel:207;phone-context=pbx.example.org", "FR", "207"),
        ("tel:3631;phone-context=+33", "FR", "3631"),
        ("tel:3631;phone-context=+32", "FR", "+323631"),
        ("tel:3631;phone-context=+33", "ZZ", "+333631"),
        ("tel:0199001234;phone-context=+999", "FR", "+9990199001234"),
        ("tel:019900123;phone-context=+33", "FR", "+33019900123"),
        ("tel:camille;phone-context=+33", "FR", None),
    ],
)
def test_the_context_of_a_uri_is_the_country_or_the_area_of_its_digits(
    text: str, country: str, number: str | None
) -> None:
    assert caller_number(text, country) == number
