"""`make fuzz`: schemathesis sends whatever it can think of to a real server, in all of its phases, as two people."""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.api.walking import walking
from tests.cast import ACCOUNT
from tests.standing import Busy

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
PEOPLE = ("manager", "operator")
SPARED = ("signOut", "removeUser", "removeSession", "removeToken", "setUser", "setUserPassword", "removeAccount")
"""What would end the session that all else is asked with, or shut its user out."""

CONFIG = f"""\
parameters = {{ "query.customer_account" = "{ACCOUNT}" }}
"""


def fuzz(busy: Busy, directory: Path, secret: str, examples: int) -> int:
    """Schemathesis's own exit code: 0 when nothing was found."""
    config = directory / "schemathesis.toml"
    config.write_text(CONFIG)
    spared = [word for name in SPARED for word in ("--exclude-operation-id", name)]
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(config), "run"),
        *(f"http://127.0.0.1:{busy.server.port}/openapi.json", "--header", f"Authorization: Bearer {secret}"),
        *("--phases", "examples,coverage,fuzzing,stateful", "--mode", "all", "--max-examples", str(examples)),
        *("--checks", ",".join(CHECKS), "--warnings", "off", "--suppress-health-check", "all", "--continue-on-failure"),
        *spared,
    ]
    return subprocess.run(command, cwd=directory, check=False).returncode


def main() -> int:
    """As many examples of each operation as asked for, by each of the two."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=2_000, help="of each operation, by each person")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, walking(Path(name)) as walk:
        found = [fuzz(walk.busy, Path(name), walk.secret(person), arguments.examples) for person in PEOPLE]
        for person in PEOPLE:
            walk.person(person).get("/whoami").raise_for_status()  # else all was asked of a closed door
    return max(found)


if __name__ == "__main__":
    sys.exit(main())
