"""The desk's private socket is for processes of its own user alone."""

import os
import socket

import pytest

from aiguillage.sockets import listen_for_workers, same_user

NOBODY = 65534


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
