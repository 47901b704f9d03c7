"""A server of their own for tests that look at all that is kept, with the cast's clients."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.api.client import Client, client_of
from tests.cast import ACCOUNT, OTHER_ACCOUNT
from tests.standing import Busy, busy_server

NAMES = ("router", "reader", "editor", "manager", "outsider")
NOWHERE = "CL9999"


@dataclass
class Records:
    """A server, and the cast's clients by name, all about CL0000."""

    busy: Busy
    clients: dict[str, Client] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Client:
        """The client of one of the cast."""
        if name not in self.clients:
            self.clients[name] = client_of(self.busy.server, self.busy.cast, name)
        return self.clients[name]

    def elsewhere(self, account: str = OTHER_ACCOUNT, name: str = "outsider") -> Client:
        """The same person asking about another account."""
        return Client(self.busy.server, self[name].secret, account)


@contextmanager
def record_server(directory: Path) -> Iterator[Records]:
    """The server, with its data in a directory of its own."""
    with busy_server(directory) as busy:
        yield Records(busy)


def assert_kept_from_others(
    records: Records, least: str, method: str, path: str, body: dict[str, object] | None = None
) -> None:
    """Whoever may do less is told which role it takes; an outsider cannot tell the account from none."""
    for name in NAMES[: NAMES.index(least)]:
        problem = records[name].refused(403, method, path, body)
        assert f"requires the role {least_role(least)} on {ACCOUNT}" in problem["detail"]
    ours = records["outsider"].refused(404, method, path, body)
    none = records.elsewhere(NOWHERE).refused(404, method, path, body)
    assert str(ours).replace(ACCOUNT, NOWHERE) == str(none)


def least_role(name: str) -> str:
    """The role of one of the cast."""
    return {"reader": "read", "editor": "edit", "manager": "manage"}[name]
