"""TwiML: what Twilio does with a call, as XML.

Verbs after twilio.com/docs/voice/twiml: Dial with Number or Sip, Enqueue, Reject, Hangup, Gather with Say.
"""

import json
import re
from collections.abc import Callable
from functools import lru_cache

from aiguillage.dialects.http import Answer, render
from aiguillage.domain.answered import Told
from aiguillage.domain.numbers import caller_number
from aiguillage.domain.routing import REJECT
from aiguillage.domain.templates import in_xml

XML = b"text/xml; charset=utf-8"
NOTHING = ""
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_WORKFLOW = re.compile(r"WW[0-9a-fA-F]{32}")
_SIP = re.compile(r"sips?:", re.IGNORECASE)
_TOLD = ("known", "contact_id", "company", "first_name", "last_name", "language", "vip", "on_call_duty_contract")


def respond(verbs: str) -> Answer:
    """A 200 with some verbs."""
    return render(200, XML, f"{_HEAD}<Response>{verbs}</Response>".encode())


def send_to(destination: str | None, country: str, told: Callable[[], Told] | None, *, answered: bool = False) -> str:
    """The verb that sends a call to a destination; one without any is rejected, or hung up on once it was `answered`.

    A number of the country's, or an international one, is dialled, and so is a SIP URI. A workflow of TaskRouter gets a
    task with the call's priority; any other destination is the name of a queue of Twilio's. `told` is only called for a
    task.
    """
    if destination is None or destination == REJECT:
        return "<Hangup/>" if answered else "<Reject/>"
    if _WORKFLOW.fullmatch(destination):
        return f'<Enqueue workflowSid="{destination}">{_task(told)}</Enqueue>'
    return _verb(destination, country)


@lru_cache(maxsize=1024)
def _verb(destination: str, country: str) -> str:
    """The verb of a destination that is no workflow, kept: there are few of them."""
    if _SIP.match(destination):
        return f"<Dial><Sip>{in_xml(destination)}</Sip></Dial>"
    number = caller_number(destination, country)
    if number is not None and number.startswith("+"):
        return f"<Dial><Number>{number}</Number></Dial>"
    return f"<Enqueue>{in_xml(destination)}</Enqueue>"


def _task(told: Callable[[], Told] | None) -> str:
    """What an agent's screen has of the call: attributes of the task, which workflows can look at."""
    if told is None:
        return NOTHING
    what = told()
    known = {name: getattr(what, name) for name in _TOLD}
    attributes = {Told.__struct_encode_fields__[Told.__struct_fields__.index(name)]: one for name, one in known.items()}
    return f'<Task priority="{what.priority}">{in_xml(json.dumps(attributes))}</Task>'


def ask_for_code(prompt: str, language: str, action: str) -> str:
    """Has the caller type a code, with # at its end; what was typed, were it nothing, is sent to `action`."""
    said = f'<Say language="{in_xml(language)}">{in_xml(prompt)}</Say>'
    return f'<Gather input="dtmf" timeout="8" actionOnEmptyResult="true" action="{in_xml(action)}">{said}</Gather>'
