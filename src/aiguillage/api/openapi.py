"""The OpenAPI 3.1 description of everything that this server answers, made of its operations."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from aiguillage import __version__
from aiguillage.api.request_ids import NAME
from aiguillage.domain.described import HEADERS, Answer, Content, Described, Tag
from aiguillage.domain.meanings import metas_of

TITLE = "aiguillage API"
SUMMARY = "Tells a phone system where a caller goes."
DESCRIPTION = """\
A call flow asks over HTTP while the caller is on the line: first with the caller's **number** and, if that is not
known, with the **code** that the caller typed. The answer says which call queues to use, up to four, whether the caller
is a VIP, and whether there is an on-call contract.

### A token
Every call-flow request carries a personal token in its `Authorization: Bearer` header. Whoever runs this server issues
one, on its terminal; the secret is shown once:

```
aiguillage token issue you@example.org --name "my call flow" --account CL0000
```

**Authorize** takes the token for the requests that you try here; it is forgotten when you leave the page. What you try
is carried out: on your own server it changes your own facts. On the demonstration (`aiguillage demo`, which prints a
token for all of it) the requests that are proposed here succeed, but for those whose ids nobody can know before.

### A first request
```
curl --header 'Authorization: Bearer aig_...' \\
  'http://127.0.0.1:8000/api/v1/smartRoutings?customerAccount=CL0000&number=0199001234'
```

Every path that takes GET takes HEAD too. Every answer has an `X-Request-Id`: the request's own, if it has one of up to
64 letters, digits, dots, hyphens and underscores, else one that is drawn.
"""
BEARER = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "aig_…",
    "description": "A token: `aiguillage token issue EMAIL --name NAME`. Basic is taken too, with the token as "
    "password.",
}
Json = dict[str, Any]
SCHEMA = "#/components/schemas/{name}"
WORDS = ("description", "examples")
"""What the schema of a parameter leaves to the parameter."""


class Shared(NamedTuple):
    """What operations refer to by name: parameters, as OpenAPI writes them, and answers."""

    parameters: Mapping[str, Json]
    answers: Mapping[str, Answer]


def openapi_document(operations: Sequence[Described], tags: Iterable[Tag], shared: Shared) -> Json:
    """The whole document."""
    writer = _Writer(operations, shared)
    paths: Json = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = writer.operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": TITLE,
            "version": __version__,
            "summary": SUMMARY,
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "This server"}],
        "tags": [tag._asdict() for tag in tags],
        "paths": paths,
        "components": {
            "schemas": writer.schemas,
            "parameters": shared.parameters,
            "responses": {name: writer.answer(answer) for name, answer in shared.answers.items()},
            "headers": HEADERS,
            "securitySchemes": {"bearer": BEARER},
        },
    }


class _Writer:
    """Writes operations; `schemas` are those of all shapes but queries, which are written as parameters."""

    def __init__(self, operations: Sequence[Described], shared: Shared) -> None:
        shapes = list({repr(shape): shape for shape in _shapes(operations, shared)}.values())
        schemas, components = msgspec.json.schema_components(shapes, ref_template=SCHEMA)
        self._schemas = dict(zip(map(repr, shapes), schemas, strict=True))
        self._queries = {query: components[query.__name__] for query in {one.query for one in operations} if query}
        self.schemas = {name: one for name, one in components.items() if one not in self._queries.values()}

    def operation(self, operation: Described) -> Json:
        """One operation."""
        told: Json = {
            "operationId": operation.name,
            "tags": [operation.tag],
            "summary": operation.summary,
            "description": operation.description or operation.summary,
            "parameters": [*self._parameters(operation)],
            "responses": {status: self._answered(answer) for status, answer in operation.answers.items()},
            "security": [] if operation.public else [{"bearer": []}],
        }
        if operation.deprecated:
            told["deprecated"] = True
        if operation.body:
            content = {kind: self._content(one) for kind, one in operation.body.items()}
            told["requestBody"] = {"required": not operation.bodiless, "content": content}
        return told

    def _parameters(self, operation: Described) -> Iterator[Json]:
        for name, kind in operation.within.items():
            yield _parameter("path", name, self._schemas[repr(kind)], kind, required=True)
        yield from ({"$ref": f"#/components/parameters/{name}"} for name in operation.shared)
        if operation.query is not None:
            query = self._queries[operation.query]
            types = {one.encode_name: one.type for one in msgspec.structs.fields(operation.query)}
            for name, schema in query["properties"].items():
                yield _parameter("query", name, schema, types[name], required=name in query.get("required", ()))

    def _answered(self, answer: Answer | str) -> Json:
        return {"$ref": f"#/components/responses/{answer}"} if isinstance(answer, str) else self.answer(answer)

    def answer(self, answer: Answer) -> Json:
        """One answer; every answer has the request's id."""
        headers = {name: {"$ref": f"#/components/headers/{name}"} for name in (*answer.headers, NAME)}
        told: Json = {"description": answer.description, "headers": headers}
        if answer.content:
            told["content"] = {kind: self._content(one) for kind, one in answer.content.items()}
        return told | ({"links": answer.links} if answer.links else {})

    def _content(self, content: Content) -> Json:
        told: Json = {"schema": self._schemas[repr(content.shape)]}
        if content.examples:
            told["examples"] = content.examples
        return told if content.example is msgspec.UNSET else told | {"example": content.example}


def _shapes(operations: Iterable[Described], shared: Shared) -> Iterator[Any]:
    answers = [*shared.answers.values()]
    for operation in operations:
        yield from operation.within.values()
        if operation.query is not None:
            yield operation.query
        yield from (content.shape for content in operation.body.values())
        answers += [answer for answer in operation.answers.values() if isinstance(answer, Answer)]
    for answer in answers:
        yield from (content.shape for content in answer.content.values())


def _parameter(where: str, name: str, schema: Json, kind: Any, *, required: bool) -> Json:  # noqa: ANN401 - a type
    """A parameter, with the words and examples of its type."""
    more = {key: value for meta in metas_of(kind) for key, value in (meta.extra or {}).items()}
    told: Json = {"name": name, "in": where, "description": schema.get("description", "")}
    told["schema"] = {key: value for key, value in schema.items() if key not in WORDS}
    if required:
        told["required"] = True
    if more.get("bare"):
        told["allowEmptyValue"] = True
    if "examples" in more:
        told["examples"] = more["examples"]
    elif schema.get("examples"):
        told["example"] = schema["examples"][0]
    return told
