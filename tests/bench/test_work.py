"""Work at the desk: done again and again by each client, brought to its end, and never wrong in silence."""

import threading

import pytest

from bench.work import Work, doing


def test_each_client_begins_and_ends_what_it_does() -> None:
    together = threading.Barrier(4)  # all three clients, and the test
    begun, ended = [], []

    def once() -> None:
        begun.append(1)
        if len(begun) <= 3:
            together.wait()
        ended.append(1)

    with doing(Work("import", once, clients=3)) as working:
        together.wait()

    assert len(begun) == len(ended) == working.done >= 3


def test_work_that_goes_wrong_is_an_error_that_names_it() -> None:
    def once() -> None:
        raise ValueError("refused")

    with pytest.raises(RuntimeError, match="export: refused"), doing(Work("export", once)):
        pass


def test_what_ends_the_block_is_not_held_up_by_the_work() -> None:
    forever = threading.Event()

    def once() -> None:
        forever.wait()

    with pytest.raises(KeyboardInterrupt), doing(Work("export", once)):
        raise KeyboardInterrupt
    forever.set()
