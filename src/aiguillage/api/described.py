"""The management API's operations, described in OpenAPI 3.1."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from aiguillage.api.answers import HEADERS as ANSWERED
from aiguillage.api.answers import (
    JSON,
    LOCATION,
    Described,
    file_content,
    form_content,
    head,
    headed,
    refusals,
    responses,
)
from aiguillage.api.examples import Examples, shape_named
from aiguillage.api.forms import FORM
from aiguillage.api.operations import STALE, Nothing, Operation, Remarks, Upload
from aiguillage.api.shown import SHOWN
from aiguillage.domain.problems import Problem

REFERENCE = "#/components/schemas/{name}"
ACCOUNT: Described = {
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
WORDS = ("description", "examples")
"""What a schema of a parameter leaves to the parameter."""

HEADERS = {
    "If-Match": "The ETag that you read: the change is made to that state alone; else a 412.",
    "Idempotency-Key": "Up to 255 characters of your own; the same request with it is carried out once.",
    "Prefer": "`return=minimal`: no object in the answer.",
}
SENT = {"If-Match": {"PUT", "DELETE"}, "Idempotency-Key": {"POST"}, "Prefer": {"POST", "PUT"}}
"""With which methods."""


def described(operations: Sequence[Operation], tags: Iterable[tuple[str, str]]) -> Described:
    """The paths, tags and schemas of these operations."""
    shapes = _shapes(operations)
    schemas, components = msgspec.json.schema_components(shapes, ref_template=REFERENCE)
    by_shape = dict(zip(map(repr, shapes), schemas, strict=True))
    examples = Examples(components, operations)
    paths: dict[str, Described] = {}
    for operation in operations:
        told = _operation(operation, by_shape, examples, components)
        paths.setdefault(operation.path, {})[operation.method.lower()] = told
    _link(operations, paths)
    for methods in paths.values():
        if "get" in methods:
            methods["head"] = head(methods["get"])
    asked = {shape_named(by_shape[repr(operation.query)]) for operation in operations if operation.query is not Nothing}
    return {
        "paths": paths,
        "tags": [{"name": name, "description": text} for name, text in tags],
        "components": {
            "schemas": {name: schema for name, schema in components.items() if name not in asked},
            "parameters": _shared_parameters(),
            "responses": refusals(),
            "headers": ANSWERED,
        },
    }


def _link(operations: Sequence[Operation], paths: dict[str, Described]) -> None:
    """Says of what is added to a collection, or begun, by which operations it is shown, changed and removed."""
    for operation in operations:
        item = f"{operation.path}/{{id}}"
        of_one = [other for other in operations if other.path == item or other.path.startswith(f"{item}/")]
        for status, shape in ((operation.status, operation.answer), (202, operation.longer)):
            if operation.method == "POST" and of_one and "id" in getattr(shape, "__struct_fields__", ()):
                told = paths[operation.path]["post"]["responses"][str(status)]
                told["links"] = {other.name: _linked(operation, other) for other in of_one}
                if operation.is_shown_by([other.path for other in of_one if other.method == "GET"]):
                    told["headers"] = told.get("headers", {}) | headed(LOCATION)["headers"]


def _linked(operation: Operation, other: Operation) -> Described:
    """The operation on what was added, in the same place."""
    same = {f"path.{name}": f"$request.path.{name}" for name in re.findall(r"{(\w+)}", operation.path)}
    if operation.about_account and other.about_account:
        same["query.customer_account"] = "$request.query.customer_account"
    return {"operationId": other.name, "parameters": same | {"path.id": "$response.body#/id"}}


def _shapes(operations: Iterable[Operation]) -> list[Any]:
    shapes: list[Any] = [Problem, Remarks]
    for operation in operations:
        for shape in (operation.query, operation.body, operation.answer, operation.longer):
            if shape not in (None, Upload, Nothing) and shape not in shapes:
                shapes.append(shape)
    return shapes


def _operation(operation: Operation, schemas: dict[str, Any], examples: Examples, components: Described) -> Described:
    role = "" if operation.needs is None else f"Takes the role `{operation.needs.word}`."
    role = "For operators." if operation.operators else role
    told: Described = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": f"{operation.description} {role}".strip() or operation.summary,
        "parameters": _parameters(operation, schemas, components),
        "responses": responses(operation, schemas, examples),
        "security": [] if operation.public else [{"bearer": []}],
    }
    if operation.body is not None:
        told["requestBody"] = {"required": True, "content": _content(operation, schemas)}
    return told


def _content(operation: Operation, schemas: dict[str, Any]) -> Described:
    if operation.body is Upload:
        return {kind: file_content(operation, kind) for kind in operation.takes} | {FORM: form_content(operation)}
    body: Described = {"schema": schemas[repr(operation.body)]}
    if operation.example is not None:
        body["example"] = operation.example
    return {JSON: body}


def _parameters(operation: Operation, schemas: dict[str, Any], components: Described) -> list[Described]:
    told = [_path_parameter(operation.path, name) for name in re.findall(r"{(\w+)}", operation.path)]
    if operation.about_account:
        told.append(_shared(ACCOUNT["name"]))
    if operation.query is not Nothing:
        told += _query_parameters(operation, components[shape_named(schemas[repr(operation.query)])])
    for name, methods in SENT.items():
        if operation.method in methods and not operation.public and (name != "If-Match" or STALE in operation.refuses):
            told.append(_shared(name))
    return told


def _shared(name: str) -> Described:
    return {"$ref": f"#/components/parameters/{name}"}


def _shared_parameters() -> Described:
    """What most operations take, once."""
    schema = {"type": "string"}
    headers = {name: {"name": name, "in": "header", "description": text} for name, text in HEADERS.items()}
    return {ACCOUNT["name"]: ACCOUNT} | {name: header | {"schema": schema} for name, header in headers.items()}


def _path_parameter(path: str, name: str) -> Described:
    schema: Described = {"type": "string", "minLength": 1, "maxLength": 255}
    if name == "id" or name.endswith("_id"):
        schema = {"type": "integer", "minimum": 1, "maximum": 10**18 - 1}
    shown = SHOWN.get(path.partition(f"/{{{name}}}")[0])
    told = {"name": name, "in": "path", "required": True, "description": IN_PATH[name], "schema": schema}
    return told if shown is None else told | {"example": shown}


def _query_parameters(operation: Operation, schema: Described) -> list[Described]:
    mandatory = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "description": kind["description"],
            "schema": {key: value for key, value in kind.items() if key not in WORDS},
            **({"required": True} if name in mandatory else {}),
            **({"example": operation.asks[name]} if name in operation.asks else {}),
        }
        for name, kind in schema["properties"].items()
    ]
