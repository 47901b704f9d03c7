"""What the parts of facts are called in forms and tables, and what each kind of fact is for."""

from collections.abc import Mapping
from typing import NamedTuple

LABELS: Mapping[str, str] = {
    "active": "Active",
    "begins": "From",
    "called": "Number dialled",
    "code": "Code",
    "cti": "CTI",
    "date_full": "On one day",
    "day": "Day",
    "day_of_week": "Every",
    "default_destination": "Default destination",
    "default_destination_type": "Kind of destination",
    "destination": "Destination",
    "did_number": "Number from outside",
    "email": "E-mail address",
    "end": "Until",
    "end_time": "To",
    "ends": "To",
    "every": "Turns of",
    "every_year": "Every year",
    "fallback": "Destination for other zones",
    "first_day": "First day",
    "geo_list": "Geo list",
    "group": "Group",
    "handover": "Handover at",
    "host_name": "Phone system",
    "label": "Label",
    "last_day": "Last day",
    "layers": "Turns",
    "level2": "Second level",
    "member": "Who",
    "members": "Members",
    "model": "Model",
    "name": "Name",
    "nickname": "Name",
    "number": "Number",
    "on": "On",
    "overrides": "Replacements",
    "owner_id": "Belongs to",
    "reference": "Reference",
    "rota": "Rota",
    "select": "Destination",
    "start": "First day",
    "start_time": "From",
    "type": "Kind",
    "unit": "Days or weeks",
    "until": "Until",
    "windows": "Only at these times",
    "zones": "Zones",
}
"""By the domain's own name of a part."""

HINTS: Mapping[str, str] = {
    "until": "Leave it empty for: until somebody switches it off.",
    "members": "",
    "layers": "Later turns win over the ones before them.",
    "zones": "A code on each line.",
    "destination": "A queue's number, an extension, an outside number or a SIP address.",
    "default_destination": "Where calls go while the queue is closed and nothing else says so.",
}
"""Where the API's words would not do for people."""

RARE = frozenset({"reference", "default_destination_type", "host_name", "type", "did_number"})
"""Parts that few people need: they are folded away."""


class Subject(NamedTuple):
    """A kind of fact as the menu and its pages have it: where, its names, what it is for, what its table shows."""

    slug: str
    kind: str
    one: str
    many: str
    about: str
    empty: str
    icon: str
    columns: tuple[str, ...]


SUBJECTS = (
    Subject(
        "call-queues",
        "queue",
        "Call queue",
        "Call queues",
        "A queue is where callers wait. Its opening hours decide whether a call goes to it, or elsewhere.",
        "Add the first one: its number is what your phone system dials.",
        "users-group",
        ("name", "code", "number", "group", "default_destination", "active"),
    ),
    Subject(
        "groups",
        "group",
        "Group",
        "Groups",
        "The queues of a group share its opening hours and closing days.",
        "A group saves you from entering the same hours for several queues.",
        "building",
        ("name",),
    ),
    Subject(
        "time-spans",
        "time_span",
        "Opening time",
        "Opening times",
        "When a queue or group takes calls. Without any, a queue is always open.",
        "Draw the opening hours on the page of a call queue, or add them here one by one.",
        "clock",
        ("owner_id", "day_of_week", "date_full", "start_time", "end_time", "destination"),
    ),
    Subject(
        "closing-days",
        "exception",
        "Closing day",
        "Closing days",
        "Days on which a queue or group is closed, or sends its calls elsewhere.",
        "Add the days on which a team is away, such as a stock-taking.",
        "calendar-event",
        ("first_day", "last_day", "label", "owner_id", "every_year", "destination"),
    ),
    Subject(
        "own-holidays",
        "holiday",
        "Own holiday",
        "Own holidays",
        "Days on which the whole account is closed, beside the public holidays.",
        "Add a day on which everybody is away.",
        "calendar",
        ("day", "label", "every_year", "destination"),
    ),
    Subject(
        "rotas",
        "rota",
        "Rota",
        "Rotas",
        "Who is on call when: members take turns, and somebody can stand in for somebody else.",
        "Add the people who are on call, and the turns that they take.",
        "users",
        ("name", "code", "members"),
    ),
    Subject(
        "switches",
        "switch",
        "Switch",
        "Switches",
        "A switch sends calls elsewhere at once, until it is switched off or until a moment.",
        "Add one for a storm, a strike, a breakdown: one click then sends all calls where you want.",
        "toggle-right",
        ("name", "owner_id", "destination", "on", "until"),
    ),
    Subject(
        "blocked-callers",
        "blocked",
        "Blocked caller",
        "Blocked callers",
        "Numbers and number prefixes whose calls are refused, or sent elsewhere.",
        "Nobody is blocked. Add a number, a prefix with a star at its end, or the word withheld.",
        "ban",
        ("number", "label", "destination"),
    ),
    Subject(
        "geography",
        "geo_list",
        "Geo list",
        "Geography",
        "Strangers go where their zone does: by the area of their number, or by a postal code that they type.",
        "Add a list, then its zones with their destinations.",
        "map-2",
        ("name", "code", "model"),
    ),
    Subject(
        "zones",
        "geo_destination",
        "Zone",
        "Zones",
        "Some zones of a geo list, and where their callers go.",
        "Add the zones of a list, such as the departments of an agency.",
        "map-2",
        ("nickname", "geo_list", "zones", "select"),
    ),
)
"""The kinds of facts that have pages of their own, made of what the domain declares."""
BY_SLUG: Mapping[str, Subject] = {subject.slug: subject for subject in SUBJECTS}

REASONS: Mapping[str, str] = {
    "blocked_caller": "Blocked caller",
    "account_switch": "Switch of the account",
    "known_number": "Known by number",
    "shared_number": "Known by a shared number",
    "known_prefix": "Known by number prefix",
    "known_code": "Known by code",
    "geography": "Geography",
    "called_queue": "The queue that was dialled",
    "unknown_caller": "Unknown caller",
    "field_defaults": "Defaults of the fields",
    "first_destination": "First destination",
    "opening_hours": "Opening hours",
    "on_call": "On call",
    "vip_priority": "VIP priority",
    "undecided": "Nothing decided",
}
"""The rules (domain/routing.py), by their names, as people call them."""
