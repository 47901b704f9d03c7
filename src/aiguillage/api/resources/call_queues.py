"""Call queues and their groups (contracts/cx-engine.md, 'call-queues')."""

import msgspec

from aiguillage.api.operations import Asked
from aiguillage.api.resources.shared import BASE, UNSET, Body, FactResource, given
from aiguillage.storage.facts import Kept

TAG = "Call queues"
Text = str | None | msgspec.UnsetType


class GroupBody(Body, frozen=True):
    """A group as it is sent."""

    name: str | msgspec.UnsetType = UNSET


class GroupShown(msgspec.Struct, frozen=True, kw_only=True):
    """A group as it is answered."""

    id: int
    name: str
    customer_id: int


class QueueBody(Body, frozen=True):
    """A call queue as it is sent."""

    active: bool | msgspec.UnsetType = UNSET
    name: str | msgspec.UnsetType = UNSET
    code: str | msgspec.UnsetType = UNSET
    number: Text = UNSET
    call_queue_group_id: int | msgspec.UnsetType | None = UNSET
    host_name: Text = UNSET
    type: Text = UNSET
    did_number: Text = UNSET
    default_destination_type: Text = UNSET
    default_destination: Text = UNSET
    rota_id: int | msgspec.UnsetType | None = UNSET


class QueueShown(msgspec.Struct, frozen=True, kw_only=True):
    """A call queue as it is answered."""

    id: int
    active: bool
    name: str
    code: str
    number: str | None
    call_queue_group_id: int | None
    customer_id: int
    host_name: str
    type: str
    did_number: str | None
    default_destination_type: str
    default_destination: str | None
    rota_id: int | None


QUEUE_NAMES = {"call_queue_group_id": "group", "rota_id": "rota"}
"""The fact's names for what the API calls otherwise."""

TEXTS = ("host_name", "type", "default_destination_type")
"""What null clears to nothing."""


def _enter_queue(body: QueueBody, _asked: Asked) -> dict[str, object]:
    changes = given(body, QUEUE_NAMES)
    return {name: "" if value is None and name in TEXTS else value for name, value in changes.items()}


def _show_queue(kept: Kept, account_id: int) -> QueueShown:
    facts = msgspec.structs.asdict(kept.fact)
    renamed = {name: facts.pop(own) for name, own in QUEUE_NAMES.items()}
    return QueueShown(id=kept.id, customer_id=account_id, **facts, **renamed)


GROUPS = FactResource(
    path=f"{BASE}/call-queues/groups",
    noun="queue group",
    plural="the groups of call queues",
    tag=TAG,
    kind="group",
    body=GroupBody,
    answer=GroupShown,
    enter=lambda body, _: given(body),
    show=lambda kept, account_id: GroupShown(id=kept.id, name=kept.fact.name, customer_id=account_id),
    example={"name": "Accueil"},
)
QUEUES = FactResource(
    path=f"{BASE}/call-queues/queues",
    noun="call queue",
    plural="the call queues",
    tag=TAG,
    kind="queue",
    body=QueueBody,
    answer=QueueShown,
    enter=_enter_queue,
    show=_show_queue,
    example={"name": "Support", "code": "support", "number": "207", "default_destination": "299"},
)
