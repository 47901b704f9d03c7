"""The request's id, which its call worker chose and answers with: it is in each log line that the request causes."""

from aiguillage.logs import request_of

NAME = "X-Request-Id"


def note_id(request_id: str | None) -> None:
    """Writes the id in all lines from here on, of this task or process and of what it starts."""
    if request_id is not None:
        request_of.set(request_id)
