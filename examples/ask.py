"""Where does this caller go? Prints the destination; needs nothing but Python.

    ROUTING_URL=http://127.0.0.1:8000 ROUTING_ACCOUNT=CL0000 ROUTING_TOKEN=aig_... python3 ask.py NUMBER [CODE]

Exit status: 0 known; 4 unknown, ask the caller for a code; 1 no answer, use a destination of your own.
"""

import http.client
import json
import os
import sys
from urllib.parse import urlencode, urlsplit

SECONDS = 2
"""A caller hears silence while we wait."""


def ask(number: str, code: str | None = None) -> tuple[int, dict[str, str | None]]:
    """The status and the answer's body."""
    url = urlsplit(os.environ["ROUTING_URL"])
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.netloc, timeout=SECONDS)
    query = {"customerAccount": os.environ["ROUTING_ACCOUNT"], "number": number, "unknown": "404"}
    query |= {"code": code} if code else {}
    headers = {"Authorization": f"Bearer {os.environ['ROUTING_TOKEN']}"}
    try:
        connection.request("GET", f"/api/v2/route?{urlencode(query)}", headers=headers)
        answer = connection.getresponse()
        return answer.status, json.load(answer)
    finally:
        connection.close()


def main() -> int:
    """The exit status."""
    try:
        status, body = ask(*sys.argv[1:3])
    except (OSError, http.client.HTTPException, ValueError):
        return 1
    if status != http.client.OK:
        return 4 if status == http.client.NOT_FOUND else 1
    sys.stdout.write(f"{body['destination'] or ''}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
