"""In which encoding a calendar is: UTF-8, or what it declares; nothing is guessed."""

import codecs
import re

from aiguillage.domain.errors import invalid

MOST_BYTES = 2 * 1024 * 1024
_FOLD = re.compile(rb"(?:\r\n|\n|\r)[ \t]")
_CHARSET = re.compile(r"""(?i);\s*charset\s*=\s*["']?([A-Za-z0-9_.:-]+)""")
_WIDE = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    b"B\0E\0": "utf-16-le",
    b"\0B\0E": "utf-16-be",
}
"""What a text in an encoding begins with that needs no declaration."""

_LETTERS = ("ascii", "cp1250", "cp1252", "iso8859-2", "iso8859-15", "mac-roman")
_KNOWN = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", *_LETTERS)


def require_size(text: bytes) -> None:
    """Raises Refusal(invalid) for a text that is too large to be looked at."""
    if len(text) > MOST_BYTES:
        raise invalid(f"The calendar is larger than {MOST_BYTES // 1024 // 1024} MiB. Publish fewer events.")


def codec_named(charset: str) -> str | None:
    """The codec of a charset that calendars are known to come in; None for any other word."""
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return None
    # What is declared as Latin-1 is Windows' Latin-1: it has letters where the other has none.
    name = "cp1252" if name == "iso8859-1" else name
    return name if name in _KNOWN else None


def unfolded(text: bytes) -> bytes:
    """A calendar in UTF-8, its folded lines in one, where its first bytes say what it is in; else in what it is in."""
    for begin, codec in _WIDE.items():
        if text.startswith(begin):
            text = text.decode(codec, "replace").encode()
    return _FOLD.sub(b"", text.strip())


def in_utf8(text: bytes, content_type: str) -> bytes:
    """A calendar in UTF-8 that came in the charset of its content type.

    Servers declare what they are set up to declare: a text that is in UTF-8 is taken for that.
    """
    declared = _CHARSET.search(content_type)
    codec = codec_named(declared[1]) if declared else None
    if codec is None or len(text) > MOST_BYTES:
        return text
    try:
        unfolded(text).decode()
    except UnicodeDecodeError:
        return text.decode(codec, "replace").encode()
    return text
