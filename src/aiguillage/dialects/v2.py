"""V2, `GET` and `POST /api/v2/route`: one question settles the call, and the answer says why."""

from typing import NamedTuple

from msgspec.structs import replace

from aiguillage.dialects.encom import method_not_allowed as encom_method_not_allowed
from aiguillage.dialects.encom import not_found
from aiguillage.dialects.encom import refuse as encom_refusal
from aiguillage.dialects.http import Answer, Scope, read_query
from aiguillage.dialects.parameters import read_both, read_moment
from aiguillage.dialects.paths import is_path
from aiguillage.dialects.v2_described import DESCRIBED
from aiguillage.dialects.v2_formats import FIELDS, FORMATS, as_asked, as_json, told
from aiguillage.dialects.v2_trace import trace_of
from aiguillage.domain.accounts import Role, check_unknown_mode
from aiguillage.domain.calls import Decision, Facts, Question
from aiguillage.domain.errors import Refusal, invalid
from aiguillage.domain.routing import RULES

__all__ = ["DESCRIBED", "METHODS", "NAME", "PATH", "UNREAD", "answer", "ask", "handles", "method_not_allowed", "refuse"]

NAME = "v2"
PATH = "/api/v2/route"
METHODS = ("GET", "HEAD", "POST")
_ORDINARY = {"customerAccount", "number", "code"}
_SUBJECTS = ("number", "code", "value", "called", "queue")
_READ = {*_ORDINARY, *_SUBJECTS, "list", "at", "unknown", "format", "fields", "explain"}
_MAY_BE_EMPTY = {"number", "code", "explain"}
_YES, _NO = {"", "1", "true"}, {"0", "false"}


class Shape(NamedTuple):
    """How the call flow wants its answer: in which format, which fields of it (none: all)."""

    format: str = "json"
    fields: tuple[str, ...] = ()


PLAIN = Shape()
UNREAD = Question(shape=PLAIN, rules=RULES)
"""What stands for a request until it is read."""


def handles(path: str) -> bool:
    """Whether a path is this dialect's."""
    return is_path(path, PATH)


def ask(scope: Scope) -> Question:
    """The request as a question; a malformed one has its fault told."""
    given: dict[str, str] = {}
    try:
        given = read_both(scope, _READ) if scope["method"] == "POST" else read_query(scope["query_string"], _READ)
        return _ordinary(given) if given.keys() <= _ORDINARY else _whole(given)
    except Refusal as refusal:
        pairs = scope["query_string"].split(b"&")
        textual = any(given.get("format") == name or f"format={name}".encode() in pairs for name in FORMATS[1:])
        return Question(shape=Shape("raw") if textual else PLAIN, fault=refusal.message, rules=RULES)


def _ordinary(given: dict[str, str]) -> Question:
    """Who calls, and nothing else: what nearly every call flow asks."""
    account, number, code = given.get("customerAccount"), given.get("number"), given.get("code")
    fault = None if account and (number is not None or code is not None) else _missing(given)
    return Question(account or "", number, code, PLAIN, fault, rules=RULES)


def _missing(given: dict[str, str]) -> str | None:
    if not given.get("customerAccount"):
        return "customerAccount is missing"
    return None if given.keys() & _SUBJECTS else f"{', '.join(_SUBJECTS[:-1])} or {_SUBJECTS[-1]} is missing"


def _whole(given: dict[str, str]) -> Question:
    """All that can be asked. An empty parameter, but number and code, is one that the call flow had nothing for."""
    filled = {name: value for name, value in given.items() if value or name in _MAY_BE_EMPTY}
    at = filled.get("at")
    return replace(
        _ordinary(filled),
        shape=Shape(_read_format(filled), _read_fields(filled)),
        value=filled.get("value"),
        called=filled.get("called"),
        at=None if at is None else read_moment(at),
        unknown=check_unknown_mode(filled.get("unknown")),
        named={name: filled[name] for name in ("list", "queue") if name in filled},
        needs=Role.ROUTE if at is None else Role.READ,
        explain=_read_explain(filled),
        is_call=at is None,
    )


def _read_format(given: dict[str, str]) -> str:
    wanted = given.get("format", "json")
    if wanted not in FORMATS:
        raise invalid(f"format is one of {', '.join(FORMATS)}")
    return wanted


def _read_fields(given: dict[str, str]) -> tuple[str, ...]:
    """The fields picked, each once, in the order asked for."""
    names = dict.fromkeys(name.strip() for name in given.get("fields", "").split(","))
    names.pop("", None)
    if not names.keys() <= set(FIELDS):
        raise invalid(f"fields are any of {', '.join(FIELDS)}, separated by commas")
    return tuple(names)


def _read_explain(given: dict[str, str]) -> bool:
    wanted = given.get("explain", "0").lower()
    if wanted not in _YES | _NO:
        raise invalid("explain is 1 or 0")
    if wanted in _YES and given.get("format", "json") != "json":
        raise invalid("explain goes with format=json alone; leave one of the two out")
    return wanted in _YES


def answer(question: Question, facts: Facts, decision: Decision) -> Answer:
    """The decision, in the format that was asked for."""
    shape: Shape = question.shape
    if decision.not_found:
        return not_found(raw=shape.format != "json")
    if shape is PLAIN:
        return as_json(told(facts, decision))
    trace = trace_of(facts, decision) if question.explain else None
    return as_asked(told(facts, decision), *shape, trace)


def refuse(question: Question, refusal: Refusal) -> Answer:
    """The error in Encom's words, as text where the answer would be text."""
    return encom_refusal(refusal, raw=question.shape.format != "json")


def method_not_allowed() -> Answer:
    """A 405 with the methods that are allowed."""
    return encom_method_not_allowed(METHODS)
