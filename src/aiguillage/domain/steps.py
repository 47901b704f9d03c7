"""Long work in short steps: generators that pause after each of them, so that calls can be answered in between."""

from collections.abc import Generator, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar, cast

T = TypeVar("T")
Steps = Generator[None, None, T]
"""Work that pauses after each step; T is its result."""

STEP = 500
"""How many small things are done in a step: each takes well under a microsecond."""


def finish(steps: Steps[T]) -> T:
    """Does all the steps that are left, one after the other. Returns the result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return cast("T", end.value)


def batches(things: Iterable[T], size: int = STEP) -> Iterator[tuple[T, ...]]:
    """The things in their order, so many at a time."""
    left = iter(things)
    while batch := tuple(islice(left, size)):
        yield batch


def let_go(held: dict[Any, Any], size: int = STEP) -> Steps[None]:
    """Empties the dictionary. Very many things that nobody needs any more take long to be freed at once."""
    while held:
        for _ in range(min(size, len(held))):
            held.popitem()
        yield
