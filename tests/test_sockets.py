"""The desk's private socket is for processes of its own user alone."""

import os
import socket
from pathlib import Path

import pytest

from aiguillage.sockets import address_of, listen_for_workers, same_user

NOBODY = 65534


@pytest.mark.parametrize(
    ("family", "where", "secure", "address"),
    [
        (socket.AF_INET, ("127.0.0.1", 0), False, "http://127.0.0.1:{port}"),
        (socket.AF_INET, ("127.0.0.1", 0), True, "https://127.0.0.1:{port}"),
        (socket.AF_INET6, ("::1", 0), False, "http://[::1]:{port}"),
    ],
)
def test_an_address_is_written_as_people_write_it(
    family: socket.AddressFamily, where: tuple[str, int], secure: bool, address: str
) -> None:
    with socket.socket(family) as listening:
        listening.bind(where)

        assert address_of(listening, secure=secure) == address.format(port=listening.getsockname()[1])


def test_a_unix_sockets_address_is_its_path(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "call.sock"))

        assert address_of(listening, secure=False) == f"unix:{tmp_path}/call.sock"


def accepted(address: str, listening: socket.socket, user: int) -> bool:
    """Whether who connects as that user is taken for one of ours."""
    own = os.geteuid()
    with socket.socket(socket.AF_UNIX) as connecting:
        os.seteuid(user)
        try:
            connecting.connect(address)
        finally:
            os.seteuid(own)
        connected, _ = listening.accept()
        with connected:
            return same_user(connected)


def test_a_process_of_the_same_user_is_one_of_ours() -> None:
    listening, address = listen_for_workers()

    with listening:
        assert accepted(address, listening, os.geteuid())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_a_process_of_another_user_is_none() -> None:
    listening, address = listen_for_workers()

    with listening:
        assert not accepted(address, listening, NOBODY)
