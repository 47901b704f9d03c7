"""All facts of an account but its contacts, in one document: exported, and decided with instead of what is kept."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from aiguillage.domain.accounts import Account, check_account
from aiguillage.domain.beside import ByKind
from aiguillage.domain.contacts import Field
from aiguillage.domain.errors import Refusal, invalid
from aiguillage.domain.facts import BY_NAME, DECIDING, AccountFacts, compile_facts, kind_named

FORMAT = 1
"""Raised when a document of this release means something else to the one before."""


class FactsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """An account's settings, its eight fields, and every kind of fact by its id; `seq` is its last change in there."""

    format: int = FORMAT
    seq: int = 0
    account: Account
    fields: tuple[Field, ...]
    facts: Mapping[str, Mapping[int, Any]] = {}


def encode_document(document: FactsDocument) -> bytes:
    """The document as JSON for people to read and change."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2)


def decode_document(text: bytes) -> FactsDocument:
    """A document from JSON, all of it checked. Raises Refusal(invalid) that says where it makes no sense."""
    try:
        document = msgspec.json.decode(text, type=FactsDocument)
        given = msgspec.json.decode(text)
        if document.format != FORMAT:
            raise invalid(
                f"The document has the format {document.format}; this release reads {FORMAT}. Export it again."
            )
        facts = {kind: _typed(kind, by_id) for kind, by_id in document.facts.items()}
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise invalid(f"This is not a document of facts: {error}. Export one, and change that.") from error
    document = msgspec.structs.replace(document, account=check_account(document.account), facts=facts)
    unknown = next(_left_over(given, msgspec.to_builtins(document, str_keys=True), ""), None)
    if unknown is not None:
        raise invalid(f"{unknown[1:]} is unknown. Remove it from the document, or correct its spelling.")
    if [field.position for field in document.fields] != list(range(1, 9)):
        raise invalid("The document does not have the account's eight fields, in their order. Export it again.")
    return msgspec.structs.replace(document, facts=check_facts(document.facts, document.account))


def compile_document(document: FactsDocument, account_id: int) -> AccountFacts:
    """The document's facts, ready to decide with in place of those of the account with that id."""
    return compile_facts(account_id, document.account, [field.default for field in document.fields], document.facts)


def _typed(kind: str, by_id: Mapping[int, Any]) -> dict[int, Any]:
    shape = kind_named(kind).type
    typed = {}
    for fact_id, fact in by_id.items():
        try:
            typed[fact_id] = msgspec.convert(fact, shape)
        except msgspec.ValidationError as error:
            raise invalid(f"facts.{kind}.{fact_id}: {error}. Give a value of that type.") from error
    return typed


def check_facts(facts: ByKind, account: Account) -> ByKind:
    """The facts that decide, each checked beside the others as if it had just been changed. Raises Refusal(invalid)."""
    checked = dict(facts)
    for kind in DECIDING:
        for fact_id, fact in facts.get(kind, {}).items():
            try:
                good = BY_NAME[kind].check(fact, fact_id, checked, account)
            except Refusal as refusal:
                raise invalid(f"facts.{kind}.{fact_id}: {refusal.message}") from refusal
            checked[kind] = {**checked[kind], fact_id: good}
            for named in BY_NAME[kind].references(good):
                if named.id not in facts.get(named.kind, {}):
                    raise invalid(
                        f"facts.{kind}.{fact_id} refers to {named.kind} {named.id}, which is not in the document."
                    )
    for kind, named_id in (("rota", account.rota), ("geo_list", account.geo_list)):
        if named_id is not None and named_id not in facts.get(kind, {}):
            raise invalid(
                f"account.{kind} refers to {kind} {named_id}, which is not in the document. Add it, or refer to none."
            )
    return checked


def _left_over(given: Any, read: Any, where: str) -> Iterator[str]:  # noqa: ANN401 - JSON
    """The path of each name that was given and not read."""
    if isinstance(given, dict):
        for name, value in given.items():
            if name not in read:
                yield f"{where}.{name}"
            else:
                yield from _left_over(value, read[name], f"{where}.{name}")
    elif isinstance(given, list):
        for n, (one, other) in enumerate(zip(given, read, strict=True)):
            yield from _left_over(one, other, f"{where}[{n}]")
