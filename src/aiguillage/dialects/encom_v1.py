"""Encom's V1 call-path API, `GET /api/v1/smartRoutings` (the seed document; contracts/encom.md, 'V1')."""

import json
from functools import lru_cache
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from aiguillage.dialects.encom import (
    CODE_TEXT,
    METHODS,
    NUMBER_TEXT,
    NUMBERS,
    Account,
    Left,
    Short,
    listed,
    method_not_allowed,
    not_found,
    refusals,
)
from aiguillage.dialects.encom import refuse as encom_refusal
from aiguillage.dialects.http import JSON, TEXT, Answer, Scope, read_query, render
from aiguillage.dialects.paths import is_path
from aiguillage.domain import described
from aiguillage.domain.calls import Decision, Facts, Question
from aiguillage.domain.contacts import Boolean, Select
from aiguillage.domain.described import Content, Described, Tag
from aiguillage.domain.errors import Refusal, invalid
from aiguillage.domain.meanings import means
from aiguillage.domain.routing import KEPT

__all__ = ["METHODS", "NAME", "OPERATIONS", "PATH", "TAGS", "UNREAD"]
__all__ += ["answer", "ask", "handles", "method_not_allowed", "refuse"]

NAME = "encom_v1"
PATH = "/api/v1/smartRoutings"
DESTINATIONS = ("destination1", "destination2", "destination3", "destination4")
FLAGS = ("vip", "onCallDutyContract")
FORMATS = ("json", "raw")


class Shape(NamedTuple):
    """How the call flow wants its answer: raw or JSON, one destination (0..3) or all (None), which flags (0, 1)."""

    raw: bool = False
    wanted: int | None = None
    flags: tuple[int, ...] = ()


PLAIN = Shape()
UNREAD = Question(shape=PLAIN, rules=KEPT)
"""What stands for a request until it is read."""


def handles(path: str) -> bool:
    """Whether a path is this dialect's."""
    return is_path(path, PATH)


def ask(scope: Scope) -> Question:
    """The request as a question; a malformed one has its fault told."""
    try:
        given = read_query(scope["query_string"], _READ)
        if given.keys() <= _ORDINARY:
            return _question(given, PLAIN)
        shape = Shape(_read_format(given), _read_wanted(given), _read_flags(given))
        return replace(_question(given, shape), first=shape.wanted or 0)
    except Refusal as refusal:
        raw = b"format=raw" in scope["query_string"].split(b"&")
        return Question(shape=Shape(raw=raw), fault=refusal.message, rules=KEPT)


_ORDINARY = {"customerAccount", "number", "code"}
_READ = {*_ORDINARY, *DESTINATIONS, "format", "destination", "include"}


def _question(given: dict[str, str], shape: Shape) -> Question:
    account, number, code = given.get("customerAccount"), given.get("number"), given.get("code")
    fault = None
    if not account:
        fault = "customerAccount is missing"
    elif number is None and code is None:
        fault = "number or code is missing"
    return Question(account or "", number, code, shape, fault, rules=KEPT)


def _read_format(given: dict[str, str]) -> bool:
    """Whether raw is asked for."""
    wanted = given.get("format", "json")
    if wanted not in FORMATS:
        raise invalid("format is json or raw")
    return wanted == "raw"


def _read_wanted(given: dict[str, str]) -> int | None:
    """Which destination is asked for, by `destination=2`, `destination=destination2` or a bare `destination2`."""
    wanted = {n for n, name in enumerate(DESTINATIONS) if name in given}
    if "destination" in given:
        name = given["destination"]
        name = name if name.startswith("destination") else f"destination{name}"
        if name not in DESTINATIONS:
            raise invalid("destination is 1, 2, 3 or 4")
        wanted.add(DESTINATIONS.index(name))
    if len(wanted) > 1:
        raise invalid("more than one destination is asked for; leave the parameter out to get all four")
    return wanted.pop() if wanted else None


def _read_flags(given: dict[str, str]) -> tuple[int, ...]:
    """Which flags are asked for, in their own order."""
    if "include" not in given:
        return ()
    names = {name.strip() for name in given["include"].split(",")} - {""}
    if not names <= set(FLAGS):
        raise invalid("include is any of vip, onCallDutyContract, separated by commas")
    return tuple(n for n, name in enumerate(FLAGS) if name in names)


def answer(question: Question, facts: Facts, decision: Decision) -> Answer:  # noqa: ARG001 - all alike
    """The four destinations, or the one asked for."""
    shape: Shape = question.shape
    if decision.not_found:
        return not_found(raw=shape.raw)
    return _render(shape, decision.select, decision.boolean)


def refuse(question: Question, refusal: Refusal) -> Answer:
    """The error in the format that was asked for."""
    return encom_refusal(refusal, raw=question.shape.raw)


@lru_cache(maxsize=4096)
def _quoted(value: str | None) -> str:
    """A destination as JSON, kept: accounts have few queues, so the same ones come again and again."""
    return json.dumps(value, ensure_ascii=False)


def _render(shape: Shape, select: Select, boolean: Boolean) -> Answer:
    if shape is PLAIN:
        one, two, three, four = select
        body = (
            f'{{"destination1": {_quoted(one)}, "destination2": {_quoted(two)}, '
            f'"destination3": {_quoted(three)}, "destination4": {_quoted(four)}}}'
        )
        return render(200, JSON, body.encode())
    chosen = range(4) if shape.wanted is None else (shape.wanted,)
    if shape.raw:
        values = [select[n] or "" for n in chosen] + ["1" if boolean[n] else "0" for n in shape.flags]
        return render(200, TEXT, ",".join(values).encode())
    chosen_body = {DESTINATIONS[n]: select[n] for n in chosen} | {FLAGS[n]: bool(boolean[n]) for n in shape.flags}
    return render(200, JSON, json.dumps(chosen_body, ensure_ascii=False).encode())


ALL = {"destination1": "207", "destination2": "209", "destination3": "214", "destination4": "216"}
_DESTINATION = means("What the phone system dials; null when neither the contact nor the field's default says it.")


class Routing(msgspec.Struct, forbid_unknown_fields=True):
    """Where the call goes. With one destination asked for, that key alone."""

    destination1: Annotated[str | msgspec.UnsetType | None, _DESTINATION] = msgspec.UNSET
    destination2: Annotated[str | msgspec.UnsetType | None, _DESTINATION] = msgspec.UNSET
    destination3: Annotated[str | msgspec.UnsetType | None, _DESTINATION] = msgspec.UNSET
    destination4: Annotated[str | msgspec.UnsetType | None, _DESTINATION] = msgspec.UNSET
    vip: Annotated[bool | msgspec.UnsetType, means("With `include=vip`: whether the caller is a VIP.")] = msgspec.UNSET
    onCallDutyContract: Annotated[  # noqa: N815 - its name on the wire
        bool | msgspec.UnsetType,
        means("With `include=onCallDutyContract`: whether the caller has an on-call contract."),
    ] = msgspec.UNSET


def _bare(number: int) -> msgspec.Meta:
    words = f"Bare (`&destination{number}`), the same as `destination={number}`; its value is ignored."
    return means(words, bare=True)


Flagged = Short | Left
SOME = Annotated[Routing, msgspec.Meta(extra_json_schema={"minProperties": 1})]
RAW = Annotated[str, means("With `format=raw`: the values, no line end.")]


Flags = Annotated[str, msgspec.Meta(pattern=listed(("vip", "onCallDutyContract")))]


class RoutingQuery(msgspec.Struct, rename="camel"):
    """Whose call it is, and how the answer is wanted."""

    customer_account: Account
    number: Annotated[
        str | msgspec.UnsetType,
        means(
            f"{NUMBER_TEXT}\n\nMandatory unless `code` is given. With both, the number is tried first.",
            examples=NUMBERS,
        ),
    ] = msgspec.UNSET
    code: Annotated[Short | Left, means(f"{CODE_TEXT} Mandatory unless `number` is given.")] = msgspec.UNSET
    format: Annotated[
        Literal["json", "raw"], means("`json`, or `raw`: the values alone, separated by commas, as text.")
    ] = "json"
    destination: Annotated[
        Literal["1", "2", "3", "4", "destination1", "destination2", "destination3", "destination4"] | msgspec.UnsetType,
        means("Asks for one destination alone; leave it out to get all four."),
    ] = msgspec.UNSET
    destination1: Annotated[Flagged, _bare(1)] = msgspec.UNSET
    destination2: Annotated[Flagged, _bare(2)] = msgspec.UNSET
    destination3: Annotated[Flagged, _bare(3)] = msgspec.UNSET
    destination4: Annotated[Flagged, _bare(4)] = msgspec.UNSET
    include: Annotated[
        Flags | msgspec.UnsetType,
        means(
            "Adds `vip`, `onCallDutyContract`, or both with a comma between: as booleans in JSON, as `1` or `0` at the "
            "end in raw."
        ),
    ] = msgspec.UNSET


_JSON_EXAMPLES = {
    "four": {"summary": "All four", "value": ALL},
    "one": {"summary": "With destination=1", "value": {"destination1": "207"}},
    "flags": {
        "summary": "With include=vip,onCallDutyContract",
        "value": ALL | {"vip": True, "onCallDutyContract": False},
    },
}
_RAW_EXAMPLES = {
    "four": {"summary": "All four", "value": "207,209,214,216"},
    "one": {"summary": "With destination=1", "value": "207"},
    "missing": {"summary": "With no second destination", "value": "207,,214,216"},
    "flags": {"summary": "With include=vip,onCallDutyContract", "value": "207,209,214,216,1,0"},
}
TAGS = (Tag("Calls (V1)", "Where a caller goes. Ask by number first and, if that is not known, by the code typed."),)
OPERATIONS = (
    Described(
        path=PATH,
        name="routeCall",
        tag=TAGS[0].name,
        summary="The destinations of a call",
        description=(
            "The call queues that a caller goes to, up to four, as kept for the contact; a destination that the "
            "contact lacks takes its field's default. Unknown parameters are ignored; a parameter given twice with two "
            "values is a 400. Checks go in the order 401, 400, 403, 404."
        ),
        query=RoutingQuery,
        answers={
            "200": described.Answer(
                "The caller is known (or the token has unknown callers answered with nothing or the defaults).",
                {
                    described.JSON: Content(SOME, examples=_JSON_EXAMPLES),
                    described.TEXT: Content(RAW, examples=_RAW_EXAMPLES),
                },
            ),
            **refusals(raw=True),
        },
    ),
)
