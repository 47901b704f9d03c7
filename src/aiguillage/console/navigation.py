"""The menu of an account's pages: what is where, for whom."""

from typing import NamedTuple

from aiguillage.domain.accounts import Role


class Place(NamedTuple):
    """One line of the menu: below the account's address, what it is called, its picture, and the role that sees it.

    `drafts`: a draft may have it otherwise.
    """

    slug: str
    label: str
    icon: str
    role: Role = Role.READ
    drafts: bool = False


SECTIONS: tuple[tuple[str, tuple[Place, ...]], ...] = (
    (
        "Calls",
        (
            Place("today", "Today", "home"),
            Place("try", "Try a call", "route"),
            Place("calls", "Calls", "phone-incoming"),
            Place("surveys", "Surveys", "chart-bar"),
        ),
    ),
    (
        "Callers",
        (
            Place("contacts", "Contacts", "address-book"),
            Place("blocked-callers", "Blocked callers", "ban", drafts=True),
            Place("geography", "Geography", "map-2", drafts=True),
        ),
    ),
    (
        "Where calls go",
        (
            Place("call-queues", "Call queues", "users-group", drafts=True),
            Place("groups", "Groups", "building", drafts=True),
            Place("closing-days", "Closing days", "calendar-event", drafts=True),
            Place("calendars", "Calendars", "calendar"),
            Place("rotas", "Rotas", "users", drafts=True),
            Place("switches", "Switches", "toggle-right", drafts=True),
            Place("drafts", "Drafts", "flask"),
            Place("ctis", "CTIs", "device-mobile"),
        ),
    ),
    (
        "Account",
        (
            Place("integrations", "Connect a phone system", "plug"),
            Place("settings", "Settings", "settings", Role.MANAGE),
            Place("journal", "Journal", "history", Role.MANAGE),
        ),
    ),
)
