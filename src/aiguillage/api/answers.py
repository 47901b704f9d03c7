"""The answers of the management API's operations, described in OpenAPI 3.1: what is answered, refusals, headers."""

from http import HTTPStatus
from typing import Any

import msgspec

from aiguillage.api.examples import Examples
from aiguillage.api.operations import Operation, Remarks
from aiguillage.domain.accounts import CHALLENGE
from aiguillage.domain.problems import CODES, MEDIA_TYPE, Code
from aiguillage.domain.problems import problem as made

Described = dict[str, Any]
JSON = "application/json"
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
ETAG, LOCATION, PREFERRED, ATTACHED = "ETag", "Location", "Preference-Applied", "Content-Disposition"
HEADERS: Described = {
    ETAG: {
        "description": "The number of the change that made it so. Send it as `If-Match` to change this state alone.",
        "required": True,
        "schema": {"type": "string", "pattern": '^"[0-9]+"$'},
        "example": '"118"',
    },
    LOCATION: {
        "description": "The path that shows what was added or begun.",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
        "example": "/smart-routings/contacts/12?customer_account=CL0000",
    },
    PREFERRED: {
        "description": "What was asked for with `Prefer`.",
        "schema": {"type": "string", "const": "return=minimal"},
    },
    ATTACHED: {
        "description": "The file's name.",
        "required": True,
        "schema": {"type": "string"},
        "example": 'attachment; filename="contacts-CL0000.csv"',
    },
    "WWW-Authenticate": {
        "description": "How to say who asks.",
        "required": True,
        "schema": {"type": "string", "const": CHALLENGE},
    },
    "Retry-After": {
        "description": "Seconds to wait.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
        "example": "30",
    },
}
OF_REFUSAL = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}
BODILESS = "WithoutBody"
NAMELESS = "The queue has no name. Give it one."


def refusals() -> Described:
    """Every refusal once, by its status, and again as HEAD gets it: operations refer to them."""
    told = {f"Refused{status}": _refusal(status) for status in WORDS}
    return told | {f"{name}{BODILESS}": _bodiless(answer) for name, answer in told.items()}


def _refusal(status: int) -> Described:
    example = problem(status, WORDS[status])
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        example |= {"detail": NAMELESS, "errors": {"name": [NAMELESS]}}
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}}
    named = OF_REFUSAL.get(status)
    codes = ", ".join(f"`{code}`" for code in codes_of(status))
    return {"description": f"{WORDS[status]} `code`: {codes}.", "content": content, **(headed(named) if named else {})}


def problem(status: int, detail: str) -> Described:
    """A problem, as an example: with the most general code of its status."""
    told: Described = msgspec.to_builtins(made(codes_of(status)[0], detail))
    return told


def codes_of(status: int) -> list[Code]:
    """The codes that go with a status, the most general one first."""
    return [code for code, meaning in CODES.items() if meaning.status == status]


def responses(operation: Operation, schemas: dict[str, Any], examples: Examples) -> Described:
    """All answers of an operation, by status."""
    told: Described = {str(operation.status): _success(operation, schemas, examples)}
    if operation.may_be_minimal and operation.minimal != operation.status:
        state = [ETAG] if operation.has_state else []
        told["204"] = {"description": "It is done; `Prefer: return=minimal` asked for no more."}
        told["204"] |= headed(PREFERRED, *state)
    if operation.may_remark:
        told["200"] = _remarked(schemas, examples)
    if operation.longer is not None:
        told["202"] = _longer(operation, schemas, examples)
    for status in sorted(statuses(operation)):
        told[str(status)] = {"$ref": f"#/components/responses/Refused{status}"}
    return told


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


def _success(operation: Operation, schemas: dict[str, Any], examples: Examples) -> Described:
    content: Described = {}
    if operation.answer is not None:
        schema = schemas[repr(operation.answer)]
        content[JSON] = {"schema": schema, "example": examples.answer(operation, schema)}
    for kind in operation.gives:
        content[kind] = file_content(operation, kind)
    told: Described = {"description": operation.summary + ".", **({"content": content} if content else {})}
    named = ([ETAG] if operation.has_state else []) + ([ATTACHED] if operation.gives else [])
    if operation.may_be_minimal and operation.minimal == operation.status:
        named.append(PREFERRED)
    return told | (headed(*named) if named else {})


def _remarked(schemas: dict[str, Any], examples: Examples) -> Described:
    """The answer where there is something to know of what was done."""
    schema = schemas[repr(Remarks)]
    description = "It is done, and this is what it changes for calls."
    return {"description": description, "content": {JSON: {"schema": schema, "example": examples.of(schema)}}}


def _longer(operation: Operation, schemas: dict[str, Any], examples: Examples) -> Described:
    """The answer where it takes long."""
    schema = schemas[repr(operation.longer)]
    example = examples.of(schema) | operation.answered
    description = "It goes on: the path in `Location` tells how far it is, and what came of it."
    return {"description": description, "content": {JSON: {"schema": schema, "example": example}}} | headed(LOCATION)


def file_content(operation: Operation, kind: str) -> Described:
    """A file that is sent or answered: JSON is a list of objects, or holds one."""
    schema: Described = {"type": "string", "contentMediaType": kind}
    if kind == JSON:
        schema = {"type": ["array", "object"], "items": {"type": "object"}}
    return {"schema": schema, **({"example": operation.samples[kind]} if kind in operation.samples else {})}


def form_content(operation: Operation) -> Described:
    """The same file in a form, as a browser sends it."""
    file = {"type": "string", "format": "binary", "description": "The file; its name and type say what it is."}
    schema = {"type": "object", "properties": {"file": file}, "required": ["file"], "additionalProperties": False}
    shown = [text for text in operation.samples.values() if isinstance(text, str)]
    return {"schema": schema, **({"example": {"file": shown[0]}} if shown else {})}


def head(operation: Described) -> Described:
    """HEAD asks as GET does, and gets the same without the body."""
    name = operation["operationId"]
    return operation | {
        "operationId": f"head{name[0].upper()}{name[1:]}",
        "summary": f"{operation['summary']} (headers alone)",
        "description": "The same as GET, without the body.",
        "responses": {status: _bodiless(told) for status, told in operation["responses"].items()},
    }


def _bodiless(told: Described) -> Described:
    if "$ref" in told:
        return {"$ref": f"{told['$ref']}{BODILESS}"}
    return {part: told[part] for part in ("description", "headers") if part in told}


def headed(*names: str) -> Described:
    """The headers of an answer, by reference."""
    return {"headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names}}
