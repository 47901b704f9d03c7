"""What the page at /docs proposes is tried: each example is sent as the page sends it, to the demonstration."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from aiguillage.api.moments import now
from aiguillage.cli.demo import renew_secret, set_up_demo
from aiguillage.cli.demo_examples import OPERATOR
from aiguillage.domain.accounts import Actor, Role
from aiguillage.settings import Settings
from aiguillage.storage.sqlite.engine import Database
from tests.server import running

Answers = dict[str, Any]
READER = "reader@example.org"


def _user(answers: Answers) -> int:
    return next(int(one["id"]) for one in answers["listUsers"]["data"] if one["email"] == READER)


def _of(name: str, field: str) -> Callable[[Answers], Any]:
    return lambda answers: answers[name][field]


PASTED: dict[str, dict[str, Callable[[Answers], Any]]] = {
    **{name: {"id": _user} for name in ("showUser", "setUser", "setUserPassword", "removeUserSecondFactor")},
    **{name: {"id": _user} for name in ("showMember", "showGrant", "setGrant", "removeGrant")},
    "removeSession": {"id": lambda answers: answers["listSessions"]["data"][-1]["id"]},
    "applyImport": {"id": _of("previewImport", "id")},
    "showDelivery": {"delivery_id": _of("testWebhook", "id")},
    "switch": {"code": _of("issueSwitchCode", "code")},
    "postSwitch": {"code": _of("issueSwitchCode", "code")},
    "rotaFeed": {"file": lambda answers: f"{answers['issueRotaFeed']['secret']}.ics"},
}
"""What nobody can know before: random ids and secrets, which a person copies from another answer."""

NOT_TRIED = {
    "confirmSecondFactor": "an app has to show the code",
    "endSecondFactor": "the same",
    "resendDelivery": "the demonstration's webhook is off, so that it tells nobody of anything",
    "askAsTwilio": "it is Twilio who signs",
    "showReplay": "nothing of the demonstration takes long enough",
}
"""What cannot be tried, and why."""

OF_SESSION = {"switchAccount", "setMyPassword", "listSessions", "removeSession", "signOut"}
"""What takes the token that signing in gives; all else takes the operator's."""

FIRST = ("signIn",)
LAST = ("removeCallQueue", "erasePerson", "switchAccount", "listSessions", "removeSession", "signOut")
"""What comes before and after all else."""


def sent_by_page(document: dict[str, Any], path: str, operation: dict[str, Any], pasted: Answers) -> dict[str, Any]:
    """The request that the page proposes: every parameter with an example, the first media type's body or file."""
    parameters = [_resolved(document, one) for one in operation.get("parameters", [])]
    values = {(one["in"], one["name"]): _example(one) for one in parameters if _example(one) is not None}
    values |= {(one["in"], one["name"]): pasted[one["name"]] for one in parameters if one["name"] in pasted}
    lacked = [one["name"] for one in parameters if one.get("required") and (one["in"], one["name"]) not in values]
    assert not lacked, f"{operation['operationId']}: nothing is proposed for {lacked}"
    for (where, name), value in values.items():
        path = path.replace(f"{{{name}}}", str(value)) if where == "path" else path
    request: dict[str, Any] = {
        "url": path,
        "params": {name: v for (where, name), v in values.items() if where == "query"},
    }
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        body = content["example"]
        return request | {
            "content": body.encode() if isinstance(body, str) else json.dumps(body).encode(),
            "headers": {"Content-Type": kind},
        }
    return request


def _example(parameter: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """What the page fills in: the example, the first of several, or what is taken where nothing is said."""
    several = [one["value"] for one in parameter.get("examples", {}).values()]
    default = parameter["schema"].get("default")
    return parameter.get("example", several[0] if several else default)


def _resolved(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    found: dict[str, Any] = document["components"]["parameters"][part["$ref"].rpartition("/")[2]]
    return found


def in_order(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Every operation: what shows, adds and changes, what takes ids from answers, what removes, inner things first."""
    told = [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method != "head" and operation["operationId"] not in NOT_TRIED
    ]

    def place(one: tuple[str, str, dict[str, Any]]) -> tuple[int, int, int]:
        path, method, operation = one
        name = operation["operationId"]
        if name in FIRST or name in LAST:
            return (0 if name in FIRST else 9, LAST.index(name) if name in LAST else 0, 0)
        if method == "delete":
            return 4, -path.count("/"), -len(path)
        return (3 if name in PASTED else 1 if method == "get" else 2), 0, 0

    return sorted(told, key=place)


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A demonstration that runs: its address, and the operator's token as the command prints it."""
    directory: Path = tmp_path_factory.mktemp("demonstration")
    actor = Actor("terminal", now(), operator=True)
    settings = set_up_demo(Settings(data_dir=directory / "data"), actor)
    database = Database(settings.database)
    secret = renew_secret(database, actor, OPERATOR, Role.MANAGE)
    database.close()
    with running(settings) as server:
        yield f"http://127.0.0.1:{server.port}", secret


def test_every_example_of_the_page_succeeds_on_the_demonstration(demonstration: tuple[str, str]) -> None:
    url, secret = demonstration
    answers: Answers = {}
    failed: dict[str, str] = {}

    with httpx.Client(base_url=url, timeout=60, trust_env=False) as page:
        document = page.get("/openapi.json").json()
        for path, method, operation in in_order(document):
            name = operation["operationId"]
            pasted = {field: find(answers) for field, find in PASTED.get(name, {}).items()}
            request = sent_by_page(document, path, operation, pasted)
            if operation.get("security"):
                token = answers["signIn"]["token"] if name in OF_SESSION else secret
                request["headers"] = {**request.get("headers", {}), "Authorization": f"Bearer {token}"}
            answer = page.request(method, **request)
            if not answer.is_success:
                failed[name] = f"{answer.status_code} {answer.text}"
            elif answer.headers.get("content-type", "").startswith("application/json"):
                answers[name] = answer.json()

    assert failed == {}


def test_what_cannot_be_tried_is_described_all_the_same(demonstration: tuple[str, str]) -> None:
    document = httpx.get(f"{demonstration[0]}/openapi.json", timeout=60, trust_env=False).json()
    names = {operation["operationId"] for methods in document["paths"].values() for operation in methods.values()}

    assert {*NOT_TRIED, *PASTED, *OF_SESSION} <= names
