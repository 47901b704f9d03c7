"""The management API's operations, described in OpenAPI 3.1."""

import re
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from aiguillage.api.operations import Nothing, Operation, Upload
from aiguillage.api.problems import Problem

Described = dict[str, Any]
STALE = HTTPStatus.PRECONDITION_FAILED
REFERENCE = "#/components/schemas/{name}"
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
    503: "The database cannot be used at this moment.",
}
JSON = "application/json"
LOCATION: Described = {
    "description": "The path that shows what was added.",
    "schema": {"type": "string", "format": "uri-reference"},
}
ACCOUNT: Described = {
    "name": "customer_account",
    "in": "query",
    "required": True,
    "description": "The code of the account that the request is about.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 32},
    "example": "CL0000",
}


def described(operations: Sequence[Operation], tags: Iterable[tuple[str, str]]) -> Described:
    """The paths, tags and schemas of these operations."""
    shapes = _shapes(operations)
    schemas, components = msgspec.json.schema_components(shapes, ref_template=REFERENCE)
    by_shape = dict(zip(map(repr, shapes), schemas, strict=True))
    paths: dict[str, Described] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, by_shape, components)
    _link(operations, paths)
    for methods in paths.values():
        if "get" in methods:
            methods["head"] = _head(methods["get"])
    return {
        "paths": paths,
        "tags": [{"name": name, "description": text} for name, text in tags],
        "components": {"schemas": components},
    }


def _link(operations: Sequence[Operation], paths: dict[str, Described]) -> None:
    """Says of what is added to a collection by which operations it is shown, changed and removed."""
    for operation in operations:
        item = f"{operation.path}/{{id}}"
        of_one = [other for other in operations if other.path == item or other.path.startswith(f"{item}/")]
        if operation.method == "POST" and of_one and "id" in getattr(operation.answer, "__struct_fields__", ()):
            told = paths[operation.path]["post"]["responses"][str(operation.status)]
            told["links"] = {other.name: _linked(operation, other) for other in of_one}
            if operation.is_shown_by([other.path for other in of_one if other.method == "GET"]):
                told["headers"] = {"Location": LOCATION}


def _linked(operation: Operation, other: Operation) -> Described:
    """The operation on what was added, in the same place."""
    same = {f"path.{name}": f"$request.path.{name}" for name in re.findall(r"{(\w+)}", operation.path)}
    if operation.about_account and other.about_account:
        same["query.customer_account"] = "$request.query.customer_account"
    return {"operationId": other.name, "parameters": same | {"path.id": "$response.body#/id"}}


def _shapes(operations: Iterable[Operation]) -> list[Any]:
    shapes: list[Any] = [Problem]
    for operation in operations:
        for shape in (operation.query, operation.body, operation.answer):
            if shape not in (None, Upload, Nothing) and shape not in shapes:
                shapes.append(shape)
    return shapes


def _operation(operation: Operation, schemas: dict[str, Any], components: Described) -> Described:
    role = "" if operation.needs is None else f"Takes the role `{operation.needs.word}`."
    role = "For operators." if operation.operators else role
    told: Described = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": f"{operation.description} {role}".strip() or operation.summary,
        "parameters": _parameters(operation, schemas, components),
        "responses": _responses(operation, schemas),
        "security": [] if operation.public else [{"bearer": []}],
    }
    if operation.body is not None:
        told["requestBody"] = {"required": True, "content": _content(operation, schemas)}
    return told


def _content(operation: Operation, schemas: dict[str, Any]) -> Described:
    if operation.body is Upload:
        return {kind: {"schema": _file(kind)} for kind in operation.takes}
    body: Described = {"schema": schemas[repr(operation.body)]}
    if operation.example is not None:
        body["example"] = operation.example
    return {"application/json": body}


def _file(kind: str) -> Described:
    """A file that is sent or answered: JSON is a list of objects, or holds one."""
    if kind == JSON:
        return {"type": ["array", "object"], "items": {"type": "object"}}
    return {"type": "string", "contentMediaType": kind}


def _parameters(operation: Operation, schemas: dict[str, Any], components: Described) -> list[Described]:
    names = re.findall(r"{(\w+)}", operation.path)
    told = [{"name": n, "in": "path", "required": True, "schema": _path_schema(n)} for n in names]
    if operation.about_account:
        told.append(ACCOUNT)
    if operation.query is not Nothing:
        told += _query_parameters(components[schemas[repr(operation.query)]["$ref"].rpartition("/")[2]])
    for name, methods, text in HEADERS:
        if operation.method in methods and not operation.public and (name != "If-Match" or STALE in operation.refuses):
            told.append({"name": name, "in": "header", "description": text, "schema": {"type": "string"}})
    return told


HEADERS = (
    (
        "If-Match",
        ("PUT", "DELETE"),
        "The ETag that you read: the change is made to that state alone; else a 412.",
    ),
    ("Idempotency-Key", ("POST",), "Up to 255 characters of your own; the same request with it is carried out once."),
    ("Prefer", ("POST", "PUT"), "`return=minimal`: no object in the answer."),
)


def _path_schema(name: str) -> Described:
    if name == "id" or name.endswith("_id"):
        return {"type": "integer", "minimum": 1, "maximum": 10**18 - 1}
    return {"type": "string", "minLength": 1, "maxLength": 255}


def _query_parameters(schema: Described) -> list[Described]:
    mandatory = schema.get("required", [])
    return [
        {"name": name, "in": "query", "schema": kind, **({"required": True} if name in mandatory else {})}
        for name, kind in schema["properties"].items()
    ]


def _responses(operation: Operation, schemas: dict[str, Any]) -> Described:
    told: Described = {str(operation.status): _success(operation, schemas)}
    if operation.answer is not None and operation.method in {"POST", "PUT"} and operation.minimal != operation.status:
        told["204"] = {"description": "It is done; `Prefer: return=minimal` asked for no more."}
    problem = {"application/problem+json": {"schema": schemas[repr(Problem)]}}
    for status in sorted(statuses(operation)):
        told[str(status)] = {"description": WORDS[status], "content": problem}
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


def _success(operation: Operation, schemas: dict[str, Any]) -> Described:
    content: Described = {}
    if operation.answer is not None:
        content["application/json"] = {"schema": schemas[repr(operation.answer)]}
    for kind in operation.gives:
        content[kind] = {"schema": _file(kind)}
    return {"description": operation.summary + ".", **({"content": content} if content else {})}


def _head(operation: Described) -> Described:
    """HEAD asks as GET does, and gets the same without the body."""
    name = operation["operationId"]
    responses = {status: {"description": told["description"]} for status, told in operation["responses"].items()}
    return operation | {
        "operationId": f"head{name[0].upper()}{name[1:]}",
        "summary": f"{operation['summary']} (headers alone)",
        "description": "The same as GET, without the body.",
        "responses": responses,
    }
