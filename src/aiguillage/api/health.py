"""What the call workers answer of the server itself, described: for balancers, orchestrators and Prometheus."""

from typing import Annotated, Literal

import msgspec
from litestar import HttpMethod
from litestar.datastructures import CacheControlHeader

from aiguillage.api.described import refusal
from aiguillage.domain.described import JSON, TEXT, Answer, Content, Described, Tag
from aiguillage.domain.meanings import means

READ = (HttpMethod.GET, HttpMethod.HEAD)
NOT_KEPT = CacheControlHeader(no_store=True)
TAG = Tag("Operation", "For those who run the server: no token needed.")
COUNTS = (
    "# HELP aiguillage_answers_total Calls answered.\n# TYPE aiguillage_answers_total counter\n"
    'aiguillage_answers_total{dialect="v2",status="200"} 1042\n'
)


class Health(msgspec.Struct):
    """How the server is."""

    status: Annotated[Literal["ok"], means("`ok`: calls are answered.", "ok")]
    troubles: Annotated[
        list[str] | msgspec.UnsetType,
        means("What does not work beside the calls, in words; left out where all does."),
    ] = msgspec.UNSET


def _read(path: str, name: str, summary: str, words: str, content: dict[str, Content]) -> Described:
    answers = {"200": Answer(words, content, ("Cache-Control",))}
    return Described(path=path, name=name, tag=TAG.name, summary=summary, answers=answers, public=True)


HEALTH = {JSON: Content(Health, {"status": "ok"})}
READY = _read(
    "/readyz", "readyz", "Whether calls can be answered", "They can; what else does not work is said.", HEALTH
)
OPERATIONS = (
    _read("/healthz", "healthz", "Whether this process answers", "It does.", HEALTH),
    msgspec.structs.replace(
        READY,
        answers={**READY.answers, "503": refusal(503, "The table cannot be read, is missing, or of another release.")},
    ),
    _read(
        "/metrics",
        "metrics",
        "Counts and times, for Prometheus",
        "The counts of all workers since the server's start.",
        {TEXT: Content(str, COUNTS)},
    ),
)
