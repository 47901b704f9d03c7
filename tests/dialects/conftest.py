"""One real server for a file's tests: the questions change nothing."""

from collections.abc import Iterator

import pytest

from aiguillage.desk.contacts import add_contact
from aiguillage.desk.fields import set_field
from aiguillage.desk.tokens import issue_token
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.settings import Settings
from tests.cast import ACCOUNT, Cast, email, known_caller, new_cast
from tests.ruled import Ruled, add_rules
from tests.server import Answer, Server, running
from tests.standing import Standing, standing_server

SPARSE_CODE = "77"
"""The code of a contact with a second destination alone, and no flags."""


class Door:
    """The call path of a running server, asked with the router's token unless told otherwise."""

    def __init__(self, server: Server, cast: Cast) -> None:
        self.server = server
        self.cast = cast

    def ask(self, path: str, *, by: str | None = "router", method: str = "GET") -> Answer:
        """Asks with one of the cast's tokens, or without any."""
        return self.server.ask(path, None if by is None else self.cast.secret(by), method=method)

    def v1(self, query: str, *, by: str | None = "router", method: str = "GET") -> Answer:
        """Asks V1 about CL0000."""
        return self.ask(f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&{query}", by=by, method=method)

    def v0(self, rest: str, *, by: str | None = "router", method: str = "GET") -> Answer:
        """Asks V0 about CL0000."""
        return self.ask(f"/api/{ACCOUNT}/customer/{rest}", by=by, method=method)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A server on which CL0000 knows one full contact and one sparse one; select_3 has a default, select_1 has none."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("door") / "data")
    with new_cast(settings) as cast:
        _furnish(cast)
        with running(settings) as server:
            yield Door(server, cast)


def _furnish(cast: Cast) -> None:
    known_caller(cast)
    sparse = Contact(company="Librairie Ormeau", code=SPARSE_CODE, select=(None, "208", None, None))
    numbers = (Telecom("+3326191*"), Telecom("3631"))
    switchboard = Contact(company="Mairie de Valombre", telecoms=numbers, select=("300",) * 4)
    for contact in (sparse, switchboard):
        add_contact(cast.db, cast["editor"], ACCOUNT, contact)
    set_field(cast.db, cast["editor"], ACCOUNT, "select_3", default="900")
    for mode in ("empty", "default"):
        cast.secrets[mode] = issue_token(cast.db, cast["operator"], email("router"), name=mode, unknown=mode)[1]


@pytest.fixture(scope="module")
def ruled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ruled]:
    """A server on which CL0000 has rules of every kind."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("ruled") / "data")
    with new_cast(settings) as cast:
        add_rules(cast)
        with running(settings) as server:
            yield Ruled(server, cast)


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """A server for requests that are sent byte by byte."""
    with standing_server(tmp_path_factory.mktemp("standing")) as standing:
        yield standing
