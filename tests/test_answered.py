"""The call log, the statistics and a replay say what was answered: a test counts the answers by itself."""

import json
from collections import Counter
from urllib.parse import parse_qsl, urlsplit

from aiguillage.desk.accounts import set_account
from aiguillage.desk.calls import Search, count_calls, find_calls
from aiguillage.desk.facts import add_fact
from aiguillage.desk.tokens import issue_token
from aiguillage.domain.accounts import UNKNOWN_MODES
from aiguillage.domain.queues import Queue
from aiguillage.settings import Settings
from tests.cast import ACCOUNT, NUMBER, email, new_cast
from tests.replayed import CALLS, V1, V2, Asked, fill
from tests.ruled import STRANGER
from tests.server import Answer, running

MORE = (
    *(f"{V1}number={NUMBER}&destination=2", f"{V1}number={NUMBER}&format=raw", f"{V1}number={STRANGER}&format=raw"),
    *(f"{V2}number={NUMBER}&format=raw", f"{V2}number={STRANGER}&format=raw", f"{V2}queue=never"),
    *(f"{V2}number={STRANGER}&unknown={mode}" for mode in UNKNOWN_MODES),
)


def sent_to(path: str, answer: Answer) -> str | None:
    """Where a call flow that got this answer sends the call; None where it was told nothing of it."""
    url = urlsplit(path)
    given = dict(parse_qsl(url.query))
    if answer.status == 404 or "isVip" in url.path:
        return None
    if not answer.headers["content-type"].startswith("application/json"):
        return answer.text.split(",")[0] or None
    name = "destination" if url.path.startswith("/api/v2") else f"destination{given.get('destination', 1)}"
    told: str | None = json.loads(answer.body)[name]
    return told


def test_log_statistics_and_replay_say_what_was_answered_for_every_outcome(settings: Settings) -> None:
    sent: Counter[str | None] = Counter()
    known = 0
    with new_cast(settings) as cast:
        db = cast.db
        fill(cast)
        set_account(db, cast["manager"], ACCOUNT, {"fallback_destination": "250"})
        add_fact(db, cast["editor"], ACCOUNT, Queue(name="Never", code="never", number="777"))
        secrets = [
            issue_token(db, cast["operator"], email("router"), name=mode, unknown=mode)[1] for mode in UNKNOWN_MODES
        ]
        with running(settings) as server:
            for secret in secrets:
                for path in (*CALLS, *MORE):
                    answer = server.ask(path, secret)
                    assert answer.status in {200, 404}, path
                    sent[sent_to(path, answer)] += 1
                    known += b'"known":true' in answer.body

        who = (db, settings.calls, cast["reader"], ACCOUNT)
        counts, page = count_calls(*who), find_calls(*who, Search(), limit=1_000)
        replay = Asked(settings, cast).replay()

    assert len(sent) > 5
    assert {group.value: group.calls for group in counts.by_destination} == sent
    assert Counter(call.destination for call in page.calls) == sent
    assert sum(call.dialect == "v2" and call.outcome == "known" for call in page.calls) >= known > 0
    assert (replay.calls, replay.moves) == (sent.total(), ())
