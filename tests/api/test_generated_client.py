"""A client that is generated of the description, as others would, works against a real server."""

import importlib
import sys
from collections.abc import Callable, Iterator
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from openapi_python_client import generate
from openapi_python_client.config import Config, ConfigFile, MetaType

from tests.cast import ACCOUNT, CODE, NUMBER
from tests.standing import Busy

PACKAGE = "generated"
UNTOLD = "Unsupported content type"
"""What the generator says of media types of files beside the form and the bytes, in which they can be sent too."""


class Generated:
    """The generated package, and a client of it that asks the server."""

    def __init__(self, busy: Busy, secret: str) -> None:
        url = f"http://127.0.0.1:{busy.server.port}"
        self.client = self._part("client").AuthenticatedClient(url, secret, raise_on_unexpected_status=True)
        self.models = self._part("models")
        self.types = self._part("types")

    def _part(self, name: str) -> ModuleType:
        return importlib.import_module(f"{PACKAGE}.{name}")

    def call(self, name: str, *args: object, **more: object) -> Any:  # noqa: ANN401 - of the generated package
        """Carries the operation out, `tag.operation`; what it answers."""
        run: Callable[..., Any] = self._part(f"api.{name}").sync_detailed
        answer = run(*args, client=self.client, **more)
        assert answer.status_code < HTTPStatus.BAD_REQUEST, (name, answer.content)
        return answer.parsed


@pytest.fixture(scope="module")
def generated(busy: Busy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generated]:
    """The client, generated of what the server serves."""
    directory = tmp_path_factory.mktemp("generated")
    (directory / "openapi.json").write_bytes(busy.server.ask("/openapi.json").body)
    config = ConfigFile(post_hooks=[])
    document, package = directory / "openapi.json", directory / PACKAGE
    said = generate(config=Config.from_sources(config, MetaType.NONE, document, "utf-8", True, package))
    assert [error.detail for error in said if not str(error.detail).startswith(UNTOLD)] == []
    sys.path.insert(0, str(directory))
    one = Generated(busy, busy.cast.managing_secret("manager"))
    with one.client:
        yield one
    sys.path.remove(str(directory))


def test_there_is_one_function_for_each_operation(generated: Generated) -> None:
    functions = {path.stem for path in Path(generated.models.__path__[0]).parent.glob("api/*/*.py")} - {"__init__"}

    assert {"list_switches", "list_call_queues", "decide_call", "healthz"} <= functions
    assert [name for name in functions if name.startswith("head_")] == []


def test_things_are_added_listed_changed_and_removed(generated: Generated) -> None:
    models, here = generated.models, {"customer_account": ACCOUNT}
    body = models.CallQueueBody(name="Ventes", code="generated", number="218")

    added = generated.call("call_queues.add_call_queue", body=body, **here)
    listed = generated.call("call_queues.list_call_queues", code="generated", **here)
    changed = generated.call("call_queues.set_call_queue", added.id, body=models.CallQueueBody(name="Vente"), **here)
    removed = generated.call("call_queues.remove_call_queue", added.id, **here)

    assert (added.code, added.remarks) == ("generated", changed.remarks)
    assert [queue.id for queue in listed.data] == [added.id]
    assert (changed.name, removed) == ("Vente", None)


def test_answers_are_objects_and_texts(generated: Generated) -> None:
    body = generated.models.ContactBody(telecoms=[NUMBER], id_code=CODE, field_select_1="207", field_boolean_1=True)
    added = generated.call("contacts.add_contact", body=body, customer_account=ACCOUNT)
    asked = {"customer_account": ACCOUNT, "number": NUMBER}

    route = generated.call("calls_v2.decide_call", **asked, fields="destination,vip")
    routing = generated.call("calls_v1.route_call", **asked, include="vip")
    queue = generated.call("calls_v0_deprecated.queue_of_code", ACCOUNT, CODE)

    exported = generated.call("contacts.export_contacts", customer_account=ACCOUNT)
    generated.call("contacts.remove_contact", added.id, customer_account=ACCOUNT)

    assert route.to_dict() == {"destination": "207", "vip": True}
    assert (routing.destination1, routing.vip, queue) == ("207", True, "207")
    assert NUMBER in exported


def test_files_are_sent_as_forms_as_bytes_and_as_json(generated: Generated) -> None:
    models, here = generated.models, {"customer_account": ACCOUNT, "dry_run": True}
    text = b"company;number\nGarage Belleville;01 99 00 56 78\n"
    file = generated.types.File(BytesIO(text), "contacts.csv", "text/csv")
    sent = models.ImportContactsJsonBody.from_dict({"contacts": [{"company": "Garage", "telecoms": ["0199005678"]}]})

    told = [
        generated.call("contacts.import_contacts", body=body, **here)
        for body in (models.FormFile(file), generated.types.File(BytesIO(text)), sent)
    ]

    assert [(one.created, one.refused) for one in told] == [(1, 0)] * 3


def test_what_is_refused_has_its_problem(generated: Generated) -> None:
    with pytest.raises(AssertionError, match="not a queue code"):
        generated.call(
            "call_queues.add_call_queue",
            body=generated.models.CallQueueBody(name="x", code="?"),
            customer_account=ACCOUNT,
        )
