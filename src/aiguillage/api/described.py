"""The management API's operations, described: what they take and answer, how they refuse."""

import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Annotated, Any

import msgspec

from aiguillage.api.examples import Examples
from aiguillage.api.forms import FORM
from aiguillage.api.openapi import Json, Shared
from aiguillage.api.operations import STALE, Nothing, Operation, Remarks, Upload
from aiguillage.api.shown import SHOWN
from aiguillage.domain.described import JSON, Answer, Content, Described
from aiguillage.domain.meanings import example_of, means
from aiguillage.domain.problems import CODES, MEDIA_TYPE, Code, Problem
from aiguillage.domain.problems import problem as made

ACCOUNT: Json = {
    "name": "customer_account",
    "in": "query",
    "required": True,
    "description": "The code of the account that the request is about.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 32},
    "example": "CL0000",
}
IN_PATH = {
    "id": "The id of the one that is meant.",
    "cti_id": "The id of the CTI.",
    "field_id": "The id of the field: 1 to 4 for `field_select_1..4`.",
    "list_id": "The id of the geo list.",
    "delivery_id": "The id of the delivery.",
    "seq": "The number of the change in the journal.",
}
ASKED = {
    "If-Match": "The ETag that you read: the change is made to that state alone; else a 412.",
    "Idempotency-Key": "Up to 255 characters of your own; the same request with it is carried out once.",
    "Prefer": "`return=minimal`: no object in the answer.",
}
SENT = {"If-Match": {"PUT", "DELETE"}, "Idempotency-Key": {"POST"}, "Prefer": {"POST", "PUT"}}
"""With which methods."""
WORDS = {
    400: "The request cannot be read: it is not JSON, not UTF-8, or gives a parameter twice.",
    401: "The token is missing, unknown, expired or revoked.",
    403: "The token's role is too small for this, or it may not be used from this address.",
    404: "There is nothing of that id, or no such account, for you.",
    409: "It does not go with what is kept already.",
    412: "It was changed since you read it: `If-Match` names another state.",
    413: "The body is too long.",
    415: "The body is of another type.",
    422: "A value is missing or wrong. `errors` says which field, and what to do.",
    429: "Too many tries. `Retry-After` says when to try again, in seconds.",
    503: "The database cannot be used at this moment, or too many requests wait already. `Retry-After` says when to "
    "try again, in seconds.",
}
OF_REFUSAL = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}
NAMELESS = "The queue has no name. Give it one."
AnId = Annotated[int, msgspec.Meta(ge=1, le=10**18 - 1)]
AText = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
Several = list[dict[str, Any]]


class FormFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file in a form, as a browser sends it."""

    file: Annotated[
        str,
        msgspec.Meta(extra_json_schema={"format": "binary"}),
        means("The file; its name and type say what it is."),
    ]


def described(operations: Sequence[Operation]) -> list[Described]:
    """The operations, as the description has them."""
    examples = Examples(operations)
    return [_described(operation, operations, examples) for operation in operations]


def shared() -> Shared:
    """What they have in common: the account and headers as parameters, and every refusal by its status."""
    headers = {
        name: {"name": name, "in": "header", "description": text, "schema": {"type": "string"}}
        for name, text in ASKED.items()
    }
    return Shared({ACCOUNT["name"]: ACCOUNT} | headers, {f"Refused{status}": refusal(status) for status in WORDS})


def _described(operation: Operation, operations: Sequence[Operation], examples: Examples) -> Described:
    role = "" if operation.needs is None else f"Takes the role `{operation.needs.word}`."
    role = "For operators." if operation.operators else role
    return Described(
        method=operation.method,
        path=operation.path,
        name=operation.name,
        tag=operation.tag,
        summary=operation.summary,
        description=f"{operation.description} {role}".strip(),
        within={name: _within(operation.path, name) for name in re.findall(r"{(\w+)}", operation.path)},
        query=_proposing(operation),
        shared=tuple(_shared(operation)),
        body=_body(operation),
        answers=_answers(operation, operations, examples),
        public=operation.public,
    )


def _within(path: str, name: str) -> Any:  # noqa: ANN401 - a type
    shown = SHOWN.get(path.partition(f"/{{{name}}}")[0])
    kind: Any = AnId if name == "id" or name.endswith("_id") else AText
    return Annotated[kind, means(IN_PATH[name], *([] if shown is None else [shown]))]


def _proposing(operation: Operation) -> type[msgspec.Struct] | None:
    """The query's shape, each field with the example that the operation has for it, or none."""
    if operation.query is Nothing:
        return None
    fields = [
        (one.encode_name, _proposed(one.type, operation.asks.get(one.name)), *_default(one))
        for one in msgspec.structs.fields(operation.query)
    ]
    return msgspec.defstruct(f"{operation.name}Query", fields, kw_only=True)


def _proposed(kind: Any, example: Any) -> Any:  # noqa: ANN401 - a type and JSON
    return Annotated[kind, msgspec.Meta(examples=[] if example is None else [example])]


def _default(field: msgspec.structs.FieldInfo) -> tuple[Any, ...]:
    return () if field.default is msgspec.NODEFAULT else (field.default,)


def _shared(operation: Operation) -> Iterator[str]:
    if operation.about_account:
        yield ACCOUNT["name"]
    for name, methods in SENT.items():
        if operation.method in methods and not operation.public and (name != "If-Match" or STALE in operation.refuses):
            yield name


def _body(operation: Operation) -> dict[str, Content]:
    if operation.body is None:
        return {}
    if operation.body is not Upload:
        return {JSON: _with(operation.body, operation.example)}
    shown = [text for text in operation.samples.values() if isinstance(text, str)]
    # A list of things is taken too. It is not described: generated clients cannot tell a list from other bodies.
    files = {kind: _file(operation, kind, dict[str, Any]) for kind in operation.takes}
    return files | {FORM: _with(FormFile, {"file": shown[0]} if shown else None)}


def _with(shape: Any, example: Any) -> Content:  # noqa: ANN401 - a type and JSON
    return Content(shape, msgspec.UNSET if example is None else example)


def _file(operation: Operation, kind: str, of_json: Any) -> Content:  # noqa: ANN401 - a type
    """A file that is sent or answered."""
    form = {} if kind.startswith("text/") else {"format": "binary"}
    bytes_ = Annotated[str, msgspec.Meta(extra_json_schema={"contentMediaType": kind, **form})]
    return _with(of_json if kind == JSON else bytes_, operation.samples.get(kind))


def refusal(status: int, words: str = "") -> Answer:
    """How a request is refused with a status; `words` say why where they are not the general ones."""
    example = problem(status, words or WORDS[status])
    if status == HTTPStatus.UNPROCESSABLE_ENTITY and not words:
        example |= {"detail": NAMELESS, "errors": {"name": [NAMELESS]}}
    codes = ", ".join(f"`{code}`" for code in codes_of(status))
    headers = (OF_REFUSAL[status],) if status in OF_REFUSAL else ()
    return Answer(words or f"{WORDS[status]} `code`: {codes}.", {MEDIA_TYPE: Content(Problem, example)}, headers)


def problem(status: int, detail: str) -> Json:
    """A problem, as an example: with the most general code of its status."""
    told: Json = msgspec.to_builtins(made(codes_of(status)[0], detail))
    return told


def codes_of(status: int) -> list[Code]:
    """The codes that go with a status, the most general one first."""
    return [code for code, meaning in CODES.items() if meaning.status == status]


def _answers(operation: Operation, operations: Sequence[Operation], examples: Examples) -> dict[str, Answer | str]:
    """All answers of an operation, by status."""
    told: dict[str, Answer | str] = {str(operation.status): _success(operation, operations, examples)}
    state = ("ETag",) if operation.has_state else ()
    if operation.may_be_minimal and operation.minimal != operation.status:
        words = "It is done; `Prefer: return=minimal` asked for no more."
        told["204"] = Answer(words, headers=("Preference-Applied", *state))
    if operation.may_remark:
        words = "It is done, and this is what it changes for calls."
        told["200"] = Answer(words, {JSON: Content(Remarks, example_of(Remarks))})
    if operation.longer is not None:
        words = "It goes on: the path in `Location` tells how far it is, and what came of it."
        content = {JSON: Content(operation.longer, examples.of(operation.longer) | operation.answered)}
        told["202"] = Answer(words, content, ("Location",), _links(operation, operation.longer, operations))
    return told | {str(status): f"Refused{status}" for status in sorted(statuses(operation))}


def statuses(operation: Operation) -> set[int]:
    """The refusals that an operation can answer with."""
    told = {400, 413, 422, 503, *operation.refuses}
    if not operation.public:
        told |= {401, 403}
    if operation.about_account:
        told.add(404)
    if operation.body is not None:
        told.add(415)
    if operation.method == "POST" and not operation.public:
        told.add(409)
    return told


def _success(operation: Operation, operations: Sequence[Operation], examples: Examples) -> Answer:
    content = {} if operation.answer is None else {JSON: Content(operation.answer, examples.answer(operation))}
    content |= {kind: _file(operation, kind, Several) for kind in operation.gives}
    links = _links(operation, operation.answer, operations)
    shown = operation.is_shown_by([other.path for other in operations if other.method == "GET"])
    headers = {
        "ETag": operation.has_state,
        "Content-Disposition": bool(operation.gives),
        "Preference-Applied": operation.may_be_minimal and operation.minimal == operation.status,
        "Location": bool(links) and shown,
    }
    return Answer(f"{operation.summary}.", content, tuple(name for name, has in headers.items() if has), links)


def _links(operation: Operation, shape: Any, operations: Sequence[Operation]) -> Json:  # noqa: ANN401 - a type
    """By which operations what is added to a collection, or begun, is shown, changed and removed."""
    item = f"{operation.path}/{{id}}"
    of_one = [other for other in operations if other.path == item or other.path.startswith(f"{item}/")]
    if operation.method != "POST" or "id" not in getattr(shape, "__struct_fields__", ()):
        return {}
    return {other.name: _linked(operation, other) for other in of_one}


def _linked(operation: Operation, other: Operation) -> Json:
    """The operation on what was added, in the same place."""
    same = {f"path.{name}": f"$request.path.{name}" for name in re.findall(r"{(\w+)}", operation.path)}
    if operation.about_account and other.about_account:
        same["query.customer_account"] = "$request.query.customer_account"
    return {"operationId": other.name, "parameters": same | {"path.id": "$response.body#/id"}}
