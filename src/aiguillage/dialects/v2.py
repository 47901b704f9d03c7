"""V2, `GET` and `POST /api/v2/route`: one question settles the call, and the answer says why."""

from functools import lru_cache, partial
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from aiguillage.dialects.encom import Account, Code, Left, Number, Short, listed, not_found, refusals, text
from aiguillage.dialects.encom import method_not_allowed as encom_method_not_allowed
from aiguillage.dialects.encom import refuse as encom_refusal
from aiguillage.dialects.http import Answer, Scope, read_query
from aiguillage.dialects.parameters import read_both, read_moment
from aiguillage.dialects.paths import is_path
from aiguillage.dialects.twiml import NOTHING, respond, send_to
from aiguillage.dialects.v2_formats import FORMATS, TEXTUAL, as_asked, as_json
from aiguillage.dialects.v2_trace import trace_of
from aiguillage.domain import described
from aiguillage.domain.accounts import Role, check_unknown_mode
from aiguillage.domain.answered import FIELDS, Told, told
from aiguillage.domain.calls import Decision, Facts, Question
from aiguillage.domain.described import Content, Described, Tag
from aiguillage.domain.errors import Refusal, invalid
from aiguillage.domain.meanings import description_of, example_of, means, optional
from aiguillage.domain.routing import RULES

__all__ = ["METHODS", "NAME", "OPERATIONS", "PATH", "TAGS", "UNREAD"]
__all__ += ["answer", "ask", "handles", "method_not_allowed", "refuse"]

NAME = "v2"
PATH = "/api/v2/route"
METHODS = ("GET", "HEAD", "POST")
_ORDINARY = {"customerAccount", "number", "code"}
_SUBJECTS = ("number", "code", "value", "called", "queue")
_READ = {*_ORDINARY, *_SUBJECTS, "list", "at", "unknown", "format", "fields", "explain"}
_NAMED = ("list", "queue")
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
        textual = any(given.get("format") == name or f"format={name}".encode() in pairs for name in TEXTUAL)
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
    filled = given
    if "" in given.values():
        filled = {name: value for name, value in given.items() if value or name in _MAY_BE_EMPTY}
    at, number, code = filled.get("at"), filled.get("number"), filled.get("code")
    account = filled.get("customerAccount", "")
    return Question(
        account,
        number,
        code,
        _read_shape(filled.get("format", PLAIN.format), filled.get("fields", "")),
        None if account and (number is not None or code is not None) else _missing(filled),
        filled.get("value"),
        filled.get("called"),
        None if at is None else read_moment(at),
        check_unknown_mode(filled.get("unknown")),
        {} if filled.keys().isdisjoint(_NAMED) else {name: filled[name] for name in _NAMED if name in filled},
        RULES,
        Role.ROUTE if at is None else Role.READ,
        "explain" in filled and _read_explain(filled),
        at is None,
    )


@lru_cache(maxsize=1024)
def _read_shape(wanted: str, fields: str) -> Shape:
    """The format, and the fields picked, each once, in the order asked for; kept: a call flow asks for the same."""
    if wanted not in FORMATS:
        raise invalid(f"format is one of {', '.join(FORMATS)}")
    names = dict.fromkeys(name.strip() for name in fields.split(","))
    names.pop("", None)
    if not names.keys() <= set(FIELDS):
        raise invalid(f"fields are any of {', '.join(FIELDS)}, separated by commas")
    return Shape(wanted, tuple(names))


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
        return not_found(raw=shape.format in TEXTUAL)
    if shape is PLAIN:
        return as_json(told(facts, decision))
    if shape.format == "twiml":
        nothing = decision.known is None and decision.destination is None
        what = partial(told, facts, decision)
        return respond(NOTHING if nothing else send_to(decision.destination, facts.account.country, what))
    trace = trace_of(facts, decision) if question.explain else None
    return as_asked(told(facts, decision), *shape, trace)


def refuse(question: Question, refusal: Refusal) -> Answer:
    """The error in Encom's words, as text where the answer would be text."""
    return encom_refusal(refusal, raw=question.shape.format in TEXTUAL)


def method_not_allowed() -> Answer:
    """A 405 with the methods that are allowed."""
    return encom_method_not_allowed(METHODS)


AT_TEXT = (
    "Another moment than now, in ISO 8601 (`2026-11-24T18:00:00+01:00`); without an offset, by the clock of the "
    "account's time zone. Needs a token of role `read`."
)
At = Annotated[str, msgspec.Meta(max_length=40), means(AT_TEXT, "2026-11-24T18:00:00+01:00")]


Fields = Annotated[str, msgspec.Meta(pattern=listed(FIELDS))]


class RouteQuery(msgspec.Struct, rename="camel"):
    """What can be asked."""

    customer_account: Account
    number: Number | Left = msgspec.UNSET
    code: Code | Left = msgspec.UNSET
    value: Annotated[Short | Left, means("What the caller typed to say where they are, such as a postal code.")] = (
        msgspec.UNSET
    )
    list: Annotated[
        Short | Left, means("The geo list to look `value` or the number up in; the account's own if left out.")
    ] = msgspec.UNSET
    called: Annotated[str | Left, means("The number that the caller dialled, in any form that `number` may have.")] = (
        msgspec.UNSET
    )
    queue: Annotated[Short | Left, means("Asks about this call queue, by its code or number, whoever calls.")] = (
        msgspec.UNSET
    )
    at: At | Left = msgspec.UNSET
    unknown: Annotated[
        Literal["404", "empty", "default"] | Left,
        means(
            "What an unknown caller gets, in place of what the token says: not found, nothing, or the account's "
            "defaults."
        ),
    ] = msgspec.UNSET
    explain: Annotated[
        Literal["0", "1"], means("With `1`, the JSON answer ends with `trace`: a line from every rule.")
    ] = "0"
    format: Annotated[
        Literal[FORMATS],  # type: ignore[valid-type] # the names of all
        means(
            "`json`; `strings`: JSON whose values are all texts; `raw`: values with commas between them; `kv`: "
            "`name=value` pairs as in a query; `text`: lines; `xml`: elements; `twiml`: what Twilio does, "
            "whatever the fields."
        ),
    ] = "json"
    fields: Annotated[
        Fields | Left,
        means(
            "These fields alone, separated by commas, in this order. If left out: all, in raw the destination alone. "
            f"Any of {', '.join(f'`{name}`' for name in FIELDS)}."
        ),
    ] = msgspec.UNSET


class Line(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """What one rule said."""

    rule: Annotated[str, means("The rule's name.")]
    sentence: Annotated[str, means("What the rule says.")]
    looked_at: Annotated[dict[str, Any], means("What the rule looked at.")]
    applied: Annotated[bool, means("Whether the rule had anything to say.")]
    changed: Annotated[dict[str, Any], means("What the rule changed of the decision.")]


_LINES = Annotated[list[Line] | msgspec.UnsetType, means("With `explain=1`: a line from every rule, in their order.")]
Route = msgspec.defstruct(
    "Route",
    [
        *((one.encode_name, one.type | msgspec.UnsetType, msgspec.UNSET) for one in msgspec.structs.fields(Told)),
        ("trace", _LINES, msgspec.UNSET),
    ],
    namespace={"__doc__": "Where the call goes, and why; null where there is nothing. With `fields`, those alone."},
    forbid_unknown_fields=True,
)


def _sent(name: str, kind: Any) -> type[msgspec.Struct]:  # noqa: ANN401 - a type
    """The same in a body, each as a value of that kind."""
    fields = [
        (one.encode_name, Annotated[kind | Left, means(description_of(one.type))], msgspec.UNSET)
        for one in msgspec.structs.fields(RouteQuery)
    ]
    return msgspec.defstruct(name, fields)


POSTED = {"customerAccount": "CL0000", "number": "0033199001234"}
TAGS = (Tag("Calls (V2)", "One question settles a call: hours, holidays, zones, rotas, switches."),)
ASKED = Described(
    path=PATH,
    name="decideCall",
    tag=TAGS[0].name,
    summary="Where a call goes now, and why",
    description=(
        "One of `number`, `code`, `value`, `called` and `queue` must be there. Unknown parameters are ignored, and so "
        "are empty ones, but for `number` (a withheld caller) and `code`; one given twice with two values is a 400. "
        "Checks go in the order 401, 400, 403, 404."
    ),
    query=RouteQuery,
    answers={
        "200": described.Answer(
            "The decision.",
            {described.JSON: Content(Route, example_of(Told))}
            | text("With a format that is text: the values, no line end.", "207"),
        ),
        **refusals(raw=True),
    },
)
OPERATIONS = (
    ASKED,
    replace(
        ASKED,
        method="POST",
        name="postCall",
        summary="The same, with the number in the body",
        description="Keeps numbers out of URLs, and so out of logs on the way. Parameters may stand in the query too.",
        query=optional("PostedQuery", RouteQuery),
        body={
            described.JSON: Content(_sent("RouteSent", str | float | bool | None), POSTED),
            "application/x-www-form-urlencoded": Content(_sent("RouteForm", str), POSTED),
        },
        bodiless=True,
    ),
)
