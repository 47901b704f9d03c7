"""A reading process for tests, which takes what it is told to take: `python -m tests.desk.hungry WHAT`."""

import sys
from collections.abc import Iterator
from itertools import count

from aiguillage.desk.apart import LONGEST_LINE, Limits, tell
from aiguillage.domain.errors import invalid

LIMITS = Limits(memory=256 << 20, seconds=1)


def take(what: str) -> Iterator[object]:
    """Tells one thing, and then takes too much, unless it is told to take what it was sent."""
    yield "one"
    if what == "memory":
        yield len(bytes(LIMITS.memory))
    elif what == "time":
        yield sum(count())
    elif what == "line":
        yield "x" * LONGEST_LINE
    elif what == "nothing":
        raise invalid("This is refused.")
    else:
        yield sys.stdin.read()


if __name__ == "__main__":
    tell(take(sys.argv[1]), LIMITS)
