"""Files that others made, read by a process of its own that may use so much memory and time, and no more.

A few kilobytes can be made to take gigabytes or hours: a spreadsheet that claims seventeen billion cells, a calendar
that names a time zone of a thousand parts. Whoever reads them must not be a process on which anybody else waits.

    this process                                   the reading process
    ------------                                   -------------------
    one file of this kind at a time
    python -m MODULE ARGUMENTS   <- the file       limits itself, then reads its standard input
    a line of JSON for each thing in it    <-----  tells them one by one, or why the file is refused
    ends it when it has enough                     is ended by the kernel where it goes over a limit
"""

import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, BinaryIO, NamedTuple

import msgspec

from aiguillage.domain.errors import Kind, Refusal, invalid
from aiguillage.domain.problems import Code

LONGEST_LINE = 4 << 20
"""Bytes of one thing, as the reading process tells it."""

LONGEST_WAIT = 30
"""Seconds that a file waits for the one before it."""


class Limits(NamedTuple):
    """What a reading process may use: bytes of address space, seconds of processor time."""

    memory: int
    seconds: int


class Reader(NamedTuple):
    """Who reads files of a kind: a module that calls `tell` when it is run, and what is said of a file over a limit."""

    module: str
    limits: Limits
    too_much: str
    alone: Lock


class _Told(msgspec.Struct, array_like=True):
    """One thing that the reading process tells; or, instead, why the file is refused."""

    thing: msgspec.Raw = msgspec.Raw(b"null")
    refused: str = ""


@contextmanager
def read_apart(reader: Reader, stream: BinaryIO, *arguments: str) -> Iterator[Iterator[msgspec.Raw]]:
    """What the reading process tells of a file, each thing as JSON.

    Raises Refusal: unavailable where the one before it takes too long; invalid, also while the things are read.
    """
    if not reader.alone.acquire(timeout=LONGEST_WAIT):
        message = "Another file is still being read. Nothing of yours was kept: send it again in a minute."
        raise Refusal(Kind.UNAVAILABLE, message, wait=2 * LONGEST_WAIT, code=Code.BUSY)
    try:
        # -P: what happens to lie in the directory that the server was started in is no module of ours.
        command = [sys.executable, "-P", "-m", reader.module, *arguments]
        with subprocess.Popen(  # noqa: S603 - ourselves
            command, stdin=stream.fileno(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            try:
                yield _things(process, reader.too_much)
            finally:
                process.kill()
    finally:
        reader.alone.release()


def _things(process: "subprocess.Popen[bytes]", too_much: str) -> Iterator[msgspec.Raw]:
    decode = msgspec.json.Decoder(_Told).decode
    if process.stdout is not None:
        while line := process.stdout.readline(LONGEST_LINE):
            if not line.endswith(b"\n"):
                raise invalid(too_much)
            told = decode(line)
            if told.refused:
                raise invalid(told.refused)
            yield told.thing
    if process.wait() != 0:
        raise invalid(too_much)


def tell(things: Iterator[Any], limits: Limits) -> None:
    """The reading process: limits itself, and tells what the iterator finds, or what it raises as Refusal."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds))
    encode, out = msgspec.json.encode, sys.stdout.buffer
    try:
        for thing in things:
            out.write(encode([thing]) + b"\n")
    except Refusal as refusal:
        out.write(encode(_Told(refused=refusal.message)) + b"\n")
