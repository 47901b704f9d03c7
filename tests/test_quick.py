"""`make quick`: which tests a change needs."""

import pytest

from tests.quick import in_order


@pytest.mark.parametrize(
    ("changed", "first", "also"),
    [
        ("src/aiguillage/domain/hours.py", "tests/domain/test_hours.py", "tests/domain/test_geo.py"),
        ("src/aiguillage/desk/contacts.py", "tests/desk/test_contacts.py", "tests/cli/test_contacts.py"),
        ("src/aiguillage/storage/sqlite/engine.py", "tests/storage/test_engine.py", "tests/desk/test_held_imports.py"),
        ("src/aiguillage/logs.py", "tests/test_logs.py", "tests/test_logs.py"),
        ("tests/desk/test_ical.py", "tests/desk/test_ical.py", "tests/desk/test_switches.py"),
        ("tests/refusal.py", "tests/api/test_forms.py", "tests/domain/test_accounts.py"),
        ("docs/limits.md", "tests/docs/test_limits.py", "tests/docs/test_cases.py"),
    ],
)
def test_a_changes_own_tests_come_first_then_those_that_use_it(changed: str, first: str, also: str) -> None:
    files = in_order([changed])

    assert files[0] == first
    assert also in files
    assert len(set(files)) == len(files)


def test_the_own_in_order_all_changes_come_before_what_uses_one() -> None:
    files = in_order(["src/aiguillage/logs.py", "src/aiguillage/desk/contacts.py", "src/aiguillage/settings.py"])

    assert files[:2] == ["tests/test_logs.py", "tests/desk/test_contacts.py"]


@pytest.mark.parametrize("changed", [[], ["LICENSE"]])
def test_what_no_test_is_about_needs_none(changed: list[str]) -> None:
    assert in_order(changed) == []
