"""All of an account's facts as a document, through the terminal."""

from aiguillage.domain.accounts import Role
from aiguillage.domain.documents import decode_document
from aiguillage.domain.facts import BY_NAME
from tests.cast import ACCOUNT, Cast
from tests.cli.terminal import Terminal
from tests.desk.sample_facts import add_samples


def test_an_exported_document_is_read_again(terminal: Terminal, cast: Cast) -> None:
    ids = add_samples(cast.db, cast["editor"], ACCOUNT)

    exported = terminal.done("facts", "export", ACCOUNT)

    document = decode_document(exported.encode())
    kinds = {kind: [one] for kind, one in ids.items() if BY_NAME[kind].seen_by <= Role.READ}
    assert {kind: list(facts) for kind, facts in document.facts.items()} == kinds
    assert document.account.code == ACCOUNT
    assert exported == terminal.done("facts", "export", ACCOUNT, "--json")
