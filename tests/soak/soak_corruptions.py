"""Many corruptions of the file that calls are answered from: nobody is told wrong, nobody known is told unknown.

CORRUPTIONS=50 for fewer than 500, SEED=2 for others.
"""

import os
import random
from collections import Counter, defaultdict
from pathlib import Path

from aiguillage.domain.sums import row_sum
from tests.cast import Cast
from tests.soak.corrupted import REFUSED, RIGHT, WRONG, Asker, changed_by, damage

CORRUPTIONS = int(os.environ.get("CORRUPTIONS", "500"))
FACTS = '[1,["999",null,null,null],[null,null,null,null]]'
SEED = int(os.environ.get("SEED", "1"))


def test_no_damaged_page_makes_a_wrong_answer(cast: Cast, tmp_path: Path) -> None:
    asker, chance = Asker(cast, tmp_path), random.Random(SEED)  # noqa: S311 - no secret
    by_kind: defaultdict[str, Counter[str]] = defaultdict(Counter)

    for _ in range(CORRUPTIONS):
        content = bytearray(asker.whole)
        kind = damage(chance, content)
        by_kind[kind] += asker.judged(bytes(content))
    for kind, judged in sorted(by_kind.items()):
        print(kind, dict(judged))  # noqa: T201
    total = sum(by_kind.values(), Counter[str]())

    assert {word: total[word] for word in WRONG} == dict.fromkeys(WRONG, 0)
    assert total[REFUSED]


def test_what_would_be_wrong_is_seen(cast: Cast, tmp_path: Path) -> None:
    asker = Asker(cast, tmp_path)
    kept = row_sum(1, "n", "+33199000007", FACTS)
    gone = "DELETE FROM caller_key WHERE key = '+33199000007'"
    other = f"UPDATE caller_key SET facts = '{FACTS}', sum = {kept} WHERE key = '+33199000007'"  # noqa: S608 - our own

    judged = [
        asker.judged(content) for content in (asker.whole, *(_changed(asker, tmp_path, s) for s in (gone, other)))
    ]

    assert judged[0] == Counter({RIGHT: len(asker.questions)})
    assert (judged[1][WRONG[0]], judged[2][WRONG[1]]) == (1, 1)


def _changed(asker: Asker, directory: Path, statement: str) -> bytes:
    return changed_by(asker.whole, directory, statement)
