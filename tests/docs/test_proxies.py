"""What deploy/ has for nginx and Caddy: their programs take it, and each is tried before a real server."""

import http
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from aiguillage.desk.tokens import issue_token
from aiguillage.domain.accounts import Role
from aiguillage.settings import Settings
from tests.api.client import BASE
from tests.cast import ACCOUNT, DESTINATIONS, NUMBER, Cast, copy_of, email, known_caller
from tests.docs.markdown import ROOT, read
from tests.marked import marked_in, refuse_marked
from tests.secure import certificate
from tests.server import READY_WITHIN, Server, eventually, free_port, wait_until_ready

V1 = f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&format=raw&number={NUMBER}"
ROUTED = ",".join(DESTINATIONS)
HERE, THERE = "127.0.0.1", "127.0.0.2"
"""The proxy's own address, which all who are here have, and that of a client elsewhere."""

MAIN = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/main.log info;
events {{ worker_connections 64; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/aiguillage.conf;
}}
"""
"""What includes the site, as Debian's own does: with an access log."""

LOGS = ("access.log", "main.log", "site.log", "printed.log")
"""What nginx or Caddy may write, in the proxy's folder."""

TCP, UNIX = "a port", "a Unix socket"


OTHERWISE = re.compile(r"# Over a Unix socket: (.*)\n\s*(.*)")
"""A line for a server on a Unix socket, and the next one for a port."""


@dataclass(frozen=True)
class Place:
    """Where a proxy under trial is: its folder, its port, and where the server behind it listens."""

    folder: Path
    port: int
    behind: str

    def configured(self, file: str, exchanged: dict[str, str]) -> str:
        """A file of deploy/ with what cannot be here as it is there exchanged: each must be in it, once."""
        over_unix = self.behind.startswith("/")
        text = OTHERWISE.sub(r"\1" if over_unix else r"\2", read(f"deploy/{file}"))
        shipped = "/run/aiguillage.sock" if over_unix else "127.0.0.1:8000"
        for old, new in {shipped: self.behind, **exchanged}.items():
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        return text


def program(name: str, package: str) -> str:
    """Where a proxy's program is; daemons are where an ordinary user's PATH does not look."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed: apt install {package}")
    return found


def nginx(place: Place) -> list[str]:
    """The command that runs nginx with our site."""
    command, own, folder = program("nginx", "nginx-light"), str(certificate(place.folder)), place.folder
    exchanged = {
        "listen 443 ssl;": f"listen {HERE}:{place.port} ssl;",
        "/etc/ssl/calls.pem": own,
        "/etc/ssl/calls.key": own,
        "/var/log/nginx/aiguillage.log": f"{folder}/site.log",
    }
    (folder / "aiguillage.conf").write_text(place.configured("nginx.conf", exchanged))
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user))
    return [command, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "main.log")]


def caddy(place: Place) -> list[str]:
    """The command that runs Caddy with our file; its certificate is ours, and nobody can reload it."""
    command, own, file = program("caddy", "caddy"), str(certificate(place.folder)), place.folder / "Caddyfile"
    exchanged = {
        "\n{\n": "\n{\n\tadmin off\n\tauto_https off\n",
        "calls.example.org {": f"https://{HERE}:{place.port} {{\n\ttls {own} {own}",
    }
    file.write_text(place.configured("Caddyfile", exchanged))
    return [command, "run", "--config", str(file), "--adapter", "caddyfile"]


PROXIES = {"nginx": nginx, "caddy": caddy}


def trusted_by_the_unit() -> str:
    """Whom the server's unit believes."""
    (trusted,) = re.findall(
        r"^Environment=AIGUILLAGE_TRUSTED_PROXIES=(.*)$", read("deploy/aiguillage.service"), re.MULTILINE
    )
    return str(trusted)


@contextmanager
def started(command: list[str], log: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that runs while the block does."""
    with log.open("ab") as output:
        process = subprocess.Popen(command, env=os.environ | environment, stdout=output, stderr=output)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(READY_WITHIN)


@contextmanager
def before(name: str, folder: Path, behind: str) -> Iterator[Server]:
    """A proxy before whatever listens there; it may not listen yet itself."""
    place = Place(folder, free_port(), behind)
    log, home = folder / "printed.log", str(folder)
    with started(PROXIES[name](place), log, HOME=home, XDG_DATA_HOME=home, XDG_CONFIG_HOME=home) as process:
        yield Server(place.port, process, log, secure=True)


def first_status(proxy: Server, path: str) -> int:
    """What a proxy answers as soon as it listens."""
    statuses: list[int] = []

    def asked() -> bool:
        with suppress(ConnectionRefusedError):
            statuses.append(proxy.ask(path, "aig_nobody").status)
        return bool(statuses)

    eventually(asked)
    return statuses[0]


def written(folder: Path) -> str:
    """All that a proxy wrote."""
    return "".join((folder / name).read_text(errors="replace") for name in LOGS if (folder / name).exists())


@dataclass
class Front:
    """A proxy before a real server with the cast in it."""

    proxy: Server
    cast: Cast

    def ask(
        self, path: str, secret: str, *, method: str = "GET", client: str = HERE, body: object = None, **headers: str
    ) -> httpx.Response:
        """One request of a client that has that address."""
        trusting = httpx.HTTPTransport(verify=False, local_address=client)
        headers = {"Authorization": f"Bearer {secret}", **headers}
        with httpx.Client(transport=trusting, timeout=READY_WITHIN) as asking:
            return asking.request(method, f"https://{HERE}:{self.proxy.port}{path}", headers=headers, json=body)

    def token_for(self, host: str) -> str:
        """The secret of a token that is good from one address alone, and may do all that the manager may."""
        cast = self.cast
        return issue_token(cast.db, cast.operator, email("manager"), name=host, role=Role.MANAGE, hosts=(host,))[1]


@pytest.fixture(
    scope="module",
    params=[(name, over) for name in PROXIES for over in (TCP, UNIX)],
    ids=" over ".join,
)
def front(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, assembled: Path) -> Iterator[Front]:
    """Each proxy before a server on a port, and before one on a Unix socket, with what the documents say of it."""
    name, over = request.param
    folder = tmp_path_factory.mktemp("front")
    settings = Settings(data_dir=folder / "data")
    if over == TCP:
        behind = f"{HERE}:{free_port()}"
        variables = {"AIGUILLAGE_PORT": behind.partition(":")[2], "AIGUILLAGE_TRUSTED_PROXIES": trusted_by_the_unit()}
    else:
        behind = str(folder / "call.sock")
        variables = {"AIGUILLAGE_UDS": behind, "AIGUILLAGE_TRUSTED_PROXIES": "*"}
    serve, log = [sys.executable, "-m", "aiguillage", "serve"], folder / "server.log"
    with ExitStack() as stack:
        cast = Cast(stack.enter_context(copy_of(assembled, settings)))
        known_caller(cast)
        proxy = stack.enter_context(before(name, folder, behind))
        stack.enter_context(started(serve, log, AIGUILLAGE_DATA_DIR=str(settings.data_dir), **variables))
        wait_until_ready(proxy)
        yield Front(proxy, cast)
    refuse_marked(log)
    assert marked_in(written(folder)) == []


def test_a_stream_of_events_comes_through_as_it_is_made(front: Front) -> None:
    live = f"https://{HERE}:{front.proxy.port}/console/{ACCOUNT}/today?live=1"
    headers = {"Accept": "text/event-stream", "Cookie": f"__Host-aiguillage={front.token_for(HERE)}"}

    with (
        httpx.Client(verify=False, timeout=READY_WITHIN) as asking,  # noqa: S501 - our own certificate
        asking.stream("GET", live, headers=headers) as answer,
    ):
        said = [answer.status_code, next(line for line in answer.iter_lines() if line.startswith("event: "))]

    assert said == [http.HTTPStatus.OK, "event: page"]


def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    command = nginx(Place(tmp_path, free_port(), "127.0.0.1:8000"))

    said = subprocess.run([*command, "-t"], capture_output=True, text=True, timeout=60, check=False)

    assert said.returncode == 0, said.stderr
    assert "test is successful" in said.stderr
    assert "[warn]" not in said.stderr


def test_caddy_takes_its_configuration_as_it_is(tmp_path: Path) -> None:
    command = [program("caddy", "caddy"), "validate", "--config", "deploy/Caddyfile", "--adapter", "caddyfile"]
    home = {name: str(tmp_path) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}

    said = subprocess.run(
        command, cwd=ROOT, env=os.environ | home, capture_output=True, text=True, timeout=60, check=False
    )

    assert said.returncode == 0, said.stderr
    assert "Valid configuration" in said.stdout
    assert [line for line in said.stderr.splitlines() if json.loads(line)["level"] != "info"] == []


def test_a_call_is_answered_through_a_proxy(front: Front) -> None:
    answer = front.ask(V1, front.cast.secret("router"))

    assert (answer.status_code, answer.text) == (200, ROUTED)


@pytest.mark.parametrize("path", [V1, f"{BASE}/contacts?customer_account={ACCOUNT}"], ids=["call", "desk"])
def test_a_proxy_tells_the_clients_address_and_not_what_the_client_says_of_it(front: Front, path: str) -> None:
    secret = front.token_for(THERE)
    claims = (
        *({name: THERE} for name in ("X-Forwarded-For", "x-forwarded-for", "X-Real-IP", "True-Client-IP")),
        {"X-Forwarded-For": f"{THERE}, {HERE}"},
        {"Forwarded": f"for={THERE}"},
    )

    from_there = front.ask(path, secret, client=THERE)
    claimed = [front.ask(path, secret, **claim) for claim in claims]
    denied = front.ask(path, secret, client=THERE, **{"X-Forwarded-For": HERE})

    assert from_there.status_code == 200, from_there.text
    assert [answer.status_code for answer in claimed] == [403] * len(claims)
    assert denied.status_code == 200


def test_a_token_for_the_proxys_address_is_not_good_for_its_clients(front: Front) -> None:
    answer = front.ask(V1, front.token_for(HERE), client=THERE)

    assert answer.status_code == 403


def test_contacts_are_added_changed_and_listed_through_a_proxy(front: Front) -> None:
    secret, where = front.cast.managing_secret("manager"), f"{BASE}/contacts"
    account = f"customer_account={ACCOUNT}"

    added = front.ask(f"{where}?{account}", secret, method="POST", body={"reference": "C-2", "company": "Roche"})
    assert added.status_code == 201, added.text
    one = f"{where}/{added.json()['id']}?{account}"
    changed = front.ask(one, secret, method="PUT", body={"reference": "C-2", "company": "Lenoir"})
    page = front.ask(f"{where}?{account}&per_page=1", secret)
    removed = front.ask(one, secret, method="DELETE")

    assert (changed.status_code, page.status_code, removed.status_code) == (200, 200, 204), changed.text
    assert page.json()["next_page_url"].startswith(f"https://{HERE}")


def test_a_body_of_some_mib_is_let_through_and_who_may_not_send_it_is_told_why(front: Front) -> None:
    rows = [{"reference": f"C-{n}", "company": "Roche", "anecdote": "x" * (1 << 16)} for n in range(3, 50)]
    path = f"{BASE}/contacts/import?customer_account={ACCOUNT}&dry_run=1"

    let = front.ask(path, front.cast.managing_secret("manager"), method="POST", body=rows)
    refused = front.ask(path, "aig_wrong", method="POST", body=rows)

    assert let.status_code == 200, let.text
    assert refused.status_code == 401


@pytest.mark.parametrize("name", PROXIES)
def test_a_proxy_with_nobody_behind_it_writes_nothing_of_a_callers(name: str, tmp_path: Path) -> None:
    with before(name, tmp_path, f"{HERE}:{free_port()}") as proxy:
        status = first_status(proxy, V1)

    said = written(tmp_path)
    assert status == 502
    assert marked_in(said) == []
    assert ("connection refused" in said) == (name == "caddy")
