"""A real HTTPS server on 127.0.0.1 with a certificate of its own, which says exactly what a test wants it to say."""

import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_address
from itertools import takewhile
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Event, Thread

from aiguillage.desk.addresses import Address
from aiguillage.desk.fetching import Guard, fetch

HERE = ip_address("127.0.0.1")
Said = bytes | Callable[[ssl.SSLSocket, Event], None]
"""An answer as it goes over the wire, or what is done instead; the event is set when the test is over."""


def is_here(address: Address) -> bool:
    """The rule that tests fetch by: only this server's own address."""
    return address == HERE


def answer(body: bytes, *, status: str = "200 OK", **headers: str) -> bytes:
    """An HTTP answer as bytes."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class Secure:
    """The server: what it says at each path, and the requests that came."""

    port: int
    guard: Guard
    said: dict[str, Said] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    over: Event = field(default_factory=Event)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """The address of a path."""
        return f"https://{host}:{self.port}{path}"

    @property
    def fetch(self) -> Callable[[str], bytes]:
        """Fetches from this server as from a public one."""
        return partial(fetch, guard=self.guard)

    def converse(self, connection: ssl.SSLSocket) -> None:
        """Hears one request and says what belongs to its path."""
        heard = connection.makefile("rb")
        lines = [line.decode() for line in takewhile(lambda line: line.strip(), iter(heard.readline, b""))]
        if not lines:
            return
        length = next((int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length")), 0)
        self.requests.append("".join(lines) + heard.read(length).decode())
        said = self.said.get(lines[0].split(" ")[1], answer(b"", status="404 Not Found"))
        if isinstance(said, bytes):
            connection.sendall(said)
        else:
            said(connection, self.over)


def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 and its key, in one file."""
    path = folder / "own.pem"
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test "
        f"-addext subjectAltName=IP:127.0.0.1 -keyout {path} -out {path}.crt"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + Path(f"{path}.crt").read_bytes())
    return path


@contextmanager
def secure_server(folder: Path) -> Iterator[Secure]:
    """The server, listening while the block runs."""
    own = certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)

    class Visit(BaseRequestHandler):
        def handle(self) -> None:
            plain: socket.socket = self.request
            with suppress(OSError), context.wrap_socket(plain, server_side=True) as connection:
                secure.converse(connection)
                # One that was cut off has given its descriptor away: TLS's end would go to whoever has it by now.
                if connection.fileno() >= 0:
                    with suppress(OSError, ValueError):
                        connection.unwrap()

    class Server(ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Visit) as server:
        trust = ssl.create_default_context(cafile=str(own))
        secure = Secure(server.server_address[1], Guard(is_here, trust, ports=None))
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield secure
        secure.over.set()
        server.shutdown()


def stall(*said: bytes) -> Said:
    """Says something, then nothing more."""

    def wait(connection: ssl.SSLSocket, over: Event) -> None:
        for message in said:
            connection.sendall(message)
        over.wait()

    return wait


def endless(message: bytes) -> Said:
    """Says the same for ever."""

    def repeat(connection: ssl.SSLSocket, over: Event) -> None:
        while not over.is_set():
            connection.sendall(message)

    return repeat


def cut_off(message: bytes) -> Said:
    """Says something and is gone, without the end that TLS has for it."""

    def leave(connection: ssl.SSLSocket, _over: Event) -> None:
        connection.sendall(message)
        socket.socket(fileno=connection.detach()).close()

    return leave
