"""The sockets of a server: its address, one that systemd keeps for it, and the desk's private one."""

import os
import secrets
import socket
import struct
from pathlib import Path

from aiguillage.domain.errors import Kind, Refusal
from aiguillage.settings import Settings, given_sockets

BACKLOG = 2048
"""Connections that wait for a worker before the kernel turns further ones away."""

FIRST_GIVEN = 3
"""The descriptor of the first socket that systemd hands over (sd_listen_fds(3))."""


def listen(settings: Settings) -> socket.socket:
    """The socket that all workers share. Raises Refusal(unavailable) when the address is taken or not ours."""
    if given_sockets():
        listening = socket.socket(fileno=FIRST_GIVEN)
        listening.settimeout(0.0)
        return listening
    family = socket.AF_UNIX if settings.uds else socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    where = settings.uds or f"{settings.host} port {settings.port}"
    try:
        if settings.uds:
            _clear_away(Path(settings.uds))
            listening.bind(settings.uds)
        else:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((settings.host, settings.port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise Refusal(
            Kind.UNAVAILABLE,
            f"Cannot listen on {where} ({error.strerror}). Stop what uses it, or choose another with --port or --uds.",
        ) from error
    return listening


def address_of(listening: socket.socket, *, secure: bool) -> str:
    """Where a socket is reached, as people write it."""
    where = listening.getsockname()
    return url_of(where[0], where[1], secure=secure) if isinstance(where, tuple) else f"unix:{where}"


def url_of(host: str, port: int, *, secure: bool = False) -> str:
    """An address of the server as people write it, IPv6 in brackets."""
    return f"{'https' if secure else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


def _clear_away(path: Path) -> None:
    """Removes a socket that a killed server left behind; one that somebody listens on stays, and binding fails."""
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)


def listen_for_workers() -> tuple[socket.socket, str]:
    """The desk's socket and its address: a name that no file system has, so neither a full nor a read-only one matters.

    Who else connects to it is turned away by who they are: `same_user`.
    """
    name = f"\0aiguillage-{os.getpid()}-{secrets.token_hex(8)}"
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(name)
    listening.listen(BACKLOG)
    return listening, name


def same_user(connected: socket.socket) -> bool:
    """Whether the other end of a Unix socket belongs to a process of the same user, or of root."""
    _process, user, _group = struct.unpack("3i", connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return user in {0, os.getuid()}
