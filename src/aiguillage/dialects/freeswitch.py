"""FreeSWITCH's mod_xml_curl, `POST /dialects/freeswitch`: a form of a channel's variables in, a dialplan out.

FreeSWITCH asks for each look-up in its dialplan, as its own files would be searched. It goes on with these files when
the answer is `not found`, and just so when the status is not 200; then it also logs the status, the address and what it
had sent (src/mod/xml_int/mod_xml_curl/mod_xml_curl.c, src/switch_xml.c of signalwire/freeswitch). So a call that is not
decided here is `not found`, and what is wrong with the question keeps its status, where somebody sees it.

    the context of calls from outside    a dialplan: the facts as variables, then on to the destination
    any other context                    not found, and no call: a transfer is looked up here too
"""

import re
from functools import lru_cache
from typing import Annotated, Any, Literal

import msgspec

from aiguillage.dialects.encom import Left, PlainAccount, refusals
from aiguillage.dialects.encom import method_not_allowed as encom_method_not_allowed
from aiguillage.dialects.encom import refuse as encom_refusal
from aiguillage.dialects.http import Answer, Scope, render
from aiguillage.dialects.parameters import read_both
from aiguillage.dialects.paths import is_path
from aiguillage.dialects.v2_formats import as_string
from aiguillage.domain import described
from aiguillage.domain.answered import Told, told
from aiguillage.domain.calls import Decision, Facts, Question
from aiguillage.domain.described import XML, Content, Described, Tag
from aiguillage.domain.errors import Refusal
from aiguillage.domain.meanings import means, optional
from aiguillage.domain.routing import REJECT, RULES
from aiguillage.domain.templates import in_xml

NAME = "freeswitch"
PATH = "/dialects/freeswitch"
METHODS = ("POST",)
UNKNOWN = "aiguillage_unknown"
"""The extension to which an unknown caller's call is sent, where unknown callers get an empty answer."""

_PLACES = ("account", "context", "into")
_SECTION = "section"
_NUMBERS = ("Hunt-Caller-ID-Number", "Caller-Caller-ID-Number")
_CALLED = ("Hunt-Destination-Number", "Caller-Destination-Number")
_CONTEXTS = ("Hunt-Context", "Caller-Context")
_HIDDEN = ("Hunt-Privacy-Hide-Number", "Caller-Privacy-Hide-Number")
_ACCOUNT, _CODE = "variable_aiguillage_account", "variable_aiguillage_code"
POSTED = (*_NUMBERS, *_CALLED, *_CONTEXTS, *_HIDDEN, _ACCOUNT, _CODE)
"""What is read of a look-up's form: no more need be sent."""

_READ = {*_PLACES, _SECTION, *POSTED}
_SET, _ENDS = '<action application="set" data="aig_', '"/>\n'
_TOLD = Told.__struct_fields__
_VARIABLES = ("status", "called", *_TOLD)
_OWN_BEGIN, _OWN_END = _TOLD.index("contact_id"), _TOLD.index("last_name") + 1
_OWN = (*_TOLD[_OWN_BEGIN:_OWN_END], _TOLD[-1])
"""What each caller and each call have of their own."""

_SHARED = ("called", *_TOLD[:_OWN_BEGIN], *_TOLD[_OWN_END:-1])
"""What many calls have alike."""

_TRUE = {"true", "yes", "1"}
_OPENS = '<?xml version="1.0" encoding="UTF-8"?>\n<document type="freeswitch/xml">\n'
_NOT_FOUND = f'{_OPENS}<section name="result"><result status="not found"/></section>\n</document>\n'.encode()
_CLOSES = "</condition>\n</extension>\n</context>\n</section>\n</document>\n"
_CONTENT = b"text/xml; charset=utf-8"

_ODD = re.compile("[^ -#%-\\[\\]-~\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML has not, and what FreeSWITCH takes for the beginning of something: `$` and `\\`."""

_PLAIN_TEXT = re.compile("[ !#%(-;=?-\\[\\]-~\u00a0-\ud7ff\ue000-\ufffd]*")
"""A text in which nothing is odd, nor written otherwise in XML: most are."""

_SIP = re.compile(r"sips?:[A-Za-z0-9.!~*_%+-]+@(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?(?:;[A-Za-z0-9=.-]+)*")
"""A SIP address with nothing in it that a dial string of FreeSWITCH would take for its own."""

_DIALLED = re.compile(r"[A-Za-z0-9+*#_.-]{1,64}")
"""A number that the dialplan may send a call on to: anybody can dial anything."""


class Shape(msgspec.Struct, frozen=True):
    """The context that the look-up is in, the one that calls are sent into; `foreign` look-ups are not decided."""

    context: str = "public"
    into: str = "default"
    foreign: bool = False


PLAIN = Shape()
FOREIGN = Shape(foreign=True)
UNREAD = Question(shape=PLAIN, rules=RULES)


def handles(path: str) -> bool:
    """Whether a path is this dialect's."""
    return is_path(path, PATH)


def ask(scope: Scope) -> Question:
    """The look-up as a question; one of another section or context is refused unread, and answered as not found."""
    try:
        given = read_both(scope, _READ)
    except Refusal as refusal:
        return Question(shape=PLAIN, fault=refusal.message, rules=RULES)
    shape = _shape_of(given.get("context") or PLAIN.context, given.get("into") or PLAIN.into)
    if shape.context == shape.into:
        return Question(shape=shape, fault="context and into are the same: calls would go round and round", rules=RULES)
    if given.get(_SECTION) != "dialplan" or _first(given, _CONTEXTS) != shape.context:
        return Question(shape=FOREIGN, fault="this look-up is none of a call from outside", rules=RULES, is_call=False)
    account = given.get(_ACCOUNT) or given.get("account") or ""
    hidden = _first(given, _HIDDEN).lower() in _TRUE
    return Question(
        account,
        "" if hidden else _first(given, _NUMBERS),
        given.get(_CODE) or None,
        shape,
        None if account else "account is missing",
        called=_first(given, _CALLED) or None,
        rules=RULES,
    )


@lru_cache(maxsize=128)
def _shape_of(context: str, into: str) -> Shape:
    """Kept: there are few contexts."""
    return Shape(context, into)


def _first(given: dict[str, str], names: tuple[str, str]) -> str:
    """The first of two values that is there: Hunt's are those of a look-up that is not about where the channel is."""
    hunted = given.get(names[0])
    return given.get(names[1], "") if hunted is None else hunted


def answer(question: Question, facts: Facts, decision: Decision) -> Answer:
    """The decision as a dialplan; where there is nowhere to send the call, FreeSWITCH's own goes on."""
    way = _way(question, decision)
    if way is None:
        return render(200, _CONTENT, _NOT_FOUND)
    values = msgspec.structs.astuple(told(facts, decision))
    own = (*values[_OWN_BEGIN:_OWN_END], values[-1])
    texts = ["" if one is None else one if one.__class__ is str else str(one) for one in own]
    if not _PLAIN_TEXT.fullmatch("".join(texts)):
        texts = [_written(text) for text in texts]
    shared = (question.called, *values[:_OWN_BEGIN], *values[_OWN_END:-1])
    dialplan = _dialplan(question.shape.context, way, shared, tuple([one is not None for one in own])).copy()
    dialplan[1::2] = texts
    return render(200, _CONTENT, "".join(dialplan).encode())


@lru_cache(maxsize=4096)
def _dialplan(context: str, way: str, shared: tuple[Any, ...], own: tuple[bool, ...]) -> list[str]:
    """A dialplan in pieces, every other one the place of one of the caller's own values, if there is such a one.

    Kept: all else has few values.
    """
    given = dict(zip(_SHARED, shared, strict=True))
    if not _DIALLED.fullmatch(given["called"] or ""):
        given["called"] = None
    texts = {name: _written(as_string(value)) for name, value in given.items() if value is not None}
    texts["status"] = "known" if given["known"] else "unknown"
    named = f'<section name="dialplan">\n<context name="{_written(context)}">\n<extension name="aiguillage">\n'
    pieces = [f"{_OPENS}{named}<condition>\n"]
    there = dict(zip(_OWN, own, strict=True))
    for name in _VARIABLES:
        if name in there:
            before, behind = (f"{_SET}{name}=", _ENDS) if there[name] else ("", "")
            pieces[-1] += before
            pieces += ["", behind]
        elif name in texts:
            pieces[-1] += f"{_SET}{name}={texts[name]}{_ENDS}"
    pieces[-1] += f"{way}{_CLOSES}"
    return pieces


def _way(question: Question, decision: Decision) -> str | None:
    """What FreeSWITCH does with the call at last."""
    destination, into = decision.destination, question.shape.into
    if destination is not None:
        return _sent_to(destination, into)
    told_nothing = decision.known is None and not decision.not_found
    return _sent_to(UNKNOWN, into) if told_nothing else None


@lru_cache(maxsize=1024)
def _sent_to(destination: str, into: str) -> str:
    """The action that sends a call to a destination, kept: there are few of them."""
    if destination == REJECT:
        return _action("hangup", "CALL_REJECTED")
    if _SIP.fullmatch(destination):
        return _action("bridge", f"sofia/external/{destination}")
    extension = destination.replace("'", " ")
    return _action("transfer", f"'{extension}' XML {into}" if " " in extension else f"{extension} XML {into}")


def _action(application: str, words: str) -> str:
    return f'<action application="{application}" data="{_written(words)}{_ENDS}'


def _written(text: str) -> str:
    """A text inside an attribute's quotes.

    What is odd becomes a blank: FreeSWITCH would carry out a company called `${system}`.
    """
    return text if _PLAIN_TEXT.fullmatch(text) else in_xml(_ODD.sub(" ", text))


def refuse(question: Question, refusal: Refusal) -> Answer:
    """The error in words: FreeSWITCH logs the status, and goes on as if nothing were found."""
    if question.shape.foreign:
        return render(200, _CONTENT, _NOT_FOUND)
    return encom_refusal(refusal, raw=True)


def method_not_allowed() -> Answer:
    """A 405 with the methods that are allowed."""
    return encom_method_not_allowed(METHODS)


class FreeSwitchQuery(msgspec.Struct):
    """What the address in xml_curl.conf.xml says of all its look-ups."""

    account: Annotated[
        PlainAccount | Left,
        means("The account's code, unless the channel's variable `aiguillage_account` has one.", "CL0000"),
    ] = msgspec.UNSET
    context: Annotated[str, means("The context of calls from outside; others are not decided.")] = PLAIN.context
    into: Annotated[str, means("Another context: the one into which calls are sent.")] = PLAIN.into


def _posted() -> type[msgspec.Struct]:
    """What is read of the form: FreeSWITCH's names are no Python names."""
    meanings = dict.fromkeys(POSTED, "As FreeSWITCH sends it.")
    meanings |= {
        _NUMBERS[1]: "The caller's number.",
        _CALLED[1]: "The number that the caller dialled.",
        _CONTEXTS[1]: "The context of the look-up.",
        _HIDDEN[1]: "`true` for a caller who hides their number.",
        _ACCOUNT: "The account's code, in place of the address's.",
        _CODE: "The digits that the caller typed to say who they are.",
    }
    fields = [
        (name.replace("-", "_"), Annotated[str | Left, means(words)], msgspec.UNSET) for name, words in meanings.items()
    ]
    section = (_SECTION, Annotated[Literal["dialplan"] | Left, means("What is looked up.")], msgspec.UNSET)
    rename = {name.replace("-", "_"): name for name in POSTED}
    return msgspec.defstruct("FreeSwitchForm", [section, *fields], rename=rename)


EXAMPLE = {
    "section": "dialplan",
    "Caller-Caller-ID-Number": "0033199001234",
    "Caller-Destination-Number": "0199000207",
    "Caller-Context": "public",
}
DIALPLAN: Any = Annotated[str, means("A dialplan's section, or `not found`.")]
TAGS = (Tag("Phone systems", "How phone systems ask in their own words."),)
OPERATIONS = (
    Described(
        method="POST",
        path=PATH,
        name="lookUpDialplan",
        tag=TAGS[0].name,
        summary="FreeSWITCH's dialplan, by mod_xml_curl",
        description="`not found` for what is not decided here: FreeSWITCH goes on with its own files.",
        query=optional("FreeSwitchGiven", FreeSwitchQuery),
        body={"application/x-www-form-urlencoded": Content(_posted(), EXAMPLE)},
        bodiless=True,
        answers={
            "200": described.Answer("The dialplan.", {XML: Content(DIALPLAN, _NOT_FOUND.decode())}),
            **{status: known for status, known in refusals(raw=True).items() if status != "404"},
        },
    ),
)
