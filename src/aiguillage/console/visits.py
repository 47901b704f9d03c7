"""One request of a browser, and what a page answers it with; and the list of all pages."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from aiguillage.domain.accounts import Account, Actor, Role
from aiguillage.domain.checks import Finding
from aiguillage.domain.errors import Refusal, missing
from aiguillage.domain.remarks import Remark
from aiguillage.storage.drafts import Draft
from aiguillage.storage.sqlite.engine import Database
from aiguillage.translation import translated

ROOT = "/console"
IN_DRAFT = "~"
"""Stands in an address between the account's code and the draft that its pages are about."""

LONGEST_ID = 18
"""Digits that a column holds."""

_OWN = re.compile(r"[\w/~?=&#%+.*-]+", re.ASCII)


class File(NamedTuple):
    """A file that somebody chose in a form."""

    name: str
    content: bytes


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """A page asked for, or a form sent: by whom, about which account, with what.

    `seq` is the number of the account's last change. `account` and `role`, the visitor's on it, are None on pages
    that are about no account. `query` and `form` are the last value of each name, `lists` all values of the form.
    `session` is the secret of the session, empty for nobody; `base` is the server's own address, as the visitor has
    it. In a `draft`, the facts in `db` are the draft's.
    """

    db: Database
    log: Path
    means: Mapping[str, Callable[..., Any]]
    actor: Actor
    account: Account | None = None
    role: Role | None = None
    seq: int = 0
    draft: Draft | None = None
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str]
    lists: Mapping[str, list[str]]
    files: Mapping[str, File]
    language: str
    theme: str
    session: str
    address: str | None
    agent: str
    secure: bool
    url: str
    base: str
    cookies: Mapping[str, str]

    @property
    def code(self) -> str:
        """The account's code."""
        return self.here.code

    @property
    def here(self) -> Account:
        """The account that the page is about."""
        if self.account is None:
            raise LookupError("The page is about no account.")
        return self.account

    @property
    def at(self) -> str:
        """Where the account's pages are: in a draft those that show and change that."""
        return self.live if self.draft is None else f"{self.live}{IN_DRAFT}{self.draft.id}"

    @property
    def live(self) -> str:
        """Where the account's pages are that show what is live."""
        return f"{ROOT}/{self.code}"

    def id(self, name: str = "id") -> int:
        """An id in the path. Raises Refusal(missing) for one that can be none."""
        number = number_of(self.path[name])
        if number is None:
            raise missing("There is nothing with that id that you can see.")
        return number

    def say(self, message: str, **values: object) -> str:
        """A message in the visitor's language, with values in its places."""
        said = translated(message, self.language)
        return said.format(**values) if values else said

    def tell(self, remark: Remark | Finding) -> str:
        """What is remarked or found, in the visitor's language; of its words days alone are ours to translate."""
        words = {name: self.say(word) if name == "day" else word for name, word in remark.words.items()}
        return translated(remark.sentence, self.language).format_map(words)


class Shown(NamedTuple):
    """A page: its template, and what stands in it. `cookies` are set with it, None removes one.

    What is not `whole` is a piece of a page: what was to be said waits for the page.
    """

    template: str
    values: Mapping[str, Any]
    status: int = 200
    cookies: Mapping[str, str | None] = {}
    whole: bool = True


class Moved(NamedTuple):
    """The page to go to after a form was taken, what to say there, and the change that can be taken back there."""

    to: str
    said: str = ""
    undo: int | None = None
    cookies: Mapping[str, str | None] = {}


Answer = Shown | Moved

Run = Callable[[Visit], Answer]


class Page(NamedTuple):
    """A page or form: where it is, what answers it, and the role that it takes on the account in its path.

    Without an account in the path, `role` says nothing. `public` pages are for people who are not signed in, too.
    `longest` is the most bytes of a form. Those with `drafts` are about facts that a draft can have otherwise. What a
    `live` page answers with `?live=1` is a piece that shows nothing of who visits but by language and role.
    """

    method: str
    path: str
    run: Run
    role: Role
    public: bool
    lane: str
    longest: int
    drafts: bool
    live: bool

    @property
    def about_account(self) -> bool:
        """Whether it is about one account."""
        return self.path.startswith("/{account}")


PAGES: list[Page] = []
"""All of them, in the order of their modules."""

LONGEST_FORM = 1 << 20


def page(
    path: str,
    *,
    role: Role = Role.READ,
    public: bool = False,
    lane: str = "reading",
    drafts: bool = False,
    live: bool = False,
) -> Callable[[Run], Run]:
    """A page of the console, below ROOT."""
    return _registered(Page("GET", path, _nothing, role, public, lane, 0, drafts, live))


def form(
    path: str,
    *,
    role: Role = Role.EDIT,
    public: bool = False,
    lane: str = "changing",
    longest: int = LONGEST_FORM,
    drafts: bool = False,
) -> Callable[[Run], Run]:
    """What takes a form."""
    return _registered(Page("POST", path, _nothing, role, public, lane, longest, drafts, live=False))


def _nothing(_visit: Visit) -> Answer:
    raise LookupError("The page is not registered yet.")


def _registered(about: Page) -> Callable[[Run], Run]:
    def register(run: Run) -> Run:
        PAGES.append(about._replace(run=run))
        return run

    return register


def back_of(visit: Visit) -> str:
    """The page of the same account from which somebody came to a form, empty for none that can be believed."""
    back = visit.form.get("back") or visit.query.get("back") or ""
    return back if back.startswith(f"{visit.at}/") and _OWN.fullmatch(back) else ""


def number_of(text: str) -> int | None:
    """A whole number that a column holds, None for any other text."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID else None


def faults_of(refusal: Refusal) -> dict[str, list[str]]:
    """What is wrong, by field; under the empty name what is about none."""
    if refusal.errors:
        return dict(refusal.errors)
    return {refusal.field or "": [refusal.message]}
