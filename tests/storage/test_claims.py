"""Claims: one at a time, in this process and in others, for as long as their process lives and no longer."""

import subprocess
import sys
from pathlib import Path

from aiguillage.domain.errors import Kind
from aiguillage.storage.claims import NAME, claimed
from tests.refusal import refused

TAKEN = "Somebody does this at this moment."
CLAIMER = """
import sys
from pathlib import Path
from aiguillage.storage.claims import claimed
with claimed(Path(sys.argv[1]), b"a key", "taken"):
    print("claimed", flush=True)
    sys.stdin.read()
"""


def test_what_this_process_has_claimed_is_refused_to_itself_too(tmp_path: Path) -> None:
    database = tmp_path / "aiguillage.db"

    with claimed(database, b"a key", TAKEN), refused(Kind.CONFLICT, TAKEN), claimed(database, b"a key", TAKEN):
        pass
    with claimed(database, b"a key", TAKEN):
        pass


def test_a_claim_of_another_process_holds_until_that_process_is_killed(tmp_path: Path) -> None:
    database = tmp_path / "aiguillage.db"
    command = [sys.executable, "-c", CLAIMER, str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "claimed\n"

        with refused(Kind.CONFLICT, TAKEN), claimed(database, b"a key", TAKEN):
            pass
        with claimed(database, b"another", TAKEN), refused(Kind.CONFLICT, TAKEN), claimed(database, b"a key", TAKEN):
            pass
        other.kill()
    with claimed(database, b"a key", TAKEN):
        pass


def test_letting_one_claim_go_keeps_the_others_from_other_processes(tmp_path: Path) -> None:
    database = tmp_path / "aiguillage.db"
    command = [sys.executable, "-c", CLAIMER, str(database)]

    with claimed(database, b"a key", TAKEN):
        with claimed(database, b"another", TAKEN):
            pass
        other = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    assert "Refusal: taken" in other.stderr


def test_a_directory_that_is_gone_is_told(tmp_path: Path) -> None:
    database = tmp_path / "gone" / "aiguillage.db"

    with refused(Kind.UNAVAILABLE, f"{NAME} cannot be used"), claimed(database, b"a key", TAKEN):
        pass
