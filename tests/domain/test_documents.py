"""An account's facts as one document: read back as written, refused where it makes no sense."""

import json
from collections.abc import Callable
from datetime import time
from typing import Any

import pytest

from aiguillage.domain.accounts import Account
from aiguillage.domain.contacts import FIRST_FIELDS
from aiguillage.domain.ctis import Cti, CtiDestination
from aiguillage.domain.documents import FactsDocument, compile_document, decode_document, encode_document
from aiguillage.domain.errors import Kind
from aiguillage.domain.oncall import Member, Rota
from aiguillage.domain.queues import Group, Queue, TimeSpan
from tests.refusal import refused

Change = Callable[[dict[str, Any]], object]
DOCUMENT = FactsDocument(
    seq=7,
    account=Account("CL0000", rota=2),
    fields=FIRST_FIELDS,
    facts={
        "group": {1: Group(name="Bureaux")},
        "rota": {2: Rota(code="astreinte", name="Astreinte", members=(Member(name="Ana", number="+33639981201"),))},
        "queue": {3: Queue(name="Support", code="support", number="207", group=1)},
        "time_span": {
            4: TimeSpan(owner_type="queue", owner_id=3, day_of_week=1, start_time=time(9), end_time=time(18))
        },
        "cti": {5: Cti(name="PBX")},
        "cti_destination": {6: CtiDestination(cti=5, origin="A", destination="207")},
    },
)


def changed(change: Change) -> bytes:
    """The document's JSON after a change."""
    document = json.loads(encode_document(DOCUMENT))
    change(document)
    return json.dumps(document).encode()


def test_a_document_is_read_as_it_was_written() -> None:
    assert decode_document(encode_document(DOCUMENT)) == DOCUMENT


def test_a_document_is_ready_to_decide_with() -> None:
    facts = compile_document(DOCUMENT, 12)

    assert (facts.account_id, facts.code, facts.rota) == (12, "CL0000", 2)
    assert facts.hours.queue_named("support") == 3
    assert facts.on_call.rota_named("astreinte") == 2


def test_what_is_left_out_is_as_ever() -> None:
    text = changed(lambda d: (d["account"].pop("time_zone"), d["facts"].pop("cti_destination"), d.pop("format")))

    document = decode_document(text)

    assert document.account.time_zone == "Europe/Paris"
    assert "cti_destination" not in document.facts


def test_facts_are_checked_as_if_they_had_just_been_entered() -> None:
    document = decode_document(
        changed(lambda d: d["facts"]["time_span"]["4"].update(day_of_week=0, destination=" 209 "))
    )

    assert (document.facts["time_span"][4].day_of_week, document.facts["time_span"][4].destination) == (7, "209")


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        (lambda d: d.update(format=2), Kind.INVALID, "has the format 2; this release reads 1"),
        (lambda d: d.update(colour="red"), Kind.INVALID, "^colour is unknown"),
        (lambda d: d.pop("account"), Kind.INVALID, "not a document of facts: .*account"),
        (lambda d: d["account"].update(colour="red"), Kind.INVALID, r"^account\.colour is unknown"),
        (lambda d: d["account"].update(time_zone="Nowhere"), Kind.INVALID, "is not a time zone"),
        (
            lambda d: d["account"].update(rota=9),
            Kind.INVALID,
            "account\\.rota refers to rota 9, which is not in the document",
        ),
        (lambda d: d["fields"].pop(), Kind.INVALID, "does not have the account's eight fields"),
        (lambda d: d["fields"][0].update(colour="red"), Kind.INVALID, r"^fields\[0\]\.colour is unknown"),
        (lambda d: d["facts"].update(colour={}), Kind.MISSING, "There is no kind of fact 'colour'"),
        (lambda d: d["facts"]["queue"].update(x={}), Kind.INVALID, "not a document of facts"),
        (
            lambda d: d["facts"]["queue"].update({"8": "x"}),
            Kind.INVALID,
            r"facts\.queue\.8: Expected `object`, got `str`",
        ),
        (
            lambda d: d["facts"]["queue"]["3"].update(active="yes"),
            Kind.INVALID,
            r"facts\.queue\.3: Expected `bool`, got `str` - at `\$\.active`. Give a value of that type",
        ),
        (
            lambda d: d["facts"]["rota"]["2"]["members"][0].update(nmae="x"),
            Kind.INVALID,
            r"^facts\.rota\.2\.members\[0\]\.nmae is unknown. Remove it from the document, or correct its spelling",
        ),
        (
            lambda d: d["facts"]["queue"]["3"].update(default_destination="207"),
            Kind.INVALID,
            r"facts\.queue\.3: .*itself",
        ),
        (
            lambda d: d["facts"]["queue"]["3"].update(group=9),
            Kind.INVALID,
            "facts\\.queue\\.3 refers to group 9, which is not in the document",
        ),
        (
            lambda d: d["facts"].pop("group"),
            Kind.INVALID,
            "facts\\.queue\\.3 refers to group 1, which is not in the document",
        ),
    ],
)
def test_a_document_that_makes_no_sense_is_refused_with_the_place(change: Change, kind: Kind, message: str) -> None:
    with refused(kind, message):
        decode_document(changed(change))


@pytest.mark.parametrize("text", [b"", b"[]", b"null", b"{", b"\xff", b'{"account": 1}', b'"\\ud800"'])
def test_what_is_no_document_is_refused(text: bytes) -> None:
    with refused(Kind.INVALID, "This is not a document of facts: .*Export one, and change that"):
        decode_document(text)
