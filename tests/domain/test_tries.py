"""How long somebody who failed to sign in waits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiguillage.domain.tries import BY_ADDRESS, BY_EMAIL, Pace, seconds_after, seconds_left, still_counted

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


@pytest.mark.parametrize(
    ("failures", "until", "left"),
    [(0, 0, 0), (0, 1, 0), (5, 2, 2), (5, 0.5, 0.5), (5, 0, 0), (5, -3, 0), (5, 3, 0), (99, 60, 60), (99, 3_597, 0)],
)
def test_a_wait_that_no_failures_make_so_long_is_one_from_before_a_clock_was_set_back(
    failures: int, until: float, left: float
) -> None:
    assert seconds_left(PACE, failures, until) == left
