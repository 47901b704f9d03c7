"""Streams of live pages in this process: one look for all who watch, so many and no more, each freed when it ends."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import msgspec
import pytest
from litestar.response import Stream

from aiguillage.console import live
from aiguillage.console.live import MOST, MOST_OF_ADDRESS, MOST_OF_SESSION, Mark, Seen, Streams
from aiguillage.console.pages import PAGES
from aiguillage.console.visits import Page, Visit
from aiguillage.domain.accounts import Account, Actor, Role
from aiguillage.domain.errors import Refusal
from aiguillage.lanes import Lanes

TODAY = next(page for page in PAGES if page.live)


class Looked:
    """What a look is answered with here, and how often there was one, by how many watched."""

    def __init__(self) -> None:
        self.watching: list[int] = []
        self.piece = "one"
        self.gone: set[str] = set()
        self.fails = False

    def __call__(self, _page: Page, visits: Sequence[Visit], before: Seen | None) -> Seen:
        self.watching.append(len(visits))
        if self.fails:
            raise OSError
        kinds = [None if visit.session in self.gone else (visit.language, visit.role) for visit in visits]
        pieces = {kind: f"<p>{self.piece} {kind[0]}</p>" for kind in kinds if kind is not None}
        return Seen(Mark(1, 1, len(self.watching)), pieces, kinds)


def visit(number: int = 0, *, session: str = "", address: str = "", language: str = "en") -> Visit:
    """A visit of somebody else, from elsewhere, for each number."""
    account = msgspec.convert({"code": "CL0000", "name": "Encom", "country": "FR"}, Account, strict=False)
    return Visit(
        db=None,  # type: ignore[arg-type] # the look is the test's
        log=None,  # type: ignore[arg-type]
        means={},
        actor=Actor("", 0),
        account=account,
        role=Role.READ,
        path={},
        query={},
        form={},
        lists={},
        files={},
        language=language,
        theme="auto",
        session=session or f"session {number}",
        address=address or f"192.0.2.{number}",
        agent="",
        secure=False,
        url="",
        base="",
        cookies={},
    )
