"""Call queues and their groups (contracts/cx-engine.md, 'call-queues')."""

from aiguillage.api.resources.facts import FactResource
from aiguillage.api.resources.shared import BASE

TAG = "Call queues"
GROUPS = FactResource(
    path=f"{BASE}/call-queues/groups",
    noun="queue group",
    plural="the groups of call queues",
    sent="A group as it is sent.",
    told="A group as it is answered.",
    tag=TAG,
    kind="group",
    example={"name": "Bureaux"},
    change={"name": "Boutiques du centre"},
)
QUEUES = FactResource(
    path=f"{BASE}/call-queues/queues",
    noun="call queue",
    plural="the call queues",
    sent="A call queue as it is sent.",
    told="A call queue as it is answered.",
    tag=TAG,
    kind="queue",
    example={"name": "Ventes", "code": "ventes", "number": "218", "default_destination": "299"},
    change={"name": "Boutique du centre", "default_destination": "207"},
)
