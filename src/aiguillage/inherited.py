"""What the supervisor hands to a process that it starts: descriptors, a row of the counts, the desk's address."""

import mmap
import os
import select

import msgspec


class Inherited(msgspec.Struct, frozen=True, kw_only=True):
    """Descriptors by number, as the one argument of a process.

    `counts` is the shared memory and `row` the process's own in it; `alive` is readable once the supervisor is gone;
    to `ready` the process writes its row when it can do its work; `sockets` are what it listens on or writes to.
    """

    row: int
    counts: int
    alive: int
    ready: int
    sockets: tuple[int, ...] = ()
    desk: str = ""

    @classmethod
    def read(cls, words: list[str]) -> "Inherited":
        """What the arguments of this process say."""
        return msgspec.json.decode(words[0], type=cls)

    def word(self) -> str:
        """This as the argument of a process."""
        return msgspec.json.encode(self).decode()

    def memory(self) -> mmap.mmap:
        """The counts that all processes share."""
        return mmap.mmap(self.counts, os.fstat(self.counts).st_size)

    def say_ready(self) -> None:
        """Tells the supervisor that this process can do its work."""
        os.write(self.ready, f"{self.row} {os.getpid()}\n".encode())

    def is_orphan(self, seconds: float = 0.0) -> bool:
        """Whether the supervisor is gone, or goes within so many seconds."""
        readable, _, _ = select.select([self.alive], [], [], seconds)
        return bool(readable)
