"""The terminal door: what operators, integrators and scripts type."""

import gc
import signal
from collections.abc import Iterator
from contextlib import contextmanager


def main() -> None:
    """The command `aiguillage`."""
    with loading():
        from aiguillage.cli.commands import application  # noqa: PLC0415 - this package is imported by all in it
        from aiguillage.cli.program import run  # noqa: PLC0415 - same
    gc.freeze()
    try:
        run(application)
    finally:
        gc.freeze()


@contextmanager
def loading() -> Iterator[None]:
    """While code is imported, nothing has begun that Ctrl-C would have to leave in order.

    Nothing of it is garbage, either: none is looked for meanwhile, nor later where the process is one command's alone.
    """
    interrupted, collects = signal.getsignal(signal.SIGINT), gc.isenabled()
    gc.disable()
    if interrupted is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        if interrupted is signal.default_int_handler:
            signal.signal(signal.SIGINT, interrupted)
        if gc.get_freeze_count():
            gc.freeze()
        if collects:
            gc.enable()
