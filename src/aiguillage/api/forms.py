"""A file in a form (multipart/form-data), as browsers and `curl --form` send one: the same as the file by itself."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import PureWindowsPath

from litestar.exceptions import HTTPException
from multipart import MultipartError, MultipartParser, MultipartPart, parse_options_header

from aiguillage.api.operations import Upload
from aiguillage.desk.importing.sent import ANY, CSV, JSON, JSON_LINES, VCARD, XLSX
from aiguillage.domain.errors import invalid

FORM, ICAL = "multipart/form-data", "text/calendar"
ENDINGS = {".csv": CSV, ".xlsx": XLSX, ".json": JSON, ".jsonl": JSON_LINES, ".vcf": VCARD, ".ics": ICAL}
"""What a file is by its name, where its part of the form does not say: few programs know all of these."""

MOST_PARTS = 16
LONGEST_NAME = 255
UNREADABLE = "The form cannot be read. Send one file in it, as a browser or `curl --form file=@contacts.csv` does."


def read_form(takes: Sequence[str], content_type: str, body: bytes) -> Upload:
    """The one file in a form, of one of the media types that are taken.

    Raises Refusal(invalid) for a form with anything else in it: nobody's choice is passed over in silence. Raises
    HTTPException for what is no form.
    """
    parts = [part for part in _parts(content_type, body) if part.filename != "" or part.size]
    # One part alone is the file, whether or not it has a name: `curl --form 'file=<contacts.csv'` gives it none.
    files = parts if len(parts) == 1 else [part for part in parts if part.filename is not None]
    if not files:
        raise invalid("The form contains no file. Send one, as `curl --form file=@contacts.csv` does.", "file")
    if len(files) > 1:
        raise invalid(f"The form contains {len(files)} files. Send one at a time.", "file")
    (file,) = files
    for part in parts:
        if part is not file:
            name = part.name[:40]
            raise invalid(f"'{name}' was sent beside the file. Put it in the address, as in ?{name}=...", name)
    name = PureWindowsPath(file.filename or "").name
    printable = "".join(sign for sign in name if sign.isprintable())[:LONGEST_NAME]
    return Upload(file.raw, _kind(file, takes), printable)


def _parts(content_type: str, body: bytes) -> list[MultipartPart]:
    _, options = parse_options_header(content_type)
    room = len(body) + 1
    try:
        parser = MultipartParser(
            BytesIO(body), options.get("boundary", ""), part_limit=MOST_PARTS, spool_limit=room, memory_limit=room
        )
        return list(parser.parts())
    except MultipartError:
        raise HTTPException(status_code=400, detail=UNREADABLE) from None


def _kind(part: MultipartPart, takes: Sequence[str]) -> str:
    """What the part is said to be, else what its name says; else its contents have to tell."""
    told = (part.content_type, ENDINGS.get(PureWindowsPath((part.filename or "").lower()).suffix, ""))
    known = [kind for kind in told if kind in takes and kind != ANY]
    return known[0] if known else next(kind for kind in (ANY, CSV, *takes) if kind in takes)
