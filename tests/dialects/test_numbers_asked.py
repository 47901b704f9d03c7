"""Numbers as people enter them and as phone systems send them, asked of a real server in V0, V1 and V2."""

import json
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest

from aiguillage.desk.accounts import set_account
from aiguillage.desk.contacts import enter_contact
from aiguillage.desk.facts import add_fact
from aiguillage.domain.blocked import Blocked
from aiguillage.settings import Settings
from tests.cast import ACCOUNT, OTHER_ACCOUNT, Cast, new_cast
from tests.dialects.conftest import Door
from tests.ruled import ROUTE
from tests.server import Answer, running

ENTERED = {
    "100": "\u202d+33 1 99 00 12 34\u202c",
    "101": "01\u201199\u201100\u201112\u201110 (poste 12)",
    "102": "0590 00 01 23",
    "103": "07 00 00 00 00 01 23",
    "104": "+44 20 7946 0123",
    "105": "+52 1 55 0000 0123",
    "106": "12345",
    "107": "+46 8 465 004*",
}
ASKED = {
    "100": ("+33199001234", "33199001234", '"Camille Roche" <0199001234>', "sip:%2B33199001234:secret@pbx.example.org"),
    "101": ("0199001210", "Camille <sip:+33199001210@192.0.2.7>;tag=1", "tel:99001210;phone-context=+33-1"),
    "102": ("+590590000123", "00590590000123", "0590000123", "+33590000123"),
    "103": ("+337000000000123", "07000000000123", "sip:+337000000000123@pbx.example.org"),
    "104": ("442079460123", "00442079460123", "tel:020-7946-0123;phone-context=+44"),
    "105": ("+5215500000123", "+525500000123", "525500000123"),
    "106": ("12345", "sip:12345@pbx.example.org"),
    "107": ("46846500411", "tel:0846500412;phone-context=+46", "0046846500400"),
}
NOBODY = (
    *("INTERNATIONAL", "Out of Area", "camille@pbx.example.org", '"Camille" <>', "anonyme", "+86282452253"),
    *("tel:0199001234;phone-context=+32", "019900123", "+4912345", "0199001234 Roche", "1" * 500),
)


@pytest.fixture(scope="module")
def entered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A server on which CL0000 has a contact for each number; CL0001 is in Australia and blocks withheld callers."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("entered") / "data")
    with new_cast(settings) as cast:
        _furnish(cast)
        with running(settings) as server:
            yield Door(server, cast)


def _furnish(cast: Cast) -> None:
    db, ours, theirs = cast.db, cast["editor"], cast["outsider"]
    for destination, number in ENTERED.items():
        given = {"company": destination, "telecoms": [number], "select_1": destination}
        enter_contact(db, ours, ACCOUNT, None, given)
    set_account(db, theirs, OTHER_ACCOUNT, {"country": "AU"})
    given = {"company": "Paris", "telecoms": ["0011 33 1 99 00 12 34"], "select_1": "33"}
    enter_contact(db, theirs, OTHER_ACCOUNT, None, given)
    add_fact(db, theirs, OTHER_ACCOUNT, Blocked(number="withheld"))


def asked_every_way(door: Door, number: str) -> dict[str, Answer]:
    """What each dialect answers to this caller."""
    asked = urlencode({"customerAccount": ACCOUNT, "number": number})
    raw, secret = "&format=raw", door.cast.secret("router")
    posted = {
        "application/json": json.dumps({"customerAccount": ACCOUNT, "number": number, "format": "raw"}).encode(),
        "application/x-www-form-urlencoded": (asked + raw).encode(),
    }
    return {
        "v0": door.v0(f"number/{quote(number, safe='')}"),
        "v1": door.ask(f"/api/v1/smartRoutings?{asked}{raw}&destination=1"),
        "v2": door.ask(f"{ROUTE}?{asked}{raw}"),
    } | {
        f"v2 {kind}": door.server.ask(ROUTE, secret, method="POST", body=body, **{"Content-Type": kind})
        for kind, body in posted.items()
    }


@pytest.mark.parametrize(("destination", "number"), [(to, one) for to, forms in ASKED.items() for one in forms])
def test_a_contact_is_known_however_it_was_entered_and_however_it_calls(
    entered: Door, destination: str, number: str
) -> None:
    answers = asked_every_way(entered, number)

    assert {way: (a.status, a.text) for way, a in answers.items()} == dict.fromkeys(answers, (200, destination))


@pytest.mark.parametrize("number", NOBODY)
def test_who_is_nobody_is_an_unknown_caller_in_every_dialect(entered: Door, number: str) -> None:
    answers = asked_every_way(entered, number)

    assert {way: a.status for way, a in answers.items()} == dict.fromkeys(answers, 404)


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("0011 33 1 99 00 12 34", (200, "33")),
        ("+33199001234", (200, "33")),
        ("anonymous", (200, "reject")),
        ("Num\u00e9ro masqu\u00e9", (200, "reject")),
        ("sip:@pbx.example.org", (200, "reject")),
        ("INTERNATIONAL", (404, "")),
        ("sip:camille@pbx.example.org", (404, "")),
    ],
)
def test_who_blocks_withheld_callers_does_not_block_who_is_no_number(
    entered: Door, number: str, told: tuple[int, str]
) -> None:
    query = urlencode({"customerAccount": OTHER_ACCOUNT, "number": number, "format": "raw"})

    answer = entered.ask(f"{ROUTE}?{query}", by="outsider")

    assert (answer.status, answer.text) == told
