"""Any phone system that asks over HTTP, `GET` and `POST /dialects/webhook/CL0000/CODE`: in its words, by its template.

The account's phone system of that code says which parameters have the number, the number dialled and the code, and what
is answered. What it says is told of a bad request only once the token was admitted to the account.
"""

import re
from collections.abc import Container, Iterable
from functools import lru_cache
from typing import Annotated, Any, cast

import msgspec
from msgspec.structs import replace

from aiguillage.dialects.encom import PlainAccount, Short, refusals
from aiguillage.dialects.encom import method_not_allowed as encom_method_not_allowed
from aiguillage.dialects.encom import refuse as encom_refusal
from aiguillage.dialects.http import JSON, TEXT, Answer, Scope, header_of, read_query, render
from aiguillage.dialects.parameters import Members, read_both
from aiguillage.domain import described, templates
from aiguillage.domain.accounts import looks_like_secret
from aiguillage.domain.answered import told
from aiguillage.domain.calls import Decision, Facts, Question
from aiguillage.domain.described import Content, Described, Tag
from aiguillage.domain.errors import Refusal, invalid
from aiguillage.domain.facts import AccountFacts
from aiguillage.domain.meanings import means
from aiguillage.domain.phone_systems import PHONE_SYSTEM, WEBHOOK, PhoneSystem
from aiguillage.domain.routing import RULES

__all__ = ["METHODS", "NAME", "OPERATIONS", "PATH", "TAGS", "UNREAD"]
__all__ += ["answer", "ask", "handles", "method_not_allowed", "refuse"]

NAME = "webhook"
PATH = None
METHODS = ("GET", "HEAD", "POST")
MEDIA = {templates.JSON: JSON, templates.XML: b"application/xml; charset=utf-8", templates.TEXT: TEXT}
_PATH = re.compile(r"/dialects/webhook/([^/]+)/(.+?)/?", re.DOTALL)
_AUTHORIZATION = b"authorization"


class Asked:
    """One request: its phone system once the account's facts are there, and what is wrong with it."""

    __slots__ = ("code", "fault", "phone_system", "scope")

    def __init__(self, scope: Scope, code: str) -> None:
        self.scope = scope
        self.code = code
        self.fault: str | None = None
        self.phone_system: PhoneSystem | None = None

    def complete(self, account: AccountFacts) -> Question:
        """The question in the words of the phone system; nobody's where it cannot be read."""
        named = {PHONE_SYSTEM: self.code}
        found = account.phone_systems.named(self.code, WEBHOOK)
        if found is None:
            self.fault = "the account has no phone system of that code that asks so; its list has their addresses"
            return Question(account.code, shape=self, named=named, rules=RULES)
        self.phone_system = system = found[0]
        number = called = code = None
        try:
            number, called, code = _read(self.scope, system)
            if number is None and code is None:
                self.fault = " or ".join(filter(None, (system.number_parameter, system.code_parameter))) + " is missing"
        except Refusal as refusal:
            self.fault = refusal.message
        return Question(account.code, number, code or None, self, called=called or None, named=named, rules=RULES)


def _read(scope: Scope, system: PhoneSystem) -> tuple[str | None, str | None, str | None]:
    """The caller's number, the number dialled, the code. Raises Refusal(invalid)."""
    number, called, code = system.number_parameter, system.called_parameter, system.code_parameter
    wanted = _parameters(number, called, code)
    given = read_both(scope, wanted, _find) if scope["method"] == "POST" else read_query(scope["query_string"], wanted)
    return given.get(number), given.get(called), given.get(code)


@lru_cache(maxsize=1024)
def _parameters(*names: str) -> frozenset[str]:
    """Those parameters that a phone system has a name for, kept: there are few phone systems."""
    return frozenset(filter(None, names))


def _find(members: Iterable[tuple[str, Any]], names: Container[str]) -> Iterable[tuple[str, Any]]:
    """The values of those names in a JSON object, also inside its objects and lists: `call.from`, `calls.0.from`."""
    for place, value in _places(members, ""):
        if place in names:
            yield place, value


def _places(members: Iterable[tuple[str, Any]], before: str) -> Iterable[tuple[str, Any]]:
    """Every value that is no object or list, by the names on the way to it with dots between them."""
    for name, value in members:
        if isinstance(value, Members):
            yield from _places(value, f"{before}{name}.")
        elif isinstance(value, list):
            yield from _places(((str(n), one) for n, one in enumerate(value)), f"{before}{name}.")
        else:
            yield f"{before}{name}", value


UNREAD = Question(rules=RULES, complete=lambda _: Question())
"""What stands for a request until it is read."""


def handles(path: str) -> bool:
    """Whether a path is this dialect's."""
    return _PATH.fullmatch(path) is not None


def ask(scope: Scope) -> Question:
    """The account that the path names; which words it is asked in, the account's facts say."""
    found = cast("re.Match[str]", _PATH.fullmatch(scope["path"]))
    _find_token(scope)
    asked = Asked(scope, found[2])
    return Question(found[1], shape=asked, rules=RULES, complete=asked.complete)


def _find_token(scope: Scope) -> None:
    """Takes a header that has a token and nothing else for an Authorization, where there is none.

    Some systems can send a key under a name of their own alone, such as Enreach's X-Benemen-APIKey.
    """
    headers = scope["headers"]
    if not header_of(headers, _AUTHORIZATION):
        secret = next((value for _, value in headers if looks_like_secret(value.decode("latin-1"))), None)
        if secret is not None:
            scope["headers"] = [*headers, (_AUTHORIZATION, b"Bearer " + secret)]


def answer(question: Question, facts: Facts, decision: Decision) -> Answer:
    """The decision, by the phone system's template. Raises Refusal(invalid)."""
    asked: Asked = question.shape
    if asked.fault is not None:
        raise invalid(asked.fault)
    system = cast("PhoneSystem", asked.phone_system)
    nothing = decision.known is None and decision.destination is None
    text = system.unknown_answer if nothing else system.answer
    body = templates.fill(templates.cut(text, system.media_type), told(facts, decision))
    return render(404 if decision.not_found else 200, MEDIA[system.media_type], body.encode())


def refuse(question: Question, refusal: Refusal) -> Answer:
    """The error in Encom's words, as text where the answer would be no JSON."""
    asked: Asked | None = question.shape
    system = None if asked is None else asked.phone_system
    return encom_refusal(refusal, raw=system is not None and system.media_type != templates.JSON)


def method_not_allowed() -> Answer:
    """A 405 with the methods that are allowed."""
    return encom_method_not_allowed(METHODS)


class Sent(msgspec.Struct):
    """The parameters, under the names that they have unless the phone system's settings give them others."""

    number: Annotated[str, means("The caller's number.", "0199001234")] = ""
    called: Annotated[str, means("The number dialled.", "0199000000")] = ""
    code: Annotated[str, means("What the caller typed.", "4321")] = ""


TAGS = (Tag("Webhooks that ask", "A phone system's own parameters, answered by the account's own template."),)
_TEMPLATE = Annotated[Any, means("What the account's template says.")]
_ANSWERED = {described.JSON: Content(_TEMPLATE, {"destination": "207"})}
_ASKED = Described(
    path="/dialects/webhook/{account}/{code}",
    name="askAsWebhook",
    tag=TAGS[0].name,
    summary="Where a call goes, in a phone system's own words",
    description=(
        "Which parameters have the number, the number dialled and the code, and what is answered, the account's phone "
        "system of that code says. The token may also come alone in any other header, such as `X-API-Key`."
    ),
    within={
        "account": Annotated[PlainAccount, means("The code of the account.", "CL0000")],
        "code": Annotated[Short, means("The code of the phone system.", "standard")],
    },
    query=Sent,
    answers={
        "200": described.Answer("The account's own answer.", _ANSWERED),
        **refusals(raw=True),
    },
)
OPERATIONS = (
    _ASKED,
    replace(
        _ASKED,
        method="POST",
        name="postAsWebhook",
        summary="The same, with the parameters in a form or JSON",
        body={
            described.JSON: Content(dict[str, Any], {"number": "0199001234"}),
            "application/x-www-form-urlencoded": Content(dict[str, str], {"number": "0199001234"}),
        },
        bodiless=True,
    ),
)
