"""Values of another kind than they should be, told in words."""

from typing import Annotated, Any

import msgspec
import pytest

from aiguillage.domain.unfit import unfit


class Member(msgspec.Struct, forbid_unknown_fields=True):
    """Something within another."""

    name: str


class Sent(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What somebody sends."""

    name: str | None = None
    emails: list[str | dict[str, Any]] = []
    members: list[Member] = []
    texts: dict[str, str] = {}
    count: Annotated[int, msgspec.Meta(ge=1)] = 1


@pytest.mark.parametrize(
    ("sent", "field", "message"),
    [
        ({"name": 5}, "name", "'name' is a whole number. It must be a text or null."),
        ({"emails": ["a", 0.5]}, "emails.1", "'emails.1' is a number. It must be a text or an object."),
        ({"emails": "a"}, "emails", "'emails' is a text. It must be a list."),
        ({"members": [{"name": None}]}, "members.0.name", "'members.0.name' is null. It must be a text."),
        ({"members": [{}]}, "members.0.name", "'members.0.name' is missing. Send it."),
        (
            {"members": [{"name": "a", "age": 5}]},
            "members.0.age",
            "There is no 'members.0.age' here. Leave it out.",
        ),
        ({"texts": {"a": True}}, "texts[...]", "'texts[...]' is true or false. It must be a text."),
        ({"count": 0}, "count", "Expected `int` >= 1. Send a value of that kind."),
        ([], "body", "'body' is a list. It must be an object."),
    ],
)
def test_a_value_of_another_kind_is_told_in_words(sent: object, field: str, message: str) -> None:
    with pytest.raises(msgspec.ValidationError) as raised:
        msgspec.convert(sent, Sent)

    refusal = unfit(raised.value)

    assert (refusal.field, refusal.message) == (field, message)


def test_an_element_of_a_list_that_is_sent_is_told_by_its_place() -> None:
    with pytest.raises(msgspec.ValidationError) as raised:
        msgspec.convert([{"name": 5}], list[Member])

    assert unfit(raised.value).field == "0.name"
