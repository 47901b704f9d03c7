"""Lanes: each kind of work has threads and a queue of its own, so that what waits holds up only its like.

    a request --> entered?  no: 503 or 429, with Retry-After
                     |
                  its turn: one of the lane's places, and one of the few that one account may have of them
                     |
                  a thread of the lane

Signing in waits for Argon2, a change for the one write lock, a feed for somebody else's server. What every request
needs first, to be told who asks, waits for none of them.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from contextvars import copy_context
from functools import partial
from typing import NamedTuple, TypeVar

from aiguillage.domain.errors import Kind, Refusal, limited
from aiguillage.domain.problems import Code

Answer = TypeVar("Answer")
Full = Callable[[], Refusal]
Turn = AbstractAsyncContextManager[None]
PATIENCE = 10
"""Seconds that a request which may take long waits for the one before it."""


def _busy() -> Refusal:
    return Refusal(
        Kind.UNAVAILABLE,
        "Too many requests of this kind are waiting already; yours was not started. Wait, then "
        "send it again; send fewer at a time.",
        wait=5,
        code=Code.BUSY,
    )


def _too_many_sign_ins() -> Refusal:
    return limited("Too many people are signing in right now. Try again in a few seconds.", 5)


class _Party:
    """Those of one account in a lane."""

    def __init__(self, places: int) -> None:
        self.entered = 0
        self.turns = asyncio.Semaphore(places)


class Room(NamedTuple):
    """How much goes on in a lane: `places` requests at a time, `of_one` of them of one account.

    `most` may have entered, those that wait included, and `most_of_one` of one account. `meaning` is what it is for.
    """

    places: int
    of_one: int
    most: int
    most_of_one: int
    meaning: str


ROOMS = {
    "admitting": Room(4, 4, 512, 512, "finding out who asks, and how a switch is"),
    "signing in": Room(1, 1, 5, 2, "passwords and second factors, by the address that asks"),
    "phones": Room(2, 2, 64, 64, "switches flipped by phone"),
    "reading": Room(4, 2, 128, 32, "every other GET; rotas' feeds, all together"),
    "changing": Room(8, 2, 128, 32, "every other change"),
    "fetching": Room(6, 2, 24, 4, "what waits for other people's servers: feeds, a webhook's test"),
    "watching": Room(1, 1, 64, 1, "looking again at the pages that are live, once for all who watch an account's"),
    "apart": Room(2, 1, 16, 4, "what is carried out in a process of its own"),
}
"""Every lane."""


class Lane:
    """One kind of work. Who waits longer than `patience` seconds for a place is turned away too; None: waits."""

    def __init__(self, name: str, *, patience: float | None = None, full: Full = _busy) -> None:
        self._room = ROOMS[name]
        self._threads = ThreadPoolExecutor(self._room.places, thread_name_prefix=name)
        self._places = asyncio.Semaphore(self._room.places)
        self._patience = patience
        self._full = full
        self._parties: dict[str, _Party] = {}
        self._entered = 0

    @contextmanager
    def entered(self, whose: str) -> Iterator[Turn]:
        """Lets a request in, and gives what waits for its turn. Raises Refusal where too many are in already."""
        party = self._parties.get(whose) or _Party(self._room.of_one)
        if self._entered >= self._room.most or party.entered >= self._room.most_of_one:
            raise self._full()
        self._parties[whose] = party
        party.entered, self._entered = party.entered + 1, self._entered + 1
        try:
            yield self._turn(party)
        finally:
            party.entered, self._entered = party.entered - 1, self._entered - 1
            if not party.entered:
                del self._parties[whose]

    @asynccontextmanager
    async def _turn(self, party: _Party) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._patience):
                await party.turns.acquire()
                try:
                    await self._places.acquire()
                except BaseException:
                    party.turns.release()
                    raise
        except TimeoutError:
            raise self._full() from None
        try:
            yield
        finally:
            self._places.release()
            party.turns.release()

    async def run(self, work: Callable[..., Answer], *args: object) -> Answer:
        """The work's answer, from one of the lane's threads, where log lines have the request's id too.

        Raises what the work raises.
        """
        work = partial(copy_context().run, work, *args)
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def carry(self, whose: str, work: Callable[..., Answer], *args: object) -> Answer:
        """The same for who has not entered yet. Raises Refusal where too many are in already."""
        with self.entered(whose) as turn:
            async with turn:
                return await self.run(work, *args)

    def close(self) -> None:
        """Ends the threads when they have done what they do."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class Lanes:
    """The lanes of one desk process."""

    def __init__(self) -> None:
        self.admitting = Lane("admitting")
        self.signing_in = Lane("signing in", full=_too_many_sign_ins)
        self.phones = Lane("phones")
        self.reading = Lane("reading")
        self.changing = Lane("changing")
        self.fetching = Lane("fetching", patience=PATIENCE)
        self.watching = Lane("watching")
        self.apart = Lane("apart", patience=PATIENCE)

    def close(self) -> None:
        """Ends all of them."""
        for lane in vars(self).values():
            lane.close()
