"""How long somebody who failed to sign in waits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiguillage.domain.tries import BY_ADDRESS, BY_EMAIL, Pace, seconds_after, still_counted

PACE = Pace(free=3, longest=60, forgives=100)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (3, 0), (4, 1), (5, 2), (6, 4), (9, 32), (10, 60), (11, 60), (10_000, 60)]
)
def test_each_failure_after_the_free_ones_doubles_the_delay_up_to_the_longest(failures: int, seconds: int) -> None:
    assert seconds_after(PACE, failures) == seconds


@pytest.mark.parametrize(("quiet", "counted"), [(-5, 4), (0, 4), (99, 4), (100, 3), (399, 1), (400, 0), (10**9, 0)])
def test_each_quiet_time_forgets_a_failure(quiet: int, counted: int) -> None:
    assert still_counted(PACE, 4, quiet) == counted


@given(st.sampled_from([BY_EMAIL, BY_ADDRESS]), st.integers(0, 10**6))
def test_a_delay_never_shrinks_with_failures_and_never_locks_out(pace: Pace, failures: int) -> None:
    assert seconds_after(pace, failures) <= seconds_after(pace, failures + 1) <= 15 * 60
