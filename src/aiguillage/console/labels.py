"""What the parts of facts are called in forms and tables, and what each kind of fact is for."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from aiguillage.domain.phone_systems import TWILIO, WEBHOOK
from aiguillage.domain.rotas import UNITS
from aiguillage.domain.templates import JSON, TEXT, XML

LABELS: Mapping[str, str] = {
    "accounts": "Accounts",
    "active": "Active",
    "answer": "Answer",
    "begins": "From",
    "called": "Number dialled",
    "called_parameter": "Parameter with the number dialled",
    "changed": "Changed",
    "code": "Code",
    "code_parameter": "Parameter with the code",
    "company": "Company",
    "country": "Country",
    "created": "Added",
    "cti": "CTI",
    "date_full": "On one day",
    "day": "Day",
    "day_of_week": "Every",
    "default": "Default",
    "default_destination": "Default destination",
    "default_destination_type": "Kind of destination",
    "deleted": "Removed",
    "destination": "Destination",
    "did_number": "Number from outside",
    "email": "E-mail address",
    "emails": "E-mail addresses",
    "end": "Until",
    "end_time": "To",
    "ends": "To",
    "events": "Events",
    "every": "Turns of",
    "every_year": "Every year",
    "fallback": "Destination for other zones",
    "fallback_destination": "Fallback destination",
    "file": "File",
    "first_day": "First day",
    "first_name": "First name",
    "geo_list": "Geo list",
    "group": "Group",
    "handover": "Handover at",
    "host_name": "Phone system",
    "hosts": "Only from these addresses",
    "keep_calls_days": "Days for which calls are kept",
    "label": "Label",
    "language": "Language",
    "last_day": "Last day",
    "last_name": "Last name",
    "layers": "Turns",
    "level2": "Second level",
    "media_type": "Kind of answer",
    "member": "Who",
    "members": "Members",
    "model": "Model",
    "name": "Name",
    "nickname": "Name",
    "number": "Number",
    "number_parameter": "Parameter with the number",
    "on": "On",
    "options": "Options",
    "origin": "Origin",
    "overrides": "Replacements",
    "owner_id": "Belongs to",
    "pseudonymise_days": "Days after which numbers in calls become unreadable",
    "prompt": "What is said to ask for a code",
    "prompt_again": "What is said after a wrong code",
    "prompt_language": "Language of what is said",
    "public_url": "Address by which Twilio calls",
    "reference": "Reference",
    "refused": "Refused",
    "role": "Role",
    "rota": "Rota",
    "select": "Destination",
    "shared_numbers": "Numbers that several contacts share",
    "start": "First day",
    "start_time": "From",
    "strict": "Only its options",
    "system": "System",
    "telecoms": "Numbers",
    "time_zone": "Time zone",
    "trouble": "Trouble",
    "type": "Kind",
    "unchanged": "Unchanged",
    "unknown_answer": "Answer for an unknown caller",
    "unit": "Days or weeks",
    "until": "Until",
    "url": "Address",
    "vip_priority": "Priority of VIP calls",
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

NOT_LOOKED_AT: Mapping[str, frozenset[str]] = {
    TWILIO: frozenset(
        {"number_parameter", "called_parameter", "code_parameter", "media_type", "answer", "unknown_answer"}
    ),
    WEBHOOK: frozenset({"prompt", "prompt_again", "prompt_language"}),
}
"""Parts that a phone system of a kind has no use for: a form keeps them under More, as it does RARE."""

CHOICES: Mapping[str, Sequence[tuple[str, str]]] = {
    "unit": [(unit, unit) for unit in UNITS],
    "system": [(TWILIO, "Twilio"), (WEBHOOK, "Any other: a web request")],
    "media_type": [(JSON, "JSON"), (XML, "XML"), (TEXT, "Text")],
}
"""What a part can be that is one of a few words."""

RARE = frozenset({"public_url", "reference", "default_destination_type", "host_name", "type", "did_number"})
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
    Subject(
        "ctis",
        "cti",
        "CTI",
        "CTIs",
        "Phone systems and programs that ask where an origin leads: a dialled number, a site’s code.",
        "Add the program that asks, then its origins.",
        "device-mobile",
        ("name",),
    ),
    Subject(
        "origins",
        "cti_destination",
        "Origin of a CTI",
        "Origins of CTIs",
        "What a CTI asks about, and where that leads.",
        "Add the first origin of a CTI.",
        "device-mobile",
        ("origin", "cti", "destination"),
    ),
    Subject(
        "surveys",
        "survey",
        "Survey",
        "Surveys",
        "What callers said of their calls when they were asked. Phone systems send the answers.",
        "Add a survey; your phone system then sends what callers answer.",
        "chart-bar",
        ("name",),
    ),
    Subject(
        "phone-systems",
        "phone_system",
        "Phone system",
        "Phone systems",
        "Phone systems that ask in words of their own: Twilio, and any that send a web request for a call.",
        "Add the phone system that asks. It then calls /dialects/, its system, the account and its code.",
        "device-mobile",
        ("name", "code", "system", "fallback_destination"),
    ),
)
"""The kinds of facts that have pages of their own, made of what the domain declares."""


class Named(NamedTuple):
    """What the journal calls a kind of thing, and where such things are, if they have pages."""

    one: str
    slug: str = ""


ENTITIES: Mapping[str, Named] = {
    "contact": Named("Contact", "contacts"),
    **{subject.kind: Named(subject.one, subject.slug) for subject in SUBJECTS},
    "account": Named("Settings of the account"),
    "field": Named("Field"),
    "import": Named("Imported file"),
    "grant": Named("Role of a person"),
    "webhook": Named("Webhook"),
    "phone_system_secret": Named("Auth token of a phone system"),
    "webhook_secret": Named("Secret of a webhook"),
    "calendar": Named("Calendar"),
    "source": Named("Source of contacts"),
    "column_map": Named("Meaning of columns"),
    "observance": Named("Public holidays"),
    "draft": Named("Draft", "drafts"),
}
"""By the journal's own names."""

ACTIONS: Mapping[str, str] = {
    "add": "added",
    "set": "edited",
    "remove": "removed",
    "revert": "taken back",
    "undo": "undone",
    "grant": "given",
    "revoke": "taken away",
    "issue": "issued",
    "publish": "published",
}
DRAFTED = frozenset(
    {"queue", "group", "time_span", "exception", "holiday", "rota", "switch", "blocked", "geo_list", "geo_destination"}
)
"""The kinds whose pages can be those of a draft."""

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
