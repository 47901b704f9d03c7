"""A small HTTP server in a thread, for tests of what asks: it answers as it is told, and knows how often."""

import os
import selectors
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
END = b""
"""In place of an answer: the connection is closed."""


class Answering:
    """Answers the nth request with `answer_to(n)`, counted from 1; one after another, whichever connection it is on."""

    def __init__(self, answer_to: Callable[[int], bytes]) -> None:
        self._answer_to, self._asked = answer_to, 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._stop, self._stopped = os.pipe()

    def run(self) -> None:
        """Serves until it is stopped."""
        with selectors.DefaultSelector() as waiting, self._listening:
            waiting.register(self._stop, selectors.EVENT_READ)
            waiting.register(self._listening, selectors.EVENT_READ)
            while all(key.fileobj != self._stop and self._serve(waiting, key) for key, _ in waiting.select()):
                pass
            for key in list(waiting.get_map().values()):
                if isinstance(key.fileobj, socket.socket):
                    key.fileobj.close()
        os.close(self._stop)

    def stop(self) -> None:
        """Ends `run`."""
        os.close(self._stopped)

    def _serve(self, waiting: selectors.BaseSelector, key: selectors.SelectorKey) -> bool:
        ready = key.fileobj
        assert isinstance(ready, socket.socket)
        if ready is self._listening:
            waiting.register(ready.accept()[0], selectors.EVENT_READ)
            return True
        answer = END
        if ready.recv(65536):
            self._asked += 1
            answer = self._answer_to(self._asked)
        if answer:
            ready.sendall(answer)
        else:
            waiting.unregister(ready)
            ready.close()
        return True


@contextmanager
def answering(answer_to: Callable[[int], bytes]) -> Iterator[Answering]:
    """Such a server, running."""
    server = Answering(answer_to)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()
