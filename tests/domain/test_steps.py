"""Work in steps: that its result is the same, however it is cut."""

from hypothesis import given
from hypothesis import strategies as st

from aiguillage.domain.steps import Steps, batches, finish, let_go


def added_up(numbers: list[int], size: int) -> Steps[int]:
    """A sum, some numbers at a time."""
    total = 0
    for batch in batches(numbers, size):
        total += sum(batch)
        yield
    return total


@given(st.lists(st.integers()), st.integers(1, 5))
def test_steps_done_to_the_end_give_the_whole_result(numbers: list[int], size: int) -> None:
    assert finish(added_up(numbers, size)) == sum(numbers)


@given(st.dictionaries(st.integers(), st.none()), st.integers(1, 5))
def test_what_is_let_go_is_gone_some_at_a_time(held: dict[int, None], size: int) -> None:
    before, steps = len(held), 0

    for _ in let_go(held, size):
        steps += 1

    assert (held, steps) == ({}, -(-before // size))
