"""How long somebody who failed to sign in, or typed a wrong code, waits for the next try."""

import msgspec

LONGEST_POWER = 20


class Pace(msgspec.Struct, frozen=True):
    """How a delay grows: `free` failures cost nothing, the next one a second, each further one twice as much.

    `longest` is the longest delay and `forgives` the quiet time after which one failure is forgotten, both in seconds.
    """

    free: int
    longest: int
    forgives: int


BY_EMAIL = Pace(free=5, longest=300, forgives=600)
"""Tries with one e-mail address, wherever they come from."""

BY_ADDRESS = Pace(free=20, longest=900, forgives=60)
"""Tries from one client's address, with whatever e-mail: a whole office may be behind it."""

BY_NETWORK = Pace(free=LONGEST_POWER**LONGEST_POWER, longest=0, forgives=24 * 3_600)
"""Tries from the network around it, which are counted and delay nothing."""

BY_CALLER = Pace(free=5, longest=60, forgives=60)
"""Wrong codes of one caller's number."""

CODES_OF_ACCOUNT = Pace(free=200, longest=5, forgives=1)
"""Wrong codes on one account, whoever calls."""


def wrong_codes(workers: int) -> Pace:
    """One worker's share of an account's budget: all of them together judge no more wrong codes than one would."""
    whole = CODES_OF_ACCOUNT
    return Pace(whole.free // workers, whole.longest * workers, whole.forgives * workers)


def seconds_after(pace: Pace, failures: int) -> int:
    """How many seconds after so many failures the next try may be made."""
    over = failures - pace.free
    return 0 if over <= 0 else min(pace.longest, 2 ** min(over - 1, LONGEST_POWER))


def still_counted(pace: Pace, failures: int, quiet: int) -> int:
    """How many of the failures count after so many quiet seconds since the next try was free to be made."""
    return max(0, failures - max(0, quiet) // pace.forgives)


def seconds_left(pace: Pace, failures: int, until: float) -> float:
    """How many seconds the next try has still to wait, when the wait ends `until` seconds from now.

    None, where that is longer than so many failures ever make it: then the clock was set back, and nobody knows.
    """
    return 0 if until <= 0 or until > seconds_after(pace, failures) else until
