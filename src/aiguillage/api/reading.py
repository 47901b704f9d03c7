"""What a request says: its parameters, its body, the states that it expects."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, get_args
from urllib.parse import parse_qsl

import msgspec
from litestar.exceptions import HTTPException

from aiguillage.api.forms import FORM, read_form
from aiguillage.api.operations import LONGEST_ID, Operation, Upload
from aiguillage.api.paging import LISTING
from aiguillage.domain.errors import Kind, Refusal, invalid
from aiguillage.domain.faults import all_faults
from aiguillage.domain.unfit import unfit

LONGEST_QUERY = 8 * 1024
MOST_ETAGS = 20
"""That an If-Match may list; more are not looked at."""

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What is raised for a body that is not JSON, is not UTF-8, or is too deep."""

Parameters = dict[str, str | list[str]]
_ETAG = re.compile(r'"[^"]*"|[^\s,"]+')


def read_parameters(raw: bytes) -> Parameters:
    """The query's parameters; a name with `[]` behind it is a list, as PHP writes it. Raises Refusal(invalid)."""
    if len(raw) > LONGEST_QUERY:
        raise invalid("The query is longer than 8 KiB. Shorten it.")
    found: Parameters = {}
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict")
    except ValueError:
        raise invalid(
            "The query is not UTF-8. Encode it in UTF-8, each byte as % and two hexadecimal digits."
        ) from None
    for name, value in pairs:
        if name.endswith("[]"):
            listed = found.setdefault(name[:-2], [])
            if isinstance(listed, list):
                listed.append(value)
        elif found.setdefault(name, value) != value:
            raise invalid(f"{name[:40]} is given twice with different values. Give it once.", name[:40])
    return found


def as_query(shape: type[msgspec.Struct], parameters: Parameters) -> Any:  # noqa: ANN401 - the operation says which
    """The parameters in the operation's shape; what is blank and not text was not given. Raises Refusal(invalid)."""
    empty = _blanks(shape)
    given = {name: value for name, value in parameters.items() if value != "" or name not in empty}
    try:
        return msgspec.convert(given, shape, strict=False)
    except msgspec.ValidationError as error:
        raise unfit(error) from None


def check_query(shape: type[msgspec.Struct], parameters: Parameters) -> None:
    """Raises Refusal(invalid) with all that keeps the parameters from being in the shape."""
    try:
        as_query(shape, parameters)
    except Refusal as refusal:
        raise all_faults(refusal, [parameters], [{}], lambda left: as_query(shape, left[0])) from None


@cache
def _blanks(shape: type[msgspec.Struct]) -> frozenset[str]:
    """The parameters for which a blank says nothing; for the others it is a value."""
    fields = msgspec.structs.fields(shape)
    texts = {field.encode_name for field in fields if _is_text(field.type)}
    return frozenset({field.encode_name for field in fields} - texts | set(LISTING))


def _is_text(kind: Any) -> bool:  # noqa: ANN401 - an annotation
    return kind is str or (not isinstance(kind, msgspec.Meta) and any(map(_is_text, get_args(kind))))


def check_type(operation: Operation, content_type: str, *, sent: bool) -> None:
    """Raises HTTPException for a body of a type that the operation does not take; `sent` says that there is a body."""
    media_type = _media_type(content_type)
    if operation.body is Upload and media_type not in (*operation.takes, FORM):
        raise HTTPException(status_code=415, detail=f"Send one of: {', '.join((*operation.takes, FORM))}.")
    unlike_json = media_type not in {"application/json", ""} or (sent and not media_type)
    if operation.body not in {None, Upload} and unlike_json:
        raise HTTPException(status_code=415, detail="Send JSON, with Content-Type: application/json.")


def read_body(operation: Operation, content_type: str, body: bytes) -> Any:  # noqa: ANN401 - the operation says which
    """The body in the operation's shape. Raises Refusal(invalid), and HTTPException for a body that cannot be read."""
    if operation.body is None:
        return None
    check_type(operation, content_type, sent=bool(body))
    if operation.body is Upload and _media_type(content_type) == FORM:
        return read_form(operation.takes, content_type, body)
    if operation.body is Upload:
        return Upload(body, content_type)
    if not body or (body.strip() == b"[]" and hasattr(operation.body, "__struct_fields__")):
        body = b"{}"  # PHP encodes an array without anything in it as a list
    try:
        return msgspec.json.decode(body, type=operation.body, strict=False)
    except msgspec.ValidationError as error:
        raise unfit(error) from None
    except UNREADABLE:
        raise HTTPException(status_code=400, detail="The body is not JSON. Send a JSON object in UTF-8.") from None


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def read_expected(if_match: str | None) -> Sequence[int | None]:
    """The changes that If-Match names; None where any will do. Raises Refusal where none is an ETag of ours."""
    if if_match is None or if_match.strip() == "*":
        return (None,)
    texts = [text.strip('"') for text in _ETAG.findall(if_match)]
    ours = [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID]
    if not ours:
        raise Refusal(Kind.STALE, "If-Match is not an ETag of this object. Read the object again, and send its ETag.")
    return ours[:MOST_ETAGS]
