"""Recovery codes: how they look, and in which spellings they are read."""

import pytest

from aiguillage.domain.recovery import COUNT, new_codes, recovery_code


def test_ten_different_codes_that_are_read_as_they_are_written() -> None:
    codes = new_codes()

    assert len(set(codes)) == COUNT
    for code in codes:
        assert recovery_code(code) == recovery_code(f" {code.upper()} ") == recovery_code(code.replace("-", "")) == code


@pytest.mark.parametrize("text", ["", "123456", "abcde-fgh1j", "abcde_fghjk", "correct horse battery"])
def test_other_texts_are_none(text: str) -> None:
    assert recovery_code(text) is None
