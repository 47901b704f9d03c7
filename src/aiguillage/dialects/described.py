"""What the OpenAPI descriptions of the HTTP dialects are made of."""

from typing import Annotated, Any, Literal

import msgspec

from aiguillage.domain.words import means

Described = dict[str, Any]
"""A part of an OpenAPI 3.1 document: `paths`, `components`, `tags`; its `shapes` are made into schemas."""


def parameter(name: str, description: str, *, where: str = "query", **more: object) -> Described:
    """A parameter; one in the path is mandatory."""
    required: Described = {"required": True} if where == "path" else {}
    return {"name": name, "in": where, "description": description, **required, **more}


def says(name: str, value: str) -> type[msgspec.Struct]:
    """The shape of a JSON object that says nothing but `value`."""
    response = Annotated[Literal[value], means("The answer in words, always these.")]  # type: ignore[valid-type] # made here
    return msgspec.defstruct(name, [("response", response)], forbid_unknown_fields=True)


def json_body(schema: Described, example: object) -> Described:
    """A JSON body, as a response's `content`."""
    return {"application/json": {"schema": schema, "example": example}}


def text_body(description: str, example: str, **schema: object) -> Described:
    """A text body, as a response's `content`."""
    return {"text/plain": {"schema": {"type": "string", "description": description, **schema}, "example": example}}


def schema_named(name: str) -> Described:
    """A reference to a schema among the components."""
    return {"$ref": f"#/components/schemas/{name}"}


def get_and_head(operation: Described) -> Described:
    """The path item of an operation that HEAD asks as GET does, but for the answer's body."""
    responses = {
        status: {part: answer[part] for part in ("description", "headers") if part in answer}
        for status, answer in operation["responses"].items()
    }
    name = operation["operationId"]
    head = operation | {
        "operationId": f"head{name[0].upper()}{name[1:]}",
        "summary": f"{operation['summary']} (headers alone)",
        "description": "The same as GET, without the body.",
        "responses": responses,
    }
    return {"get": operation, "head": head}
