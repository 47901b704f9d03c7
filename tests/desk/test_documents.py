"""An account's facts as one document, or compiled."""

import pytest

from aiguillage.desk import documents
from aiguillage.desk.accounts import set_account
from aiguillage.desk.documents import compile_account, compile_times, export_facts
from aiguillage.desk.facts import add_fact, list_facts, set_fact
from aiguillage.desk.fields import list_fields, set_field
from aiguillage.desk.journal import list_changes
from aiguillage.domain.documents import compile_document, decode_document, encode_document
from aiguillage.domain.queues import Queue
from aiguillage.storage.joined import one_view, tried
from tests.cast import ACCOUNT, NOW, OTHER_ACCOUNT, Cast
from tests.desk.sample_facts import SAMPLES, add_samples
from tests.storage.facts import account_id

SHOWN = SAMPLES.keys() - {"webhook", "source", "column_map"}
"""What every reader may see."""


def test_a_document_has_the_settings_the_fields_and_every_fact(cast: Cast) -> None:
    ids = add_samples(cast.db, cast["editor"], ACCOUNT)
    set_field(cast.db, cast["editor"], ACCOUNT, "select_1", default="207")
    account = set_account(cast.db, cast["manager"], ACCOUNT, {"rota": ids["rota"]})

    document = export_facts(cast.db, cast["reader"], ACCOUNT)

    assert document.account == account
    assert list(document.fields) == list_fields(cast.db, cast["reader"], ACCOUNT)
    assert document.seq == list_changes(cast.db, cast["manager"], ACCOUNT, limit=1)[0].seq
    assert document.facts == {
        kind: {kept.id: kept.fact for kept in list_facts(cast.db, cast["reader"], ACCOUNT, kind)} for kind in SHOWN
    }
    assert decode_document(encode_document(document)) == document


def test_a_document_decides_as_the_account_does(cast: Cast) -> None:
    ids = add_samples(cast.db, cast["editor"], ACCOUNT)

    kept = compile_account(cast.db, cast["reader"], ACCOUNT)
    read = compile_document(export_facts(cast.db, cast["reader"], ACCOUNT), kept.account_id)

    assert kept.account_id == account_id(cast.db, ACCOUNT)
    assert (read.code, read.select, read.queues, read.rotas) == (kept.code, kept.select, kept.queues, kept.rotas)
    assert read.hours.state(ids["queue"], NOW) == kept.hours.state(ids["queue"], NOW)
    assert read.on_call.duty(ids["rota"], NOW) == kept.on_call.duty(ids["rota"], NOW)


def test_an_account_without_facts_has_a_document_too(cast: Cast) -> None:
    document = export_facts(cast.db, cast["outsider"], OTHER_ACCOUNT)

    assert document.facts == {kind: {} for kind in SHOWN}
    assert decode_document(encode_document(document)) == document


def test_what_is_when_is_compiled_once_for_as_long_as_the_facts_are_the_same(cast: Cast) -> None:
    queue = add_fact(cast.db, cast["editor"], ACCOUNT, Queue(name="Support", code="support")).kept.id
    first = compile_times(cast.db, cast["reader"], ACCOUNT)

    with one_view(cast.db) as view:
        assert compile_times(view, cast["reader"], ACCOUNT) is first
    set_fact(cast.db, cast["editor"], ACCOUNT, "queue", queue, {"name": "Accueil"})

    assert compile_times(cast.db, cast["reader"], ACCOUNT).queues[queue].name == "Accueil"


def test_what_may_be_undone_is_not_remembered(cast: Cast) -> None:
    queue = add_fact(cast.db, cast["editor"], ACCOUNT, Queue(name="Support", code="support")).kept.id

    with cast.db.write() as connection, tried(cast.db, connection) as db:
        set_fact(db, cast["editor"], ACCOUNT, "queue", queue, {"name": "Never"})
        assert compile_times(db, cast["reader"], ACCOUNT).queues[queue].name == "Never"
    set_fact(cast.db, cast["editor"], ACCOUNT, "queue", queue, {"name": "Accueil"})

    assert compile_times(cast.db, cast["reader"], ACCOUNT).queues[queue].name == "Accueil"


def test_the_times_of_many_accounts_are_not_all_kept(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_KEPT", 1)
    mine = compile_times(cast.db, cast["reader"], ACCOUNT)
    compile_times(cast.db, cast["outsider"], OTHER_ACCOUNT)

    assert compile_times(cast.db, cast["reader"], ACCOUNT) is not mine
