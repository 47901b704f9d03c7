"""Which things of the demonstration the examples name, by their ids: so what the page at /docs proposes can be tried.

The demonstration adds its facts always in the same order (cli/demo_facts.py, cli/demo_examples.py), and an id is the
number of the change that made the thing. A test sends each example to it.
"""

from collections.abc import Mapping

BASE = "/smart-routings"
ACCOUNT, QUEUE_SHOWN, ANSWERED_SURVEY, BLOCKED_FIRST = 1, 57, 75, 55
SOME_CONTACTS, SOME_SPANS, SOME_CTIS, SOME_RECORDS = [18, 20], [59, 60], [72, 73], [78, 79]
"""Things that can be removed together."""

SHOWN: Mapping[str, int] = {
    "/accounts": 6,
    "/tokens": 8,
    f"{BASE}/cfd-tokens": 9,
    f"{BASE}/contacts": 19,
    f"{BASE}/imports": 80,
    f"{BASE}/fields": 1,
    f"{BASE}/fields/{{field_id}}/options": 11,
    f"{BASE}/call-queues/groups": 61,
    f"{BASE}/call-queues/queues": QUEUE_SHOWN,
    f"{BASE}/call-queues/time-spans": 58,
    f"{BASE}/call-queues/exceptions": 62,
    f"{BASE}/call-queues/exceptions/holidays": 63,
    f"{BASE}/calendars": 68,
    f"{BASE}/rotas": 65,
    f"{BASE}/switches": 64,
    f"{BASE}/blocked-callers": 67,
    f"{BASE}/geo/models": 1,
    f"{BASE}/geo/lists": 69,
    f"{BASE}/geo/lists/{{list_id}}/destinations": 70,
    f"{BASE}/ctis": 71,
    f"{BASE}/ctis/{{cti_id}}/destinations": 74,
    f"{BASE}/surveys": 76,
    f"{BASE}/survey-records": 77,
    f"{BASE}/phone-systems": 83,
    f"{BASE}/webhooks": 66,
    f"{BASE}/journal": BLOCKED_FIRST,
}
"""The one that stands in each path, by the path of its collection. Users, uploads and replays have random ids."""
