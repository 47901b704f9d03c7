"""How long a session lasts, and how many a user may have."""

from aiguillage.domain.moments import HOUR, MINUTE

LASTS = 12 * HOUR
"""A working day, in microseconds: nothing makes a session last longer."""

IDLE = HOUR
"""Microseconds without a request after which a session has ended."""

NOTED_EVERY = MINUTE
"""How exactly it is known when a session was last used, in microseconds: each note of it is a write."""

MOST = 20
"""Sessions that a user may have at once. One more ends the oldest."""


def is_idle(at: int, used_at: int) -> bool:
    """Whether a session that was last used then has ended; one that was used after now was not."""
    return at - used_at > IDLE
