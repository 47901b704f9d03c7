"""Call queues and their groups (contracts/cx-engine.md, 'call-queues')."""

import msgspec

from aiguillage.api.resources.shared import BASE, UNSET, Body, FactResource, Flag, Number, Text

TAG = "Call queues"


class GroupBody(Body, frozen=True):
    """A group as it is sent."""

    name: Text = UNSET


class GroupShown(msgspec.Struct, frozen=True, kw_only=True):
    """A group as it is answered."""

    id: int
    name: str
    customer_id: int


class QueueBody(Body, frozen=True):
    """A call queue as it is sent."""

    active: Flag = UNSET
    name: Text = UNSET
    code: Text = UNSET
    number: Text = UNSET
    call_queue_group_id: Number = UNSET
    host_name: Text = UNSET
    type: Text = UNSET
    did_number: Text = UNSET
    default_destination_type: Text = UNSET
    default_destination: Text = UNSET
    rota_id: Number = UNSET


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


GROUPS = FactResource(
    path=f"{BASE}/call-queues/groups",
    noun="queue group",
    plural="the groups of call queues",
    tag=TAG,
    kind="group",
    body=GroupBody,
    answer=GroupShown,
    example={"name": "Bureaux"},
    change={"name": "Boutiques du centre"},
)
QUEUES = FactResource(
    path=f"{BASE}/call-queues/queues",
    noun="call queue",
    plural="the call queues",
    tag=TAG,
    kind="queue",
    body=QueueBody,
    answer=QueueShown,
    names={"call_queue_group_id": "group", "rota_id": "rota"},
    example={"name": "Ventes", "code": "ventes", "number": "218", "default_destination": "299"},
    change={"name": "Boutique du centre", "default_destination": "207"},
)
