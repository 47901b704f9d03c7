"""The pages, a file for each subject; importing one enters its pages in the list of all."""

from aiguillage.console.pages import (
    calls,
    contacts,
    facts,
    geography,
    holidays,
    hours,
    importing,
    journal,
    people,
    rotas,
    settings,
    signing_in,
    switches,
    today,
    tokens,
    trying,
    webhooks,
)
from aiguillage.console.visits import PAGES

__all__ = [
    "PAGES",
    "calls",
    "contacts",
    "facts",
    "geography",
    "holidays",
    "hours",
    "importing",
    "journal",
    "people",
    "rotas",
    "settings",
    "signing_in",
    "switches",
    "today",
    "tokens",
    "trying",
    "webhooks",
]
