"""Surveys: the scores of one, month by month, beside its form."""

from collections.abc import Mapping
from typing import Any

from aiguillage.console.pages.facts import BESIDE, Beside
from aiguillage.console.visits import Visit
from aiguillage.desk.surveys import SCORES, sum_up_records
from aiguillage.storage.facts import Kept


def scores_of(visit: Visit, kept: Kept) -> Mapping[str, Any]:
    """What the page of a survey shows of its scores: those that were ever given."""
    months = sum_up_records(visit.db, visit.actor, visit.code, kept.id)
    given = [n for n in range(len(SCORES)) if any(month.means[n] is not None for month in months)]
    return {"months": months, "given": given}


BESIDE["surveys"] = Beside("survey.html", scores_of)
