"""The pages, a file for each subject; importing one enters its pages in the list of all."""

from aiguillage.console.pages import calls, contacts, facts, hours, signing_in, today, trying
from aiguillage.console.visits import PAGES

__all__ = ["PAGES", "calls", "contacts", "facts", "hours", "signing_in", "today", "trying"]
