"""Twilio's voice webhook, `POST /dialects/twilio/CL0000/CODE`: its signature says who asks, the answer is TwiML.

    number known?  -- yes --> Dial, Enqueue or Reject
         | no
    asks for a code?  -- no --> where the defaults and the fallback say
         | yes
    Gather --> ?try=1 --> code known?  -- no --> Gather --> ?try=2 ... ?try=3 -- no --> defaults, fallback

How many codes were asked for is in the address that Twilio calls next, which its signature covers. Once a request is
known to be Twilio's, it is answered with TwiML whatever happens: somebody is on the line.
"""

import hmac
import re
from binascii import b2a_base64
from collections.abc import Iterator
from functools import lru_cache, partial
from http import HTTPStatus
from typing import Annotated, Literal, NamedTuple, cast

import msgspec

from aiguillage.dialects.encom import PlainAccount, Short, refusal
from aiguillage.dialects.encom import method_not_allowed as encom_method_not_allowed
from aiguillage.dialects.http import STATUS, TEXT, Answer, Scope, header_of, read_query, render, unquoted, without_codes
from aiguillage.dialects.twiml import ask_for_code, respond, send_to
from aiguillage.domain import described
from aiguillage.domain.accounts import DEFAULT, EMPTY
from aiguillage.domain.answered import told
from aiguillage.domain.calls import Decision, Facts, Question
from aiguillage.domain.described import Content, Described, Tag
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.facts import AccountFacts
from aiguillage.domain.meanings import means
from aiguillage.domain.phone_systems import PHONE_SYSTEM, TWILIO, PhoneSystem
from aiguillage.domain.routing import RULES

__all__ = ["METHODS", "NAME", "OPERATIONS", "PATH", "TAGS", "UNREAD"]
__all__ += ["answer", "ask", "handles", "method_not_allowed", "refuse"]

NAME = "twilio"
PATH = None
METHODS = ("POST",)
MOST_TRIES = 3
"""How often a caller may type a code."""

_PATH = re.compile(r"/dialects/twilio/([^/]+)/(.+?)/?", re.DOTALL)
_HOST = re.compile(r"([A-Za-z0-9.\[\]:_-]*?)(:[0-9]{1,5})?")
_UNSIGNED = "the signature is missing or wrong"


class Call:
    """One request of Twilio's: what it says once its signature was found good, and what is answered with.

    `account` and `phone_system` are there from then on; `address` is where Twilio called, without the query.
    """

    __slots__ = ("account", "address", "code", "phone_system", "scope", "tries")

    def __init__(self, scope: Scope, code: str) -> None:
        self.scope = scope
        self.code = code
        self.account: AccountFacts | None = None
        self.phone_system: PhoneSystem | None = None
        self.address = ""
        self.tries = 0

    def complete(self, account: AccountFacts) -> Question:
        """The question, proven by its signature; one with a fault where that is not good."""
        found, form = account.phone_systems.named(self.code, TWILIO), _form_of(self.scope)
        address = None
        if found is not None and found[1] is not None and form is not None:
            address = _signed_address(self.scope, form, found[0].public_url, found[1])
        if found is None or form is None or address is None:
            return Question(account.code, shape=self, fault=_UNSIGNED, rules=RULES)
        self.account, self.phone_system, self.address = account, found[0], address
        self.tries = _tries_of(self.scope)
        sent = form.sent
        return Question(
            account.code,
            sent.get("From", ""),
            sent.get("Digits", "") if self.tries else None,
            self,
            called=sent.get("To") or None,
            unknown=EMPTY if self.asks_for_code else DEFAULT,
            named={PHONE_SYSTEM: self.code},
            rules=RULES,
            proven=True,
        )

    @property
    def asks_for_code(self) -> bool:
        """Whether an unknown caller is asked for a code."""
        return self.tries < MOST_TRIES and bool(self.phone_system and self.phone_system.prompt)

    def prompt(self) -> Answer:
        """Asks for a code."""
        system = cast("PhoneSystem", self.phone_system)
        words = (system.prompt_again or system.prompt) if self.tries else system.prompt
        action = f"{self.address}?try={self.tries + 1}"
        return respond(ask_for_code(words, system.prompt_language, action))


class Sent(NamedTuple):
    """What was posted: each value by its name, and all of it as it is signed."""

    sent: dict[str, str]
    signed: str


def _form_of(scope: Scope) -> Sent | None:
    """All that was posted; None for what is no form, or too long.

    Signed are names and values, sorted; one that was sent again is signed once, another value of its name beside it.
    """
    body: bytes | None = scope["body"]
    if not body:
        return None
    try:
        text = body.decode()
        plain = without_codes(text)
        sent, pairs = {}, (text if plain is None else plain).split("&")
        for pair in pairs:
            name, _, value = pair.partition("=")
            if plain is None:
                name, value = unquoted(name), unquoted(value)
            sent[name] = value
    except UnicodeDecodeError:
        return None
    if len(sent) == len(pairs):
        return Sent(sent, "".join([name + sent[name] for name in sorted(sent)]))
    every = {tuple([unquoted(part) for part in pair.partition("=")[::2]]) for pair in text.split("&")}
    return Sent(sent, "".join([name + value for name, value in sorted(every)]))


def _signed_address(scope: Scope, form: Sent, public_url: str, key: str) -> str | None:
    """The address that Twilio called, if it is the one that it signed with the key; None if no address is.

    The signature is an HMAC-SHA1 of the URL and of the form's names and values, sorted
    (twilio.com/docs/usage/security, "Validating signatures from Twilio"). Which URL that was, behind proxies, it says
    itself: nobody without the key makes a signature of any. With and without a port, as Twilio's own libraries try it.
    """
    headers, query = scope["headers"], scope["query_string"]
    given = header_of(headers, b"x-twilio-signature")
    behind = scope["path"].encode() + (b"?" + query if query else b"")
    behind += form.signed.encode()
    for address, signed in [(public_url, public_url)] if public_url else _addresses(headers):
        hashed = _keyed(key).copy()
        hashed.update(signed.encode() + behind)
        if hmac.compare_digest(b2a_base64(hashed.digest(), newline=False), given):
            return f"{address}{scope['path']}"
    return None


@lru_cache(maxsize=64)
def _keyed(key: str) -> hmac.HMAC:
    """An HMAC-SHA1 that has its key and nothing else, kept to be copied."""
    return hmac.new(key.encode(), digestmod="sha1")


def _addresses(headers: list[tuple[bytes, bytes]]) -> Iterator[tuple[str, str]]:
    """Where Twilio may have called, and each as it may have signed it."""
    hosts = dict.fromkeys(header_of(headers, name).split(b",")[0].strip() for name in (b"x-forwarded-host", b"host"))
    for scheme, port in (("https", ":443"), ("http", ":80")):
        for host in hosts:
            found = _HOST.fullmatch(host.decode("latin-1"))
            if host and found is not None:
                for signed in dict.fromkeys((found[0], found[1], found[1] + port)):
                    yield f"{scheme}://{found[0]}", f"{scheme}://{signed}"


def _tries_of(scope: Scope) -> int:
    """How often the caller was asked for a code before this request."""
    query = scope["query_string"]
    text = read_query(query, {"try"}).get("try", "") if query else ""
    return min(int(text), MOST_TRIES) if text.isdecimal() and len(text) == 1 else 0


UNREAD = Question(rules=RULES, complete=lambda _: Question(fault=_UNSIGNED))
"""What stands for a request until it is read."""


def handles(path: str) -> bool:
    """Whether a path is this dialect's."""
    return _PATH.fullmatch(path) is not None


def ask(scope: Scope) -> Question:
    """The account that the path names: all else is read when the account's key is there."""
    found = cast("re.Match[str]", _PATH.fullmatch(scope["path"]))
    call = Call(scope, found[2])
    return Question(found[1], shape=call, fault=_UNSIGNED, rules=RULES, complete=call.complete)


def answer(question: Question, facts: Facts, decision: Decision) -> Answer:
    """What Twilio is to do with the call."""
    call: Call = question.shape
    if decision.destination is None and decision.known is None and call.asks_for_code:
        return call.prompt()
    what = partial(told, facts, decision)
    return respond(send_to(decision.destination, facts.account.country, what, answered=call.tries > 0))


def refuse(question: Question, refusal: Refusal) -> Answer:
    """A 403 where Twilio did not sign, a 503 where nobody can tell; else the call goes to the fallback."""
    call: Call | None = question.shape
    if call is None or call.account is None:
        status = STATUS[refusal.kind] if refusal.kind is Kind.UNAVAILABLE else HTTPStatus.FORBIDDEN
        return render(status, TEXT, b"")
    account, system = call.account, cast("PhoneSystem", call.phone_system)
    fallback = system.fallback_destination or account.fallback_destination
    return respond(send_to(fallback, account.country, None, answered=call.tries > 0))


def method_not_allowed() -> Answer:
    """A 405 with the method that is."""
    return encom_method_not_allowed(METHODS)


class Form(msgspec.Struct):
    """What Twilio posts of a call (twilio.com/docs/voice/twiml, "Request parameters"), as far as it is looked at."""

    From: Annotated[str, means("The caller's number, or another identity.", "+33199001234")]
    To: Annotated[str, means("The number dialled.", "+33199000000")] = ""
    Digits: Annotated[str, means("What the caller typed, once a code was asked for.", "4321")] = ""


class Tries(msgspec.Struct):
    """What the addresses have that Twilio calls once a code was asked for."""

    tries: Annotated[Literal["1", "2", "3"] | msgspec.UnsetType, means("How many codes the caller was asked for.")] = (
        msgspec.field(default=msgspec.UNSET, name="try")
    )


TAGS = (Tag("Twilio", "Its voice webhook: signed requests, answers in TwiML."),)
_EXAMPLE = '<?xml version="1.0" encoding="UTF-8"?><Response><Enqueue>207</Enqueue></Response>'
_NO_MORE = {described.TEXT: Content(Annotated[Literal[""], means("Nothing.")], "")}
OPERATIONS = (
    Described(
        path="/dialects/twilio/{account}/{code}",
        method="POST",
        name="askAsTwilio",
        tag=TAGS[0].name,
        summary="What Twilio does with a call",
        description=(
            "`X-Twilio-Signature`, made with the auth token of the account's phone system of that code, stands for a "
            "token. A request that Twilio signed is always a 200."
        ),
        within={
            "account": Annotated[PlainAccount, means("The code of the account.", "CL0000")],
            "code": Annotated[Short, means("The code of the phone system.", "accueil")],
        },
        query=Tries,
        body={"application/x-www-form-urlencoded": Content(Form, {"From": "+33199001234", "To": "+33199000000"})},
        answers={
            "200": described.Answer(
                "TwiML.", {"text/xml": Content(Annotated[str, means("The verbs of TwiML.")], _EXAMPLE)}
            ),
            "403": described.Answer("Not signed by the account's Twilio, or no such phone system.", _NO_MORE),
            "405": refusal(405),
            "503": described.Answer("The facts cannot be read at this moment.", _NO_MORE),
        },
        public=True,
    ),
)
