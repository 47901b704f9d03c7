"""Checksums of callers' keys: whatever is not as it was written has another one."""

from hypothesis import given
from hypothesis import strategies as st

from aiguillage.domain.sums import WITHHELD, row_sum

FACTS = '[17,["207",null,null,null],[true,null,null,null],"Garage Belleville"]'
SUM = row_sum(1, "n", "+33199001234", FACTS)


@given(st.integers(0, len(FACTS) - 1), st.characters(codec="utf-8"))
def test_one_other_character_makes_another_sum(place: int, character: str) -> None:
    altered = FACTS[:place] + character + FACTS[place + 1 :]

    assert (row_sum(1, "n", "+33199001234", altered) == SUM) == (altered == FACTS)


def test_the_facts_of_one_key_do_not_pass_for_anothers() -> None:
    others = {row_sum(2, "n", "+33199001234", FACTS), row_sum(1, "c", "+33199001234", FACTS)}

    assert SUM not in others | {row_sum(1, "n", "+33199001235", FACTS), WITHHELD}
