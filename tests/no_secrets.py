"""`make secrets`: looks through every file that git tracks for secrets, says where they are, and ends with 1.

The finding is detect-secrets' (the fork that is still kept), but for tokens of our own, which are known by their
checksum, and private keys, which it looks for in short files alone. Nothing is asked of any other server.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from detect_secrets.core.scan import scan_file
from detect_secrets.settings import default_settings

from aiguillage.domain.accounts import looks_like_secret

ROOT = Path(__file__).parent.parent
OURS = re.compile(r"aig_[0-9A-Za-z]{33}")
KEY = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----")
HASHES = ("--hash=sha256:",)
"""Lines of locked requirements; swagger-ui's files are compared with its makers' sums by tests/api/test_docs.py."""

KNOWN = {
    "a token of the documentation": ("aig_0tzKq4sXbVh2LmR8wYc1NfJp6Gd3A9eTuC", "aig_..."),
    "a webhook's secret of the documentation": ("whsec_c2VjcmV0IG9mIHRoZSBkb2N1bWVudGF0aW9uIG9ubHk=",),
    "standardwebhooks.com's own example": ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
    "RFC 6238's secret, and one that authenticator apps are shown with": (
        *("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
    ),
    "made-up passwords of tests": (
        *("correct horse battery", "incorrect horse battery", "staple in the barn", "a very wrong password"),
        *("nonsense", "secret", "aig_nothing", "aig_", "whsec_"),
    ),
    "words of ours, and names of settings": (
        *("BENCH_SECRET", "demo", "webhook_secret", "aiguillage token issue EMAIL --name NAME"),
        *("name`, `hosts` or `expires_at", "Your own password, as a proof of who you are."),
        *("A password that is good for one sign-in, within 7 days; null for none yet.",),
    ),
}
"""Values that look like secrets and are none, wherever they are, and why."""

MADE_UP = "tests/files/upgrades/"
"""Databases of made-up accounts, as older releases left them: with their tokens and digests."""

PLANTED = "aws_key = " + "AKIA" + "IOSFODNN7EXAMPLE" + "\n"
"""A key out of its maker's documentation: whoever does not find it looks at nothing."""


class Finding(NamedTuple):
    """What looks like a secret, by its kind: the value itself is not repeated."""

    file: str
    line: int
    kind: str


def tracked(root: Path) -> list[str]:
    """The files that git tracks, but for MADE_UP. Raises OSError, CalledProcessError."""
    command = ["git", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    names = (name for name in listed.split("\0") if name and not name.startswith(MADE_UP))
    return [name for name in names if (root / name).is_file()]


def findings(root: Path, files: Iterable[str]) -> Iterator[Finding]:
    """All that looks like a secret and is not known to be none."""
    known = {value for values in KNOWN.values() for value in values}
    with default_settings() as settings:
        settings.filters["detect_secrets.filters.regex.should_exclude_line"] = {"pattern": [*HASHES]}
        for name in files:
            for one in scan_file(str(root / name)):
                if one.secret_value not in known:
                    yield Finding(name, one.line_number, one.type)
            for number, line in enumerate((root / name).read_text(errors="replace").splitlines(), start=1):
                yield from (Finding(name, number, kind) for kind in _marks(line, known))


def _marks(line: str, known: Collection[str]) -> Iterator[str]:
    """The kinds of secrets in a line that are known by a mark."""
    if KEY.search(line):
        yield "Private key"
    if any(looks_like_secret(word) and word not in known for word in OURS.findall(line)):
        yield "Token of aiguillage"


def looks_at_anything() -> bool:
    """Whether a secret that is put there is found."""
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / "planted.py").write_text(PLANTED)
        return any(findings(Path(directory), ["planted.py"]))


def main(root: Path = ROOT) -> int:
    """The exit code: 1 where something was found, or nothing could be looked at."""
    try:
        files = tracked(root)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"Nothing was looked at: git does not list the files here ({error}).", file=sys.stderr)
        return 1
    if not files or not looks_at_anything():
        print("Nothing was looked at: no file is listed, or a planted secret was not found.", file=sys.stderr)
        return 1
    found = list(findings(root, files))
    for one in found:
        print(f"{one.file}:{one.line}: {one.kind}", file=sys.stderr)
    if found:
        print(
            "Take each out, and make another in its place wherever it was good. What is none belongs to KNOWN in "
            "tests/no_secrets.py, with the reason.",
            file=sys.stderr,
        )
        return 1
    print(f"No secret in {len(files)} files.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
