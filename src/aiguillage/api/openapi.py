"""The OpenAPI 3.1 description of everything that this server answers."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from litestar import HttpMethod, Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, License, SecurityScheme, Server, Tag
from litestar.types import Method

from aiguillage import __version__
from aiguillage.api import feeds, switches
from aiguillage.api.answers import problem
from aiguillage.api.described import REFERENCE
from aiguillage.api.examples import Examples
from aiguillage.api.request_ids import NAME
from aiguillage.domain.problems import MEDIA_TYPE

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
BEARER = SecurityScheme(
    type="http",
    scheme="bearer",
    bearer_format="aig_…",
    description="A token: `aiguillage token issue EMAIL --name NAME`. Basic is taken too, with the token as password.",
)
REQUEST_ID = {
    "description": "The request's id: its own `X-Request-Id` where it is fit, else a new one. Log lines have it too.",
    "required": True,
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
    "example": "9f2c4b7d1e60a853",
}
SAMPLES: dict[tuple[str, str], Any] = {
    ("/api/v2/switches/{code}", "text/plain"): "1",
    ("/feeds/rotas/{file}", "text/calendar"): feeds.SHIFT,
    ("/openapi.json", "application/json"): {"openapi": "3.1.0", "info": {"title": TITLE, "version": __version__}},
}
"""Answers of the framework's routes that are not made of a shape."""


def openapi_document(routes: Sequence[HTTPRouteHandler], described: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The description of the call-flow dialects, then of the web framework's routes as the framework tells it."""
    document = _of_framework(routes)
    own_paths, own_tags = document.pop("paths"), document.pop("tags")
    document["paths"], document["tags"] = {}, []
    for part in described:
        document["paths"] |= part["paths"]
        document["tags"] += part["tags"]
        components = dict(part["components"])
        _, made = msgspec.json.schema_components(components.pop("shapes", ()), ref_template=REFERENCE)
        for kind, entries in (*components.items(), ("schemas", made)):
            document["components"].setdefault(kind, {}).update(entries)
    schemas = document["components"].get("schemas", {})
    _complete(own_paths, Examples(schemas))
    document["paths"] |= own_paths
    document["tags"] += own_tags
    return _with_ids(document)


def _with_ids(document: dict[str, Any]) -> dict[str, Any]:
    """The document, in which every answer has the request's id among its headers."""
    components = document["components"]
    components.setdefault("headers", {})[NAME] = REQUEST_ID
    components["responses"] = _all_with_ids(components.get("responses", {}))
    for methods in document["paths"].values():
        for method, operation in methods.items():
            methods[method] = operation | {"responses": _all_with_ids(operation["responses"])}
    return document


def _all_with_ids(answers: dict[str, Any]) -> dict[str, Any]:
    """Answers with the header; those that are references have it where they refer to."""
    told = {NAME: {"$ref": f"#/components/headers/{NAME}"}}
    return {
        status: answer if "$ref" in answer else answer | {"headers": answer.get("headers", {}) | told}
        for status, answer in answers.items()
    }


def _complete(paths: dict[str, Any], examples: Examples) -> None:
    """Adds to the framework's part what the framework does not know: examples, and how a request is refused."""
    for path, methods in paths.items():
        for operation in methods.values():
            told = operation["responses"]
            if "400" in told:
                told["400"] = {"$ref": "#/components/responses/Refused400"}
            for status, answer in told.items():
                for kind, content in answer.get("content", {}).items():
                    if kind == MEDIA_TYPE:
                        content["example"] = problem(int(status), answer["description"])
                    else:
                        content["example"] = SAMPLES.get((path, kind)) or examples.of(content["schema"])


def _operation_id(handler: HTTPRouteHandler, method: HttpMethod | Method, _path: list[Any]) -> str:
    name = handler.handler_name
    return name if method == HttpMethod.GET else f"{HttpMethod(method).value.lower()}{name.title()}"


def _of_framework(routes: Sequence[HTTPRouteHandler]) -> dict[str, Any]:
    """The framework's own part.

    It comes from an application that is described but never served: a served one brings a page of the framework's own.
    """
    config = OpenAPIConfig(
        title=TITLE,
        version=__version__,
        summary=SUMMARY,
        description=DESCRIPTION,
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        servers=[Server(url="/", description="This server")],
        tags=[
            Tag(name=switches.TAG, description="Flipped from a phone, by whoever has a switch's code."),
            Tag(name=feeds.TAG, description="For calendar programs, under secret addresses."),
        ],
        components=Components(security_schemes={"bearer": BEARER}),
        render_plugins=[JsonRenderPlugin()],
        create_examples=False,
        operation_id_creator=_operation_id,
    )
    application = Litestar([*routes], openapi_config=config, logging_config=None, debug=False)
    return application.openapi_schema.to_schema()
