"""What is said of facts that are accepted all the same: sentences, with words for their gaps."""

from collections.abc import Mapping
from typing import NamedTuple

MOST_REMARKS = 20
"""Of one kind that are told one by one; it is told how many more there are."""


class Remark(NamedTuple):
    """Something to know of a fact that is accepted: a sentence that a door can translate, and words for its gaps."""

    sentence: str
    words: Mapping[str, str]

    def __str__(self) -> str:
        """The sentence in English."""
        return self.sentence.format_map(self.words)
