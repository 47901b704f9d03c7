"""Any phone system's own words: parameters from query, form and JSON, answers by the account's template."""

import json
from urllib.parse import urlencode

import msgspec
import pytest

from aiguillage.desk.facts import add_fact
from aiguillage.desk.tokens import issue_token
from aiguillage.domain.phone_systems import PRESETS, PhoneSystem
from tests.callpath.conftest import Inside
from tests.callpath.phone import FORM, HOST, contact_sent_to, send
from tests.cast import ACCOUNT, Cast, email, known_caller
from tests.docs.markdown import blocks, read

URL = f"{HOST}/dialects/webhook/{ACCOUNT}/pabx"
UNKNOWN = "0465710099"
JSON_BODY = {"Content-Type": "application/json"}
FORM_BODY = {"Content-Type": FORM.decode()}


def add(cast: Cast, **values: str) -> None:
    """A phone system called pabx."""
    fact = msgspec.convert({"code": "pabx", "name": "Standard"} | values, PhoneSystem)
    add_fact(cast.db, cast["editor"], ACCOUNT, fact)


def bearer(inside: Inside) -> dict[str, str]:
    """The router's token."""
    return {"Authorization": f"Bearer {inside.secret}"}


def request_of(page: str) -> tuple[str, str, dict[str, str], bytes]:
    """The request that a page shows: method, path, headers, body."""
    head, _, body = blocks(read(f"docs/phone-systems/{page}.md"), "http")[0].text.strip().partition("\n\n")
    line, *headers = head.split("\n")
    method, path = line.split(" ")
    return method, path, dict(one.split(": ") for one in headers), body.encode()


@pytest.mark.parametrize("system", [*PRESETS, "webhook"])
def test_what_a_page_shows_is_asked_and_answered_with_the_words_of_its_preset(
    cast: Cast, inside: Inside, system: str
) -> None:
    known_caller(cast)
    add(cast, code=system, **(PRESETS[system].values if system in PRESETS else {}))
    method, path, headers, body = request_of(system)

    answer = send(inside, HOST + path, body, method, headers | bearer(inside))

    assert (answer.status, answer.body.decode()) == (
        200,
        blocks(read(f"docs/phone-systems/{system}.md"), "text")[0].text.strip(),
    )
    (logged,) = inside.logged()
    assert (logged.dialect, logged.outcome, logged.destination) == ("webhook", "known", "207")
    assert HOST + path.partition("?")[0] == read(f"integrations/{system}/address.txt").strip()


def test_enreach_sends_a_code_inside_its_extra_data(cast: Cast, inside: Inside) -> None:
    known_caller(cast)
    add(cast, **PRESETS["enreach"].values)
    body = b'{"anum": "anonymous", "extradata": {"code": 4321}}'

    assert send(inside, URL, body, headers=JSON_BODY | bearer(inside)).body == b'{"InitialTarget": "207"}'


@pytest.mark.parametrize(
    ("mode", "status", "told"), [("404", 404, "{}"), ("empty", 200, "{}"), ("default", 200, '{"to": "299"}')]
)
def test_an_unknown_caller_gets_what_the_token_says(
    cast: Cast, inside: Inside, mode: str, status: int, told: str
) -> None:
    add(cast, answer='{"to": "{destination}"}', unknown_answer="{}", fallback_destination="299")
    _, inside.secret = issue_token(cast.db, cast["operator"], email("router"), name=mode, unknown=mode)

    answer = send(inside, f"{URL}?number={UNKNOWN}", method="GET", headers=bearer(inside))

    assert (answer.status, answer.body.decode()) == (status, told)


@pytest.mark.parametrize("media_type", ["json", "xml", "text"])
def test_a_hostile_destination_stays_inside_its_place(cast: Cast, inside: Inside, media_type: str) -> None:
    hostile = "a\"b'&<c>\\ {vip}"
    contact_sent_to(cast, hostile)
    texts = {"json": '{"to": "{destination}"}', "xml": "<to>{destination}</to>", "text": "{destination}"}
    add(cast, media_type=media_type, answer=texts[media_type])

    body = send(inside, f"{URL}?number=0199001234", method="GET", headers=bearer(inside)).body.decode()

    escaped = "<to>a&quot;b&apos;&amp;&lt;c&gt;\\ {vip}</to>"
    assert body == {"json": json.dumps({"to": hostile}), "xml": escaped, "text": hostile}[media_type]


def test_the_token_may_stand_alone_in_another_header(cast: Cast, inside: Inside) -> None:
    known_caller(cast)
    add(cast)
    url = f"{URL}?number=0199001234"

    assert send(inside, url, method="GET", headers={"X-Benemen-APIKey": inside.secret}).status == 200
    assert send(inside, url, method="GET", headers={"X-API-Key": inside.secret + "x"}).status == 401
    assert send(inside, url, method="GET").status == 401


@pytest.mark.parametrize(
    ("body", "headers", "words"),
    [
        (b"called=1", FORM_BODY, "number or code is missing"),
        (b'{"number": {"a": 1}}', JSON_BODY, "number or code is missing"),
        (b'{"number": 1, "number": 2}', JSON_BODY, "number is given twice with two values"),
        (b"{", JSON_BODY, "the body is no JSON object"),
        (b"[" * 5_000, JSON_BODY, "the body is no JSON object"),
        (b"<number/>", {"Content-Type": "text/xml"}, "the content type is neither"),
        (None, JSON_BODY, "the body is longer than 8 KiB"),
    ],
)
def test_a_bad_request_is_told_to_who_may_ask(
    cast: Cast, inside: Inside, body: bytes | None, headers: dict[str, str], words: str
) -> None:
    add(cast)

    answer = send(inside, URL, body, headers=headers | bearer(inside))

    assert answer.status == 400
    assert words in answer.body.decode()
    outsider = {"Authorization": f"Bearer {cast.secret('outsider')}"}
    assert send(inside, URL, body, headers=headers | outsider).status == 403


def test_the_outsider_learns_nothing_of_what_there_is(cast: Cast, inside: Inside) -> None:
    add(cast, media_type="xml", answer="<a/>")
    outsider = {"Authorization": f"Bearer {cast.secret('outsider')}"}
    nobodys = [URL, URL + "x", URL.replace(ACCOUNT, "CL9999"), f"{URL}?number=0199001234"]

    told = {
        (one.status, one.body) for one in (send(inside, url, method="GET", headers=outsider) for url in nobodys[1:3])
    }
    assert told == {(403, b'{"response": "not authorized"}')}


def test_a_code_that_no_phone_system_has_is_a_400_that_says_so(cast: Cast, inside: Inside) -> None:
    add(cast)

    answer = send(inside, f"{URL}x?number=0199001234", method="GET", headers=bearer(inside))

    assert answer.status == 400
    assert "no phone system of that code" in answer.body.decode()
    assert send(inside, URL, method="PUT").status == 405


def test_values_inside_objects_and_lists_have_the_names_on_the_way(cast: Cast, inside: Inside) -> None:
    known_caller(cast)
    add(cast, number_parameter="calls.0.from", called_parameter="", code_parameter="")
    body = json.dumps({"calls": [{"from": "0199001234"}], "other": [[1], {"a": None}]}).encode()

    assert send(inside, URL, body, headers=JSON_BODY | bearer(inside)).status == 200
    assert (
        send(inside, URL, urlencode({"calls.0.from": "0199001234"}).encode(), headers=FORM_BODY | bearer(inside)).status
        == 200
    )
    assert "calls.0.from is missing" in send(inside, URL, b"{}", headers=JSON_BODY | bearer(inside)).body.decode()


def test_a_refusal_is_text_where_the_answer_would_be(cast: Cast, inside: Inside) -> None:
    add(cast, media_type="text", answer="{destination}")

    answer = send(inside, URL, method="GET", headers=bearer(inside))

    assert (answer.status, answer.body) == (400, b"bad request")
