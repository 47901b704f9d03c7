"""Twilio's voice webhook: its own package signs the requests; what it is answered is its own TwiML."""

import json
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

import pytest
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Enqueue, Gather, VoiceResponse

from aiguillage.desk.accounts import set_account
from aiguillage.desk.facts import add_fact, set_fact
from aiguillage.desk.phone_systems import forget_auth_token, has_auth_token
from aiguillage.domain.blocked import Blocked
from aiguillage.domain.phone_systems import PhoneSystem
from tests.callpath.conftest import Inside
from tests.callpath.phone import HOST, KEY, TWILIO, add_twilio, call, contact_sent_to, send
from tests.cast import ACCOUNT, Cast, known_caller
from tests.docs.markdown import blocks, read
from tests.server import Answer

UNKNOWN = "+33465710099"


def twiml(answer: Answer) -> str:
    """A 200's TwiML, one way of writing it."""
    assert answer.status == 200, answer
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    return ET.canonicalize(answer.body.decode())


def own(response: VoiceResponse) -> str:
    """The same of what Twilio's package writes."""
    return ET.canonicalize(str(response))


def queued(name: str) -> str:
    """A call that waits in a queue."""
    response = VoiceResponse()
    response.append(Enqueue(name))
    return own(response)


def asked(prompt: str, tries: int) -> str:
    """A caller who is asked for a code."""
    gather = Gather(input="dtmf", timeout=8, action_on_empty_result=True, action=f"{TWILIO}?try={tries}")
    gather.say(prompt, language="fr-FR")
    response = VoiceResponse()
    response.append(gather)
    return own(response)


def test_a_known_number_is_sent_to_its_destination_and_logged(cast: Cast, inside: Inside) -> None:
    known_caller(cast)
    add_twilio(cast)

    assert twiml(call(inside)) == queued("207")
    (logged,) = inside.logged()
    assert (logged.dialect, logged.outcome, logged.number, logged.destination) == (
        "twilio",
        "known",
        "+33199001234",
        "207",
    )


def test_the_seeds_own_flow_number_first_then_up_to_three_codes_then_the_fallback(cast: Cast, inside: Inside) -> None:
    known_caller(cast)
    add_twilio(cast)

    assert twiml(call(inside, From=UNKNOWN)) == asked("Tapez votre code", 1)
    assert twiml(call(inside, f"{TWILIO}?try=1", From=UNKNOWN, Digits="0000")) == asked("Encore", 2)
    assert twiml(call(inside, f"{TWILIO}?try=2", From=UNKNOWN, Digits="4321")) == queued("207")
    assert twiml(call(inside, f"{TWILIO}?try=2", From=UNKNOWN, Digits="")) == asked("Encore", 3)
    assert twiml(call(inside, f"{TWILIO}?try=3", From=UNKNOWN, Digits="1111")) == queued("299")
    assert [one.destination for one in inside.logged()] == [None, None, "207", None, "299"]


def test_without_a_prompt_an_unknown_caller_goes_to_the_fallback_at_once(cast: Cast, inside: Inside) -> None:
    add_twilio(cast, prompt="", fallback_destination=None)

    assert twiml(call(inside, From="anonymous")) == own_reject()
    set_account(cast.db, cast["manager"], ACCOUNT, {"fallback_destination": "+33199000001"})
    assert "<Dial><Number>+33199000001</Number></Dial>" in twiml(call(inside, From="anonymous"))


def own_reject() -> str:
    """A call that is not taken."""
    response = VoiceResponse()
    response.reject()
    return own(response)


def test_after_three_codes_a_call_without_any_fallback_is_hung_up(cast: Cast, inside: Inside) -> None:
    add_twilio(cast, fallback_destination=None)

    assert "<Hangup></Hangup>" in twiml(call(inside, f"{TWILIO}?try=3", From=UNKNOWN, Digits="1"))


@pytest.mark.parametrize(
    ("destination", "verb"),
    [
        ("01 99 00 00 01", "<Dial><Number>+33199000001</Number></Dial>"),
        ("sip:207@pbx.example.org;a=b&c", "<Dial><Sip>sip:207@pbx.example.org;a=b&amp;c</Sip></Dial>"),
        ('Support "<x>&', 'Support "&lt;x&gt;&amp;</Enqueue>'),
        ("reject", "<Reject></Reject>"),
    ],
)
def test_each_form_of_destination_has_its_verb(cast: Cast, inside: Inside, destination: str, verb: str) -> None:
    add_twilio(cast)
    contact_sent_to(cast, destination)

    assert verb in twiml(call(inside))


def test_a_workflow_gets_a_task_with_the_calls_priority(cast: Cast, inside: Inside) -> None:
    workflow = "WW" + "0a" * 16
    add_twilio(cast, fallback_destination=workflow)
    contact_id = contact_sent_to(cast, workflow)
    set_account(cast.db, cast["manager"], ACCOUNT, {"vip_priority": 10})

    task = ET.fromstring(call(inside).body)[0][0]  # noqa: S314 - ours

    attributes = json.loads(task.text or "")
    assert task.attrib["priority"] == ("10" if attributes["vip"] else "0")
    assert attributes["contactId"] == contact_id


def test_a_blocked_caller_is_rejected_and_not_asked(cast: Cast, inside: Inside) -> None:
    add_twilio(cast)
    add_fact(cast.db, cast["editor"], ACCOUNT, Blocked(number=UNKNOWN))

    assert twiml(call(inside, From=UNKNOWN)) == own_reject()


def test_what_twilio_did_not_sign_is_a_403_without_a_word(cast: Cast, inside: Inside) -> None:
    phone_system = add_twilio(cast)
    nowhere = TWILIO.replace(ACCOUNT, "CL9999")
    good = {"X-Twilio-Signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}
    token = {"Authorization": f"Bearer {cast.secret('router')}"}
    refusals = [
        call(inside, headers=good),
        call(inside, headers=good | token),
        call(inside, nowhere),
        call(inside, TWILIO + "x"),
        call(inside, f"{TWILIO}?try=2", signed=f"{TWILIO}?try=1"),
        send(inside, TWILIO, None, headers=good),
        send(inside, TWILIO, b"", headers=good),
        send(inside, TWILIO, b"From=%ff", headers=good),
        send(inside, TWILIO, b"From=1", headers={"Host": "a b"}),
        send(inside, TWILIO, b"From=1", headers={"X-Twilio-Signature": "é"}),
    ]

    assert {one.status for one in refusals} == {403}
    assert len({(one.status, tuple(one.headers.items()), one.body) for one in refusals}) == 1
    assert send(inside, TWILIO, method="GET").status == 405
    assert inside.logged() == []
    assert has_auth_token(cast.db, cast["reader"], ACCOUNT, phone_system)
    forget_auth_token(cast.db, cast["manager"], ACCOUNT, phone_system)
    assert call(inside).status == 403


@pytest.mark.parametrize(
    ("url", "signed", "headers"),
    [
        (TWILIO, TWILIO.replace(HOST, f"{HOST}:443"), {}),
        (TWILIO.replace(HOST, f"{HOST}:8443"), TWILIO, {}),
        (TWILIO.replace(HOST, "http://calls.example.org"), TWILIO, {}),
        (TWILIO.replace(HOST, "http://10.0.0.1:8000"), TWILIO, {"X-Forwarded-Host": "calls.example.org, 10.0.0.2"}),
        (f"{TWILIO}/", f"{TWILIO}/", {}),
    ],
)
def test_the_address_is_the_one_that_was_signed_whatever_proxies_make_of_it(
    cast: Cast, inside: Inside, url: str, signed: str, headers: dict[str, str]
) -> None:
    known_caller(cast)
    add_twilio(cast)

    assert twiml(call(inside, url, signed=signed, headers=headers)) == queued("207")


def test_the_address_can_be_told(cast: Cast, inside: Inside) -> None:
    phone_system = add_twilio(cast, public_url="https://example.org/calls")
    signed = TWILIO.replace(HOST, "https://example.org/calls")

    assert f'action="{signed}?try=1"' in twiml(call(inside, signed=signed, From=UNKNOWN))
    assert call(inside).status == 403
    set_fact(cast.db, cast["editor"], ACCOUNT, "phone_system", phone_system, {"public_url": ""})
    assert call(inside).status == 200


def test_too_many_wrong_codes_send_the_caller_to_the_fallback(cast: Cast, inside: Inside) -> None:
    add_twilio(cast)

    answers = [twiml(call(inside, f"{TWILIO}?try=1", From=UNKNOWN, Digits=f"{n:04}")) for n in range(7)]

    assert answers[0] == asked("Encore", 2)
    assert answers[-1] == queued("299")
    assert twiml(call(inside, f"{TWILIO}?try=1&try=2", From=UNKNOWN)) == queued("299")


def test_a_table_that_cannot_be_read_is_a_503_and_twilio_uses_its_own_fallback(cast: Cast, inside: Inside) -> None:
    add_twilio(cast)
    inside.table.close()

    assert call(inside).status == 503


def test_a_failure_once_it_is_known_who_asks_still_sends_the_caller_somewhere(cast: Cast, inside: Inside) -> None:
    known_caller(cast)
    add_twilio(cast)
    with cast.db.write() as connection:
        connection.exec_driver_sql("UPDATE caller_key SET sum = sum + 1")

    assert twiml(call(inside)) == queued("299")


class Many(dict[str, str]):
    """A form as Twilio's package reads one in which names may come again."""

    def __init__(self, body: str) -> None:
        self._pairs = parse_qsl(body, keep_blank_values=True)
        super().__init__(self._pairs)

    def getall(self, name: str) -> list[str]:
        """Every value of that name."""
        return [value for one, value in self._pairs if one == name]


@pytest.mark.parametrize(
    "body",
    [
        "To=%2B33199000000&From=%2B33199001234&From1=a&Fro=b&From-=c&From_=d&From%20=e",
        "To=%2B33199000000&From=%2B33199001234&From1=a&Fro=b&From-=c&From_=d",
        "From=%2B33199001234&To=%2B33199000000&Media=2&Media=1&Media=2",
        "From=%2B33199001234&To=%2B33199000000&Media=%C3%A9&Media=1&Media=%C3%A9",
        "From=%2B33199001234&To=a=b",
        "From=%2B33199001234&To&Caller=",
        "From=%2B33199001234&To=a=b&Caller",
        "From=%2B33199001234",
        "From=%2B33199001234&CallToken=%7B%22a%22%3A%22b%3D%3D%22%7D&CallerName=Camille+Roche",
    ],
)
def test_a_form_is_signed_with_its_names_in_order(cast: Cast, inside: Inside, body: str) -> None:
    known_caller(cast)
    add_twilio(cast)
    signature = RequestValidator(KEY).compute_signature(TWILIO, Many(body))

    assert twiml(send(inside, TWILIO, body.encode(), headers={"X-Twilio-Signature": signature})) == queued("207")


def test_a_phone_system_of_another_sort_is_none(cast: Cast, inside: Inside) -> None:
    add_fact(cast.db, cast["manager"], ACCOUNT, PhoneSystem(code="accueil", name="A"))

    assert call(inside).status == 403


def test_what_the_page_shows_is_asked_and_answered(cast: Cast, inside: Inside) -> None:
    known_caller(cast)
    add_twilio(cast, code="twilio", prompt="Tapez votre code, puis dièse.")
    page = read("docs/phone-systems/twilio.md")
    address = read("integrations/twilio/address.txt").strip()

    for asked_, told in zip(blocks(page, "http"), blocks(page, "xml"), strict=True):
        head, _, body = asked_.text.strip().partition("\n\n")
        assert head.startswith(f"POST {address.removeprefix(HOST)}\n")
        form = dict(parse_qsl(body))
        signature = RequestValidator(KEY).compute_signature(address, form)
        answer = send(inside, address, body.encode(), headers={"X-Twilio-Signature": signature})
        assert answer.body.decode() == told.text.strip()


def test_the_bin_for_when_we_are_away_is_twiml() -> None:
    response = ET.fromstring(read("integrations/twilio/fallback.xml"))  # noqa: S314 - ours

    assert [one.tag for one in response.iter()] == ["Response", "Dial", "Number"]
