"""A file of callers that is damaged in one place at a time, and what a worker that opens it answers each caller."""

import random
import socket
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from aiguillage.callpath.counts import Counts, memory_for
from aiguillage.callpath.engine import CallPath
from aiguillage.callpath.log import CallLog
from aiguillage.callpath.table import Table
from aiguillage.desk.change import change_contacts
from aiguillage.desk.contacts import place_contact
from aiguillage.dialects.all import DIALECTS
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.domain.proxies import Proxies
from aiguillage.storage.sqlite.library import library, open_read_only
from aiguillage.storage.sqlite.scrubbing import scrub
from tests.cast import ACCOUNT, Cast

CONTACTS, STRANGERS = 700, 100
PAGE = 4_096
RIGHT, REFUSED = "right", "refused (503)"
WRONG = ("known caller told unknown", "sent elsewhere", "stranger told known")
Damage = Callable[[random.Random, bytearray], None]


def fill(cast: Cast) -> list[str]:
    """Contacts with a number each, most with a code, some with a range; the questions to ask about them."""
    asked = []
    with change_contacts(cast.db, cast["editor"], ACCOUNT) as change:
        for n in range(CONTACTS):
            number = f"01 99 00 {n // 100:02} {n % 100:02}"
            code = None if n % 5 == 0 else str(10_000 + n)
            telecoms = [Telecom(f"+3319900{n:04}")]
            if n % 50 == 0:
                telecoms.append(Telecom(f"+3326191{n // 50:02}*"))
                asked.append(f"number=026191{n // 50:02}12")
            select = (str(200 + n), str(300 + n % 7), None, None)
            contact = Contact(company=f"Company {n}", code=code, telecoms=tuple(telecoms), select=select)
            place_contact(change, None, contact)
            asked.append(f"number={number.replace(' ', '')}")
            if code:
                asked.append(f"code={code}")
    scrub(cast.db.path, ())  # moves all of it from the write-ahead log to the file
    strangers = [f"number=035301{n:04}" for n in range(STRANGERS // 2)] + [f"code={n}" for n in range(STRANGERS // 2)]
    return asked + strangers


def flip_bit(chance: random.Random, page: bytearray) -> None:
    """One bit is another one."""
    page[chance.randrange(PAGE)] ^= 1 << chance.randrange(8)


def change_digit(chance: random.Random, page: bytearray) -> None:
    """One digit is another one: in a number, a code or a destination."""
    places = [place for place, byte in enumerate(page) if chr(byte).isdigit() and byte < 128]
    if places:
        page[chance.choice(places)] = ord(chance.choice("0123456789"))


def zero(_chance: random.Random, page: bytearray) -> None:
    """The page is empty."""
    page[:] = bytes(PAGE)


def tear(chance: random.Random, page: bytearray) -> None:
    """A sector of the page is noise."""
    start = chance.randrange(PAGE // 512) * 512
    page[start : start + 512] = chance.randbytes(512)


KINDS: tuple[Damage, ...] = (flip_bit, change_digit, zero, tear)
MISPLACED = "page of another place"


def damage(chance: random.Random, content: bytearray) -> str:
    """Damages one page, never the first, which is the file's own head; which way."""
    pages = len(content) // PAGE
    at, other = (chance.randrange(1, pages) * PAGE for _ in range(2))
    page, way = bytearray(content[at : at + PAGE]), chance.randrange(len(KINDS) + 1)
    if way == len(KINDS):
        content[at : at + PAGE] = content[other : other + PAGE]
        return MISPLACED
    KINDS[way](chance, page)
    content[at : at + PAGE] = page
    return KINDS[way].__name__


class Asker:
    """Asks a damaged copy of the file the same questions, and compares with what the whole one answered."""

    def __init__(self, cast: Cast, directory: Path) -> None:
        self.questions = fill(cast)
        self.secret = cast.secret("router")
        scrub(cast.db.path, ())
        self.whole = cast.db.path.read_bytes()
        self.file = directory / "copy.db"
        self._counts = Counts(memory_for(1), 1, [dialect.NAME for dialect in DIALECTS])
        out, self._written = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._log = CallLog(out, "1", self._counts, capacity=0)
        self.expected = self.answers(self.whole)

    def answers(self, content: bytes) -> list[tuple[int, bytes]]:
        """What a worker answers that opens a file of this content; one that cannot open it refuses everybody."""
        for suffix in ("-wal", "-shm"):
            Path(f"{self.file}{suffix}").unlink(missing_ok=True)
        self.file.write_bytes(content)
        try:
            table = Table(partial(open_read_only, self.file))
        except library.DatabaseError:
            return [(503, b"")] * len(self.questions)
        path = CallPath(table, DIALECTS, self._log, self._counts, Proxies(""))
        answers = []
        for question in self.questions:
            status, _, body = path.call(DIALECTS[0], self._scope(question), b"soak")
            answers.append((status, body))
            path.end_turn()
        table.close()
        return answers

    def _scope(self, question: str) -> dict[str, Any]:
        return {
            "type": "http",
            "method": "GET",
            "path": DIALECTS[0].PATH,
            "query_string": f"customerAccount={ACCOUNT}&{question}".encode(),
            "headers": [(b"authorization", f"Bearer {self.secret}".encode())],
            "client": ("127.0.0.1", 9),
        }

    def judged(self, content: bytes) -> Counter[str]:
        """How many answers were right, refused, or wrong in which way."""
        pairs = zip(self.expected, self.answers(content), strict=True)
        return Counter(_judgement(meant, given) for meant, given in pairs)


def _judgement(meant: tuple[int, bytes], given: tuple[int, bytes]) -> str:
    if given == meant:
        return RIGHT
    if given[0] == 503:
        return REFUSED
    if given[0] == 404:
        return WRONG[0]
    if given[0] == 200:
        return WRONG[1] if meant[0] == 200 else WRONG[2]
    return f"refused ({given[0]})"


def changed_by(whole: bytes, directory: Path, statement: str) -> bytes:
    """The file after a change that nobody could take for damage."""
    file = directory / "changed.db"
    file.write_bytes(whole)
    connection = library.connect(str(file), isolation_level=None)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute(statement)
    connection.close()
    return file.read_bytes()
