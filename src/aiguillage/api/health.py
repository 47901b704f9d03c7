"""What the call workers answer of the server itself, described: for balancers, orchestrators and Prometheus."""

from typing import Any

import msgspec
from litestar import HttpMethod
from litestar.datastructures import CacheControlHeader

from aiguillage.domain.problems import MEDIA_TYPE, Code, problem

READ = (HttpMethod.GET, HttpMethod.HEAD)
NOT_KEPT = CacheControlHeader(no_store=True)
TAG = "Operation"
_HEALTH = {"application/json": {"schema": {"$ref": "#/components/schemas/Health"}, "example": {"status": "ok"}}}
_NOT_READY = "The table cannot be read, is missing, or of another release."
_COUNTS = (
    "# HELP aiguillage_answers_total Calls answered.\n# TYPE aiguillage_answers_total counter\n"
    'aiguillage_answers_total{dialect="v2",status="200"} 1042\n'
)
HEALTH = {
    "type": "object",
    "title": "Health",
    "required": ["status"],
    "properties": {
        "status": {"description": "`ok`: calls are answered.", "type": "string", "const": "ok"},
        "troubles": {
            "description": "What does not work beside the calls, in words; left out where all does.",
            "type": "array",
            "items": {"type": "string"},
        },
    },
}


def health_described() -> dict[str, Any]:
    """Their part of the OpenAPI document."""
    refusal = {
        "description": _NOT_READY,
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": msgspec.to_builtins(problem(Code.UNAVAILABLE, _NOT_READY)),
            }
        },
    }
    metrics = {"text/plain": {"schema": {"type": "string"}, "example": _COUNTS}}
    paths = {
        "/healthz": _read("healthz", "Whether this process answers", {"200": _answer("It does.", _HEALTH)}),
        "/readyz": _read(
            "readyz",
            "Whether calls can be answered",
            {"200": _answer("They can; what else does not work is said.", _HEALTH), "503": refusal},
        ),
        "/metrics": _read(
            "metrics",
            "Counts and times, for Prometheus",
            {"200": _answer("The counts of all workers since the server's start.", metrics)},
        ),
    }
    return {
        "paths": paths,
        "components": {"schemas": {"Health": HEALTH}},
        "tags": [{"name": TAG, "description": "For those who run the server: no token needed."}],
    }


def _answer(description: str, content: dict[str, Any]) -> dict[str, Any]:
    return {
        "description": description,
        "headers": {"cache-control": {"description": "`no-store`.", "schema": {"type": "string"}}},
        "content": content,
    }


def _read(name: str, summary: str, responses: dict[str, Any]) -> dict[str, Any]:
    """The path item of what GET and HEAD ask."""
    operation = {"tags": [TAG], "summary": summary, "operationId": name, "security": [], "responses": responses}
    return {"get": operation, "head": operation | {"operationId": f"head{name.title()}"}}
