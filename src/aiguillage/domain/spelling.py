"""How people and phone systems spell a number: what stands for it, and what is only put around and between its digits.

A caller's identity is taken apart from the outside in:

    "Camille Roche" <sip:+33%20199001234;phone-context=+33:secret@pbx.example.org>;tag=1
                    the brackets'    the URI's user     its context   never the password, host and what follows

and what is left is made plain: marks, blanks, dashes and dots go, by their Unicode category and not by a list of them,
so that what an address book or a style guide puts there tomorrow goes too.
"""

import re
import unicodedata
from typing import NamedTuple
from urllib.parse import unquote

LONGEST = 128
"""Characters of what stands for a number."""

_QUOTED = re.compile(r'\s*"((?:[^"\\]|\\.)*)"')
_BRACKETED = re.compile(r"<([^<>]*)")
_URI = re.compile(r"(?i)\b(sips?|tel):(.*)", re.DOTALL)
_CONTEXT = re.compile(r'(?i);\s*phone-context\s*=\s*"?([^;>@?"]*)')
_ADDRESS = re.compile(r"\s*[0-9]{1,3}(\.[0-9]{1,3}){3}(:[0-9]+)?\s*")
_LABEL = re.compile(r"[^0-9+:@]*[^\W0-9_][^0-9+:@]*:\s*")
_PARAMETER = re.compile(r"(?i);(?!ext=)[a-z]")
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}")
_ONCE_PLUS = re.compile(r"[ \t]+[1-9]")
_EXTENSION_WORDS = (
    "extension ext extn xtn x poste p interne interno int anexo ramal durchwahl dw nebenstelle nst apparat app toestel "
    "tst extensión wew доб w"
)
_EXTENSION = re.compile(
    rf"(?i)(?P<number>[+0-9()]{{6,}}?)"
    rf"\(?(?:;ext=|[,;]+|[#~]|,?(?:{'|'.join(_EXTENSION_WORDS.split())}):?)[0-9]{{1,9}}#?\)?"
)
"""A plain text that is a number and an extension: `x12`, `ext. 12`, `poste 12`, `#12`, `,,12` (a pause), `;ext=12`."""

_BETWEEN = {"Zs", "Zl", "Zp", "Cc", "Cf", "Co", "Mn", "Mc", "Me", "Pd", "Pc", "Pi", "Pf", "So"}
"""Unicode's blanks, marks, dashes, quotes and pictures."""

_DOTS = frozenset("./'\"·•‧∙⋅⁄∕−ー")  # noqa: RUF001 - as they stand between digits
"""What no category tells apart from signs that mean something."""


class Written(NamedTuple):
    """What stands for a number in an identity, as it is written; in a tel URI, in which context.

    `is_address`: it was the user of `user@host` without a scheme, as in an e-mail address.
    """

    text: str
    context: str = ""
    is_address: bool = False


def written_in(identity: str) -> Written | None:
    """What stands for the number in a caller's identity, of any form; None where nothing can."""
    quoted = _QUOTED.match(identity) if '"' in identity else None
    outside = identity if quoted is None else identity[quoted.end() :]
    if quoted is not None and not outside.strip():
        outside = quoted[1]
    bracketed = _BRACKETED.search(outside) if "<" in outside else None
    inner = outside if bracketed is None else bracketed[1]
    uri = _URI.search(inner) if ":" in inner else None
    written = _plainly(inner) if uri is None else _of_uri(uri[1].lower(), uri[2])
    return written if written is not None and len(written.text) <= LONGEST else None


def _of_uri(scheme: str, rest: str) -> Written:
    """The user of a SIP URI without its password and parameters, empty if it has none; the digits of a tel URI."""
    user, at, _host = rest.partition("@")
    if scheme != "tel" and not at and ("." in user.partition(";")[0] or user.startswith("[")):
        return Written("")
    user = user.partition(";")[0]
    if scheme != "tel":
        user = user.partition(":")[0]
    context = _CONTEXT.search(rest)
    return Written(_unescaped(user), "" if context is None else plain(_unescaped(context[1])))


def _plainly(text: str) -> Written | None:
    """What is no URI: a number, perhaps behind a label (`Tél. :`, `whatsapp:`), or the user of `user@host`."""
    if len(text) > LONGEST or _ADDRESS.fullmatch(text):
        return None
    user, at, _host = text.partition("@")
    user = _PARAMETER.split(user, maxsplit=1)[0] if ";" in user else user
    label = _LABEL.match(user) if ":" in user else None
    return Written(_unescaped(user if label is None else user[label.end() :]), is_address=bool(at))


def _unescaped(text: str) -> str:
    """The text without percent signs before codes; twice, because some escape what is escaped."""
    for _ in range(2):
        text = unquote(text, errors="replace") if "%" in text and _ESCAPED.search(text) else text
    return text


class _Plain(dict[int, str | None]):
    """What each character becomes: known for ASCII, found by its category for others."""

    def __missing__(self, char: int) -> str | None:
        return _made_plain(chr(char))


def _made_plain(char: str) -> str | None:
    """A digit of any script, a wide letter or sign as in ASCII; nothing for what stands between; else itself."""
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    narrow = unicodedata.normalize("NFKC", char)
    if len(narrow) == 1 and "!" <= narrow <= "~" and not narrow.isdigit():
        return _PLAIN.get(ord(narrow), narrow)
    if category in _BETWEEN or char in _DOTS:
        return None
    return {"Ps": "(", "Pe": ")"}.get(category, char)


_PLAIN = _Plain()
_PLAIN.update({code: _made_plain(chr(code)) for code in range(128) if not "!" <= chr(code) <= "~"})
_PLAIN.update({ord(char): char for char in map(chr, range(ord("!"), ord("~") + 1))})
_PLAIN.update(dict.fromkeys(map(ord, "-_./'\"`"), None) | {ord("["): "(", ord("{"): "(", ord("]"): ")", ord("}"): ")"})


def plain(text: str) -> str:
    """The text without what stands between digits; a plus in front where a blank was one, before it was decoded."""
    bare = text.translate(_PLAIN)
    return "+" + bare if _ONCE_PLUS.match(text) and not bare.startswith(("+", "00")) else bare


def is_between(char: str) -> bool:
    """Whether a character stands between digits and means nothing."""
    return _PLAIN[ord(char)] in {None, "(", ")"}


def without_extension(plain_text: str) -> str:
    """A plain text that is a number and an extension, without the extension; another one as it is."""
    found = _EXTENSION.fullmatch(plain_text)
    return plain_text if found is None else found["number"]
